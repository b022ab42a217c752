"""Two who act at the same moment: one outcome, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from isthmus.ledger import Json, SeriesRules, read_record, verify_record, write_record
from isthmus.server.core.actors import Actor
from isthmus.server.core.derivation import differences
from isthmus.server.core.models import Entry, Log
from isthmus.server.dialogues.actions.decisions import propose_decision
from isthmus.server.dialogues.actions.entries import lock_log
from isthmus.server.dialogues.export import record_of
from isthmus.server.dialogues.kinds import DecisionKind, register, unregister
from isthmus.server.dialogues.models import Founding, Invitation, Series
from isthmus.server.dialogues.parcels import Outcome
from tests.server.dialogues.hosts import Founded, Host, Parcel, found, invited, take

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]
ROUNDS = 3


def at_once(*acts: Callable[[], Outcome | None]) -> list[Outcome | None]:
    """Let each act begin at the same moment, in threads with connections of their own."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], Outcome | None]) -> Outcome | None:
        barrier.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [task.result(timeout=60) for task in [pool.submit(run, act) for act in acts]]


def taking(parcel: Parcel) -> Callable[[], Outcome]:
    return lambda: take(parcel)


def checked(founded: Founded) -> list[str]:
    """The types of all entries, after checking that the record verifies and derives what is there."""
    report = verify_record(read_record(b"".join(write_record(record_of(founded.log, 0)))), founded.series.genesis)
    assert [fault.message.render() for fault in report.faults] == []
    assert differences(founded.log) == []
    return [*Entry.objects.filter(log=founded.log).values_list("type", flat=True)]


def test_two_founders_at_once() -> None:
    for _ in range(ROUNDS):
        before = Series.objects.count()
        hosts = invited("elm", "birch")
        assert [bool(told and told.done) for told in at_once(*(taking(host.pair()) for host in hosts))] == [True] * 2
        signed = at_once(*(taking(host.genesis()) for host in hosts * 2))
        assert [bool(told and told.done) for told in signed] == [True] * 4
        assert Series.objects.count() == before + 1
        assert Log.objects.get(pk=Series.objects.order_by("-founded").first().pk).size == 1  # type: ignore[union-attr]


def test_one_invitation_answered_twice_at_once() -> None:
    elm, _ = invited("elm", "birch")
    birch = Host("birch", elm.code)
    told = at_once(taking(elm.pair()), taking(birch.pair()))
    assert sorted(bool(outcome and outcome.done) for outcome in told) == [False, True]
    assert Invitation.objects.exclude(side="").count() == 1


def test_one_name_taken_twice_at_once() -> None:
    one, two = invited("elm", "birch")
    twin = Host("elm", two.code)
    told = at_once(taking(one.pair()), taking(twin.pair()))
    assert sorted(bool(outcome and outcome.done) for outcome in told) == [False, True]


def test_one_decision_signed_by_all_and_twice_at_once() -> None:
    founded = found()
    for days in range(1, ROUNDS + 1):
        decision = founded.rules("elm", days)
        parcels = [host.sign(decision) for host in founded.hosts.values()]
        at_once(*(taking(parcel) for parcel in parcels * 2))
        assert founded.decision(decision.number).phase == "executed"
    kinds = checked(founded)
    assert [kinds.count(kind) for kind in ("decision.signed", "decision.executed")] == [2 * ROUNDS, ROUNDS]


def test_signed_and_rejected_at_once() -> None:
    founded = found()
    for days in range(1, ROUNDS + 1):
        decision = founded.rules("birch", days)
        take(founded.hosts["birch"].sign(decision))
        elm = founded.hosts["elm"]
        told = at_once(taking(elm.sign(decision)), taking(elm.reject(decision)))
        assert sorted(bool(outcome and outcome.done) for outcome in told) == [False, True]
        assert founded.decision(decision.number).phase in {"executed", "rejected"}
    checked(founded)


@pytest.fixture
def theme() -> Iterator[str]:
    """A kind of decision about what an upper room may change under the lock of the log."""

    def subject(series: Series, _round: int, _data: Mapping[str, Json]) -> dict[str, bytes]:
        titles = Founding.objects.get(pk=series.pk).titles
        return {tag: titles[tag].encode() for tag in SeriesRules.from_json(series.rules).languages}

    register(DecisionKind("theme.adopt", subject, lambda *_: None))
    yield "theme.adopt"
    unregister("theme.adopt")


@pytest.mark.parametrize("side", ["elm", "birch"])
def test_a_subject_changed_while_it_is_signed(theme: str, side: str) -> None:
    founded = found()
    for turn in range(ROUNDS):
        actor = Actor("member", founded.series.pk, side)
        decision = propose_decision(actor=actor, series_id=founded.series.pk, act=theme, data={})
        other = next(host for name, host in founded.hosts.items() if name != side)
        take(founded.hosts[side].sign(decision))

        def change(turn: int = turn) -> None:
            with transaction.atomic():
                lock_log(founded.series.pk)
                Founding.objects.update(titles={"en": f"Harvest {turn}", "zh-Hans": f"收成{turn}"})

        told = at_once(taking(other.sign(decision)), change)[0]
        assert told is not None
        assert founded.decision(decision.number).phase == ("executed" if told.done else "lapsed")
    kinds = checked(founded)
    assert kinds.count("decision.executed") + kinds.count("decision.lapsed") == ROUNDS
