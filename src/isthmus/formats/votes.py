"""`read_votes`: whatever holds votes, as `Ballots` or `Tallies`."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from isthmus.analysis import Ballots, Tallies
from isthmus.formats._long import read_long
from isthmus.formats._opening import open_table
from isthmus.formats._source import NO_LIMITS, ZIP, Limits, file_source, is_folder
from isthmus.formats._tallies import read_tallies
from isthmus.formats.polis import read_polis
from isthmus.formats.texts import read_texts, with_texts
from isthmus.language import InputError


def read_votes(
    path: str | PathLike[str],
    *,
    encoding: str = "utf-8",
    agree_is: int = 1,
    texts: str | PathLike[str] | None = None,
    limits: Limits = NO_LIMITS,
) -> Ballots | Tallies:
    """Read votes from a file or a folder; what it is, is recognised.

    - a long table, CSV or Parquet: `participant,statement,vote[,side][,time]`;
    - tallies, CSV or Parquet: `statement,side,agree,disagree,pass[,size]`;
    - a Polis export: its folder, or a zip archive of it (see `read_polis`, which also gives its groups).

    Parameters
    ----------
    path
        The file or folder.
    encoding
        Of the text in CSV files.
    agree_is
        The number that means agreement, 1 or −1; votes in words are not touched by it.
    texts
        A file with the texts of the statements (see `read_texts`).
    limits
        The most that is taken in, for input from strangers.

    Returns
    -------
    Ballots or Tallies
        With `intake` telling what was met and left out. Ballots have sides only where the table has a column
        `side`; see `isthmus.formats.sided` for the others.

    Raises
    ------
    InputError
        If the input cannot be used: the message names file, line or column and says what would be right.
        Its subclass `SizeLimitError` if it goes beyond the limits.
    """
    votes = _read(Path(path), encoding, agree_is, limits)
    return votes if texts is None else with_texts(votes, read_texts(texts, encoding=encoding))


def _read(path: Path, encoding: str, agree_is: int, limits: Limits) -> Ballots | Tallies:
    if agree_is not in (1, -1):
        raise InputError("Agreement is written as 1 or −1; got {value}.", value=agree_is)
    if is_folder(path):
        return read_polis(path, encoding=encoding, agree_is=agree_is, limits=limits).ballots
    source = file_source(path, limits=limits)
    if source.magic() == ZIP:
        return read_polis(path, encoding=encoding, agree_is=agree_is, limits=limits).ballots
    table = open_table(source, encoding=encoding)
    columns = set(table.header)
    if {"participant", "statement", "vote"} <= columns:
        return read_long(table, agree_is=agree_is, limits=limits)
    if {"statement", "side", "agree", "disagree"} <= columns:
        return read_tallies(table, limits=limits)
    if {"comment-id", "voter-id"} <= columns:
        raise InputError(
            "{path} is one file of a Polis export; the whole export is needed, as a folder or a zip archive.",
            path=str(path),
        )
    raise InputError(
        "{path}: the columns participant, statement, vote are needed (or statement, side, agree, disagree, pass "
        "for tallies); found {found}.",
        path=source.name,
        found=", ".join(name for name in table.header[:12] if name) or "—",
    )
