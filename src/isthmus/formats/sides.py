"""Who belongs to which side: rosters from files, and votes with sides applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from isthmus.analysis import NO_SIDE, Ballots, OpinionGroups, Population, Tallies, find_groups
from isthmus.formats._opening import open_table
from isthmus.formats._source import NO_LIMITS, Limits, file_source
from isthmus.formats._table import Table, need_columns, records
from isthmus.formats._values import Identifiers, check_sides, whole_number
from isthmus.formats.side_names import EVERYONE
from isthmus.language import InputError, Message

ROSTER_FOUND: Final = Message(
    "No roster was given: the participants found in the votes are taken for all there are. "
    "Somebody who has not voted at all is not counted as missing."
)


@dataclass(frozen=True, eq=False)
class Roster:
    """The people of each side.

    participants: their ids. side: for each the index into `sides` (`NO_SIDE` for people known to belong to
    none), shape (people,). origin: "file" where the sides were declared, "polis" for the groups of an export.
    """

    name: str
    participants: tuple[str, ...]
    side: NDArray[np.int32]
    sides: tuple[str, ...]
    origin: Literal["file", "polis"] = "file"


@dataclass(frozen=True, slots=True)
class SideSizes:
    """How many people each side has: what stands for a roster where only tallies are known."""

    name: str
    sizes: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Sided:
    """Votes ready for `isthmus.analysis.analyse`, with where their sides come from (see `CommonGround`)."""

    votes: Ballots | Tallies
    sides_from: str
    groups: OpinionGroups | None = None


def read_sides(path: str | PathLike[str], *, encoding: str = "utf-8", limits: Limits = NO_LIMITS) -> Roster | SideSizes:
    """A sides file: `participant,side`, or `side,size` to go with tallies; CSV or Parquet.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column or an entry, or lists somebody under two sides; `SizeLimitError`
        if it goes beyond the limits.
    """
    table = open_table(file_source(Path(path), limits=limits), encoding=encoding)
    if "participant" not in table.header and {"side", "size"} <= set(table.header):
        return _side_sizes(table)
    need_columns(table, "participant", "side")
    return roster_from(table, "participant", "side")


def roster_from(table: Table, participant: str, side: str) -> Roster:
    """The roster in two columns of a table; every row needs both."""
    people: dict[str, tuple[int, int]] = {}
    sides = Identifiers()
    for line, (person, name) in records(table, [participant, side]):
        if not person and not name:
            continue
        if not person or not name:
            raise InputError("{path}, line {line}: a row needs a participant and a side.", path=table.name, line=line)
        code = sides.code(name)
        before, other = people.setdefault(person, (line, code))
        if other != code:
            raise InputError(
                "{path}, lines {before} and {line}: “{participant}” is listed under two sides.",
                path=table.name,
                before=before,
                line=line,
                participant=person,
            )
    if not people:
        raise InputError("{path}: there is a header, but no rows.", path=table.name)
    return Roster(table.name, tuple(people), np.array([c for _, c in people.values()], np.int32), tuple(sides.known))


def _side_sizes(table: Table) -> SideSizes:
    sizes: dict[str, int] = {}
    for line, (name, size) in records(table, ["side", "size"]):
        if not name and not size:
            continue
        number = whole_number(size)
        if not name or number is None or name in sizes:
            raise InputError(
                "{path}, line {line}: a row names a side, once, and its number of people.", path=table.name, line=line
            )
        sizes[name] = number
    if not sizes:
        raise InputError("{path}: there is a header, but no rows.", path=table.name)
    return SideSizes(table.name, sizes)


def with_roster(ballots: Ballots, roster: Roster) -> Ballots:
    """The votes under the sides of a roster, which win over sides in the votes.

    People of the roster who did not vote join the participants; voters who are not on it belong to no side
    and are counted in `intake.unknown_participants`.

    Raises
    ------
    InputError
        If nobody on the roster voted, or there are too many sides.
    """
    check_sides(len(roster.sides))
    voters = {str(name): index for index, name in enumerate(ballots.participants)}
    side = np.full(len(voters), NO_SIDE, np.int32)
    listed = np.zeros(len(voters), bool)
    silent: list[int] = []
    for index, name in enumerate(roster.participants):
        place = voters.get(name)
        if place is None:
            silent.append(index)
        else:
            side[place] = roster.side[index]
            listed[place] = True
    if not listed.any():
        raise InputError(
            "{path}: none of the {count} people listed has voted. Are the identifiers those of the votes?",
            path=roster.name,
            count=len(roster.participants),
        )
    unknown = int((~listed).sum())
    return replace(
        ballots,
        participants=np.concatenate(
            [ballots.participants, np.array([roster.participants[i] for i in silent], np.str_)]
        ),
        starts=np.concatenate([ballots.starts, np.full(len(silent), ballots.starts[-1], np.int64)]),
        side=np.concatenate([side, roster.side[silent]]).astype(np.int32),
        sides=roster.sides,
        intake=replace(ballots.intake, unknown_participants=ballots.intake.unknown_participants + unknown),
    )


def with_sizes(tallies: Tallies, sizes: SideSizes) -> Tallies:
    """The tallies with the numbers of people that a sides file gives.

    Raises
    ------
    InputError
        If the file and the tallies do not name the same sides.
    """
    if set(sizes.sizes) != set(tallies.sides):
        raise InputError(
            "{path} names the sides {found}; the tallies have {wanted}.",
            path=sizes.name,
            found=", ".join(sizes.sizes) or "—",
            wanted=", ".join(tallies.sides),
        )
    return replace(tallies, sizes=np.array([sizes.sizes[name] for name in tallies.sides], np.int64), sizes_known=True)


def with_groups(ballots: Ballots, groups: OpinionGroups) -> Ballots:
    """The votes with discovered groups standing as sides, named “group 1” and so on, largest first.

    Where no more than one was found nobody needs placing, and everyone stands on one side.
    """
    if len(groups.sizes) < 2:
        return as_one_side(ballots)
    return ballots.with_sides(groups.membership, [f"group {i + 1}" for i in range(len(groups.sizes))])


def as_one_side(ballots: Ballots) -> Ballots:
    """The votes with everyone on one side."""
    return ballots.with_sides(np.zeros(len(ballots.participants), np.int32), [EVERYONE])


def sided(
    votes: Ballots | Tallies,
    sides: Roster | SideSizes | Literal["groups"] | None = None,
    *,
    population: Population = Population.OPEN,
    seed: int = 0,
    progress: Callable[[float], None] = lambda _share: None,
) -> Sided:
    """Apply the sides that were asked for: a file's, discovered groups, or (None) the votes' own, if any.

    A closed population needs a roster. Where none is given those found in the votes are taken for all there
    are, and `intake.notices` says so; tallies without sizes are refused. seed, progress: for `find_groups`.

    Raises
    ------
    InputError
        If there is only one participant, the kind of sides does not go with the kind of votes, the sides name nobody who voted, there are more than
        can be compared, or a closed population is asked for where nobody knows its size.
    """
    chosen = _sided(votes, sides, population, seed, progress)
    people = len(chosen.votes.participants) if isinstance(chosen.votes, Ballots) else int(chosen.votes.sizes.sum())
    if people < 2:
        raise InputError("There is only one participant in these votes; an analysis needs at least two.")
    return chosen


def _sided(
    votes: Ballots | Tallies,
    sides: Roster | SideSizes | Literal["groups"] | None,
    population: Population,
    seed: int,
    progress: Callable[[float], None],
) -> Sided:
    if isinstance(votes, Tallies):
        return _sided_tallies(votes, sides, population)
    if isinstance(sides, SideSizes):
        raise InputError(
            "{path} gives sizes of sides, which go with tallies; with votes a sides file has participant,side.",
            path=sides.name,
        )
    if isinstance(sides, Roster) and sides.origin == "file":
        return Sided(with_roster(votes, sides), sides.origin)
    if population is Population.CLOSED:
        votes = _with_notice(votes, ROSTER_FOUND)
    if isinstance(sides, Roster):
        return Sided(with_roster(votes, sides), sides.origin)
    if sides == "groups":
        groups = find_groups(votes, seed=seed, progress=progress)
        return Sided(with_groups(votes, groups), "groups", groups)
    check_sides(len(votes.sides))
    return Sided(votes, "file") if votes.sides else Sided(as_one_side(votes), "none")


def _sided_tallies(
    tallies: Tallies, sides: Roster | SideSizes | Literal["groups"] | None, population: Population
) -> Sided:
    if sides == "groups" or isinstance(sides, Roster):
        raise InputError("Tallies do not say who voted what, so people cannot be placed in groups or on sides.")
    if isinstance(sides, SideSizes):
        tallies = with_sizes(tallies, sides)
    if population is Population.CLOSED and not tallies.sizes_known:
        raise InputError(
            "A closed population needs the size of each side: a column “size” in the tallies, or a sides file with side,size."
        )
    return Sided(tallies, "file")


def _with_notice(ballots: Ballots, notice: Message) -> Ballots:
    return replace(ballots, intake=replace(ballots.intake, notices=(*ballots.intake.notices, notice)))
