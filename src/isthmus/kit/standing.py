"""How the record stands: how far it is complete, and what each side's witness saw last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from isthmus.kit.kit import Kit
from isthmus.kit.mirror import MIRRORED, MISSING, RaisedAlarm
from isthmus.kit.witness import anchored
from isthmus.ledger.checkpoint import Cosignature, open_checkpoint


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest checkpoint in the mirror that a side's witness cosigned, and when by its clock."""

    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How the record stands.

    Attributes
    ----------
    size
        Entries in the mirror.
    complete_to
        The size that every side cosigned with the same root; 0 if there is none.
    sides
        Side to what it cosigned last, this kit's own side first.
    mirrored
        When the record was last found in order.
    missing
        Number of contents that were not to be had.
    alarm
        The newest alarm, if nothing was found in order since.
    anchored
        Whether this kit cosigns.
    """

    size: int
    complete_to: int
    sides: Mapping[str, Seen | None]
    mirrored: datetime | None
    missing: int
    alarm: RaisedAlarm | None
    anchored: bool


def standing(kit: Kit) -> Standing:
    """How the record in the mirror stands; offline.

    Raises
    ------
    InputError
        If the mirror is not in order.
    """
    book = kit.book()
    state = book.state
    sides: dict[str, Seen | None] = dict.fromkeys(sorted(state.sides, key=lambda side: (side != kit.side, side)))
    complete = 0
    for size, note in reversed(kit.mirror.checkpoints()):
        if complete and None not in sides.values():
            break
        keys = book.witnesses(size)
        _, given = open_checkpoint(note, state.founded().log, keys.values())
        seen = {cosignature.key: cosignature for cosignature in given}
        for side, key in keys.items():
            if sides.get(side) is None and key in seen:
                sides[side] = Seen(size, _moment(seen[key]))
        complete = complete or (size if len(seen) == len(keys) else 0)
    at = kit.mirror.fact(MIRRORED)
    alarms = kit.mirror.alarms()
    return Standing(
        size=book.size,
        complete_to=complete,
        sides=sides,
        mirrored=datetime.fromtimestamp(int(at), UTC) if at else None,
        missing=len(json.loads(kit.mirror.fact(MISSING) or "[]")),
        alarm=alarms[0] if alarms and alarms[0].at >= int(at or 0) else None,
        anchored=anchored(kit),
    )


def _moment(cosignature: Cosignature) -> datetime:
    try:
        return datetime.fromtimestamp(cosignature.time, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC)
