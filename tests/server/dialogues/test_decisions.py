"""What binds all sides happens on all keys, once, and only while it is about what was signed: for each side alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from isthmus.language import InputError
from isthmus.ledger import Event, Json, SeriesRules, read_record, verify_record, write_record
from isthmus.server.core import clock, contents
from isthmus.server.core.actors import OPERATOR, Actor
from isthmus.server.core.derivation import differences
from isthmus.server.core.events import EventType, append
from isthmus.server.core.events import register as register_event
from isthmus.server.core.models import Content, Entry, Log
from isthmus.server.dialogues.actions import decisions
from isthmus.server.dialogues.actions.contents import erase_own_content
from isthmus.server.dialogues.actions.decisions import lapse_decisions, propose_decision
from isthmus.server.dialogues.export import record_of
from isthmus.server.dialogues.kinds import DecisionKind, register, unregister
from isthmus.server.dialogues.models import Founding, Series
from tests.ledger.series import Side, key
from tests.server.dialogues.hosts import Founded, found, said, take

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]
SIDES = ("elm", "birch")


def _nothing(_log: Log, _event: Event) -> None:
    """An act of one side, of which no row follows."""


NOTED = EventType("member.noted", _nothing)


def other(side: str) -> str:
    return SIDES[1 - SIDES.index(side)]


@pytest.fixture(params=SIDES)
def side(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[SIDES, SIDES[::-1]])
def founded(request: pytest.FixtureRequest) -> Iterator[Founded]:
    """A founded series, whatever the order of its hosts; what is done to it in a test has to verify and derive."""
    made = found(*request.param)
    yield made
    report = verify_record(read_record(b"".join(write_record(record_of(made.log, 0)))), made.series.genesis)
    assert [fault.message.render() for fault in report.faults] == []
    assert differences(made.log) == []


def types(founded: Founded) -> list[str]:
    return [*Entry.objects.filter(log=founded.log).values_list("type", flat=True)]


def test_the_last_signature_carries_it_out(founded: Founded, side: str) -> None:
    decision = founded.rules(side)
    assert take(founded.hosts[side].sign(decision)).told == {"decision": 1, "phase": "open"}
    assert take(founded.hosts[other(side)].sign(decision)).told == {"decision": 1, "phase": "executed"}
    founded.series.refresh_from_db()
    assert founded.series.rules == SeriesRules(decision_days=7).to_json()
    assert types(founded) == [
        "genesis",
        "decision.proposed",
        "decision.signed",
        "decision.signed",
        "decision.executed",
    ]


def test_one_side_alone_decides_nothing(founded: Founded, side: str) -> None:
    decision, host = founded.rules(side), founded.hosts[side]
    take(host.sign(decision))
    again = take(host.sign(decision))
    assert again.told == {"decision": 1, "phase": "open"}
    assert "is of no side that can sign" in said(host.sign(decision, host.keys.spare))
    assert "is of no side that can sign" in said(host.sign(decision, key("oak/decision")))
    stolen_name = key(f"{other(side)}/decision", salt="other")
    assert "is of no side that can sign" in said(host.sign(decision, stolen_name))
    assert founded.decision(1).signatures.count() == 1
    assert SeriesRules.from_json(Series.objects.get().rules).decision_days == 14


def test_a_signature_over_other_bytes(founded: Founded, side: str) -> None:
    one, two = founded.rules(side), founded.rules(side, 8)
    wrong = founded.hosts[side].sign(two) | {"decision": 1}
    assert said(wrong) == f"The signature of {side} does not fit these exact bytes."
    assert one.signatures.count() == 0


def test_it_is_carried_out_once(founded: Founded) -> None:
    decision = founded.all_sign(founded.rules("elm"))
    size = founded.log.size
    assert take(founded.hosts["elm"].sign(decision)).told == {"decision": 1, "phase": "executed"}
    assert "is closed: carried out" in said(founded.hosts["birch"].reject(decision))
    assert founded.log.size == size


def test_a_request_counts_once_and_for_its_own_data(founded: Founded, side: str) -> None:
    data: dict[str, Json] = {"rules": SeriesRules(decision_days=5).to_json()}
    parcel = founded.hosts[side].propose(founded.series, "rules.change", data)
    take(parcel)
    assert said(parcel) == "This request was carried out before; ask again for another proposal."
    fresh = founded.hosts[side].propose(founded.series, "rules.change", data)
    assert "does not ask for these data" in said(fresh | {"data": {"rules": SeriesRules().to_json()}})
    assert "does not ask for these data" in said(fresh | {"nonce": "1"})
    spare = founded.hosts[side].propose(founded.series, "rules.change", data, founded.hosts[side].keys.spare)
    assert said(spare) == "No side's key in force has signed this request."
    unknown = founded.hosts[side].propose(founded.series, "moon.move", {})
    assert said(unknown).startswith("“moon.move” is nothing that can be decided here")
    broken = founded.hosts[side].propose(founded.series, "rules.change", {"rules": {}})
    assert said(broken) == "rules: the field “decision_days” is missing."
    assert founded.series.decisions.count() == 1
    assert Content.objects.count() == 2


def test_only_who_acts_for_a_side_proposes(founded: Founded) -> None:
    rules: dict[str, Json] = {"rules": SeriesRules().to_json()}
    for actor in (OPERATOR, Actor("member of oak", founded.series.pk, "oak"), Actor("stranger", "other", "elm")):
        with pytest.raises(PermissionDenied):
            propose_decision(actor=actor, series_id=founded.series.pk, act="rules.change", data=rules)


def test_one_side_cannot_crowd_out_the_other(founded: Founded, side: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "MOST_OPEN", 2)
    for days in (3, 4):
        founded.rules(side, days)
    data: dict[str, Json] = {"rules": SeriesRules(decision_days=5).to_json()}
    more = founded.hosts[side].propose(founded.series, "rules.change", data)
    assert said(more) == f"2 decisions of {side} are open; reject some of them first."
    assert founded.rules(other(side)).number == 3
    take(founded.hosts[side].reject(founded.decision(1)))
    assert founded.rules(side).number == 4


def test_a_rejection_closes_it(founded: Founded, side: str) -> None:
    decision = founded.rules(side)
    assert take(founded.hosts[other(side)].reject(decision)).told == {"decision": 1, "phase": "rejected"}
    assert founded.decision(1).reason == other(side)
    assert "is closed: rejected" in said(founded.hosts[side].sign(decision))


def test_time_is_up(founded: Founded, side: str) -> None:
    decision = founded.rules(side)
    take(founded.hosts[side].sign(decision))
    with clock.set_to(decision.expires - timedelta(seconds=1)):
        assert lapse_decisions(series_id=founded.series.pk) == []
    with clock.set_to(decision.expires):
        late = said(founded.hosts[other(side)].sign(decision))
        assert lapse_decisions(series_id=founded.series.pk) == []
    assert late == "Decision 1 has lapsed before it was signed: its time is up."
    assert (founded.decision(1).phase, founded.decision(1).reason) == ("lapsed", "expired")


def test_another_decision_changes_the_subject(founded: Founded, side: str) -> None:
    one, two = founded.rules(side, 5), founded.rules(side, 6)
    take(founded.hosts[side].sign(two))
    founded.all_sign(one)
    assert (founded.decision(2).phase, founded.decision(2).reason) == ("lapsed", "subject_changed")
    assert "is closed: lapsed" in said(founded.hosts[other(side)].sign(two))


@pytest.fixture
def theme() -> Iterator[str]:
    """A kind of decision of an upper room, whose subject can change without a decision: the title in the draft."""

    def subject(series: Series, _round: int, _data: Mapping[str, Json]) -> dict[str, bytes]:
        titles = Founding.objects.get(pk=series.pk).titles
        if not titles:
            raise InputError("There is no theme any more.")
        return {tag: titles[tag].encode() for tag in SeriesRules.from_json(series.rules).languages}

    register(DecisionKind("theme.adopt", subject, lambda *_: None))
    yield "theme.adopt"
    unregister("theme.adopt")


@pytest.mark.parametrize("titles", [{"en": "Harvest", "zh-Hans": "收成"}, {}])
def test_a_changed_subject_is_not_signed(founded: Founded, side: str, theme: str, titles: dict[str, str]) -> None:
    actor = Actor(f"member of {side}", founded.series.pk, side)
    decision = propose_decision(actor=actor, series_id=founded.series.pk, act=theme, data={})
    take(founded.hosts[side].sign(decision))
    Founding.objects.update(titles=titles)
    late = said(founded.hosts[other(side)].sign(decision))
    assert late == "Decision 1 has lapsed before it was signed: what it is about has changed."
    assert types(founded)[-1] == "decision.lapsed"
    Founding.objects.update(titles={"en": "Dialogue of Elm and Birch", "zh-Hans": "榆桦对话"})
    assert "is closed: lapsed" in said(founded.hosts[other(side)].sign(decision))


def test_the_spare_stops_a_stolen_key(founded: Founded, side: str) -> None:
    before, host = founded.rules(other(side)), founded.hosts[side]
    take(host.sign(before))
    assert take(host.freeze(founded.series)).done
    assert said(host.freeze(founded.series)) == f"The keys of {side} are stopped already."
    take(founded.hosts[other(side)].sign(before))
    assert founded.decision(1).phase == "open"
    after = founded.rules(other(side), 9)
    assert "is of no side that can sign decision 2 now" in said(host.sign(after))
    data: dict[str, Json] = {"rules": SeriesRules(decision_days=3).to_json()}
    assert "has stopped its keys" in said(host.propose(founded.series, "rules.change", data))


def test_new_keys_by_the_spare_and_the_other_side(founded: Founded, side: str) -> None:
    waiting, host = founded.rules(other(side)), founded.hosts[side]
    take(host.sign(waiting))
    take(host.freeze(founded.series))
    fresh = Side(side, 2)
    data: dict[str, Json] = {"side": side, "keys": fresh.keys()}
    assert "No side's key in force" in said(host.propose(founded.series, "keys.replace", data))
    assert take(host.propose(founded.series, "keys.replace", data, host.keys.spare)).done
    replacement = founded.decision(2)
    take(host.sign(replacement, host.keys.spare))
    assert take(founded.hosts[other(side)].sign(replacement)).told["phase"] == "executed"
    old, host.keys = host.keys, fresh
    assert "is of no side that can sign" in said(host.sign(waiting, old.decision))
    take(host.sign(waiting))
    assert take(founded.hosts[other(side)].sign(waiting)).told["phase"] == "executed"
    assert founded.series.sides.get(name=side).key_sets.count() == 2


def test_contents_are_destroyed_by_all(founded: Founded, side: str) -> None:
    first = founded.all_sign(founded.rules(side))
    digests = sorted(part["sealed"] for part in _texts(founded, first.proposed).values())
    outcome = take(founded.hosts[side].propose(founded.series, "contents.erase", {"digests": list[Json](digests)}))
    founded.all_sign(founded.decision(int(str(outcome.told["decision"]))))
    assert not Content.objects.filter(digest__in=digests).exists()
    again = founded.hosts[side].propose(founded.series, "contents.erase", {"digests": list[Json](digests)})
    assert "is destroyed already" in said(again)


def test_one_side_destroys_only_what_is_its_own(founded: Founded, side: str) -> None:
    series = founded.series.pk
    register_event(NOTED)
    common = min(part["sealed"] for part in _texts(founded, founded.rules(side).proposed).values())
    with transaction.atomic():
        own = contents.keep(founded.log, b"somebody's telephone number")
        append(series, "member.noted", {"side": side, "entry": {"sealed": own}})
    for acting, digest in ((side, common), (other(side), own)):
        with pytest.raises(InputError, match="by a decision of all sides"):
            erase_own_content(actor=Actor("member", series, acting), series_id=series, digest=digest)
    with pytest.raises(PermissionDenied):
        erase_own_content(actor=OPERATOR, series_id=series, digest=own)
    erase_own_content(actor=Actor("member", series, side), series_id=series, digest=own)
    assert contents.read(founded.log, own) is None
    assert contents.is_erased(founded.log, own)


def _texts(founded: Founded, number: int) -> dict[str, dict[str, str]]:
    content = bytes(Entry.objects.get(log=founded.log, number=number).content)
    return Event.from_bytes(content).payload["texts"]  # type: ignore[return-value]


def test_sides_mirror() -> None:
    """The same acts by the other side write the same entries with the names exchanged."""
    kinds = []
    for one in SIDES:
        made = found(one, other(one))
        made.all_sign(made.rules(one))
        take(made.hosts[one].freeze(made.series))
        kinds.append(types(made))
        Series.objects.all().delete()
    assert kinds[0] == kinds[1]
