"""What a kit makes is what the record takes, act by act."""

from __future__ import annotations

from datetime import timedelta

import pytest

from isthmus.kit.following import follow
from isthmus.kit.keyring import Reading
from isthmus.kit.kit import Kit
from isthmus.kit.signing import (
    Proposal,
    Version,
    decision_of,
    freeze_parcel,
    needs_spare,
    obstacle,
    propose_parcel,
    reader_parcel,
    reject_parcel,
    sign_parcel,
    versions,
    waiting,
)
from isthmus.language import InputError
from isthmus.ledger import Note, reader_text, verify_note
from tests.kit.dialogue import Town, fresh

pytestmark = pytest.mark.unit

RULES = {"rules": {"decision_days": 7, "languages": ["en", "zh-Hans"]}}


def mirrored(town: Town, side: str) -> Kit:
    town.server.now = max(town.server.now, town.series.at)
    follow(town.kits[side])
    return town.kits[side]


def test_what_a_kit_signs_the_record_takes(town: Town, order: tuple[str, str]) -> None:
    own, other = order
    number = town.series.propose(other)
    kit = mirrored(town, own)
    parcel = sign_parcel(kit, number, kit.keyring.decision(""))
    assert (parcel["kind"], parcel["series"], parcel["decision"]) == ("sign", "series-1", 1)
    town.series.append("decision.signed", {"decision": 1, "side": own, "signature": parcel["signature"]})
    assert town.series.state.signed_by(town.series.state.decisions[1]) == [own]


def test_what_a_kit_rejects_the_record_takes(town: Town, order: tuple[str, str]) -> None:
    own, other = order
    number = town.series.propose(other)
    kit = mirrored(town, own)
    parcel = reject_parcel(kit, number, kit.keyring.decision(""))
    town.series.append("decision.rejected", {"decision": 1, "side": own, "note": parcel["note"]})
    assert town.series.state.decisions[1].reason == own


def test_every_language_is_shown_with_its_digest(town: Town, order: tuple[str, str]) -> None:
    number = town.series.propose(order[1])
    kit = mirrored(town, order[0])
    decision = decision_of(kit, number)
    assert versions(kit, decision) == [
        Version("en", decision.text.texts["en"], "theme.adopt  en\n"),
        Version("zh-Hans", decision.text.texts["zh-Hans"], "theme.adopt  zh-Hans\n"),
    ]
    assert Version("en", "", "a\u202eb\u200b\tc\n\u3000").unseen == 2


def test_waiting_is_what_is_open_and_not_signed_by_this_side(town: Town, order: tuple[str, str]) -> None:
    own, other = order
    town.series.decide()
    for number in (town.series.propose(other), town.series.propose(own)):
        town.series.sign(number, own if number == 2 else other)
    kit = mirrored(town, own)
    assert [decision.text.number for decision in waiting(kit)] == [3]
    town.later(days=15)
    assert waiting(kit) == []


def check_refused(kit: Kit, number: int, told: str) -> None:
    with pytest.raises(InputError, match=told):
        sign_parcel(kit, number, kit.keyring.decision(""))


def test_nothing_is_signed_that_is_destroyed_closed_over_or_unknown(town: Town, order: tuple[str, str]) -> None:
    own, other = order
    town.series.propose(other)
    destroyed = town.series.state.decisions[1].text.texts["en"]
    town.series.decide("contents.erase", {"digests": [destroyed]})
    town.series.contents.pop(destroyed)
    kit = mirrored(town, own)
    check_refused(kit, 1, "cannot be signed: en: This content is destroyed")
    check_refused(kit, 2, "Decision 2 is closed: executed")
    check_refused(kit, 3, "There is no decision 3 in the mirror")
    third = town.series.propose(other)
    kit = mirrored(town, own)
    town.server.now += timedelta(days=14)
    check_refused(kit, third, "Decision 3 is over since 2026-12-")


def test_a_frozen_side_signs_only_the_replacement_of_keys_with_its_spare(town: Town, order: tuple[str, str]) -> None:
    own, other = order
    first = town.series.propose(other)
    kit = mirrored(town, own)
    with pytest.raises(InputError, match=r"This takes the key .*/spare/demonstration"):
        freeze_parcel(kit, kit.keyring.decision(""))
    parcel = freeze_parcel(kit, town.series.sides[own].spare)
    town.series.append("side.frozen", {"note": parcel["note"], "side": own})
    kit = mirrored(town, own)
    check_refused(kit, first, "has stopped its keys")
    with pytest.raises(InputError, match="are stopped already"):
        freeze_parcel(kit, town.series.sides[own].spare)
    number = town.series.propose(other, "keys.replace", {"side": own, "keys": fresh(own).keys()})
    kit = mirrored(town, own)
    decision = decision_of(kit, number)
    assert needs_spare(kit, decision)
    assert obstacle(kit, decision) is None
    assert sign_parcel(kit, number, town.series.sides[own].spare)["decision"] == number


def test_data_that_make_no_sense_are_not_proposed(town: Town, order: tuple[str, str]) -> None:
    kit = mirrored(town, order[0])
    with pytest.raises(InputError, match="two languages or more"):
        propose_parcel(
            kit,
            Proposal("rules.change", 0, {"rules": {"decision_days": 7, "languages": ["en"]}}),
            kit.keyring.decision(""),
        )


def test_a_new_reading_token_is_vouched_for(town: Town, order: tuple[str, str]) -> None:
    kit = mirrored(town, order[0])
    fresh = Reading.generate()
    parcel = reader_parcel(kit, fresh.token_digest, kit.keyring.decision(""))
    note = Note.parse(str(parcel["note"]))
    assert note.text == reader_text(kit.settings.genesis, kit.side, fresh.token_digest)
    assert verify_note(note, [kit.settings.keys.decision]) == [kit.settings.keys.decision]
