"""Conversations exported from Polis: a folder, or a zip archive of one."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, replace
from functools import partial
from os import PathLike
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from isthmus.analysis import NO_SIDE, Ballots, Intake
from isthmus.formats._csv_table import CsvTable
from isthmus.formats._long import Rows, read_rows
from isthmus.formats._source import NO_LIMITS, ZIP, Limits, Source, file_source, is_folder, reading
from isthmus.formats._table import need_columns, records
from isthmus.formats._values import Identifiers, whole_number
from isthmus.formats.sides import Roster
from isthmus.formats.texts import UNKNOWN
from isthmus.language import InputError, Message

VOTES: Final = ("votes.csv", "votes-derived.csv")
COMMENTS: Final = "comments.csv"
PEOPLE: Final = "participants-votes.csv"
NAMES: Final = {"participant": "voter-id", "statement": "comment-id", "vote": "vote", "time": "timestamp"}
REJECTED: Final = "-1"  # in the column `moderated`
MOST_UNPACKED: Final = 1_000_000_000  # bytes of a file in an archive, where no other limit is given


@dataclass(frozen=True, eq=False)
class PolisExport:
    """An export: its votes, which know no sides, and the groups Polis found, if the export has them."""

    ballots: Ballots
    groups: Roster | None


def read_polis(
    path: str | PathLike[str], *, encoding: str = "utf-8", agree_is: int = 1, limits: Limits = NO_LIMITS
) -> PolisExport:
    """Read an export: `votes.csv` or `votes-derived.csv`, `comments.csv`, and perhaps `participants-votes.csv`.

    Rejected statements are left out and counted. agree_is: 1 as in exports; −1 as in Polis's database. Where
    the totals in `comments.csv` speak for the other sign, `intake.notices` says so.

    Raises
    ------
    InputError
        If a file is missing or cannot be read, or a value is not what it should be.
    """
    files = _files(Path(path), limits)
    votes = next((files[name] for name in VOTES if name in files), None)
    if votes is None or COMMENTS not in files:
        raise InputError(
            "{path} is not a Polis export: {missing} is missing.",
            path=str(path),
            missing=COMMENTS if votes else VOTES[0],
        )
    comments = _Comments(files[COMMENTS], encoding)
    table = CsvTable(votes, encoding=encoding)
    need_columns(table, *(NAMES[role] for role in ("statement", "participant", "vote")))
    rows = read_rows(table, NAMES, agree_is=agree_is, limits=limits)
    groups, known = _groups(files.get(PEOPLE), encoding)
    strangers = sum(name not in known for name in rows.participants) if known else 0
    return PolisExport(_ballots(rows, comments, strangers, agree_is), groups)


def _files(path: Path, limits: Limits) -> dict[str, Source]:
    """The files of an export by name."""
    wanted = (*VOTES, COMMENTS, PEOPLE)
    if is_folder(path):
        return {
            name: file_source(path / name, name=f"{path.name}/{name}", limits=limits)
            for name in wanted
            if (path / name).is_file()
        }
    if file_source(path).magic() != ZIP:
        raise InputError("{path} is not a Polis export: that is a folder, or a zip archive of it.", path=str(path))
    with reading(path.name), zipfile.ZipFile(path) as archive:
        members = [info for info in archive.infolist() if PurePosixPath(info.filename).name in wanted]
    if not members:
        raise InputError(
            "{path} is an archive without a Polis export; a spreadsheet has to be saved as CSV first.", path=path.name
        )
    homes = sorted({str(PurePosixPath(info.filename).parent) for info in members})
    if len(homes) > 1:
        raise InputError(
            "{path}: the archive holds more than one conversation ({found}).", path=path.name, found=", ".join(homes)
        )
    if any(info.flag_bits & 1 for info in members):
        raise InputError("{path}: the archive is locked by a password.", path=path.name)
    if limits.size is None:
        limits = replace(limits, size=MOST_UNPACKED)
    return {
        PurePosixPath(info.filename).name: Source(
            f"{path.name}/{info.filename}", partial(_member, path, info), limits=limits
        )
        for info in members
    }


def _member(path: Path, info: zipfile.ZipInfo) -> BinaryIO:
    """A member as a stream; nothing is unpacked to disk, so that names in the archive lead nowhere."""
    with zipfile.ZipFile(path) as archive:
        return archive.open(info)  # type: ignore[return-value]  # the file stays open until the member is closed


class _Comments:
    """What `comments.csv` tells: the statements in natural order, their texts, which are rejected, the totals."""

    def __init__(self, source: Source, encoding: str) -> None:
        table = CsvTable(source, encoding=encoding)
        need_columns(table, "comment-id", "comment-body")
        self.name = table.name
        self.totalled = {"agrees", "disagrees"} <= set(table.header)
        optional = [name for name in ("moderated", "agrees", "disagrees") if name in table.header]
        found: dict[str, dict[str, str]] = {}
        ids = Identifiers()
        for line, (statement, *rest) in records(table, ["comment-id", "comment-body", *optional]):
            if ids.code(statement) < 0:
                raise InputError("{path}, line {line}: a statement has no comment-id.", path=table.name, line=line)
            found[statement] = dict(zip(("comment-body", *optional), rest, strict=True))
        self.ids = ids.in_order()[0]
        self.texts = [found[i]["comment-body"] for i in self.ids]
        self.rejected = np.array([found[i].get("moderated") in {REJECTED, "-1.0"} for i in self.ids], bool)
        self.totals = np.array(
            [[whole_number(found[i].get(name, "")) or 0 for i in self.ids] for name in ("agrees", "disagrees")],
            np.int64,
        )


def _groups(source: Source | None, encoding: str) -> tuple[Roster | None, frozenset[str]]:
    """The groups of an export, in the order of their numbers, and all people it lists."""
    if source is None:
        return None, frozenset()
    table = CsvTable(source, encoding=encoding)
    need_columns(table, "participant", "group-id")
    ids = Identifiers()
    people: dict[str, int] = {}
    for _line, (person, group) in records(table, ["participant", "group-id"]):
        if person:
            people[person] = ids.code(group)
    names, order = ids.in_order()
    side = np.array([order[code] if code >= 0 else NO_SIDE for code in people.values()], np.int32)
    roster = (
        Roster(table.name, tuple(people), side, tuple(f"group {name}" for name in names), "polis") if names else None
    )
    return roster, frozenset(people)


def _ballots(rows: Rows, comments: _Comments, strangers: int, agree_is: int) -> Ballots:
    place = {name: index for index, name in enumerate(comments.ids)}
    statement = np.array([place.get(name, -1) for name in rows.statements], np.int64)[rows.statement]
    known = statement >= 0
    notices = _sign_notice(statement[known], rows.vote[known], comments, agree_is)
    if not known.all():
        notices += (
            Message(
                "{count} votes are on statements that {path} does not name; they are left out.",
                {"count": int((~known).sum()), "path": comments.name},
            ),
        )
    kept = known.copy()
    kept[known] = ~comments.rejected[statement[known]]
    accepted = np.flatnonzero(~comments.rejected)
    column = np.cumsum(~comments.rejected) - 1
    return Ballots.from_votes(
        rows.participant[kept],
        column[statement[kept]],
        rows.vote[kept],
        participants=rows.participants,
        statements=[comments.ids[i] for i in accepted],
        time=None if rows.time is None else rows.time[kept],
        texts={UNKNOWN: tuple(comments.texts[i] for i in accepted)},
        intake=Intake(
            rows=rows.vote.size,
            rejected=int(comments.rejected.sum()),
            rejected_votes=int((known & ~kept).sum()),
            unknown_participants=strangers,
            unknown_statements=sum(name not in place for name in rows.statements),
            empty_rows=rows.empty,
            notices=notices,
        ),
    )


def _sign_notice(
    statement: NDArray[np.int64], vote: NDArray[np.int8], comments: _Comments, agree_is: int
) -> tuple[Message, ...]:
    """A warning where the totals of agreement fit the votes better with the other sign.

    The totals count every vote, overtaken ones too, so the comparison does as well.
    """
    if not comments.totalled:
        return ()
    counted = np.stack([np.bincount(statement[vote == value], minlength=len(comments.ids)) for value in (1, -1)])
    if np.abs(counted - comments.totals).sum() <= np.abs(counted[::-1] - comments.totals).sum():
        return ()
    return (
        Message(
            "The totals in {path} say the opposite of the votes as read: agreement seems to be {other} in this file, "
            "not {chosen}. Read it again with {other} as agreement.",
            {"path": comments.name, "chosen": agree_is, "other": -agree_is},
        ),
    )
