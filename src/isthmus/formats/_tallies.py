"""Counts per statement and side, one row for each, to `Tallies`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from isthmus.analysis import Intake, Tallies
from isthmus.formats._source import NO_LIMITS, Limits
from isthmus.formats._table import Table, need_columns, records
from isthmus.formats._values import Identifiers, check_sides, whole_number
from isthmus.language import InputError

COUNTS: Final = ("agree", "disagree", "pass")


@dataclass(slots=True)
class _Counts:
    """What a table of tallies holds: counts by (side, statement), and each side's size where it is told."""

    cells: dict[tuple[int, int], tuple[int, int, int]] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)


def read_tallies(table: Table, *, limits: Limits = NO_LIMITS) -> Tallies:
    """Tallies from a table with the columns statement, side, agree, disagree, pass and perhaps size.

    size is the number of people of the side, the same in all its rows. Without it the largest number of votes
    on one statement stands in, and `sizes_known` is false.

    Raises
    ------
    InputError
        If a count is not a whole number from 0, a pair of statement and side comes twice, a size changes or is told of some
        sides only, or there are too many sides.
    """
    with_size = "size" in table.header
    need_columns(table, "statement", "side", *COUNTS)
    statements, sides, counts = Identifiers(), Identifiers(), _Counts()
    rows = empty = 0
    for line, (statement, side, *numbers) in records(
        table, ["statement", "side", *COUNTS, *(["size"] if with_size else [])]
    ):
        rows += 1
        limits.check_rows(table.name, rows)
        if not any((statement, side, *numbers)):
            empty += 1
            continue
        place = (sides.code(side), statements.code(statement))
        if min(place) < 0:
            raise InputError("{path}, line {line}: a tally needs a statement and a side.", path=table.name, line=line)
        if place in counts.cells:
            raise InputError(
                "{path}, line {line}: statement “{statement}” and side “{side}” have a row already.",
                path=table.name,
                line=line,
                statement=statement,
                side=side,
            )
        values = [_count(table.name, line, number) for number in numbers]
        counts.cells[place] = (values[0], values[1], values[2])
        if with_size and numbers[3]:
            _note_size(counts, place[0], values[3], table.name, line, side)
    if not counts.cells:
        raise InputError("{path}: there is a header, but no rows.", path=table.name)
    unsized = [name for name, code in sides.known.items() if counts.sizes and code not in counts.sizes]
    if unsized:
        raise InputError("{path}: the size of side “{side}” is missing.", path=table.name, side=unsized[0])
    return _tallies(counts, sides, statements, Intake(rows=rows - empty, empty_rows=empty))


def _count(name: str, line: int, text: str) -> int:
    """A count; nothing is 0."""
    number = whole_number(text or "0")
    if number is None:
        raise InputError(
            "{path}, line {line}: “{value}” is not a count; counts are whole numbers from 0.",
            path=name,
            line=line,
            value=text[:80],
        )
    return number


def _note_size(counts: _Counts, side: int, size: int, name: str, line: int, title: str) -> None:
    if counts.sizes.setdefault(side, size) != size:
        raise InputError(
            "{path}, line {line}: side “{side}” has {size} people here and {other} before; a side has one size.",
            path=name,
            line=line,
            side=title,
            size=size,
            other=counts.sizes[side],
        )


def _tallies(counts: _Counts, sides: Identifiers, statements: Identifiers, intake: Intake) -> Tallies:
    check_sides(len(sides.known))
    names, order = statements.in_order()
    table = np.zeros((3, len(sides.known), len(names)), np.int64)
    for (side, statement), values in counts.cells.items():
        table[:, side, order[statement]] = values
    known = bool(counts.sizes)
    sizes = [counts.sizes[i] for i in range(len(sides.known))] if known else table.sum(0).max(1)
    return Tallies(
        statements=tuple(names),
        sides=tuple(sides.known),
        sizes=np.array(sizes, np.int64),
        agree=table[0],
        disagree=table[1],
        passes=table[2],
        sizes_known=known,
        intake=intake,
    )
