from __future__ import annotations

import csv
import io
import json
import math
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.analysis import (
    Case,
    CommonGround,
    Intake,
    OpinionGroups,
    Rules,
    Side,
    SideFinding,
    StatementFinding,
    Verdict,
)
from isthmus.formats import check_writable, write_csv, write_file, write_json
from isthmus.formats.analysis_json import rounded_to_one
from isthmus.language import InputError, Message

pytestmark = pytest.mark.unit

HERE = SideFinding(3, 1, 2, 0.75, 0.7000001, 0.5, 0.9, 0.95, 0.01)
NOBODY = SideFinding(0, 0, 0, None, None, None, None, 0.0, 0.0)


ELM = {
    "agree": 3,
    "disagree": 1,
    "pass": 2,
    "support": 0.75,
    "estimate": 0.7,
    "support_low": 0.5,
    "support_high": 0.9,
    "accepts": 0.95,
    "rejects": 0.01,
}
NO_ODDS = {"accepts": 0.0, "rejects": 0.0}


def result(*statements: StatementFinding, sides: tuple[str, ...] = ("Elm", "榆方")) -> CommonGround:
    return CommonGround(
        rules=Rules(threshold=Fraction(2, 3)),
        sides=tuple(Side(name, 4) for name in sides),
        statements=statements,
        participants=9,
        votes=6,
        without_side=1,
        groups=OpinionGroups((5, 3), 0.87654321, np.array([0] * 5 + [1] * 3 + [-1], np.int32), np.zeros((9, 2))),
        intake=Intake(rows=7, duplicates=1, notices=(Message("{count} odd ones.", {"count": 2}),)),
    )


def statement(id_: str = "7", *sides: SideFinding, **texts: str) -> StatementFinding:
    odds = (1 / 3, 1 / 3, 1 / 6, 1 / 6)
    return StatementFinding(id_, Verdict.OPEN, dict(zip(Case, odds, strict=True)), sides or (HERE, NOBODY), texts)


def test_json_of_a_result() -> None:
    told = json.loads(write_json(result(statement(en="Elms.", **{"zh-Hans": "榆树。"}))))
    (stated,) = told.pop("statements")
    assert told == {
        "schema": 1,
        "input": {
            "participants": 9,
            "statements": 1,
            "votes": 6,
            "rows": 7,
            "duplicates": 1,
            "rejected": 0,
            "rejected_votes": 0,
            "unknown_participants": 0,
            "unknown_statements": 0,
            "empty_rows": 0,
            "without_side": 1,
            "notices": ["2 odd ones."],
        },
        "population": "open",
        "threshold": 0.666667,
        "threshold_fraction": "2/3",
        "least_stands": 5,
        "confidence": 0.9,
        "two_sided": True,
        "sides_from": "file",
        "sides": [{"name": "Elm", "participants": 4}, {"name": "榆方", "participants": 4}],
        "groups": {"count": 2, "sizes": [5, 3], "stability": 0.876543, "unplaced": 1},
    }
    odds = {"common_ground": 0.333333, "common_rejection": 0.333333, "difference": 0.166667, "divided": 0.166667}
    sides = stated.pop("sides")
    assert stated == {
        "id": "7",
        "text": "Elms.",
        "texts": {"en": "Elms.", "zh-Hans": "榆树。"},
        "verdict": "open",
        "probability": odds,
        "short_of_stands": ["Elm", "榆方"],
    }
    assert sides == {
        "Elm": ELM,
        "榆方": dict.fromkeys(ELM, None) | dict.fromkeys(("agree", "disagree", "pass"), 0) | NO_ODDS,
    }


def test_json_is_the_same_each_time_and_refuses_what_is_not_a_number() -> None:
    assert write_json(result(statement())) == write_json(result(statement()))
    odd = statement("7", HERE, SideFinding(1, 0, 0, 1.0, math.nan, 0.0, 1.0, 0.0, 0.0))
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(result(odd))


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda p: sum(p) > 0.01))
def test_rounded_probabilities_still_sum_to_one(weights: list[float]) -> None:
    odds = [weight / sum(weights) for weight in weights]
    rounded = rounded_to_one(dict(zip(Case, odds, strict=True)))
    assert math.isclose(sum(rounded.values()), 1, abs_tol=1e-9)
    assert max(abs(a - b) for a, b in zip(odds, rounded.values(), strict=True)) <= 1e-6
    assert all(value >= 0 for value in rounded.values())


def test_csv_has_a_row_for_each_statement_and_side() -> None:
    rows = list(csv.DictReader(io.StringIO(write_csv(result(statement("7", en="Elms.", und=""), statement("8"))))))
    assert [(row["statement"], row["text"], row["side"], row["support"]) for row in rows] == [
        ("7", "Elms.", "Elm", "0.75"),
        ("7", "Elms.", "榆方", ""),
        ("8", "", "Elm", "0.75"),
        ("8", "", "榆方", ""),
    ]
    assert (rows[0]["verdict"], rows[0]["p_difference"], rows[0]["pass"]) == ("open", "0.166667", "2")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-12", "-12"),
        ("+3.5", "+3.5"),
        ("a=1", "a=1"),
    ],
)
def test_no_cell_is_a_formula(text: str, cell: str) -> None:
    written = write_csv(result(statement(text, und=text), sides=(text, "Elm")))
    row = next(csv.DictReader(io.StringIO(written)))
    assert (row["statement"], row["text"], row["side"]) == (cell, cell, cell)


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        write_file(path, "half \udcff")
    assert (path.read_text(), [p.name for p in tmp_path.iterdir()]) == ("before", ["out.json"])
    write_file(path, "榆\n")
    assert path.read_bytes() == "榆\n".encode()
    for name in ("no/out.json", "x" * 300):
        with pytest.raises(InputError, match="cannot be written"):
            write_file(tmp_path / name, "x")


def test_only_files_are_replaced_and_links_are_followed(tmp_path: Path) -> None:
    link, file, pipe = tmp_path / "link", tmp_path / "out.json", tmp_path / "pipe"
    link.symlink_to(file)
    write_file(link, "x")
    assert (link.is_symlink(), file.read_text()) == (True, "x")
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="is not a regular file"):
        check_writable(pipe)
    with pytest.raises(InputError, match="is not a regular file"):
        write_file(pipe, "x")
    assert pipe.is_fifo()
