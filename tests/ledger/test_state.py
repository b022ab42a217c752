"""Which entries a record may hold, and which it may not: for each side alike."""

from __future__ import annotations

from datetime import timedelta

import pytest

from isthmus.ledger import Json, Phase, SigningKey, Violation, freeze_text, sign_note
from isthmus.ledger.facts import SUBJECT_CHANGED
from tests.ledger.series import Series, Side, key

pytestmark = pytest.mark.unit
SIDES = ("elm", "birch")


def other(side: str) -> str:
    return SIDES[1 - SIDES.index(side)]


@pytest.fixture(params=SIDES)
def side(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[SIDES, SIDES[::-1]])
def series(request: pytest.FixtureRequest) -> Series:
    return Series(*request.param).found()


def refusal(series: Series, kind: str, payload: dict[str, Json]) -> str:
    """The words with which an entry is refused; the state is the same afterwards."""
    before = (series.state.size, {n: (d.phase, {*d.signatures}) for n, d in series.state.decisions.items()})
    with pytest.raises(Violation) as caught:
        series.append(kind, payload)
    after = (series.state.size, {n: (d.phase, {*d.signatures}) for n, d in series.state.decisions.items()})
    assert after == before
    return str(caught.value)


def test_both_sign_and_it_is_carried_out(series: Series) -> None:
    number = series.decide()
    assert series.state.decisions[number].phase is Phase.EXECUTED


def test_three_sides_need_three_signatures() -> None:
    series = Series("elm", "birch", "alder").found()
    number = series.propose("alder")
    for name in ("alder", "birch"):
        series.sign(number, name)
    assert "without a signature of elm" in refusal(series, "decision.executed", {"decision": number})
    series.sign(number, "elm")
    series.execute(number)


def test_one_signature_is_not_enough(series: Series, side: str) -> None:
    number = series.propose(side)
    series.sign(number, side)
    said = refusal(series, "decision.executed", {"decision": number})
    assert said == f"Decision {number} was carried out without a signature of {other(side)} that counts."


def test_two_signatures_of_one_side_are_one(series: Series, side: str) -> None:
    number = series.propose(side)
    series.sign(number, side)
    assert "signed decision 1 already" in refusal(series, "decision.signed", series.signed(number, side))
    spare = series.signed(number, other(side), series.sides[side].spare)
    assert "not a signature with the key" in refusal(series, "decision.signed", spare)
    mine = series.signed(number, other(side), series.sides[side].decision)
    assert "not a signature with the key" in refusal(series, "decision.signed", mine)


def test_a_strangers_signature_does_not_count(series: Series, side: str) -> None:
    number = series.propose(side)
    stranger = series.signed(number, side, key("alder/decision"))
    assert "not a signature with the key" in refusal(series, "decision.signed", stranger)
    namesake = SigningKey.generate(f"{side}/decision")
    assert "not a signature with the key" in refusal(series, "decision.signed", series.signed(number, side, namesake))


def test_a_changed_byte_is_not_what_was_signed(series: Series, side: str) -> None:
    first, second = series.propose(side), series.propose(side)
    wrong = series.signed(second, side) | {"decision": first}
    assert "does not fit these exact bytes" in refusal(series, "decision.signed", wrong)


def test_an_old_decision_is_not_carried_out_again(series: Series) -> None:
    number = series.decide()
    assert "is closed: carried out" in refusal(series, "decision.executed", {"decision": number})
    proposed = series.proposal("elm")
    series.append("decision.proposed", proposed)
    said = refusal(series, "decision.proposed", proposed)
    assert said == "The decision does not name this series, its place after the last one, and its own data."


def test_a_decision_of_another_series_does_not_count(series: Series, side: str) -> None:
    elsewhere = Series(*SIDES)
    elsewhere.sides[other(side)] = Side(other(side), 2)
    elsewhere.found()
    assert "does not name this series" in refusal(series, "decision.proposed", elsewhere.proposal(side))


