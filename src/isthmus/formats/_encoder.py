"""From raw values to small integers: each distinct value is understood once, then only looked up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from isthmus.formats._table import Column

if TYPE_CHECKING:
    import polars as pl

STEP: Final = 1 << 16  # keys looked up at a time: of the values of a column most are known after the first few
SECOND_SEED: Final = 0x15787
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: spreads neighbouring keys (Knuth, TAOCP 6.4)


class Encoder:
    """Translates columns by a function from a raw value to an int, called once per distinct value."""

    def __init__(self, meaning: Callable[[str], int]) -> None:
        self._meaning = meaning
        self._known: dict[str, int] = {}
        self._places = KeyPlaces()
        self._second = np.zeros(0, np.uint64)
        self._codes = np.zeros(0, np.int32)

    def encode(self, column: Column) -> NDArray[np.int32]:
        """The int of each value."""
        return self._encode_list(column) if isinstance(column, list) else self._encode_series(column)  # type: ignore[arg-type]

    def _encode_list(self, column: list[str]) -> NDArray[np.int32]:
        known = self._known
        try:
            return np.fromiter(map(known.__getitem__, column), np.int32, len(column))
        except KeyError:
            for value in dict.fromkeys(column):
                if value not in known:
                    known[value] = self._meaning(value)
            return np.fromiter(map(known.__getitem__, column), np.int32, len(column))

    def _encode_series(self, column: pl.Series) -> NDArray[np.int32]:
        """As above by 64-bit keys: numbers are their own; texts are hashed, twice, so that a clash is seen."""
        text = not column.dtype.is_numeric()
        keys = _keys(column.hash() if text else column)
        places, fresh = self._places.add(keys)
        if text:
            second = column.hash(SECOND_SEED).to_numpy()
            self._second = np.concatenate([self._second, second[fresh]])
            if (self._second[places] != second).any():
                raise RuntimeError("two different texts have the same 64-bit hash")
        if fresh.size:
            meant = [self._meaning(str(value)) for value in column[fresh]]
            self._codes = np.concatenate([self._codes, np.array(meant, np.int32)])
        return self._codes[places]


def _keys(column: pl.Series) -> NDArray[np.uint64]:
    numbers = column.to_numpy()
    if numbers.dtype.kind == "f":
        numbers = numbers.astype(np.float64)
    elif numbers.dtype != np.uint64:
        numbers = numbers.astype(np.int64)
    return np.ascontiguousarray(numbers).view(np.uint64)


class KeyPlaces:
    """The place of each 64-bit key, counted from 0 in order of first appearance: open addressing in numpy."""

    def __init__(self) -> None:
        self._keys = np.zeros(0, np.uint64)
        self._slots = np.full(1 << 12, -1, np.int32)

    def find(self, keys: NDArray[np.uint64]) -> NDArray[np.int32]:
        """The place of each key, −1 where it is not known."""
        slot = self._home(keys)
        place = self._slots[slot]
        if not self._keys.size:
            return place
        wrong = np.flatnonzero(self._keys[place] != keys)
        wrong = wrong[place[wrong] >= 0]
        while wrong.size:
            slot[wrong] = (slot[wrong] + 1) % self._slots.size
            place[wrong] = self._slots[slot[wrong]]
            wrong = wrong[(place[wrong] >= 0) & (self._keys[place[wrong]] != keys[wrong])]
        return place

    def add(self, keys: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The place of each key, and where in `keys` those appear first that were not known before."""
        places = np.empty(keys.size, np.int32)
        fresh = [np.zeros(0, np.int64)]
        for start in range(0, keys.size, STEP):
            part = keys[start : start + STEP]
            found = self.find(part)
            unknown = np.flatnonzero(found < 0)
            if unknown.size:
                first = unknown[np.sort(np.unique(part[unknown], return_index=True)[1])]
                self._take_in(part[first])
                found[unknown] = self.find(part[unknown])
                fresh.append(first + start)
            places[start : start + STEP] = found
        return places, np.concatenate(fresh)

    def _take_in(self, keys: NDArray[np.uint64]) -> None:
        old = self._keys.size
        self._keys = np.concatenate([self._keys, keys])
        if self._keys.size * 4 > self._slots.size:
            self._slots = np.full(1 << int(self._keys.size * 8).bit_length(), -1, np.int32)
            old = 0
        self._settle(np.arange(old, self._keys.size, dtype=np.int32))

    def _settle(self, places: NDArray[np.int32]) -> None:
        """Give each place a slot: of those that want the same free one, one gets it, the others move on."""
        slot = self._home(self._keys[places])
        while places.size:
            free = self._slots[slot] < 0
            self._slots[slot[free]] = places[free]
            lost = self._slots[slot] != places
            places, slot = places[lost], (slot[lost] + 1) % self._slots.size

    def _home(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        bits = self._slots.size.bit_length() - 1
        return ((keys * _GOLDEN) >> np.uint64(64 - bits)).view(np.int64)
