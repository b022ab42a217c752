"""The texts that a side signs: decisions, and what belongs to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from isthmus.language import InputError
from isthmus.ledger.canonical import Json, canonical
from isthmus.ledger.digests import digest, is_digest
from isthmus.ledger.events import TYPE
from isthmus.ledger.fields import LANGUAGE
from isthmus.ledger.moments import format_moment, parse_moment

FORMAT: Final = "isthmus decision v1"
NONE: Final = "none"
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class DecisionText:
    """What every side signs, line by line.

    Attributes
    ----------
    genesis
        Digest of the genesis: a signature counts in one series only.
    round
        Number of the round, 0 for the series itself.
    number, previous
        Its place among the decisions, from 1, and the digest of the text before it (None for the first).
    act
        What kind of decision it is.
    data
        Digest of the canonical JSON that is applied.
    texts
        Language tag to the sealed digest of the bytes that are decided.
    expires
        When it lapses unless all have signed.
    """

    genesis: str
    round: int
    number: int
    previous: str | None
    act: str
    data: str
    texts: Mapping[str, str]
    expires: datetime

    def format(self) -> str:
        """The exact text."""
        lines = [
            FORMAT,
            f"genesis {self.genesis}",
            f"round {self.round}",
            f"number {self.number}",
            f"previous {self.previous or NONE}",
            f"act {self.act}",
            f"data {self.data}",
            *(f"text {tag} {self.texts[tag]}" for tag in sorted(self.texts)),
            f"expires {format_moment(self.expires)}",
        ]
        return "".join(f"{line}\n" for line in lines)

    @property
    def digest(self) -> str:
        """SHA-256 over the text: how the next decision, and a rejection, name this one."""
        return digest(self.format().encode())

    @classmethod
    def parse(cls, text: str) -> DecisionText:
        """Read the text of a decision.

        Raises
        ------
        InputError
            If it is anything but the exact text that `format` writes.
        """
        if "\r" in text:
            raise InputError(
                "The line endings of this text were changed on the way (by mail, for instance); send it as a file."
            )
        lines = text.split("\n")
        if lines[0] != FORMAT:
            raise InputError("A decision begins with the line “{line}”.", line=FORMAT)
        values = [line.partition(" ") for line in lines[1:-1]]
        names = [name for name, _, _ in values]
        count = len(values) - 7
        if count < 1 or names != [
            "genesis",
            "round",
            "number",
            "previous",
            "act",
            "data",
            *["text"] * count,
            "expires",
        ]:
            raise InputError(
                "A decision has the lines genesis, round, number, previous, act, data, text for each language, "
                "and expires, in this order."
            )
        genesis, round_, number, previous, act, data, *texts, expires = (value for _, _, value in values)
        found = cls(
            genesis=_digest(genesis, "genesis"),
            round=_number(round_, "round"),
            number=_number(number, "number"),
            previous=None if previous == NONE else _digest(previous, "previous"),
            act=_act(act),
            data=_digest(data, "data"),
            texts=dict(_text(line) for line in texts),
            expires=parse_moment(expires),
        )
        if found.format() != text:
            raise InputError("This decision is not written in its exact form: every line once, languages in order.")
        return found


def _digest(value: str, line: str) -> str:
    if not is_digest(value):
        raise InputError("The line “{line}” of a decision names a digest, sha256: and 64 digits.", line=line)
    return value


def _number(value: str, line: str) -> int:
    if not _NUMBER.fullmatch(value):
        raise InputError("The line “{line}” of a decision names a whole number.", line=line)
    return int(value)


def _act(value: str) -> str:
    if not TYPE.fullmatch(value):
        raise InputError("The act of a decision is written like rules.change.")
    return value


def _text(value: str) -> tuple[str, str]:
    tag, _, named = value.partition(" ")
    if not LANGUAGE.fullmatch(tag):
        raise InputError("“{tag}” is not the tag of a language.", tag=tag)
    return tag, _digest(named, f"text {tag}")


def rejection_text(decision: DecisionText) -> str:
    """The text by which a side rejects a decision; its decision key signs it."""
    return f"isthmus rejection v1\n{decision.genesis}\n{decision.number}\n{decision.digest}\n"


def freeze_text(genesis_digest: str, side: str) -> str:
    """The text by which a side stops its own keys; its spare key signs it."""
    return f"isthmus freeze v1\n{genesis_digest}\n{side}\n"


def proposal_text(
    genesis_digest: str,
    round: int,  # noqa: A002  # the field's word
    act: str,
    data: Mapping[str, Json],
    nonce: str,
) -> str:
    """The text by which a kit asks for a decision to be proposed; nonce: 32 hexadecimal digits, so it counts once."""
    return f"isthmus proposal v1\n{genesis_digest}\n{round}\n{act}\n{digest(canonical(dict(data)))}\n{nonce}\n"


def reader_text(genesis_digest: str, side: str, token_digest: str) -> str:
    """The text by which a side tells the digest of the token with which its kit reads; its decision key signs it."""
    return f"isthmus reader v1\n{genesis_digest}\n{side}\n{token_digest}\n"


def pair_text(parcel: Mapping[str, Json]) -> str:
    """The text by which a host answers its invitation; its decision and spare keys sign it."""
    fields = {name: value for name, value in parcel.items() if name != "note"}
    return f"isthmus pair v1\n{digest(canonical(fields))}\n"
