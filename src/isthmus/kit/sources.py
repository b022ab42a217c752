"""Where entries come from: the server, or a record in a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from isthmus.kit.api import Gone
from isthmus.language import InputError
from isthmus.ledger.record import Record
from isthmus.ledger.verification import describe_fault, verify_record


class Source(Protocol):
    """Something that shows a record. Nothing it shows is believed."""

    @property
    def date(self) -> datetime | None:
        """The moment by its clock, when it was last asked."""

    @property
    def live(self) -> bool:
        """Whether it shows the record as it is now, so that it may not show less than before."""

    def witnessed(self) -> Mapping[str, str]:
        """Side to the newest checkpoint that its witness cosigned."""

    def checkpoint(self) -> str:
        """The signed note of the newest checkpoint."""

    def entries(self, start: int, end: int) -> Iterable[bytes]:
        """Entries from `start` up to and without `end`."""

    def content(self, name: str) -> bytes:
        """Salt and bytes of a sealed content; raises `Gone`."""


class RecordSource:
    """A record in a file.

    Raises
    ------
    InputError
        If it does not verify: names the first bad entry.
    """

    date: datetime | None = None
    live = False

    def __init__(self, record: Record, genesis: str) -> None:
        report = verify_record(record, genesis)
        if report.faults:
            raise InputError("This record does not verify. {what}", what=describe_fault(report.faults[0]))
        self._record = record

    def witnessed(self) -> Mapping[str, str]:
        """Every checkpoint of the record; the sides are told from the keys."""
        return {str(number): note for number, note in enumerate(self._record.checkpoints)}

    def checkpoint(self) -> str:
        """The checkpoint over all its entries."""
        return self._record.checkpoints[-1]

    def entries(self, start: int, end: int) -> Iterable[bytes]:
        """Entries from `start` up to and without `end`."""
        return self._record.entries[start:end]

    def content(self, name: str) -> bytes:
        """Salt and bytes of a sealed content."""
        found = self._record.contents.get(name)
        if found is None:
            raise Gone(name, erased=False)
        return found[0] + found[1]


class Earlier:
    """A source as it was when another side's witness cosigned it.

    A cosignature says that its checkpoint is the largest that the witness has seen (C2SP tlog-cosignature). So what
    another side cosigned is mirrored and cosigned before the newest checkpoint is looked at; only in this way does a
    record become complete to there, although two kits never look at the same moment.
    """

    live = False

    def __init__(self, source: Source, note: str) -> None:
        self._source = source
        self._note = note

    @property
    def date(self) -> datetime | None:
        """The moment by the source's clock."""
        return self._source.date

    def witnessed(self) -> Mapping[str, str]:
        """Nothing more than the note itself."""
        return {}

    def checkpoint(self) -> str:
        """The checkpoint that the other side cosigned."""
        return self._note

    def entries(self, start: int, end: int) -> Iterable[bytes]:
        """Entries from `start` up to and without `end`."""
        return self._source.entries(start, end)

    def content(self, name: str) -> bytes:
        """Salt and bytes of a sealed content."""
        return self._source.content(name)
