"""A table in pieces, whatever file it comes from: named columns of raw values, and the line of each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from isthmus.language import InputError

if TYPE_CHECKING:
    import polars as pl

Column: TypeAlias = "Sequence[str] | pl.Series"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows in a piece. line: the line of the file (the row, in Parquet) for a row of the chunk, from 1."""

    columns: Mapping[str, Column]
    rows: int
    line: Callable[[int], int]


class Table(Protocol):
    """A file with a header. name: what messages call it. header: its columns, lower case, without blanks."""

    name: str
    header: tuple[str, ...]

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """The rows of some of the columns, in pieces, in order."""
        ...


def tidy_header(name: str, fields: Sequence[str]) -> tuple[str, ...]:
    """Column names as they are compared: no blanks around them, lower case, none twice."""
    header = tuple(field.strip().lower() for field in fields)
    twice = [field for field, times in Counter(header).items() if field and times > 1]
    if twice:
        raise InputError("{path}: the column “{column}” is there twice.", path=name, column=twice[0])
    return header


def need_columns(table: Table, *wanted: str) -> None:
    """Refuse a table that lacks one of the columns."""
    if not set(wanted) <= set(table.header):
        raise InputError(
            "{path}: the columns {wanted} are needed; found {found}.",
            path=table.name,
            wanted=", ".join(wanted),
            found=", ".join(table.header[:12]) or "—",
        )


def records(table: Table, columns: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The line and the values of each row, without blanks around them: for tables that are small."""
    for chunk in table.chunks(columns):
        values = [[("" if value is None else str(value).strip()) for value in chunk.columns[c]] for c in columns]
        for row, record in enumerate(zip(*values, strict=True)):
            yield chunk.line(row), record