def test_a_lapsed_decision_takes_no_signature(series: Series, side: str) -> None:
    number = series.propose(side)
    series.sign(number, side)
    series.append("decision.lapsed", {"decision": number, "reason": SUBJECT_CHANGED})
    assert "is closed: lapsed" in refusal(series, "decision.signed", series.signed(number, other(side)))
    assert "is closed: lapsed" in refusal(series, "decision.executed", {"decision": number})


def test_it_lapses_only_for_a_reason(series: Series, side: str) -> None:
    number = series.propose(side)
    assert "only if its time" in refusal(series, "decision.lapsed", {"decision": number, "reason": "tired"})
    assert "was not up" in refusal(series, "decision.lapsed", {"decision": number, "reason": "expired"})
    series.at += timedelta(days=15)
    assert "was over when it was signed" in refusal(series, "decision.signed", series.signed(number, side))
    series.append("decision.lapsed", {"decision": number, "reason": "expired"})
    assert series.state.decisions[number].phase is Phase.LAPSED


def test_signatures_in_time_do_not_carry_out_later(series: Series) -> None:
    number = series.propose("elm")
    for name in SIDES:
        series.sign(number, name)
    series.at += timedelta(days=15)
    assert "was over when it was carried out" in refusal(series, "decision.executed", {"decision": number})


def test_a_rejection_closes_it(series: Series, side: str) -> None:
    number = series.propose(side)
    forged = series.rejection(number, side) | {"side": other(side)}
    assert "not a signature with the key" in refusal(series, "decision.rejected", forged)
    series.append("decision.rejected", series.rejection(number, other(side)))
    assert series.state.decisions[number].reason == other(side)
    assert "is closed: rejected" in refusal(series, "decision.signed", series.signed(number, side))


def freeze(series: Series, side: str, signer: SigningKey | None = None) -> dict[str, Json]:
    text = freeze_text(series.state.founded().digest, side)
    return {"note": sign_note(text, signer or series.sides[side].spare).format(), "side": side}


def test_the_spare_alone_freezes_its_side(series: Series, side: str) -> None:
    assert "Only the spare key" in refusal(series, "side.frozen", freeze(series, side, series.sides[side].decision))
    foreign = freeze(series, other(side), series.sides[side].spare)
    assert "Only the spare key" in refusal(series, "side.frozen", foreign)
    early, number = series.propose(side), series.propose(side)
    series.sign(number, side)
    series.append("side.frozen", freeze(series, side))
    assert "has stopped its keys" in refusal(series, "decision.signed", series.signed(early, side))
    assert "has stopped its keys" in refusal(series, "decision.proposed", series.proposal(side))
    series.sign(number, other(side))  # the other side is free to sign, it changes nothing
    said = refusal(series, "decision.executed", {"decision": number})
    assert said == f"Decision {number} was carried out without a signature of {side} that counts."
    assert "stopped already" in refusal(series, "side.frozen", freeze(series, side))


def replace(series: Series, side: str, generation: int = 2) -> tuple[int, Side]:
    fresh = Side(side, generation)
    return series.propose(side, "keys.replace", {"side": side, "keys": fresh.keys()}), fresh


@pytest.mark.parametrize("frozen", [False, True])
def test_a_replacement_takes_the_spare_and_the_other_side(series: Series, side: str, *, frozen: bool) -> None:
    waiting = series.propose(other(side))
    series.sign(waiting, side)
    if frozen:
        series.append("side.frozen", freeze(series, side))
    number, fresh = replace(series, side)
    assert "not a signature with the key" in refusal(series, "decision.signed", series.signed(number, side))
    series.sign(number, side, series.sides[side].spare)
    assert "without a signature" in refusal(series, "decision.executed", {"decision": number})
    series.sign(number, other(side))
    series.execute(number)
    old, series.sides[side] = series.sides[side], fresh
    assert not series.state.sides[side].frozen
    series.sign(waiting, other(side))
    assert "without a signature" in refusal(series, "decision.executed", {"decision": waiting})
    stolen = series.signed(waiting, side, old.decision)
    assert "not a signature with the key" in refusal(series, "decision.signed", stolen)
    assert "Only the spare key" in refusal(series, "side.frozen", freeze(series, side, old.spare))
    series.sign(waiting, side)
    series.execute(waiting)


