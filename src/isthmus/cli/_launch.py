"""The server on one machine: its data folder, and the processes that serve it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Final

import dj_database_url
import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError

from isthmus.language import InputError

GRACE: Final = 3.0  # seconds a process has to end by itself; a job that is cut off is put back
WORK: Final = "work"  # of the data folder: uploads on their way, and what is read from them
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds between two starts of a worker that keeps ending


def prepare(data: Path) -> None:
    """Make the data folder ready: the folder, the key, the tables.

    What is written from here on is for its owner only, and files in work lie in the folder too.

    Raises
    ------
    InputError
        If the folder cannot be written, or the database cannot be used.
    """
    os.umask(0o077)  # votes are nobody else's business
    work = data.absolute() / WORK
    try:
        work.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=work).close()
    except OSError as problem:
        raise InputError(
            "The data folder {path} cannot be written: {reason}. Choose another with --data.",
            path=data,
            reason=problem.strerror or problem,
        ) from problem
    os.environ["ISTHMUS_DATA"] = str(data.absolute())
    os.environ["TMPDIR"] = tempfile.tempdir = str(work)
    os.environ["DJANGO_SETTINGS_MODULE"] = "isthmus.server.settings"
    try:
        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
    except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError):  # not quoted: it holds a password
        raise InputError(
            "DATABASE_URL cannot be understood; it should be such as postgres://user:password@host/name."
        ) from None
    except (DatabaseError, ImproperlyConfigured) as problem:
        reason = next(iter(str(problem).splitlines()), type(problem).__name__)
        raise InputError("The database cannot be used: {reason}", reason=reason) from problem


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
    data = Path(settings.DATA)
    _check_folder(data)
    _empty(data / WORK)
    processes = {"worker": _start("isthmus.server.worker")}
    with _told_to_end() as ended:
        try:
            processes["pages"] = _start("isthmus.server.pages", host, str(port))
            if _pages_answer(host, port, processes["pages"], ended):
                ready()
            _watch(processes, ended)
        finally:
            at_work = processes["worker"].poll() is None
            _stop(processes.values())
            if at_work:
                _put_back(data)
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


def _empty(work: Path) -> None:
    """Delete what processes that were killed left of uploads."""
    for entry in work.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def _put_back(data: Path) -> None:
    from isthmus.server.core.jobs import put_back  # noqa: PLC0415  # its models need Django to be set up

    put_back(data)


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


def _stop(processes: Collection[subprocess.Popen[bytes]]) -> None:
    """Ask each process to end, and end those that do not."""
    limit = time.monotonic() + GRACE
    for process in processes:
        process.terminate()
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, limit - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # also a child that it left behind
        process.wait()
        if process.stdin is not None:
            process.stdin.close()


@contextmanager
def _told_to_end() -> Iterator[Callable[[], bool]]:
    """Whether SIGTERM or Ctrl-C has come, or the terminal is gone."""
    told = False

    def tell(_number: int, _frame: FrameType | None) -> None:
        nonlocal told
        told = True

    signals = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {
        number: signal.signal(number, tell)
        for number in signals
        if signal.getsignal(number) is not signal.SIG_IGN  # as under nohup
    }
    try:
        yield lambda: told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
