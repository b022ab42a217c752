"""The worker as a process: `python -m isthmus.server.worker`. It ends when its standard input does."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import django
from django.conf import settings


def main() -> None:
    """Do the jobs of the data folder."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "isthmus.server.settings")
    django.setup()
    from isthmus.server.core.jobs import work  # noqa: PLC0415  # the models of jobs need Django to be set up

    threading.Thread(target=_end_with_parent, daemon=True).start()
    work(Path(settings.DATA))


def _end_with_parent() -> None:
    """The parent holds the other end of standard input, so the worker outlives no parent, however that ends."""
    while os.read(0, 1):  # not sys.stdin: its lock, held by this thread, would stand in the way of an orderly end
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
