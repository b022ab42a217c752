"""From the invitation to the founding: pairing this kit with a server, and signing the genesis."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from isthmus.kit.files import read_text
from isthmus.kit.keyring import Reading
from isthmus.kit.kit import Kit
from isthmus.kit.mirror import ANCHORED, FOUNDING
from isthmus.kit.server import check_address
from isthmus.language import InputError
from isthmus.ledger.canonical import Json
from isthmus.ledger.decisions import pair_text
from isthmus.ledger.genesis import Genesis
from isthmus.ledger.invitation import PREFIX, Invitation
from isthmus.ledger.keys import SigningKey
from isthmus.ledger.note import sign_note

FORMAT: Final = "isthmus founding v1"
WAITING, READY, FOUNDED = "waiting", "ready", "founded"


def read_invitation(text: str) -> Invitation:
    """An invitation as text, or as a file that holds it."""
    if PREFIX not in text and Path(text).is_file():
        text = read_text(Path(text))
    return Invitation.parse(text)


def pair_parcel(kit: Kit, invitation: Invitation, decision: SigningKey, spare: SigningKey) -> dict[str, Json]:
    """Answer an invitation: this side's names and public keys, signed with its decision and spare keys.

    The kit keeps the server's address and the code, with which it follows the founding.

    Raises
    ------
    InputError
        If a key is not this kit's, or the kit belongs to a series already.
    """
    settings = kit.settings
    if settings.genesis:
        raise InputError("This kit has signed a genesis already; make another kit for another series.")
    if (decision.verifier, spare.verifier) != (settings.keys.decision, settings.keys.spare):
        raise InputError("The spare key is not the one that was made with this kit.")
    server = check_address(invitation.server, demonstration=settings.demonstration)
    reading = Reading(kit.keyring.reading().token, invitation.code)
    parcel: dict[str, Json] = {
        "kind": "pair",
        "invitation": invitation.code,
        "side": settings.side,
        "names": dict(settings.names),
        **settings.keys.to_json(),
        "reader": reading.token_digest,
    }
    parcel["note"] = sign_note(pair_text(parcel), decision, spare).format()
    kit.keyring.keep_reading(reading)
    kit.change(server=server)
    return parcel


@dataclass(frozen=True, slots=True)
class Draft:
    """How far the founding is. genesis: the document to be signed, once every side has answered its invitation."""

    state: str
    genesis: Genesis | None
    signed: tuple[str, ...]


def take_founding(kit: Kit, told: Mapping[str, Any]) -> Draft:
    """Take in how far the founding is.

    Raises
    ------
    InputError
        If the draft is no genesis, or names other keys or names for this side than its own.
    """
    draft = _draft(kit, told)
    kept = {name: told.get(name) for name in ("document", "series", "signed", "state")}
    kit.mirror.keep_fact(FOUNDING, json.dumps(kept, ensure_ascii=False))
    return draft


def draft_of(kit: Kit) -> Draft | None:
    """The draft as it was last taken in; None if there is none, or the series is founded and mirrored."""
    kept = kit.mirror.fact(FOUNDING)
    return None if kept is None or kit.mirror.size() else _draft(kit, json.loads(kept))


def genesis_parcel(kit: Kit, decision: SigningKey) -> dict[str, Json]:
    """Sign the genesis; the kit pins it, and from then on cosigns the record that begins with it.

    Raises
    ------
    InputError
        If there is no draft, or the series is founded.
    """
    draft = draft_of(kit)
    if draft is None or draft.genesis is None:
        raise InputError("There is no genesis to sign: either not every side has answered yet, or it is founded.")
    genesis = draft.genesis
    note = sign_note(genesis.text, decision).format()
    kit.change(genesis=genesis.digest, series=genesis.series)
    kit.mirror.keep_fact(ANCHORED, "0")
    return {"kind": "genesis", "series": genesis.series, "note": note}


def _draft(kit: Kit, told: Mapping[str, Any]) -> Draft:
    state, signed, document = told.get("state"), told.get("signed", []), told.get("document")
    if state not in {WAITING, READY, FOUNDED} or not isinstance(signed, list):
        raise InputError("This does not tell how far a founding is.")
    if document is None:
        return Draft(str(state), None, ())
    genesis = Genesis.from_document(document)
    own = genesis.sides.get(kit.side)
    if own is None or own.keys != kit.settings.keys or dict(own.names) != dict(kit.settings.names):
        raise InputError(
            "The draft of the genesis names other keys or another name for {side} than this kit has. Do not sign it; "
            "tell the other side and the operator.",
            side=kit.side,
        )
    if told.get("series") != genesis.series:
        raise InputError("The draft of the genesis is of the series {series}, not of this one.", series=genesis.series)
    return Draft(str(state), genesis, tuple(sorted(str(side) for side in signed if side in genesis.sides)))
