"""New keys for a side whose computer was lost: a fresh kit, the old spare key, and what both must agree on."""

from __future__ import annotations

from isthmus.kit.kit import Kit
from isthmus.kit.signing import Proposal, proposal_parcel
from isthmus.language import InputError
from isthmus.ledger import acts
from isthmus.ledger.canonical import Json
from isthmus.ledger.digests import is_digest
from isthmus.ledger.genesis import key_name
from isthmus.ledger.keys import SigningKey


def pin(kit: Kit, *, series: str, genesis: str) -> None:
    """Tell a fresh kit which series it belongs to. It cosigns nothing until it is anchored.

    Raises
    ------
    InputError
        If the kit belongs to one already, or the digest is none.
    """
    if not is_digest(genesis):
        raise InputError("“{text}” is not the digest of a genesis: sha256: and 64 digits.", text=genesis)
    if kit.settings.genesis not in {"", genesis} or kit.settings.series not in {"", series}:
        raise InputError("This kit belongs to another series already; make a new one with “isthmus kit init”.")
    kit.change(series=series, genesis=genesis)


def replace_parcel(kit: Kit, old_spare: SigningKey) -> dict[str, Json]:
    """Ask for the keys of this side to be replaced by those of this kit; the old spare key signs.

    Raises
    ------
    InputError
        If the spare is this kit's own, or another side's, or the kit does not know its series.
    """
    settings = kit.settings
    if not settings.genesis or not settings.series:
        raise InputError("Say which series it is: --from with a record, or --series and --genesis.")
    if old_spare.verifier == settings.keys.spare:
        raise InputError("This is the new spare key, made with this kit; the old one is needed, whose key is in force.")
    if old_spare.name != key_name(settings.side, "spare", demonstration=settings.demonstration):
        raise InputError("The spare key is {name}, not one of {side}.", name=old_spare.name, side=settings.side)
    if kit.mirror.size():
        state = kit.book().state
        if kit.side not in state.sides or state.sides[kit.side].keys.spare != old_spare.verifier:
            raise InputError("The spare key is not the one in force in this series.")
    data: dict[str, Json] = {"side": settings.side, "keys": settings.keys.to_json()}
    return proposal_parcel(settings.genesis, settings.series, Proposal(acts.KEYS_REPLACE, 0, data), old_spare)
