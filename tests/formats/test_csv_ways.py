"""The three ways through a CSV file, by columns with polars or without and record by record, give the same."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from isthmus.formats import _csv_table
from isthmus.formats._csv_table import CsvTable
from isthmus.formats._long import read_long
from isthmus.formats._source import file_source
from isthmus.language import InputError
from tests.formats.conftest import Write

pytestmark = pytest.mark.unit

HEADERS = ("participant,statement,vote", "participant,statement,vote,side", "time,participant,statement,vote")
PLAIN = ["ann", "bob", "s1", "s22", "agree", "1", "-1", "", "7", " x ", "榆", "20", "2024-06-13", "1.5", "Elm", "Birch"]
QUOTED = ['"ann"', '"s1"', '"1"', '""', '"榆"', '"an,n"', '"a""nn"', ' "s1"', '"1" ', 'b"ob', '"bob\nann"', '"\rann"']
PIECES = st.sampled_from([*PLAIN, *QUOTED])
ODD = st.sampled_from([",", "\n", '"', "\r", "\r\n", "\0", "\udcff", "\n\n", ",,\n", "\x0b", "\u2028"])


def lines(header: str) -> st.SearchStrategy[str]:
    return st.lists(
        st.one_of(
            st.lists(PIECES, min_size=header.count(",") + 1, max_size=header.count(",") + 1).map(
                lambda f: ",".join(f) + "\n"
            ),
            st.tuples(st.sampled_from(["ann", "bob"]), st.sampled_from(["s1", "s2"])).map(
                lambda pair: (
                    ",".join(
                        {"participant": pair[0], "statement": pair[1], "vote": "1", "time": "5"}.get(c, "")
                        for c in header.split(",")
                    )
                    + "\n"
                )
            ),
            ODD,
        ),
        max_size=25,
    ).map("".join)


def outcome(path: Path, way: str) -> object:
    with pytest.MonkeyPatch.context() as patch:
        if way == "split":
            patch.setitem(sys.modules, "polars", None)
        try:
            ballots = read_long(CsvTable(file_source(path), fast=way != "records"))
        except InputError as problem:
            return str(problem)
    arrays = (ballots.participants, ballots.starts, ballots.columns, ballots.votes, ballots.side)
    return [a.tolist() for a in arrays], ballots.statements, ballots.sides, ballots.intake


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_csv_table, "BLOCK", 90)
    monkeypatch.setattr(_csv_table, "WORTH_IT", 0)
    monkeypatch.setattr(_csv_table, "ROWS", 3)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(HEADERS).flatmap(lambda header: st.tuples(st.just(header), lines(header))))
@example((HEADERS[0], 'ann,s1,1\nann,s1\nbob,s1,1,7\nann,"s\n1",1\n'))
@example((HEADERS[0], '"ann","s1","1"\n"an,n","s1"\n' + '"bob","s1","1"\n' * 20))
@example((HEADERS[0], "\rann,s1,1\n,"))
@example(('"participant","statement","vote"', '"ann","s1","1"\n"bob",s1,""\n' * 9))
def test_all_ways_give_the_same(write: Write, small_blocks: None, table: tuple[str, str]) -> None:
    path = write("v.csv", "\n".join(table).encode("utf-8", "surrogateescape"))
    assert outcome(path, "polars") == outcome(path, "split") == outcome(path, "records")


@pytest.mark.parametrize(("quote", "end"), [("", "\n"), ('"', "\r\n")])
@pytest.mark.parametrize("extra", ["", "x9,s9,8\n", "x9,s9\n", "x9,s9,agree,\n", '"x9",s9,1\n', "\n", "x9,s9,pass"])
def test_all_ways_in_a_file_that_is_worth_it(write: Write, quote: str, end: str, extra: str) -> None:
    rng = np.random.default_rng(5)
    rows = "".join(
        f"{quote}p{p}{quote},{s},{quote}{v}{quote}\n"
        for p, s, v in zip(
            rng.integers(0, 9000, 120_000), rng.integers(0, 50, 120_000), rng.integers(-1, 2, 120_000), strict=True
        )
    )
    path = write("v.csv", (f"{quote}participant{quote},statement,vote\n" + rows + extra).replace("\n", end))
    assert outcome(path, "polars") == outcome(path, "split") == outcome(path, "records")


@pytest.mark.parametrize("way", ["polars", "split"])
def test_regular_files_are_never_read_record_by_record(
    write: Write, small_blocks: None, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    rows = "".join(f'"p{i}",s{i % 3},"1"\r\nq{i},"",""\r\n' for i in range(200))
    path = write("v.csv", '"participant","statement",vote\r\n' + rows)
    told = outcome(path, "records")
    monkeypatch.setattr(CsvTable, "_by_record", None)
    assert outcome(path, way) == told
