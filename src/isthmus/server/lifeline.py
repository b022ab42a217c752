"""What ends the server's processes when the one that started them is gone."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable


def end_with_parent(end: Callable[[], object]) -> None:
    """Call `end`, in a thread, once standard input ends: the parent holds its other end, however the parent ends."""
    threading.Thread(target=_wait, args=(end,), daemon=True).start()


def _wait(end: Callable[[], object]) -> None:
    while os.read(0, 1):  # not sys.stdin: its lock, held by this thread, would stand in the way of an orderly end
        pass
    end()
