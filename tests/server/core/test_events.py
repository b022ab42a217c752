"""Events are written at the end, whole or not at all, and never change."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from isthmus.language import InputError
from isthmus.ledger import Event
from isthmus.ledger.tree import leaf_hash, root_of
from isthmus.server.core import clock, contents, events
from isthmus.server.core.derivation import differences
from isthmus.server.core.events import EventType, append
from isthmus.server.core.models import AppendOnlyError, Content, Entry, Erasure, Log, Subtree

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


def write(log: Log, kind: str, **payload: object) -> Event:
    with transaction.atomic():
        return append(log.pk, kind, payload)  # type: ignore[arg-type]


def checked(log: Log) -> list[bytes]:
    """The entries of a log, after checking that its tree is over them and its state is what they derive."""
    found = [bytes(row.content) for row in Entry.objects.filter(log=log)]
    log.refresh_from_db()
    assert [Event.from_bytes(content).number for content in found] == list(range(log.size))
    assert log.tree.root() == root_of([leaf_hash(content) for content in found])
    assert differences(log) == []
    return found


def test_events_follow_one_another(log: Log, noted: str) -> None:
    moment = clock.now()
    with clock.set_to(moment):
        written = [write(log, noted, text=text) for text in ("a", "乙")]
    assert [(event.number, event.at, event.payload) for event in written] == [
        (0, moment, {"text": "a"}),
        (1, moment, {"text": "乙"}),
    ]
    assert checked(log) == [event.to_bytes() for event in written]


def test_only_in_a_transaction(log: Log, noted: str) -> None:
    with pytest.raises(TransactionManagementError):
        append(log.pk, noted, {})
    assert checked(log) == []


def test_an_act_that_fails_leaves_nothing(log: Log, noted: str) -> None:
    def act() -> None:
        with transaction.atomic():
            append(log.pk, noted, {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert checked(log) == []
    write(log, noted)
    assert len(checked(log)) == 1


def test_a_derivation_that_refuses_leaves_nothing_even_if_it_is_caught(log: Log, noted: str) -> None:
    def refuse(_log: Log, _event: Event) -> None:
        raise InputError("no")

    events.register(EventType("test.refused", refuse))
    try:
        with transaction.atomic():
            append(log.pk, noted, {})
            with pytest.raises(InputError):
                append(log.pk, "test.refused", {})
    except TransactionManagementError:
        pass
    finally:
        events._types.pop("test.refused")
    assert checked(log) == []


@pytest.mark.parametrize(
    ("kind", "payload", "said"),
    [
        ("test.unknown", {}, "does not know entries of type “test.unknown”"),
        ("test.noted", {"share": 0.5}, "not whole"),
        ("test.noted", {"text": "x" * 66_000}, "at most 65535"),
        ("test.noted", {"text": "\ud800"}, "half a character"),
    ],
)
def test_what_cannot_be_an_event(log: Log, noted: str, kind: str, payload: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        write(log, kind, **payload)
    assert checked(log) == []


def test_two_types_of_one_name(noted: str) -> None:
    with pytest.raises(ValueError, match=noted):
        events.register(EventType(noted, lambda _log, _event: None))


def test_entries_do_not_change(log: Log, noted: str) -> None:
    write(log, noted, text="a")
    entry = Entry.objects.get(log=log)
    entry.content = b"other"
    for act in (
        entry.save,
        entry.delete,
        Entry.objects.all().delete,
        lambda: Entry.objects.update(content=b""),
        lambda: Entry.objects.bulk_update([entry], ["content"]),
        lambda: Entry._base_manager.all().delete(),
        lambda: Entry.objects.bulk_create([entry], ignore_conflicts=True),
        lambda: log.entries.all().update(content=b""),
    ):
        with pytest.raises((AppendOnlyError, IntegrityError)):
            act()
    assert len(checked(log)) == 1


def test_many_at_once_number_without_a_gap(log: Log, noted: str) -> None:
    barrier = threading.Barrier(4)

    def run(worker: int) -> None:
        barrier.wait()
        try:
            for turn in range(5):
                write(log, noted, worker=worker, turn=turn)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for task in [pool.submit(run, worker) for worker in range(4)]:
            task.result(timeout=60)
    assert len(checked(log)) == 20


def test_higher_tiles_are_kept_as_they_complete(log: Log, noted: str) -> None:
    for number in range(513):
        with transaction.atomic():
            append(log.pk, noted, {"number": number})
    found = [leaf_hash(content) for content in checked(log)]
    kept = {(row.level, row.index): bytes(row.hash) for row in Subtree.objects.filter(log=log)}
    assert kept == {(1, 0): root_of(found[:256]), (1, 1): root_of(found[256:512])}


def test_sealed_contents_are_kept_and_destroyed(log: Log) -> None:
    with transaction.atomic():
        name, other = contents.keep(log, b"a secret"), contents.keep(log, b"a secret")
    assert name != other
    assert contents.read(log, name) == b"a secret"
    write(log, contents.ERASED, by={"side": "elm"}, digest=name)
    assert (contents.read(log, name), contents.read(log, other)) == (None, b"a secret")
    assert (contents.is_erased(log, name), contents.is_erased(log, other)) == (True, False)
    assert len(checked(log)) == 1
    assert Erasure.objects.count() == 1


def test_an_erasure_that_is_rolled_back_destroys_nothing(log: Log) -> None:
    with transaction.atomic():
        name = contents.keep(log, b"a secret")

    def act() -> None:
        with transaction.atomic():
            append(log.pk, contents.ERASED, {"by": {"side": "elm"}, "digest": name})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert Content.objects.filter(digest=name).exists()
    assert checked(log) == []


WRITER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "isthmus.server.settings"
import django
django.setup()
from django.core.management import call_command
from django.db import transaction
from isthmus.server.core import contents
from isthmus.server.core.events import EventType, append, register
from isthmus.server.core.models import Log
if sys.argv[1] == "make":
    call_command("migrate", verbosity=0)
    Log.objects.create(origin="localhost/series/test")
    sys.exit()
register(EventType("test.noted", lambda log, event: None))
log = Log.objects.get()
while True:
    with transaction.atomic():
        name = contents.keep(log, os.urandom(100))
        event = append(log.pk, "test.noted", {"content": {"sealed": name}})
    print(event.number, flush=True)
"""
READER = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "isthmus.server.settings"
import django
django.setup()
from isthmus.ledger.tree import leaf_hash, root_of
from isthmus.server.core.events import EventType, register
from isthmus.server.core.models import Content, Entry, Log
from isthmus.server.core.derivation import differences
register(EventType("test.noted", lambda log, event: None))
log = Log.objects.get()
found = [bytes(row.content) for row in Entry.objects.filter(log=log)]
assert log.tree.root() == root_of([leaf_hash(content) for content in found])
assert [row.number for row in Entry.objects.filter(log=log)] == list(range(log.size))
assert Content.objects.count() == log.size
assert differences(log) == []
print(log.size)
"""


def test_killed_in_a_loop_of_writes_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "ISTHMUS_DATA": str(tmp_path)}
    program = [sys.executable, "-c", WRITER]
    subprocess.run([*program, "make"], env=environment, check=True)
    acknowledged, dice = -1, random.Random(3)
    for _ in range(4):
        with subprocess.Popen([*program, "write"], env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            acknowledged = max(acknowledged, int(process.stdout.readline()))
            time.sleep(dice.random() / 3)
            process.send_signal(signal.SIGKILL)
            acknowledged = max([acknowledged, *(int(line) for line in process.stdout.read().split())])
        read = subprocess.run([sys.executable, "-c", READER], env=environment, check=True, capture_output=True)
        assert int(read.stdout) >= acknowledged + 1
    assert acknowledged > 10
