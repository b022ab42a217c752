"""The long table, one row per vote, to `Ballots`; also the votes of a Polis export, under other names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from isthmus.analysis import NO_SIDE, Ballots, Intake
from isthmus.formats._encoder import Encoder
from isthmus.formats._source import NO_LIMITS, Limits
from isthmus.formats._table import Chunk, Table
from isthmus.formats._values import EMPTY, FOREIGN, LONGEST_ID, TOO_LONG, UNSEEN, Identifiers, Times, vote_of
from isthmus.language import InputError

COLUMNS: Final = {
    "participant": "participant",
    "statement": "statement",
    "vote": "vote",
    "side": "side",
    "time": "time",
}


@dataclass(slots=True)
class Rows:
    """Votes in the order of the file: codes of participant and statement, the vote, and its time if known."""

    participant: NDArray[np.int32]
    statement: NDArray[np.int32]
    vote: NDArray[np.int8]
    time: NDArray[np.number] | None
    participants: list[str]
    statements: list[str]
    side: NDArray[np.int32]
    sides: tuple[str, ...]
    empty: int


def read_long(table: Table, *, agree_is: int = 1, limits: Limits = NO_LIMITS) -> Ballots:
    """Ballots from a table with the columns participant, statement, vote and perhaps side, time.

    Raises
    ------
    InputError
        If a row holds something else than a vote, lacks an identifier or a time, or gives a participant a
        second side; or if there are no rows.
    """
    rows = read_rows(table, COLUMNS, agree_is=agree_is, limits=limits)
    return Ballots.from_votes(
        rows.participant,
        rows.statement,
        rows.vote,
        participants=rows.participants,
        statements=rows.statements,
        time=rows.time,
        side=rows.side,
        sides=rows.sides,
        intake=Intake(rows=rows.vote.size, empty_rows=rows.empty),
    )


def read_rows(table: Table, names: Mapping[str, str], *, agree_is: int = 1, limits: Limits = NO_LIMITS) -> Rows:
    """The votes of a table whose columns are called as `names` says."""
    reader = _Reader(table, agree_is)
    names = {role: name for role, name in names.items() if name in table.header}
    rows = 0
    for chunk in table.chunks(list(names.values())):
        rows += chunk.rows
        limits.check_rows(table.name, rows)
        reader.take(Chunk({role: chunk.columns[name] for role, name in names.items()}, chunk.rows, chunk.line))
    if not rows:
        raise InputError("{path}: there is a header, but no rows.", path=table.name)
    return reader.rows()


@dataclass(slots=True)
class _Parts:
    """What the chunks gave so far, one array per chunk."""

    participant: list[NDArray[np.int32]] = field(default_factory=list)
    statement: list[NDArray[np.int32]] = field(default_factory=list)
    vote: list[NDArray[np.int8]] = field(default_factory=list)
    time: list[NDArray[np.number]] = field(default_factory=list)


class _Reader:
    def __init__(self, table: Table, agree_is: int) -> None:
        self._name = table.name
        self._people, self._statements, self._sides = Identifiers(), Identifiers(), Identifiers()
        self._person = Encoder(self._people.code)
        self._statement = Encoder(self._statements.code)
        self._side = Encoder(self._sides.code)
        self._vote = Encoder(lambda raw: vote_of(raw, agree_is=agree_is))
        self._times = Times()
        self._parts = _Parts()
        self._side_of = np.full(0, NO_SIDE, np.int32)
        self._empty = 0

    def take(self, chunk: Chunk) -> None:
        """Add the rows of a chunk, or tell the first fault among them."""
        person = self._person.encode(chunk.columns["participant"])
        statement = self._statement.encode(chunk.columns["statement"])
        vote = self._vote.encode(chunk.columns["vote"])
        bad = _bad(person, statement, vote)
        if "side" in chunk.columns:
            side = self._side.encode(chunk.columns["side"])
            bad |= (side == TOO_LONG) | self._second_side(person, side)
        kept = np.flatnonzero((vote != UNSEEN) & ~bad)
        faults = np.flatnonzero(bad)[:1].tolist()
        if "time" in chunk.columns:
            time, row = self._times.read(chunk.columns["time"], kept)
            self._parts.time.append(time)
            faults += [] if row is None else [row]
        if faults:
            self._refuse(chunk, min(faults))
        whole = kept.size == chunk.rows
        self._parts.participant.append(person if whole else person[kept])
        self._parts.statement.append(statement if whole else statement[kept])
        self._parts.vote.append((vote if whole else vote[kept]).astype(np.int8))
        self._empty += chunk.rows - kept.size

    def _second_side(self, person: NDArray[np.int32], side: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Note the sides of a chunk; the rows that give a participant another side than an earlier row."""
        grown = np.full(len(self._people.known), NO_SIDE, np.int32)
        grown[: self._side_of.size] = self._side_of
        self._side_of = grown
        told = np.flatnonzero((person >= 0) & (side >= 0))[::-1]  # backwards, so that the first row of each stays
        first = grown.copy()
        first[person[told]] = side[told]
        known = grown != NO_SIDE
        first[known] = grown[known]
        self._side_of = first
        second = np.zeros(person.size, bool)
        second[told] = first[person[told]] != side[told]
        return second

    def _refuse(self, chunk: Chunk, row: int) -> NoReturn:
        values = {name: str(column[row]).strip() for name, column in chunk.columns.items()}
        where = {"path": self._name, "line": chunk.line(row)}
        person, statement, side = values["participant"], values["statement"], values.get("side", "")
        if vote_of(values["vote"]) == FOREIGN:
            raise InputError(
                "{path}, line {line}: “{value}” is not a vote. A vote is agree, disagree or pass, or 1, −1 or 0; "
                "leave it empty where nobody voted.",
                **where,
                value=values["vote"][:80],
            )
        if max(len(person), len(statement), len(side)) > LONGEST_ID:
            raise InputError(
                "{path}, line {line}: an identifier has more than {limit} characters.", **where, limit=LONGEST_ID
            )
        if vote_of(values["vote"]) != UNSEEN and not (person and statement):
            raise InputError("{path}, line {line}: a vote needs a participant and a statement.", **where)
        other = list(self._sides.known)[self._side_of[self._people.known[person]]] if side else side
        if side != other:
            raise InputError(
                "{path}, line {line}: “{participant}” stands under “{side}” here and under “{other}” before; "
                "a participant belongs to one side.",
                **where,
                participant=person,
                side=side,
                other=other,
            )
        raise InputError(
            "{path}, line {line}: “{value}” is not a time like those before it. A time is a number, such as "
            "seconds since 1970, or a date and time, such as 2024-06-13T09:30.",
            **where,
            value=values["time"][:80],
        )

    def rows(self) -> Rows:
        """All that was taken, with identifiers in their natural order."""
        participants, place = self._people.in_order()
        statements, column = self._statements.in_order()
        side = np.full(len(participants), NO_SIDE, np.int32)
        side[place[: self._side_of.size]] = self._side_of
        sides = list(self._sides.known)
        held = np.unique(side[side != NO_SIDE])  # a row without a participant may name a side of nobody
        side[side != NO_SIDE] = np.searchsorted(held, side[side != NO_SIDE])
        parts = self._parts
        return Rows(
            participant=_joined(parts.participant, place),
            statement=_joined(parts.statement, column),
            vote=np.concatenate(parts.vote),
            time=np.concatenate(parts.time) if parts.time else None,
            participants=participants,
            statements=statements,
            side=side,
            sides=tuple(sides[i] for i in held),
            empty=self._empty,
        )


def _bad(person: NDArray[np.int32], statement: NDArray[np.int32], vote: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Rows whose vote is none, or that vote without saying who or on what, or with an identifier too long."""
    if min(person.min(), statement.min()) >= 0 and vote.max() < FOREIGN:
        return np.zeros(vote.size, bool)
    bad: NDArray[np.bool_] = (vote == FOREIGN) | (person == TOO_LONG) | (statement == TOO_LONG)
    bad |= (vote != UNSEEN) & ((person == EMPTY) | (statement == EMPTY))
    return bad


def _joined(parts: list[NDArray[np.int32]], places: NDArray[np.int32]) -> NDArray[np.int32]:
    """The parts in one array, each code replaced by its place; the parts are let go one by one."""
    out = np.empty(sum(part.size for part in parts), np.int32)
    start = 0
    while parts:
        part = parts.pop(0)
        np.take(places, part, out=out[start : start + part.size], mode="clip")  # the other modes copy once more
        start += part.size
    return out
