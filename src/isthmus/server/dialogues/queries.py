"""Reads of series that several rooms need."""

from __future__ import annotations

from isthmus.ledger import SideKeys, VerifierKey
from isthmus.server.dialogues.founding import reader_side
from isthmus.server.dialogues.models import KeySet

__all__ = ["reader_side", "witnesses"]


def witnesses(series_id: str) -> dict[str, VerifierKey]:
    """Side to the key of its witness that is in force."""
    rows = KeySet.objects.filter(side__series_id=series_id, until=None).select_related("side")
    return {row.side.name: SideKeys.from_json(row.keys, row.side.name).witness for row in rows}
