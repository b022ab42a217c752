"""What a kit tells of decisions and entries, as messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from isthmus.language import Message
from isthmus.ledger import acts
from isthmus.ledger.canonical import Json
from isthmus.ledger.events import Event
from isthmus.ledger.state import State

_ACTS: Final = {
    acts.RULES_CHANGE: Message("change of the rules"),
    acts.KEYS_REPLACE: Message("replacement of keys"),
    acts.CONTENTS_ERASE: Message("destruction of contents"),
}
_PHASES: Final = {
    "open": Message("open for signature"),
    "executed": Message("carried out"),
    "rejected": Message("rejected"),
    "lapsed": Message("lapsed"),
}
_ENTRIES: Final = {
    "genesis": Message("The series was founded."),
    "decision.signed": Message("{side} signed decision {number}."),
    "decision.rejected": Message("{side} rejected decision {number}."),
    "decision.lapsed": Message("Decision {number} lapsed."),
    "decision.executed": Message("Decision {number} was carried out."),
    "side.frozen": Message("{side} stopped its keys."),
    "content.erased": Message("A content was destroyed on behalf of {side}."),
}


def act_name(act: str) -> Message:
    """What kind of decision it is, in words where they are known."""
    return _ACTS.get(act, Message("{act}", {"act": act}))


def phase_name(phase: str) -> Message:
    """Where a decision stands."""
    return _PHASES[phase]


def span(time: timedelta) -> Message:
    """A length of time, in its two largest units."""
    minutes = max(0, int(time.total_seconds() // 60))
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return Message("{days} d {hours} h", {"days": days, "hours": hours})
    if hours:
        return Message("{hours} h {minutes} min", {"hours": hours, "minutes": minutes % 60})
    return Message("{minutes} min", {"minutes": minutes})


def side_name(state: State, side: object, language: str) -> str:
    """A side's host in the reader's language."""
    known = state.sides.get(str(side))
    return str(side) if known is None else known.names.get(language, str(side))


def describe_entry(event: Event, state: State, language: str) -> Message:
    """An entry in a sentence. `state`: after the whole mirror."""
    payload = event.payload
    side = side_name(state, payload.get("side", _by(payload)), language)
    if event.type == "decision.proposed":
        decision = next((one for one in state.decisions.values() if one.proposed == event.number), None)
        number = decision.text.number if decision else "?"
        act = act_name(decision.text.act) if decision else "?"
        return Message("{side} proposed decision {number}: {act}.", {"side": side, "number": number, "act": act})
    known = _ENTRIES.get(event.type)
    if known is None:
        return Message("An entry of the kind {type}.", {"type": event.type})
    return Message(known.text, {"side": side, "number": payload.get("decision")})


def _by(payload: Mapping[str, Json]) -> Json:
    by = payload.get("by")
    return by.get("side") if isinstance(by, dict) else by
