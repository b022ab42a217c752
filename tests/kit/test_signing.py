"""A kit signs what its own mirror shows, whole and readable, and nothing else: for each side alike."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from isthmus.kit.kit import Kit
from isthmus.kit.mirroring import take_in
from isthmus.kit.secret_keys import SideSecrets
from isthmus.kit.signing import (
    Proposal,
    freeze_parcel,
    needs_spare,
    obstacle,
    propose_parcel,
    reject_parcel,
    sign_parcel,
    versions,
    waiting,
)
from isthmus.language import InputError
from isthmus.ledger import Json, Note, SeriesRules, verify_note
from tests.kit.shown import MarkedSeries, Shown, kit_of

pytestmark = pytest.mark.unit
SIDES = ("elm", "birch")


@pytest.fixture
def series() -> MarkedSeries:
    made = MarkedSeries()
    made.found()
    made.propose("elm")
    made.propose("birch", round_=1)
    return made


@pytest.fixture(params=SIDES)
def kit(request: pytest.FixtureRequest, series: MarkedSeries, tmp_path: Path) -> Kit:
    made = kit_of(series, str(request.param), tmp_path)
    take_in(made, Shown(series))
    return made


def other(kit: Kit) -> str:
    return SIDES[1 - SIDES.index(kit.side)]


def refused(act: object, *words: object) -> str:
    with pytest.raises(InputError) as problem:
        act(*words)  # type: ignore[operator]
    return str(problem.value)


def test_it_signs_what_it_shows(kit: Kit, series: MarkedSeries) -> None:
    decision = kit.book().state.decisions[2]
    assert [version.text for version in versions(kit, decision)] == ["theme.adopt  en\n", "theme.adopt  zh-Hans\n"]
    assert [waiting.text.number for waiting in waiting(kit)] == [1, 2]
    parcel = sign_parcel(kit, 2, series.sides[kit.side].decision)
    assert parcel == {
        "kind": "sign",
        "series": "series-1",
        "decision": 2,
        "signature": series.signature(2, series.sides[kit.side].decision),
    }
    series.sign(2, kit.side)
    take_in(kit, Shown(series))
    assert [waiting.text.number for waiting in waiting(kit)] == [1]
    assert "signed decision 2 already" in refused(sign_parcel, kit, 2, series.sides[kit.side].decision)


def test_not_with_another_key(kit: Kit, series: MarkedSeries) -> None:
    for key in (series.sides[kit.side].spare, series.sides[other(kit)].decision):
        assert "what was opened is another" in refused(sign_parcel, kit, 1, key)
        assert "what was opened is another" in refused(reject_parcel, kit, 1, key)


def test_not_what_it_does_not_know(kit: Kit, series: MarkedSeries) -> None:
    assert "no decision 9 in the mirror" in refused(sign_parcel, kit, 9, series.sides[kit.side].decision)


def test_not_what_it_cannot_read(kit: Kit, series: MarkedSeries, tmp_path: Path) -> None:
    name = series.state.decisions[1].text.texts["zh-Hans"]
    kept = kit.mirror.content(name)
    assert kept is not None
    kit.mirror.erase_contents([name])
    missing = "Decision 1 cannot be signed: zh-Hans: This content is not in the mirror."
    assert refused(sign_parcel, kit, 1, series.sides[kit.side].decision) == missing
    kit.mirror.keep_contents({name: (0, kept[0], "换掉的文本".encode())})
    assert "does not fit its digest" in refused(sign_parcel, kit, 1, series.sides[kit.side].decision)
    assert reject_parcel(kit, 1, series.sides[kit.side].decision)["kind"] == "reject"


def test_not_once_its_time_is_up(kit: Kit, series: MarkedSeries) -> None:
    series.at += timedelta(days=15)
    assert waiting(kit) == []
    assert "is over since 2026-12-08T03:01:00Z" in refused(sign_parcel, kit, 1, series.sides[kit.side].decision)


def test_not_once_it_is_closed(kit: Kit, series: MarkedSeries) -> None:
    series.append("decision.rejected", series.rejection(1, other(kit)))
    take_in(kit, Shown(series))
    assert refused(sign_parcel, kit, 1, series.sides[kit.side].decision) == "Decision 1 is closed: rejected."


def test_a_rejection_names_the_decision(kit: Kit, series: MarkedSeries) -> None:
    parcel = reject_parcel(kit, 1, series.sides[kit.side].decision)
    note = Note.parse(str(parcel["note"]))
    assert note.format() == series.rejection(1, kit.side)["note"]
    assert verify_note(note, [series.sides[kit.side].decision.verifier])


def test_a_proposal_counts_once(kit: Kit, series: MarkedSeries) -> None:
    data: dict[str, Json] = {"rules": SeriesRules(decision_days=5).to_json()}
    proposal = Proposal("rules.change", 0, data)
    one, two = (propose_parcel(kit, proposal, series.sides[kit.side].decision) for _ in range(2))
    assert one["nonce"] != two["nonce"]
    assert "rules.languages" in refused(
        propose_parcel, kit, Proposal("rules.change", 0, {"rules": {"languages": [], "decision_days": 1}}), None
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "“act” is missing"),
        ({"act": "Rules", "round": 0, "data": {}}, "written like rules.change"),
        ({"act": "rules.change", "round": -1, "data": {}}, "whole number from 0"),
        ({"act": "rules.change", "round": 0, "data": []}, "object with named fields"),
        ({"act": "rules.change", "round": 0, "data": {"a": 0.5}}, "not whole"),
    ],
)
def test_a_proposal_that_makes_no_sense(value: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Proposal.from_json(value)


def test_the_spare_stops_and_after_that_nothing_is_signed(kit: Kit, series: MarkedSeries) -> None:
    own = series.sides[kit.side]
    assert "what was opened is another" in refused(freeze_parcel, kit, own.decision)
    parcel = freeze_parcel(kit, own.spare)
    series.append("side.frozen", {"note": parcel["note"], "side": kit.side})
    take_in(kit, Shown(series))
    assert "has stopped its keys" in refused(sign_parcel, kit, 1, own.decision)
    assert "stopped already" in refused(freeze_parcel, kit, own.spare)


def test_new_keys_of_this_side_take_its_spare(kit: Kit, series: MarkedSeries) -> None:
    keys = SideSecrets.generate(kit.side, demonstration=True).public
    number = series.propose(kit.side, "keys.replace", {"side": kit.side, "keys": keys.to_json()})
    take_in(kit, Shown(series))
    decision = kit.book().state.decisions[number]
    assert needs_spare(kit, decision)
    assert not needs_spare(kit, kit.book().state.decisions[1])
    assert "what was opened is another" in refused(sign_parcel, kit, number, series.sides[kit.side].decision)
    assert sign_parcel(kit, number, series.sides[kit.side].spare)["decision"] == number
    assert obstacle(kit, decision) is None
