"""A record as one file: what `isthmus export record` writes and `isthmus verify` checks.

Lines of text, each in its one exact form: a header, an entry a line (its leaf hash, then its bytes as they stand in
the log), a sealed content a line, and a closing digest over everything before it. Whatever changes on the way is
found; where it can be told, by entry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from isthmus.language import InputError, Message
from isthmus.ledger.canonical import Json, base64_text, canonical, read_base64, read_canonical
from isthmus.ledger.digests import SALT_BYTES
from isthmus.ledger.fields import exactly, whole_number
from isthmus.ledger.tree import leaf_hash

FORMAT: Final = "isthmus record v1"
MOST_ENTRIES: Final = 10_000_000
MOST_CHECKPOINTS: Final = 10_000
HASH_BYTES: Final = 32
_HASH_TEXT: Final = 44  # characters of a hash in Base64


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a record that is not as it has to be.

    Attributes
    ----------
    message
        What it is.
    entry
        The first entry that is bad, where that is known.
    until
        Where only an interval is known: entries from `entry` up to and without `until`.
    """

    message: Message
    entry: int | None = None
    until: int | None = None


@dataclass(slots=True)
class Record:
    """The parts of a record.

    Attributes
    ----------
    checkpoints
        Signed notes in ascending size, the last one over all entries.
    entries, leaf_hashes
        The bytes of each entry, and its leaf hash as the file tells it.
    contents
        Sealed digest to salt and bytes.
    round
        The round whose contents it holds, with those of the series itself (0).
    faults
        What was found while reading a damaged file.
    """

    checkpoints: list[str]
    entries: list[bytes]
    leaf_hashes: list[bytes]
    contents: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    round: int = 0
    faults: list[Fault] = field(default_factory=list)


def write_record(record: Record) -> Iterator[bytes]:
    """The lines of the file, to be written one after the other."""
    closing = hashlib.sha256()
    for line in _lines(record):
        closing.update(line)
        yield line
    yield b"sha256:" + closing.hexdigest().encode() + b"\n"


def _lines(record: Record) -> Iterator[bytes]:
    yield (
        canonical(
            {
                "checkpoints": list(record.checkpoints),
                "contents": len(record.contents),
                "entries": len(record.entries),
                "format": FORMAT,
                "round": record.round,
            }
        )
        + b"\n"
    )
    for hashed, entry in zip(record.leaf_hashes, record.entries, strict=True):
        yield base64_text(hashed).encode() + b" " + entry + b"\n"
    for name in sorted(record.contents):
        salt, content = record.contents[name]
        fields: dict[str, Json] = {
            "bytes": base64_text(content),
            "digest": name,
            "salt": base64_text(salt),
        }
        yield canonical(fields) + b"\n"


def make_record(
    *, checkpoints: list[str], entries: list[bytes], contents: dict[str, tuple[bytes, bytes]], round_: int
) -> Record:
    """A record of entries, with their leaf hashes."""
    return Record(checkpoints, entries, [leaf_hash(entry) for entry in entries], contents, round_)


def is_record(data: bytes) -> bool:
    """Whether bytes begin as a record does, whatever follows."""
    try:
        _header(data.partition(b"\n")[0])
    except InputError:
        return False
    return True


def read_record(data: bytes) -> Record:
    """Read a record file. Damage after the header is noted in `faults`, so that its place can be told.

    Raises
    ------
    InputError
        If it is no record at all.
    """
    lines = data.split(b"\n")
    record, entries, contents = _header(lines[0])
    last = lines.pop()  # after the last line feed
    for number in range(entries):
        place = 1 + number
        if place >= len(lines):
            _cut(record, number, entries - number)
            return record
        _entry(record, number, lines[place])
    for line in lines[1 + entries : 1 + entries + contents]:
        _content(record, line)
    _closing(record, data, lines, last, 1 + entries + contents)
    return record


def _header(line: bytes) -> tuple[Record, int, int]:
    if line.endswith(b"\r"):
        raise InputError("The line endings of this record were changed on the way; send it as a file, not as text.")
    try:
        return _read_header(line)
    except InputError as problem:
        raise InputError("This is not a record of version 1: {reason}", reason=problem.message) from problem


def _read_header(line: bytes) -> tuple[Record, int, int]:
    fields = exactly(read_canonical(line), {"checkpoints", "contents", "entries", "format", "round"}, "record")
    if fields["format"] != FORMAT:
        raise InputError("The first line names another format.")
    notes = fields["checkpoints"]
    if not isinstance(notes, list) or not 1 <= len(notes) <= MOST_CHECKPOINTS:
        raise InputError("The first line holds no checkpoints.")
    entries = whole_number(fields["entries"], "entries", least=1, most=MOST_ENTRIES)
    contents = whole_number(fields["contents"], "contents", least=0, most=MOST_ENTRIES)
    round_ = whole_number(fields["round"], "round", least=0, most=1_000_000)
    return Record([str(note) for note in notes], [], [], {}, round_), entries, contents


def _cut(record: Record, number: int, missing: int) -> None:
    told = Message("The file ends here; {missing} entries are missing.", {"missing": missing})
    record.faults.append(Fault(told, number))


def _entry(record: Record, number: int, line: bytes) -> None:
    hashed, space, entry = line[:_HASH_TEXT], line[_HASH_TEXT : _HASH_TEXT + 1], line[_HASH_TEXT + 1 :]
    stated = _hash_of(hashed) if space == b" " else None
    if stated is None:
        stated = leaf_hash(entry)
        record.faults.append(Fault(Message("This line is not a leaf hash, a space and an entry."), number))
    record.leaf_hashes.append(stated)
    record.entries.append(entry)


def _hash_of(text: bytes) -> bytes | None:
    try:
        stated = read_base64(text.decode(errors="replace"))
    except InputError:
        return None
    return stated if len(stated) == HASH_BYTES else None


def _content(record: Record, line: bytes) -> None:
    try:
        name, salt, content = _read_content(line)
    except InputError:
        record.faults.append(Fault(Message("A line of contents is damaged or not in order.")))
        return
    if len(salt) != SALT_BYTES or name <= next(reversed(record.contents), ""):
        record.faults.append(Fault(Message("A line of contents is damaged or not in order.")))
    else:
        record.contents[name] = salt, content


def _read_content(line: bytes) -> tuple[str, bytes, bytes]:
    fields = exactly(read_canonical(line), {"bytes", "digest", "salt"}, "contents")
    return str(fields["digest"]), read_base64(str(fields["salt"])), read_base64(str(fields["bytes"]))


def _closing(record: Record, data: bytes, lines: list[bytes], last: bytes, expected: int) -> None:
    if len(lines) <= expected:
        record.faults.append(Fault(Message("The file ends before its closing digest.")))
        return
    body = data[: sum(len(line) + 1 for line in lines[:expected])]
    closing = b"sha256:" + hashlib.sha256(body).hexdigest().encode()
    if lines[expected:] != [closing] or last:
        record.faults.append(Fault(Message("The closing digest does not fit; the file was changed or damaged.")))
