"""Votes as the analysis reads them: one answer sheet per participant (`Ballots`), or counts (`Tallies`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.analysis._cells import last_votes
from isthmus.language import InputError, Message

NO_SIDE: Final = -1
PEOPLE_AT_ONCE: Final = 50_000


class Vote(IntEnum):
    """An answer to a statement. Not having seen it is no vote at all."""

    DISAGREE = -1
    PASS = 0
    AGREE = 1


@dataclass(frozen=True, slots=True)
class Intake:
    """What was met on the way in, so that nothing is dropped in silence.

    rows: rows with content that were read. duplicates: votes overtaken by a later vote of the same person on
    the same statement. rejected: statements left out because moderation rejected them, and rejected_votes the
    votes on them. unknown_participants, unknown_statements: ids that one file names and another does not
    know. empty_rows: rows without content. notices: sentences the reader must see.
    """

    rows: int = 0
    duplicates: int = 0
    rejected: int = 0
    rejected_votes: int = 0
    unknown_participants: int = 0
    unknown_statements: int = 0
    empty_rows: int = 0
    notices: tuple[Message, ...] = ()


@dataclass(frozen=True, eq=False)
class Tallies:
    """Counts per side and statement.

    agree, disagree, passes: shape (sides, statements). sizes: people on each side's roster, shape (sides,);
    in a closed population those who have not answered a statement are sizes − agree − disagree − passes.
    sizes_known: whether the sizes were given; if not they are the most votes met on one statement, and no
    closed population can be made of them.
    """

    statements: Sequence[str]
    sides: tuple[str, ...]
    sizes: NDArray[np.int64]
    agree: NDArray[np.int64]
    disagree: NDArray[np.int64]
    passes: NDArray[np.int64]
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    intake: Intake = field(default_factory=Intake)
    sizes_known: bool = True

    def __post_init__(self) -> None:
        shape = (len(self.sides), len(self.statements))
        for name in ("agree", "disagree", "passes"):
            counts: NDArray[np.int64] = getattr(self, name)
            if counts.shape != shape:
                raise ValueError(f"{name} has shape {counts.shape}; sides and statements make it {shape}")
            if (counts < 0).any():
                raise InputError("A count of votes below zero was given; counts start at 0.")
        if self.sizes.shape != shape[:1]:
            raise ValueError(f"sizes has shape {self.sizes.shape}; there are {shape[0]} sides")
        over = np.argwhere(self.stands + self.passes > self.sizes[:, None])
        if len(over):
            side, statement = over[0]
            raise InputError(
                "Statement “{statement}” has more votes from side “{side}” than the side has people ({size}).",
                statement=self.statements[statement],
                side=self.sides[side],
                size=int(self.sizes[side]),
            )

    @property
    def stands(self) -> NDArray[np.int64]:
        """Those who took a stand (agree or disagree), shape (sides, statements)."""
        return self.agree + self.disagree

    @property
    def votes(self) -> int:
        """All votes counted, passes included."""
        return int((self.stands + self.passes).sum())


@dataclass(frozen=True, eq=False)
class Ballots:
    """Who voted what on which statement: a sparse table, sorted by participant and then by statement.

    participants: ids, shape (n,). statements: ids, length m. starts: shape (n + 1,); the votes of participant
    i stand at starts[i]:starts[i + 1] in `columns` (index of the statement, int32) and `votes` (−1 disagree,
    0 pass, 1 agree, int8). A cell that is not there was never voted on. side: index into `sides` per
    participant, shape (n,), or `NO_SIDE`. texts: language tag -> one text per statement (“und” where the
    language is not known). Build one with `from_votes` or `from_table`.
    """

    participants: NDArray[np.str_]
    statements: Sequence[str]
    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    votes: NDArray[np.int8]
    side: NDArray[np.int32]
    sides: tuple[str, ...] = ()
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    intake: Intake = field(default_factory=Intake)

    @classmethod
    def from_votes(  # noqa: PLR0913  # one argument a column of the long table
        cls,
        participant: ArrayLike,
        statement: ArrayLike,
        vote: ArrayLike,
        *,
        participants: Sequence[str] | NDArray[np.str_],
        statements: Sequence[str],
        time: ArrayLike | None = None,
        side: ArrayLike | None = None,
        sides: Sequence[str] = (),
        texts: Mapping[str, Sequence[str]] | None = None,
        intake: Intake | None = None,
    ) -> Ballots:
        """Ballots from one row per vote: indices of participant and statement, and the vote (−1, 0, 1).

        The last vote of a person on a statement counts: the latest `time` where it is given, and of equal
        times (or without times) the later row. Overtaken votes are added to `intake.duplicates`.

        Raises
        ------
        InputError
            If a vote is none of −1, 0, 1.
        ValueError
            If an index is out of range.
        """
        people, size = len(participants), len(statements)
        rows = np.asarray(vote)
        if rows.size and not np.isin(np.unique(rows), (-1, 0, 1)).all():
            foreign = [f"{v:g}" for v in np.unique(rows).tolist() if v not in (-1, 0, 1)]
            raise InputError(
                "A vote is 1 (agree), −1 (disagree) or 0 (pass); found {found}.", found=", ".join(foreign[:3])
            )
        starts, columns, votes, duplicates = last_votes(
            np.asarray(participant),
            np.asarray(statement),
            rows,
            people,
            size,
            None if time is None else np.asarray(time),
        )
        met = intake or Intake(rows=rows.size)
        return cls(
            participants=np.asarray(participants, dtype=np.str_),
            statements=tuple(statements),
            starts=starts,
            columns=columns,
            votes=votes,
            side=np.full(people, NO_SIDE, np.int32) if side is None else np.asarray(side, np.int32),
            sides=tuple(sides),
            texts=dict(texts or {}),
            intake=replace(met, duplicates=met.duplicates + duplicates),
        )

    @classmethod
    def from_table(
        cls,
        table: ArrayLike,
        *,
        side: ArrayLike | None = None,
        sides: Sequence[str] = (),
        participants: Sequence[str] | None = None,
        statements: Sequence[str] | None = None,
        texts: Mapping[str, Sequence[str]] | None = None,
    ) -> Ballots:
        """Ballots from a table of participants × statements with 1, −1, 0, and NaN where nobody voted."""
        cells = np.asarray(table, float)
        if cells.ndim != 2:
            raise ValueError(f"a table has two dimensions, participants and statements; this has {cells.ndim}")
        rows, columns = np.nonzero(~np.isnan(cells))
        n, m = cells.shape
        return cls.from_votes(
            rows,
            columns,
            cells[rows, columns],
            participants=participants if participants is not None else [str(i) for i in range(n)],
            statements=statements if statements is not None else [str(j) for j in range(m)],
            side=side,
            sides=sides,
            texts=texts,
        )

    def __post_init__(self) -> None:
        if self.side.size and self.side.max(initial=NO_SIDE) >= len(self.sides):
            raise ValueError("side holds an index that is not in sides")

    @property
    def with_side(self) -> NDArray[np.bool_]:
        """Which participants belong to a side, shape (n,)."""
        return np.not_equal(self.side, NO_SIDE)

    def rows(self) -> NDArray[np.int32]:
        """Index of the participant for each vote, shape (votes,)."""
        return np.repeat(np.arange(len(self.participants), dtype=np.int32), np.diff(self.starts))

    def with_sides(self, side: ArrayLike, sides: Sequence[str]) -> Ballots:
        """The same votes under other sides (indices into `sides`, `NO_SIDE` for nobody's)."""
        return replace(self, side=np.asarray(side, np.int32), sides=tuple(sides))

    def tallies(self) -> Tallies:
        """Counts per side and statement; people without a side are not counted."""
        shape = (len(self.sides), len(self.statements))
        counts = np.zeros((3, *shape), np.int64)
        people = np.diff(self.starts)
        for low in range(0, len(self.participants), PEOPLE_AT_ONCE):  # keeps the work array small
            high = min(len(self.participants), low + PEOPLE_AT_ONCE)
            cut = slice(int(self.starts[low]), int(self.starts[high]))
            side = np.repeat(self.side[low:high], people[low:high]).astype(np.int64)
            known = side != NO_SIDE
            cell = ((self.votes[cut] + 1) * shape[0] + side) * shape[1] + self.columns[cut]
            counts += np.bincount(cell[known], minlength=counts.size).reshape(counts.shape)
        return Tallies(
            statements=self.statements,
            sides=self.sides,
            sizes=np.bincount(self.side[self.with_side], minlength=shape[0]).astype(np.int64),
            agree=counts[2],
            disagree=counts[0],
            passes=counts[1],
            texts=self.texts,
            intake=self.intake,
        )
