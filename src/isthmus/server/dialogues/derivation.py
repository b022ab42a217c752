"""What the entries of the record mean in this room: the one place that writes series, sides and decisions."""

from __future__ import annotations

from typing import Final

from isthmus.ledger import DecisionText, Event, Genesis, Phase, Signature, VerifierKey
from isthmus.server.core.events import EventType, register
from isthmus.server.core.models import Log
from isthmus.server.dialogues.kinds import kind_of
from isthmus.server.dialogues.models import Decision, DecisionSignature, KeySet, Series, Side


def register_events() -> None:
    """Make the entries of this room known to the record."""
    for event_type in EVENT_TYPES:
        register(event_type)


def _founded(log: Log, event: Event) -> None:
    genesis = Genesis.from_document(event.payload["document"])
    series = Series.objects.create(
        id=log.id,
        genesis=genesis.digest,
        document=dict(genesis.document),
        titles=dict(genesis.titles),
        rules=genesis.rules.to_json(),
        demonstration=genesis.demonstration,
        founded=event.at,
    )
    for name, described in genesis.sides.items():
        side = Side.objects.create(id=f"{log.id}/{name}", series=series, name=name, names=dict(described.names))
        KeySet.objects.create(id=f"{side.id}/0", side=side, keys=described.keys.to_json(), since=0)


def _proposed(log: Log, event: Event) -> None:
    text = DecisionText.parse(str(event.payload["note"]))
    Decision.objects.create(
        id=f"{log.id}/{text.number}",
        series_id=log.id,
        number=text.number,
        round=text.round,
        act=text.act,
        text=text.format(),
        data=event.payload["data"],
        by=str(event.payload["by"]),
        phase=Phase.OPEN,
        proposed=event.number,
        proposed_at=event.at,
        expires=text.expires,
    )


def _signed(log: Log, event: Event) -> None:
    line, side = str(event.payload["signature"]), str(event.payload["side"])
    number = event.payload["decision"]
    signature = Signature.parse(line)
    keys = KeySet.objects.get(side_id=f"{log.id}/{side}", until=None).keys
    found = [text for text in (keys["decision"], keys["spare"]) if _made_by(signature, text)]
    DecisionSignature.objects.update_or_create(
        id=f"{log.id}/{number}/{side}",
        defaults={
            "decision_id": f"{log.id}/{number}",
            "side": side,
            "key": found[0],
            "line": line,
            "entry": event.number,
        },
    )


def _made_by(signature: Signature, text: str) -> bool:
    key = VerifierKey.parse(text)
    return (key.name, key.key_id) == (signature.name, signature.key_id)


def _rejected(log: Log, event: Event) -> None:
    _close(log, event, Phase.REJECTED, str(event.payload["side"]))


def _lapsed(log: Log, event: Event) -> None:
    _close(log, event, Phase.LAPSED, str(event.payload["reason"]))


def _executed(log: Log, event: Event) -> None:
    decision = _close(log, event, Phase.EXECUTED, "")
    kind_of(decision.act).apply(decision.series, event, decision.data)


def _close(log: Log, event: Event, phase: Phase, reason: str) -> Decision:
    decision = Decision.objects.select_related("series").get(id=f"{log.id}/{event.payload['decision']}")
    decision.phase, decision.reason, decision.closed = phase, reason, event.number
    decision.save(update_fields=["phase", "reason", "closed"])
    return decision


def _frozen(log: Log, event: Event) -> None:
    Side.objects.filter(id=f"{log.id}/{event.payload['side']}").update(frozen=True)


EVENT_TYPES: Final = (
    EventType("genesis", _founded),
    EventType("decision.proposed", _proposed),
    EventType("decision.signed", _signed),
    EventType("decision.rejected", _rejected),
    EventType("decision.lapsed", _lapsed),
    EventType("decision.executed", _executed),
    EventType("side.frozen", _frozen),
)
