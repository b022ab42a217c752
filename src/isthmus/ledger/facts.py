"""What the state of a record is made of: sides, decisions and where they stand, sealed contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from isthmus.language import Message
from isthmus.ledger.canonical import Json
from isthmus.ledger.decisions import DecisionText
from isthmus.ledger.events import Event
from isthmus.ledger.genesis import SideKeys
from isthmus.ledger.keys import VerifierKey
from isthmus.ledger.note import Signature


class Violation(ValueError):  # noqa: N818  # what it is, not that it is an error of the program
    """An entry that the record may not hold."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.render())


class Phase(StrEnum):
    """Where a decision stands."""

    OPEN = "open"
    EXECUTED = "executed"
    REJECTED = "rejected"
    LAPSED = "lapsed"


PHASE_WORDS: Final = {
    Phase.OPEN: Message("open"),
    Phase.EXECUTED: Message("carried out"),
    Phase.REJECTED: Message("rejected"),
    Phase.LAPSED: Message("lapsed"),
}


@dataclass(slots=True)
class SideState:
    """A side, its keys in force, and whether it has stopped them with its spare."""

    names: Mapping[str, str]
    keys: SideKeys
    frozen: bool = False


@dataclass(slots=True)
class Given:
    """A signature that a side gave, and the key that it was made with."""

    key: VerifierKey
    signature: Signature
    entry: int


@dataclass(slots=True)
class DecisionState:
    """A decision and what became of it. proposed, closed: numbers of entries."""

    text: DecisionText
    data: Mapping[str, Json]
    by: str
    proposed: int
    proposed_at: datetime
    phase: Phase = Phase.OPEN
    signatures: dict[str, Given] = field(default_factory=dict)
    closed: int | None = None
    reason: str = ""  # why it lapsed, or the side that rejected it


@dataclass(frozen=True, slots=True)
class Sealed:
    """Where sealed content is referred to.

    Attributes
    ----------
    entry
        The first entry that names it.
    round
        Of that entry; 0 for the series itself.
    side
        The side whose own it is, where the entry is an act of one side; None for what is common.
    """

    entry: int
    round: int
    side: str | None = None


def owner_of(event: Event) -> str | None:
    """The side that an entry is an act of; None for decisions, which are common, and for all else."""
    side = event.payload.get("side")
    return side if isinstance(side, str) and not event.type.startswith("decision.") else None


EXPIRED: Final = "expired"
SUBJECT_CHANGED: Final = "subject_changed"
