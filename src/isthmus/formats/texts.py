"""Texts of statements from a file of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Final, TypeVar

from isthmus.analysis import Ballots, Tallies
from isthmus.formats._opening import open_table
from isthmus.formats._source import NO_LIMITS, Limits, file_source
from isthmus.formats._table import need_columns, records
from isthmus.language import InputError

UNKNOWN: Final = "und"  # BCP 47 for a language that is not known

Votes = TypeVar("Votes", bound=Ballots | Tallies)


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts by language tag and statement."""

    name: str
    statements: tuple[str, ...]
    by_language: Mapping[str, Mapping[str, str]]


def read_texts(path: str | PathLike[str], *, encoding: str = "utf-8", limits: Limits = NO_LIMITS) -> Texts:
    """A file `statement,text`, or with a language `statement,text:en,text:zh-Hans`; CSV or Parquet.

    Raises
    ------
    InputError
        If the file cannot be read, has no column of texts, or gives a statement twice; `SizeLimitError` if it goes
        beyond the limits.
    """
    table = open_table(file_source(Path(path), limits=limits), encoding=encoding)
    columns = [name for name in table.header if name == "text" or name.startswith("text:")]
    need_columns(table, "statement", *([] if columns else ["text"]))
    found: dict[str, dict[str, str]] = {_tag(column): {} for column in columns}
    lines: dict[str, int] = {}
    for line, (statement, *texts) in records(table, ["statement", *columns]):
        if not statement:
            continue
        if lines.setdefault(statement, line) != line:
            raise InputError(
                "{path}, lines {before} and {line}: the statement “{statement}” is there twice.",
                path=table.name,
                before=lines[statement],
                line=line,
                statement=statement,
            )
        for language, text in zip(found.values(), texts, strict=True):
            language[statement] = text
    return Texts(table.name, tuple(lines), found)


def with_texts(votes: Votes, texts: Texts) -> Votes:
    """The votes with these texts; statements nobody voted on are counted in `intake.unknown_statements`."""
    columns = {
        language: tuple(known.get(statement, "") for statement in votes.statements)
        for language, known in texts.by_language.items()
    }
    unknown = len(set(texts.statements) - set(votes.statements))
    intake = replace(votes.intake, unknown_statements=votes.intake.unknown_statements + unknown)
    return replace(votes, texts={**votes.texts, **columns}, intake=intake)


def _tag(column: str) -> str:
    """The language of a column such as `text:zh-hans`, in the usual letters: zh-Hans."""
    first, *rest = column.partition(":")[2].strip().split("-")
    parts = [part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part for part in rest]
    return "-".join([first, *parts]) or UNKNOWN
