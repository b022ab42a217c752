"""A log as files (C2SP tlog-tiles): paths of tiles and entry bundles, and what is in them.

A *tile* holds up to 256 hashes of one level; level 0 holds leaf hashes, each hash of a higher level stands for a
full tile of the level below. An *entry bundle* holds the entries of a tile of level 0; its level is None here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from isthmus.language import InputError
from isthmus.ledger.tree import HASH_BYTES

MAX_ENTRY: Final = 65_535
TILE_WIDTH: Final = 256
TILE_HEIGHT: Final = 8
MAX_LEVEL: Final = 63

_PATH: Final = re.compile(
    r"tile/(?P<level>entries|[0-9]{1,2})/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[0-9]{1,3}))?", re.ASCII
)


def tile_path(level: int | None, index: int, width: int) -> str:
    """The path of a tile or, with level None, of an entry bundle.

    >>> tile_path(0, 1067, 5), tile_path(None, 1234067, 256)
    ('tile/0/x001/067.p/5', 'tile/entries/x001/x234/067')

    Raises
    ------
    InputError
        If level, index or width (1 to 256) are out of range.
    """
    if not (level is None or 0 <= level <= MAX_LEVEL) or index < 0 or not 1 <= width <= TILE_WIDTH:
        raise InputError(
            "There is no tile of level {level}, index {index}, width {width}.", level=level, index=index, width=width
        )
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    *heads, tail = (digits[at : at + 3] for at in range(0, len(digits), 3))
    place = "".join(f"x{head}/" for head in heads) + tail
    return f"tile/{'entries' if level is None else level}/{place}" + ("" if width == TILE_WIDTH else f".p/{width}")


def parse_tile_path(path: str) -> tuple[int | None, int, int]:
    """Level (None for entries), index and width of a path.

    Raises
    ------
    InputError
        Unless `tile_path` would write exactly this path.
    """
    found = _PATH.fullmatch(path)
    if found:
        level = None if found["level"] == "entries" else int(found["level"])
        index = int(found["index"].replace("x", "").replace("/", ""))
        width = TILE_WIDTH if found["width"] is None else int(found["width"])
        fit = (level is None or level <= MAX_LEVEL) and 1 <= width <= TILE_WIDTH
        if fit and tile_path(level, index, width) == path:
            return level, index, width
    raise InputError("“{path}” is not the path of a tile (C2SP tlog-tiles).", path=path[:200])


def pack_bundle(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: each entry after its length in two bytes, the higher first.

    Raises
    ------
    InputError
        If an entry is longer than `MAX_ENTRY` bytes, or there are more than `TILE_WIDTH`.
    """
    parts = list(entries)
    _check_count(len(parts))
    for entry in parts:
        if len(entry) > MAX_ENTRY:
            raise InputError("An entry has {size} bytes; at most {most} are allowed.", size=len(entry), most=MAX_ENTRY)
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in parts)


def read_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle.

    Raises
    ------
    InputError
        If it breaks off, or holds more than `TILE_WIDTH` entries.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if at > len(data) or start > len(data):
            raise InputError("This bundle of entries breaks off in entry {number}.", number=len(entries) + 1)
        entries.append(data[start:at])
    _check_count(len(entries))
    return entries


def read_tile(data: bytes) -> list[bytes]:
    """The hashes of a tile.

    Raises
    ------
    InputError
        Unless these are 1 to 256 whole hashes.
    """
    if not data or len(data) % HASH_BYTES or len(data) > TILE_WIDTH * HASH_BYTES:
        raise InputError("A tile holds 1 to 256 hashes of 32 bytes; this one has {size} bytes.", size=len(data))
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """The tiles of a tree of `size` leaves as (level, index, width): the full ones, and what lies at the right edge."""
    level, count = 0, size
    while count:
        full, rest = divmod(count, TILE_WIDTH)
        for index in range(full):
            yield level, index, TILE_WIDTH
        if rest:
            yield level, full, rest
        level, count = level + 1, full


def _check_count(count: int) -> None:
    if count > TILE_WIDTH:
        raise InputError("A bundle holds at most {most} entries; this one has {count}.", most=TILE_WIDTH, count=count)
