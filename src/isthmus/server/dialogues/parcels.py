"""What a kit sends, over the network or as a file: parcels that show by their signatures who sent them.

So nobody has to be signed in, and it does not matter who carries them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from isthmus.language import InputError, Message
from isthmus.ledger import Json, Phase, canonical
from isthmus.ledger.facts import EXPIRED
from isthmus.ledger.fields import exactly, whole_number
from isthmus.server.core.cosigning import add_cosignature
from isthmus.server.core.identifiers import is_id
from isthmus.server.core.models import Log
from isthmus.server.dialogues.actions.decisions import reject_decision, sign_decision
from isthmus.server.dialogues.actions.founding import accept_invitation, sign_genesis
from isthmus.server.dialogues.actions.keys import freeze_side, set_reader
from isthmus.server.dialogues.actions.requests import propose_requested
from isthmus.server.dialogues.models import Decision
from isthmus.server.dialogues.queries import witnesses

FORMAT: Final = "isthmus parcel v1"
MOST: Final = 200  # parcels at a time


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a parcel. message: why it was refused. told: what its sender wants to know."""

    kind: str
    done: bool
    message: Message | None = None
    told: Mapping[str, Json] = field(default_factory=dict)


def parcels_of(value: object) -> list[Mapping[str, Json]]:
    """The parcels of a file or request.

    Raises
    ------
    InputError
        If it is not a file of parcels.
    """
    canonical(value)  # refuses what no database keeps, such as half a character
    fields = exactly(value, {"format", "parcels"}, "parcel")
    if fields["format"] != FORMAT:
        raise InputError("This is not a file of parcels of version 1.")
    listed = fields["parcels"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST:
        raise InputError("A file holds from 1 to {most} parcels.", most=MOST)
    for parcel in listed:
        if not isinstance(parcel, dict) or not isinstance(parcel.get("kind"), str):
            raise InputError("Every parcel is an object with a kind.")
    return [parcel for parcel in listed if isinstance(parcel, dict)]


def take_parcels(parcels: list[Mapping[str, Json]]) -> list[Outcome]:
    """Do what parcels ask, one after the other; each is whole or not at all, whatever becomes of the others."""
    return [_take(parcel) for parcel in parcels]


def _take(parcel: Mapping[str, Json]) -> Outcome:
    kind = str(parcel["kind"])
    if kind not in _KINDS:
        return Outcome(kind, done=False, message=Message("There is no parcel of kind “{kind}”.", {"kind": kind}))
    try:
        return _KINDS[kind](dict(parcel))
    except InputError as problem:
        return Outcome(kind, done=False, message=problem.message)


def _series(fields: Mapping[str, Json]) -> str:
    series = fields["series"]
    if not isinstance(series, str) or not is_id(series):
        raise InputError("{where}: the identifier of a series was expected.", where="series")
    return series


def _pair(parcel: dict[str, Json]) -> Outcome:
    invitation = accept_invitation(parcel=parcel)
    return Outcome("pair", done=True, told={"series": invitation.founding_id, "side": invitation.side})


def _genesis(parcel: dict[str, Json]) -> Outcome:
    fields = exactly(parcel, {"kind", "series", "note"}, "genesis")
    founded = sign_genesis(series_id=_series(fields), note=str(fields["note"]))
    return Outcome("genesis", done=True, told={"founded": founded})


def _propose(parcel: dict[str, Json]) -> Outcome:
    fields = exactly(parcel, {"kind", "series", "note", "data", "nonce"}, "propose")
    data = fields["data"]
    if not isinstance(data, dict):
        raise InputError("The data of a decision are an object with named fields.")
    decision = propose_requested(
        series_id=_series(fields), note=str(fields["note"]), data=data, nonce=str(fields["nonce"])
    )
    return Outcome("propose", done=True, told={"decision": decision.number})


def _sign(parcel: dict[str, Json]) -> Outcome:
    fields = exactly(parcel, {"kind", "series", "decision", "signature"}, "sign")
    number = whole_number(fields["decision"], "decision", least=1, most=999_999_999)
    decision = sign_decision(series_id=_series(fields), number=number, line=str(fields["signature"]))
    return _decided("sign", decision)


def _reject(parcel: dict[str, Json]) -> Outcome:
    fields = exactly(parcel, {"kind", "series", "decision", "note"}, "reject")
    number = whole_number(fields["decision"], "decision", least=1, most=999_999_999)
    decision = reject_decision(series_id=_series(fields), number=number, note=str(fields["note"]))
    return _decided("reject", decision)


def _decided(kind: str, decision: Decision) -> Outcome:
    told: dict[str, Json] = {"decision": decision.number, "phase": str(decision.phase)}
    if decision.phase != Phase.LAPSED:
        return Outcome(kind, done=True, told=told)
    values = {"number": decision.number}
    if decision.reason == EXPIRED:
        message = Message("Decision {number} has lapsed before it was signed: its time is up.", values)
    else:
        message = Message("Decision {number} has lapsed before it was signed: what it is about has changed.", values)
    return Outcome(kind, done=False, message=message, told=told)


def _freeze(parcel: dict[str, Json]) -> Outcome:
    fields = exactly(parcel, {"kind", "series", "note"}, "freeze")
    return Outcome("freeze", done=True, told={"side": freeze_side(series_id=_series(fields), note=str(fields["note"]))})


def _cosign(parcel: dict[str, Json]) -> Outcome:
    fields = exactly(parcel, {"kind", "series", "checkpoint"}, "cosign")
    series = _series(fields)
    log = Log.objects.filter(pk=series).first()
    if log is None:
        raise InputError("There is no series “{series}” on this server.", series=series)
    sides = add_cosignature(log=log, witnesses=witnesses(series), checkpoint=str(fields["checkpoint"]))
    return Outcome("cosign", done=True, told={"sides": list[Json](sides)})


def _reader(parcel: dict[str, Json]) -> Outcome:
    fields = exactly(parcel, {"kind", "series", "note"}, "reader")
    side = set_reader(series_id=_series(fields), note=str(fields["note"]))
    return Outcome("reader", done=True, told={"side": side})


_KINDS: Final[dict[str, Callable[[dict[str, Json]], Outcome]]] = {
    "pair": _pair,
    "genesis": _genesis,
    "propose": _propose,
    "sign": _sign,
    "reject": _reject,
    "freeze": _freeze,
    "cosign": _cosign,
    "reader": _reader,
}
