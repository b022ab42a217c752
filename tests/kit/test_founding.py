"""From the invitation to the founding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isthmus.kit.following import follow, follow_file
from isthmus.kit.founding import draft_of, genesis_parcel, pair_parcel, read_invitation
from isthmus.kit.keyring import Reading
from isthmus.kit.mirror import ANCHORED
from isthmus.language import InputError
from isthmus.ledger import Genesis, Invitation, Json, Note, pair_text, verify_note
from tests.kit.dialogue import Town, fresh

pytestmark = pytest.mark.unit

INVITATION = Invitation("https://dialogue.example", "code-of-a-host")


@pytest.fixture
def founding(town: Town, order: tuple[str, str]) -> Town:
    """A town whose series is not founded yet: kits without a series, a server that shows the draft."""
    document: dict[str, Json] = dict(town.series.state.founded().document)
    town.server.founding = {"document": document, "series": "series-1", "signed": [], "state": "ready"}
    for kit in town.kits.values():
        kit.change(genesis="", series="", server="")
    return town


def test_an_answer_is_signed_by_both_keys_and_keeps_the_way_to_the_server(
    founding: Town, order: tuple[str, str]
) -> None:
    kit, side = founding.kits[order[0]], founding.series.sides[order[0]]
    parcel = pair_parcel(kit, INVITATION, side.decision, side.spare)
    note = Note.parse(str(parcel["note"]))
    keys = [side.decision.verifier, side.spare.verifier]
    assert note.text == pair_text(parcel)
    assert verify_note(note, keys) == keys
    assert parcel["reader"] == kit.keyring.reading().token_digest
    assert (kit.settings.server, kit.keyring.reading().code) == (INVITATION.server, INVITATION.code)
    assert kit.keyring.reading().token not in json.dumps(parcel)
    with pytest.raises(InputError, match="The spare key is not the one"):
        pair_parcel(kit, INVITATION, side.decision, founding.series.sides[order[1]].spare)


def test_the_draft_is_followed_signed_pinned_and_then_the_record_is_cosigned(
    founding: Town, order: tuple[str, str]
) -> None:
    kit, side = founding.kits[order[0]], founding.series.sides[order[0]]
    kit.mirror.keep_fact(ANCHORED, "")
    pair_parcel(kit, INVITATION, side.decision, side.spare)
    assert founding.server.founding is not None
    ready = founding.server.founding
    founding.server.founding = {**ready, "document": None, "state": "waiting"}
    waiting = follow(kit).draft
    assert waiting is not None
    assert waiting.genesis is None
    with pytest.raises(InputError, match="There is no genesis to sign"):
        genesis_parcel(kit, side.decision)
    founding.server.founding = {**ready, "signed": [order[1], "stranger"]}
    draft = follow(kit).draft
    assert draft is not None
    assert draft.signed == (order[1],)
    parcel = genesis_parcel(kit, side.decision)
    genesis = Genesis.from_document(ready["document"])
    assert Note.parse(str(parcel["note"])).text == genesis.text
    assert (kit.settings.genesis, kit.settings.series) == (genesis.digest, "series-1")
    founding.server.founding = {**ready, "state": "founded"}
    kit.keyring.keep_reading(Reading(f"token-of-{order[0]}", INVITATION.code))
    followed = follow(kit)
    assert followed.mirrored is not None
    assert followed.mirrored.size == 1
    assert [parcel["kind"] for parcel in founding.server.parcels] == ["cosign"]
    assert draft_of(kit) is None


@pytest.mark.parametrize("field", ["decision", "witness", "encryption", "spare", "names"])
def test_a_draft_that_names_something_else_for_this_side_is_refused(
    founding: Town, order: tuple[str, str], field: str
) -> None:
    kit = founding.kits[order[0]]
    told = json.loads(json.dumps(founding.server.founding))
    others = {**fresh(order[0]).keys(), "names": {"en": "Another", "zh-Hans": "别的"}}
    told["document"]["sides"][order[0]][field] = others[field]
    data = json.dumps({"format": "isthmus founding v1", **told}).encode()
    with pytest.raises(InputError, match=rf"names other keys or another name for {order[0]}"):
        follow_file(kit, data)
    assert draft_of(kit) is None


def test_a_founding_comes_as_a_file_too(founding: Town, order: tuple[str, str]) -> None:
    kit = founding.kits[order[0]]
    data = json.dumps({"format": "isthmus founding v1", **(founding.server.founding or {})}).encode()
    assert follow_file(kit, data).draft == draft_of(kit)
    with pytest.raises(InputError, match="how far a founding is"):
        follow_file(kit, data.replace(b'"ready"', b'"soon"'))
    with pytest.raises(InputError, match="not a record of version 1"):
        follow_file(kit, b"{}")


def test_a_kit_of_one_series_is_not_paired_with_another(town: Town, order: tuple[str, str]) -> None:
    side = town.series.sides[order[0]]
    with pytest.raises(InputError, match="has signed a genesis already"):
        pair_parcel(town.kits[order[0]], INVITATION, side.decision, side.spare)


def test_an_invitation_is_a_text_or_a_file(tmp_path: Path) -> None:
    path = tmp_path / "invitation.txt"
    path.write_text(f"{INVITATION.text}\n", encoding="utf-8")
    assert read_invitation(str(path)) == read_invitation(INVITATION.text) == INVITATION
    with pytest.raises(InputError, match="This is no invitation"):
        read_invitation("hello")
