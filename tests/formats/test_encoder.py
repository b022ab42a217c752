from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.formats import _encoder
from isthmus.formats._encoder import Encoder, KeyPlaces

pytestmark = pytest.mark.unit

COLUMNS = st.lists(st.lists(st.text("ab榆", max_size=3), max_size=20), min_size=1, max_size=4)


def numbering() -> tuple[Encoder, dict[str, int]]:
    known: dict[str, int] = {}
    return Encoder(lambda raw: known.setdefault(raw, len(known))), known


@settings(deadline=None)
@given(COLUMNS)
def test_lists_and_series_get_the_same_codes_piece_by_piece(columns: list[list[str]]) -> None:
    (plain, known), (quick, also_known) = numbering(), numbering()
    for column in columns:
        assert plain.encode(column).tolist() == quick.encode(pl.Series(column, dtype=pl.String)).tolist()
    assert list(known) == list(also_known)


@pytest.mark.parametrize("kind", [pl.Int8, pl.Int64, pl.UInt32, pl.Float32, pl.Float64])
def test_numbers_are_their_own_keys(kind: type[pl.DataType]) -> None:
    encoder, known = numbering()
    assert encoder.encode(pl.Series([3, 1, 3, 0], dtype=kind)).tolist() == [0, 1, 0, 2]
    assert [float(text) for text in known] == [3, 1, 0]


@pytest.mark.parametrize("step", [1, 5, 1 << 16])
def test_places_count_from_zero_in_order_of_appearance(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_encoder, "STEP", step)
    rng = np.random.default_rng(2)
    keys = rng.integers(0, 700, 3_000).astype(np.uint64) << np.uint64(40)  # neighbours in the table: many clashes
    order = list(dict.fromkeys(keys.tolist()))
    table = KeyPlaces()
    for part in np.array_split(keys, 3):
        places, fresh = table.add(part)
        assert places.tolist() == [order.index(key) for key in part.tolist()]
        assert places[fresh].tolist() == sorted(set(places[fresh].tolist()))
    assert table.find(np.array([1], np.uint64)).tolist() == [-1]


def test_a_table_that_grows_keeps_what_it_knows() -> None:
    table = KeyPlaces()
    keys = np.arange(50_000, dtype=np.uint64)
    assert table.add(keys)[0].tolist() == list(range(50_000))
    assert table.find(keys).tolist() == list(range(50_000))


def test_two_texts_with_one_hash_are_never_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder, _ = numbering()
    monkeypatch.setattr(_encoder, "_keys", lambda column: np.zeros(len(column), np.uint64))
    with pytest.raises(RuntimeError, match="the same 64-bit hash"):
        encoder.encode(pl.Series(["elm", "birch"]))
