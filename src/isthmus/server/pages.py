"""The pages as a process: `python -m isthmus.server.pages HOST PORT`. It ends when its standard input does."""

from __future__ import annotations

import os
import signal
import sys
from typing import Final

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from isthmus.server.lifeline import end_with_parent

THREADS: Final = 4  # requests at a time; each holds a connection to the database


def main(host: str, port: int) -> None:
    """Serve until told to end."""
    end_with_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))
    Granian(
        "isthmus.server.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
