"""The server on one machine: its data folder, and the processes that serve it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

import django
from django.conf import settings
from django.core.management import call_command

from isthmus.language import InputError

THREADS: Final = 4  # requests at a time; each holds a connection to the database
GRACE: Final = 5.0  # seconds a process has to end by itself; a job that is cut off is taken up again later
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds between two starts of a worker that keeps ending


def prepare(data: Path) -> None:
    """Make the data folder ready: the folder, the key, the tables.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)  # votes are nobody else's business
        (data / ".writable").touch()
        (data / ".writable").unlink()
    except OSError as problem:
        raise InputError(
            "The data folder {path} cannot be written: {reason}. Choose another with --data.",
            path=data,
            reason=problem.strerror or problem,
        ) from problem
    os.environ["ISTHMUS_DATA"] = str(data.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = "isthmus.server.settings"
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def check_port(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on.

    Raises
    ------
    InputError
        If the port is in use or not permitted, or the host is not of this machine.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as problem:
        raise InputError(
            "Port {port} on {host} cannot be used: {reason}. Choose another with --port.",
            port=port,
            host=host,
            reason=getattr(problem, "strerror", None) or problem,
        ) from problem


def serve(host: str, port: int, ready: Callable[[], None]) -> None:
    """Run the pages and the worker until told to end; `ready` is called once the pages answer.

    A worker that ends (for want of memory, say) is started again and takes its job up again.

    Raises
    ------
    InputError
        If another server uses the data folder, or the pages end by themselves.
    """
    _check_folder(Path(settings.DATA))
    processes = {"worker": _start("isthmus.server.worker")}
    with _told_to_end() as ended:
        try:
            processes["pages"] = _start("granian", *_granian(host, port))
            if _pages_answer(host, port, processes["pages"], ended):
                ready()
            _watch(processes, ended)
        finally:
            _stop(processes.values())
    if not ended():
        raise InputError("The server ended by itself; what it printed above may tell why.")


def _check_folder(data: Path) -> None:
    from isthmus.server.core.jobs import FolderTakenError, only_worker  # noqa: PLC0415  # its models need Django to be set up

    try:
        with only_worker(data):
            pass
    except FolderTakenError as taken:
        raise InputError(
            "Another server uses the data folder {path}. Stop it, or choose another with --data.", path=data
        ) from taken


def _granian(host: str, port: int) -> list[str]:
    options = {
        "interface": "wsgi",
        "host": host,
        "port": port,
        "workers": 1,
        "blocking-threads": THREADS,
        "log-level": "warning",
    }
    return [*(f"--{name}={value}" for name, value in options.items()), "--no-ws", "isthmus.server.wsgi:application"]


def _start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A process of ours. In a session of its own, so that Ctrl-C reaches only us and we end it in order."""
    return subprocess.Popen(  # noqa: S603  # our own modules
        [sys.executable, "-m", module, *arguments], stdin=subprocess.PIPE, start_new_session=True
    )


def _pages_answer(host: str, port: int, pages: subprocess.Popen[bytes], ended: Callable[[], bool]) -> bool:
    """Wait until the pages answer; whether they do."""
    while not ended() and pages.poll() is None:
        try:
            with socket.create_connection((host, port), timeout=1):
                return True
        except OSError:
            time.sleep(0.05)
    return False


def _watch(processes: dict[str, subprocess.Popen[bytes]], ended: Callable[[], bool]) -> None:
    """Return when told to end or when the pages have ended; start the worker again whenever it ends."""
    pause, started = FIRST_PAUSE, time.monotonic()
    while not ended() and processes["pages"].poll() is None:
        time.sleep(0.1)
        running = time.monotonic() - started
        if processes["worker"].poll() is not None and running > pause:
            pause = FIRST_PAUSE if running > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
            processes["worker"], started = _start("isthmus.server.worker"), time.monotonic()


def _stop(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Ask each process to end, and end those that do not."""
    limit = time.monotonic() + GRACE
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(max(0.1, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()


@contextmanager
def _told_to_end() -> Iterator[Callable[[], bool]]:
    """Whether SIGTERM or Ctrl-C has come."""
    told = False

    def tell(_number: int, _frame: FrameType | None) -> None:
        nonlocal told
        told = True

    before = {number: signal.signal(number, tell) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
