"""Entries of the record: typed events in canonical JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from isthmus.language import InputError
from isthmus.ledger.canonical import Json, canonical, read_canonical
from isthmus.ledger.digests import is_digest
from isthmus.ledger.moments import format_moment, parse_moment
from isthmus.ledger.tiles import MAX_ENTRY

TYPE: Final = re.compile(r"[a-z]+(\.[a-z_]+)*")
_FIELDS: Final = {"at", "number", "payload", "type"}


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a record.

    Attributes
    ----------
    number
        Its place in the log, from 0.
    at
        When the server says it was written; nothing proves that.
    type
        What kind of act it is, such as `decision.signed`.
    payload
        The act itself.
    """

    number: int
    at: datetime
    type: str
    payload: Mapping[str, Json]

    def to_bytes(self) -> bytes:
        """The bytes that are hashed and kept: canonical JSON (RFC 8785).

        Raises
        ------
        InputError
            If it has no canonical form or is longer than a log takes.
        """
        content = canonical(
            {
                "at": format_moment(self.at),
                "number": self.number,
                "payload": dict(self.payload),
                "type": self.type,
            }
        )
        if len(content) > MAX_ENTRY:
            raise InputError(
                "An entry of type {type} would have {size} bytes; at most {most} are possible.",
                type=self.type,
                size=len(content),
                most=MAX_ENTRY,
            )
        return content

    @classmethod
    def from_bytes(cls, content: bytes) -> Event:
        """Read an entry.

        Raises
        ------
        InputError
            If these are not exactly the bytes of an event.
        """
        if len(content) > MAX_ENTRY:
            raise InputError(
                "An entry has at most {most} bytes; this one has {size}.", most=MAX_ENTRY, size=len(content)
            )
        read = read_canonical(content)
        if not isinstance(read, dict) or read.keys() != _FIELDS:
            raise InputError("An entry has the fields at, number, payload and type, and no others.")
        number, kind, payload = read["number"], read["type"], read["payload"]
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise InputError("The number of an entry counts from 0.")
        if not isinstance(kind, str) or not TYPE.fullmatch(kind):
            raise InputError("The type of an entry is written like decision.signed.")
        if not isinstance(payload, dict):
            raise InputError("The payload of an entry is an object with named fields.")
        return cls(number, parse_moment(read["at"]), kind, payload)


def sealed_digests(value: Json) -> Iterator[str]:
    """The digests of sealed content that a payload refers to, as `{"sealed": digest}`, at any depth."""
    if isinstance(value, dict):
        mark = value.get("sealed")
        if len(value) == 1 and is_digest(mark):
            yield str(mark)
        else:
            for part in value.values():
                yield from sealed_digests(part)
    elif isinstance(value, list):
        for part in value:
            yield from sealed_digests(part)