def test_former_keys_do_not_come_back(series: Series, side: str) -> None:
    again: dict[str, Json] = {"side": side, "keys": Side(side).keys()}
    said = refusal(series, "decision.proposed", series.proposal(side, "keys.replace", again))
    assert said == "A key that was used before cannot be used again; make new ones."


def test_both_frozen_sides_can_still_replace_their_keys(series: Series) -> None:
    for name in SIDES:
        series.append("side.frozen", freeze(series, name))
    for name in SIDES:
        number, fresh = replace(series, name)
        for signer in SIDES:
            frozen = series.state.sides[signer].frozen
            series.sign(number, signer, series.sides[signer].spare if frozen else None)
        series.execute(number)
        series.sides[name] = fresh
    series.decide()


def test_rules_change_by_decision(series: Series) -> None:
    series.decide("rules.change", {"rules": {"languages": ["en", "fr", "zh-Hans"], "decision_days": 7}})
    assert series.state.rules.languages == ("en", "fr", "zh-Hans")
    assert tuple(series.proposal("elm")["texts"]) == ("en", "fr", "zh-Hans")  # type: ignore[arg-type]


def test_contents_are_destroyed_by_decision(series: Series) -> None:
    number = series.decide()
    name = series.state.decisions[number].text.texts["en"]
    missing = series.proposal("elm", "contents.erase", {"digests": ["sha256:" + "0" * 64]})
    assert "no sealed content" in refusal(series, "decision.proposed", missing)
    twice = [series.propose("elm", "contents.erase", {"digests": [name]}) for _ in range(2)]
    for side in SIDES:
        for decision in twice:
            series.sign(decision, side)
    series.execute(twice[0])
    assert series.state.erased == {name}
    assert "destroyed already" in refusal(series, "decision.executed", {"decision": twice[1]})


def test_one_side_destroys_only_what_is_its_own(series: Series, side: str) -> None:
    number, own = series.decide(), "sha256:" + "1" * 64
    series.append("member.noted", {"side": side, "entry": {"sealed": own}})
    common = series.state.decisions[number].text.texts["zh-Hans"]
    for by, digest in ((side, common), (other(side), own)):
        assert "is destroyed by a decision of all sides" in refusal(
            series, "content.erased", {"by": {"side": by}, "digest": digest}
        )
    series.append("content.erased", {"by": {"side": side}, "digest": own})
    assert series.state.erased == {own}
    assert "destroyed already" in refusal(series, "content.erased", {"by": {"side": side}, "digest": own})


def test_the_genesis_is_signed_by_every_side(side: str) -> None:
    series = Series(*SIDES)
    payload = series.genesis_payload()
    lines = str(payload["note"]).splitlines(keepends=True)
    without = "".join(line for line in lines if not line.startswith(f"— {side}/"))
    assert refusal(series, "genesis", payload | {"note": without}) == f"The signature of {side} is missing."
    assert "only that" in refusal(series, "remark", {})
    series.append("genesis", payload)
    assert "only that" in refusal(series, "genesis", payload)


def test_one_key_cannot_stand_for_two_sides(side: str) -> None:
    series = Series(*SIDES)
    series.sides[side].witness = SigningKey.from_bytes(
        f"{side}/witness", series.sides[side].witness.algorithm, series.sides[other(side)].witness.to_bytes()
    )
    with pytest.raises(ValueError, match="Two keys are the same"):
        series.found()


def test_entries_come_in_order(series: Series) -> None:
    event = series.event("remark", {"text": "noted"})
    series.state.apply(event)
    with pytest.raises(Violation, match="says that it is entry 1"):
        series.state.apply(event)
