"""Tiles: the examples of C2SP tlog-tiles, paths and bundles there and back."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.language import InputError
from isthmus.ledger.tiles import (
    MAX_ENTRY,
    TILE_WIDTH,
    pack_bundle,
    parse_tile_path,
    read_bundle,
    read_tile,
    tile_path,
    tiles_of,
)
from isthmus.ledger.tree import HASH_BYTES

pytestmark = pytest.mark.unit

LEVELS = st.none() | st.integers(0, 63)
WIDTHS = st.integers(1, TILE_WIDTH)


def test_a_tree_of_70_000_has_the_tiles_of_the_specification() -> None:
    tiles = list(tiles_of(70_000))

    assert Counter((level, width) for level, _, width in tiles) == {
        (0, 256): 273,
        (0, 112): 1,
        (1, 256): 1,
        (1, 17): 1,
        (2, 1): 1,
    }
    assert tiles[272:] == [(0, 272, 256), (0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, []),
        (1, [(0, 0, 1)]),
        (255, [(0, 0, 255)]),
        (256, [(0, 0, 256), (1, 0, 1)]),
        (257, [(0, 0, 256), (0, 1, 1), (1, 0, 1)]),
        (700, [(0, 0, 256), (0, 1, 256), (0, 2, 188), (1, 0, 2)]),
    ],
)
def test_tiles_of_small_trees(size: int, expected: list[tuple[int, int, int]]) -> None:
    assert list(tiles_of(size)) == expected


@given(st.integers(0, 300_000))
def test_tiles_hold_every_hash_once(size: int) -> None:
    held = Counter[int]()
    for level, _, width in tiles_of(size):
        held[level] += width

    assert held == {level: count for level in range(4) if (count := size >> (8 * level))}


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("tile/0/000", (0, 0, 256)),
        ("tile/0/x001/067.p/5", (0, 1067, 5)),
        ("tile/63/999.p/255", (63, 999, 255)),
        ("tile/1/x001/x234/067", (1, 1234067, 256)),
        ("tile/entries/x001/x234/067.p/1", (None, 1234067, 1)),
        ("tile/2/x001/000", (2, 1000, 256)),
    ],
)
def test_paths_are_those_of_the_specification(path: str, tile: tuple[int | None, int, int]) -> None:
    assert tile_path(*tile) == path
    assert parse_tile_path(path) == tile


@given(LEVELS, st.integers(0, 10**18), WIDTHS)
def test_any_path_is_read_as_it_was_written(level: int | None, index: int, width: int) -> None:
    assert parse_tile_path(tile_path(level, index, width)) == (level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/05",
        "tile/0/001.p/",
        "tile/0/001.p",
        "tile/00/001",
        "tile/64/001",
        "tile/-1/001",
        "tile/data/001",
        "/tile/0/001",
        "tile/0/001/",
        "tile/0/001\n",
        "tile/0/../001",
        "tile/0/００１",
        "tile/8/0/001",
        "tile/0/" + "x001/" * 40 + "001",
    ],
)
def test_what_is_not_a_path_is_refused(path: str) -> None:
    with pytest.raises(InputError, match="is not the path of a tile"):
        parse_tile_path(path)


@pytest.mark.parametrize("tile", [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257), (None, -1, 1)])
def test_a_tile_that_cannot_be_has_no_path(tile: tuple[int | None, int, int]) -> None:
    with pytest.raises(InputError, match="There is no tile"):
        tile_path(*tile)


@given(st.lists(st.binary(max_size=300), max_size=TILE_WIDTH))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert read_bundle(pack_bundle(entries)) == entries


def test_a_bundle_is_written_as_in_the_specification() -> None:
    assert pack_bundle([b"a", b"", b"b" * 258]) == b"\x00\x01a\x00\x00\x01\x02" + b"b" * 258


def test_an_entry_has_a_longest_size() -> None:
    assert read_bundle(pack_bundle([b"x" * MAX_ENTRY])) == [b"x" * MAX_ENTRY]
    with pytest.raises(InputError, match="An entry has 65536 bytes; at most 65535"):
        pack_bundle([b"x" * (MAX_ENTRY + 1)])


def test_a_bundle_that_breaks_off_is_refused_with_the_entry() -> None:
    whole = pack_bundle([b"first", b"second"])
    for cut in (1, 2, 6):
        with pytest.raises(InputError, match="breaks off in entry 1"):
            read_bundle(whole[:cut])
    for cut in (8, 9, len(whole) - 1):
        with pytest.raises(InputError, match="breaks off in entry 2"):
            read_bundle(whole[:cut])
    assert read_bundle(whole[:7]) == [b"first"]


def test_a_bundle_holds_at_most_a_tile() -> None:
    assert len(read_bundle(pack_bundle([b""] * TILE_WIDTH))) == TILE_WIDTH
    with pytest.raises(InputError, match="at most 256 entries; this one has 257"):
        pack_bundle([b""] * (TILE_WIDTH + 1))
    with pytest.raises(InputError, match="at most 256 entries"):
        read_bundle(b"\0\0" * (TILE_WIDTH + 1))


def test_a_tile_is_whole_hashes() -> None:
    hashes = [bytes([number]) * HASH_BYTES for number in range(TILE_WIDTH)]

    assert read_tile(b"".join(hashes)) == hashes
    assert read_tile(hashes[1]) == hashes[1:2]
    for data in (b"", b"x", b"x" * 33, b"x" * HASH_BYTES * (TILE_WIDTH + 1)):
        with pytest.raises(InputError, match=f"this one has {len(data)} bytes"):
            read_tile(data)
