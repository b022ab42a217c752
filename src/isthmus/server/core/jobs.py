"""The process that does the jobs: one for each data folder.

django-tasks-db leaves a job whose worker was killed as running for ever. Here a worker holds a lock on the data
folder, so when it starts, whatever a former worker of that folder left running is nobody's, and is queued again.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

log = logging.getLogger(__name__)

INTERVAL: Final = 0.5  # seconds between looks at an empty queue
LOCK: Final = "worker.lock"


class FolderTakenError(RuntimeError):
    """Another worker serves this data folder."""


@contextmanager
def only_worker(folder: Path) -> Iterator[None]:
    """Hold the lock of a data folder; the system gives it back however the process ends.

    Raises
    ------
    FolderTakenError
        If another process holds it.
    """
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise FolderTakenError(str(folder)) from taken
        yield


def name_of(folder: Path) -> str:
    """What the names of all workers of a data folder begin with, also beside others on a shared database."""
    return hashlib.sha256(f"{socket.gethostname()}:{folder}".encode()).hexdigest()[:24]


def requeue_orphans(folder: Path) -> int:
    """Queue again what former workers of the folder left running; the number of such jobs."""
    name = name_of(folder)
    orphans = [job for job in DBTaskResult.objects.running() if job.worker_ids and job.worker_ids[-1].startswith(name)]
    for job in orphans:
        job.status = "READY"
        job.started_at = None
        job.save(update_fields=["status", "started_at"])
    return len(orphans)


def work(folder: Path, *, until_empty: bool = False) -> None:
    """Do jobs until the process is told to end, or (`until_empty`) until none is left."""
    with only_worker(folder):
        count = requeue_orphans(folder)
        if count:
            log.warning("%d jobs of a worker that ended early are taken up again", count)
        worker = Worker(
            queue_names=["*"],
            interval=INTERVAL,
            batch=until_empty,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"{name_of(folder)}-{get_random_string(8)}",
            excluded_queue_names=[],
        )
        if not until_empty:
            worker.configure_signals()
        worker.run()
