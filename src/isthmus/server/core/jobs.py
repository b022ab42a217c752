"""The process that does the jobs: one for each data folder.

django-tasks-db leaves a job whose worker was killed as running for ever. Here a worker holds a lock on the data
folder, so when it starts, whatever a former worker of that folder left running is nobody's, and is queued again.
"""

from __future__ import annotations

import fcntl
import logging
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
def only_worker(folder: Path) -> Iterator[str]:
    """Hold the lock of a data folder; the system gives it back however the process ends.

    Gives what the names of the folder's workers begin with. It is kept in the lock, so it stays the same when the
    folder is moved or the machine gets another name, and differs from that of other folders on the same database.

    Raises
    ------
    FolderTakenError
        If another process holds it.
    """
    with (folder / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise FolderTakenError(str(folder)) from taken
        lock.seek(0)
        name = lock.read()
        if not name:
            name = get_random_string(24)
            lock.write(name)
            lock.flush()
        yield name


def requeue_orphans(name: str, *, counted: bool) -> int:
    """Queue again what former workers of a folder left running; the number of such jobs.

    Parameters
    ----------
    name
        What the names of the folder's workers begin with.
    counted
        Whether it was an attempt: not if the worker was stopped in order.
    """
    orphans = [job for job in DBTaskResult.objects.running() if job.worker_ids and job.worker_ids[-1].startswith(name)]
    for job in orphans:
        job.status = "READY"
        job.started_at = None
        if not counted:
            job.worker_ids = job.worker_ids[:-1]
        job.save(update_fields=["status", "started_at", "worker_ids"])
    return len(orphans)


def put_back(folder: Path) -> None:
    """Queue again what the folder's worker did when it was stopped in order; this counts as no attempt."""
    with only_worker(folder) as name:
        requeue_orphans(name, counted=False)


def forget_ended() -> None:
    """Delete the queue's rows of jobs that have ended: nobody reads them, and the error of a job may quote content."""
    DBTaskResult.objects.finished().delete()


def work(folder: Path, *, until_empty: bool = False) -> None:
    """Do jobs until the process is told to end, or (`until_empty`) until none is left."""
    with only_worker(folder) as name:
        count = requeue_orphans(name, counted=True)
        if count:
            log.warning("%d job(s) of a worker that ended early are taken up again", count)
        forget_ended()
        worker = Worker(
            queue_names=["*"],
            interval=INTERVAL,
            batch=until_empty,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"{name}-{get_random_string(8)}",
            excluded_queue_names=[],
        )
        if not until_empty:
            worker.configure_signals()
        worker.run()
