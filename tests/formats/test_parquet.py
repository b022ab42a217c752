from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from isthmus.analysis import Ballots, Tallies
from isthmus.formats import Limits, SizeLimitError, _parquet_table, read_sides, read_votes
from isthmus.formats.sides import Roster
from isthmus.language import InputError
from tests.formats.conftest import Write
from tests.formats.test_long_table import cells

pytestmark = pytest.mark.unit

ROWS = {"participant": ["p2", "p1", "p2"], "statement": [4, 3, 3], "vote": [1, -1, 0]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "votes.parquet"


@pytest.mark.parametrize(
    "vote",
    [
        pl.Series([1, -1, 0], dtype=pl.Int8),
        pl.Series([1.0, -1.0, 0.0]),
        pl.Series(["agree", "disagree", "pass"]),
        pl.Series(["agree", "disagree", "pass"], dtype=pl.Categorical),
        pl.Series(["1", "-1", "0"], dtype=pl.Enum(["1", "0", "-1"])),
    ],
    ids=lambda series: str(series.dtype),
)
def test_votes_of_every_type(path: Path, vote: pl.Series) -> None:
    pl.DataFrame({**ROWS, "vote": vote}).write_parquet(path)
    ballots = read_votes(path)
    assert isinstance(ballots, Ballots)
    assert cells(ballots) == {("p2", "4"): 1, ("p1", "3"): -1, ("p2", "3"): 0}
    assert (list(ballots.participants), list(ballots.statements)) == (["p2", "p1"], ["3", "4"])


def test_nulls_are_no_votes(path: Path) -> None:
    pl.DataFrame(
        {"participant": ["a", "b", None], "statement": [1, 1, None], "vote": [1.0, None, float("nan")]}
    ).write_parquet(path)
    ballots = read_votes(path)
    assert cells(ballots) == {("a", "1"): 1}
    assert ballots.intake.empty_rows == 2


@pytest.mark.parametrize("gap", range(6))
def test_a_null_in_any_piece(path: Path, monkeypatch: pytest.MonkeyPatch, gap: int) -> None:
    monkeypatch.setattr(_parquet_table, "ROWS", 2)
    rows = {"participant": [1, 2, 3, 1, 2, 3], "statement": [7, 7, 7, 8, 8, 8], "vote": [1, -1, 0, 1, 1, -1]}
    kept = {(str(p), str(s)): v for i, (p, s, v) in enumerate(zip(*rows.values(), strict=True)) if i != gap}
    for columns in (["vote"], list(rows)):
        frame = pl.DataFrame(
            {name: [None if name in columns and i == gap else v for i, v in enumerate(rows[name])] for name in rows}
        )
        frame.write_parquet(path)
        ballots = read_votes(path)
        assert isinstance(ballots, Ballots)
        assert (cells(ballots), ballots.intake.empty_rows) == (kept, 1)


@pytest.mark.parametrize(
    "time",
    [
        [3, 2, 1],
        [0.3, 0.2, 0.1],
        ["2024-06-13T03", "2024-06-13T02", "2024-06-13T01"],
        [datetime(2024, 6, 13, hour, tzinfo=UTC) for hour in (3, 2, 1)],
    ],
)
def test_the_latest_vote_counts(path: Path, time: list[object]) -> None:
    pl.DataFrame({"participant": ["a"] * 3, "statement": ["s"] * 3, "vote": [1, 0, -1], "time": time}).write_parquet(
        path
    )
    assert cells(read_votes(path)) == {("a", "s"): 1}


def test_the_same_as_csv_piece_by_piece(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame(
        {
            "participant": [f"p{i * 7919 % 613}" for i in range(20_000)],
            "statement": [i * 31 % 97 for i in range(20_000)],
            "vote": [i % 3 - 1 for i in range(20_000)],
            "time": [i * 613 % 1009 for i in range(20_000)],
        }
    )
    frame.write_parquet(path, row_group_size=3_000)
    frame.write_csv(path.with_suffix(".csv"))
    monkeypatch.setattr(_parquet_table, "ROWS", 1_700)
    one, other = read_votes(path), read_votes(path.with_suffix(".csv"))
    assert isinstance(one, Ballots)
    assert isinstance(other, Ballots)
    assert list(one.participants) == list(other.participants)
    assert cells(one) == cells(other)
    assert one.intake == other.intake


def test_faults_name_the_row(path: Path) -> None:
    pl.DataFrame({**ROWS, "vote": [1, 7, 0]}).write_parquet(path)
    with pytest.raises(InputError, match=r"votes\.parquet, line 2: “7” is not a vote"):
        read_votes(path)


@pytest.mark.parametrize("column", ["participant", "vote"])
def test_a_column_of_the_wrong_type(path: Path, column: str) -> None:
    pl.DataFrame({**ROWS, column: [[1], [2], [3]]}).write_parquet(path)
    with pytest.raises(InputError, match=f"the column “{column}” holds values of type List"):
        read_votes(path)


def test_broken_files(write: Write, path: Path) -> None:
    pl.DataFrame(ROWS).write_parquet(path)
    good = path.read_bytes()
    for name, content in {
        "a.parquet": b"",
        "b.parquet": b"participant,statement,vote\n",
        "c.parquet": good[:-9],
        "d.parquet": good[:8] + b"\xff" * (len(good) - 40) + good[-32:],
        "votes.data": b"PAR1" + b"\0" * 100,
    }.items():
        with pytest.raises(InputError, match=f"{name}: this is not a Parquet file, or it is damaged"):
            read_votes(write(name, content))


def test_no_rows_and_too_many(path: Path) -> None:
    pl.DataFrame(ROWS).write_parquet(path)
    with pytest.raises(SizeLimitError, match="more than 2 rows"):
        read_votes(path, limits=Limits(rows=2))
    pl.DataFrame(ROWS).head(0).write_parquet(path)
    with pytest.raises(InputError, match=r"votes\.parquet: there are no rows"):
        read_votes(path)


def test_without_polars(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pl.DataFrame(ROWS).write_parquet(path)
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(InputError, match=r'reading Parquet needs the extra "scale": pip install "isthmus\[scale\]"'):
        read_votes(path)


def test_tallies_and_rosters(path: Path) -> None:
    pl.DataFrame(
        {"statement": [1], "side": ["Elm"], "agree": [3], "disagree": [1.0], "pass": [0], "size": [5]}
    ).write_parquet(path)
    tallies = read_votes(path)
    assert isinstance(tallies, Tallies)
    assert (tallies.agree.tolist(), tallies.disagree.tolist(), tallies.sizes.tolist()) == ([[3]], [[1]], [5])
    pl.DataFrame({"participant": [1, 2], "side": ["Elm", "Birch"]}).write_parquet(path)
    roster = read_sides(path)
    assert isinstance(roster, Roster)
    assert (roster.participants, roster.sides) == (("1", "2"), ("Elm", "Birch"))
