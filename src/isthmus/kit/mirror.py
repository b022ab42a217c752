"""The kit's own copy of the record: one SQLite file, whole after every interruption.

Entries come in together with a checkpoint that covers them, in one transaction. What the witness has cosigned is
written before the cosignature leaves the computer.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from isthmus.language import InputError, Message

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entries (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL, leaf_hash BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS contents (digest TEXT PRIMARY KEY, round INTEGER NOT NULL, salt BLOB NOT NULL,
                                     bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS checkpoints (size INTEGER PRIMARY KEY, note TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cosigned (size INTEGER PRIMARY KEY, root BLOB NOT NULL, time INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS alarms (at INTEGER NOT NULL, text TEXT NOT NULL, fields TEXT NOT NULL,
                                   evidence TEXT NOT NULL);
"""
ANCHORED: Final = "anchored"  # facts: this mirror may be cosigned
FOUNDING: Final = "founding"  # the draft of the genesis
MIRRORED: Final = "mirrored"  # when the record was last found in order, seconds since 1970
MISSING: Final = "missing"  # digests of contents that the server did not give
AT_A_TIME: Final = 1000  # rows that are read at once
PATIENCE: Final = 20.0  # seconds to wait for another process of this kit


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What this witness stands behind. time: seconds since 1970."""

    size: int
    root: bytes
    time: int


@dataclass(frozen=True, slots=True)
class RaisedAlarm:
    """An alarm that was raised. at: seconds since 1970; evidence: the notes that prove it."""

    at: int
    message: Message
    evidence: str

    @property
    def moment(self) -> datetime:
        """When it was raised."""
        return datetime.fromtimestamp(self.at, UTC)


class Mirror:
    """The file of a mirror; made when first opened.

    Every call has a connection of its own, so that threads and processes may share the file.

    Raises
    ------
    InputError
        If the file is damaged or cannot be used; so does every method.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._failing():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # the journals take their rights from the file
        with self._open() as base:
            base.execute("PRAGMA journal_mode=WAL")
            base.executescript(_TABLES)

    def size(self) -> int:
        """Number of entries."""
        with self._open() as base:
            return _size(base)

    def entries(self, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, bytes]]:
        """Bytes and leaf hash of each entry from `start` up to and without `end`."""
        sql = "SELECT bytes, leaf_hash FROM entries WHERE number >= ? AND number < ? ORDER BY number LIMIT ?"
        rows = [(b"", b"")]
        while rows:  # in parts, so that nothing stays open with whoever stops half-way
            with self._open() as base:
                rows = list(base.execute(sql, (start, 2**62 if end is None else end, AT_A_TIME)))
            yield from rows
            start += len(rows)

    def newest(self, kind: str, count: int, skip: int) -> list[tuple[int, bytes]]:
        """Number and bytes of entries of a kind (all, if it is empty), the newest first."""
        ending = f',"type":"{kind}"}}'.encode() if kind else b""  # canonical JSON has the type last
        sql = "SELECT number, bytes FROM entries WHERE ? = 0 OR substr(bytes, -?) = ? ORDER BY number DESC LIMIT ? OFFSET ?"
        with self._open() as base:
            return list(base.execute(sql, (len(ending), len(ending), ending, count, skip)))

    def append(self, start: int, entries: Sequence[tuple[bytes, bytes]], note: str) -> None:
        """Take in entries (bytes, leaf hash) after the `start` there are, and the checkpoint over them all.

        Raises
        ------
        InputError
            If there are no longer `start` entries.
        """
        size = start + len(entries)
        with self._change() as base:
            if _size(base) != start:
                raise InputError("Another command of this kit has mirrored at the same time; do it again.")
            numbered = ((start + at, content, leaf) for at, (content, leaf) in enumerate(entries))
            base.executemany("INSERT INTO entries VALUES (?, ?, ?)", numbered)
            base.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?)", (size, note))

    def checkpoint(self, size: int) -> str | None:
        """The signed note of the checkpoint of a size."""
        found = self._one("SELECT note FROM checkpoints WHERE size = ?", size)
        return None if found is None else str(found[0])

    def checkpoints(self) -> list[tuple[int, str]]:
        """All checkpoints in ascending size."""
        with self._open() as base:
            return [(size, note) for size, note in base.execute("SELECT size, note FROM checkpoints ORDER BY size")]

    def keep_checkpoint(self, size: int, note: str) -> None:
        """Keep a checkpoint, in the place of one of the same size."""
        with self._change() as base:
            base.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?)", (size, note))

    def cosigned(self) -> list[Cosigned]:
        """What this witness has cosigned, in ascending size."""
        with self._open() as base:
            return [Cosigned(*row) for row in base.execute("SELECT size, root, time FROM cosigned ORDER BY size")]

    def keep_cosigned(self, cosigned: Cosigned) -> None:
        """Write down what is about to be cosigned.

        Raises
        ------
        InputError
            If the same size was cosigned with another root.
        """
        with self._change() as base:
            known = base.execute("SELECT root FROM cosigned WHERE size = ?", (cosigned.size,)).fetchone()
            if known is not None and known[0] != cosigned.root:
                raise InputError("This witness has cosigned another root for {size} entries.", size=cosigned.size)
            base.execute(
                "INSERT OR REPLACE INTO cosigned VALUES (?, ?, ?)", (cosigned.size, cosigned.root, cosigned.time)
            )

    def content(self, name: str) -> tuple[bytes, bytes] | None:
        """Salt and bytes of a sealed content."""
        found = self._one("SELECT salt, bytes FROM contents WHERE digest = ?", name)
        return None if found is None else (found[0], found[1])

    def contents(self, rounds: Sequence[int] | None = None) -> Iterator[tuple[str, int, bytes, bytes]]:
        """Digest, round, salt and bytes of the sealed contents of some rounds, or of all."""
        sql = "SELECT digest, round, salt, bytes FROM contents WHERE digest > ? ORDER BY digest LIMIT ?"
        rows = [("", 0, b"", b"")]
        while rows:
            with self._open() as base:
                rows = list(base.execute(sql, (rows[-1][0], AT_A_TIME)))
            yield from (row for row in rows if rounds is None or row[1] in rounds)

    def content_names(self) -> set[str]:
        """Digests of the sealed contents that are here."""
        with self._open() as base:
            return {str(row[0]) for row in base.execute("SELECT digest FROM contents")}

    def keep_contents(self, contents: Mapping[str, tuple[int, bytes, bytes]]) -> None:
        """Keep sealed contents: digest to round, salt and bytes."""
        with self._change() as base:
            rows = ((name, *parts) for name, parts in contents.items())
            base.executemany("INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?)", rows)

    def erase_contents(self, names: Sequence[str]) -> None:
        """Destroy sealed contents, in the journal too."""
        with self._change() as base:
            base.executemany("DELETE FROM contents WHERE digest = ?", ((name,) for name in names))
        with self._open() as base:
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def fact(self, name: str) -> str | None:
        """A fact about the mirror."""
        found = self._one("SELECT value FROM facts WHERE name = ?", name)
        return None if found is None else str(found[0])

    def keep_fact(self, name: str, value: str) -> None:
        """Keep a fact about the mirror."""
        with self._change() as base:
            base.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def keep_alarm(self, alarm: RaisedAlarm) -> None:
        """Write down an alarm and its evidence."""
        fields = json.dumps({name: _plain(value) for name, value in alarm.message.values.items()}, ensure_ascii=False)
        with self._change() as base:
            row = (alarm.at, alarm.message.text, fields, alarm.evidence)
            base.execute("INSERT INTO alarms VALUES (?, ?, ?, ?)", row)

    def alarms(self) -> list[RaisedAlarm]:
        """The alarms that were raised, the newest first."""
        with self._open() as base:
            return [
                RaisedAlarm(at, Message(text, json.loads(fields)), evidence)
                for at, text, fields, evidence in base.execute("SELECT * FROM alarms ORDER BY rowid DESC")
            ]

    def _one(self, sql: str, *values: object) -> tuple[bytes, ...] | None:
        with self._open() as base:
            found: tuple[bytes, ...] | None = base.execute(sql, values).fetchone()
            return found

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._failing(), closing(sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)) as base:
            base.execute("PRAGMA synchronous=FULL")
            base.execute("PRAGMA secure_delete=ON")
            yield base

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing."""
        with self._open() as base:
            base.execute("BEGIN IMMEDIATE")
            try:
                yield base
            except BaseException:
                base.execute("ROLLBACK")
                raise
            base.execute("COMMIT")

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as problem:
            raise InputError(
                "The mirror {path} cannot be used: {reason}. If it is damaged, move it away and mirror again; this "
                "kit then cosigns nothing until it is anchored.",
                path=str(self.path),
                reason=str(problem),
            ) from problem


def _size(base: sqlite3.Connection) -> int:
    found: tuple[int] = base.execute("SELECT coalesce(max(number) + 1, 0) FROM entries").fetchone()
    return found[0]


def _plain(value: object) -> str:
    return value.render() if isinstance(value, Message) else str(value)
