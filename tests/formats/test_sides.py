from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from isthmus.analysis import NO_SIDE, Ballots, Population
from isthmus.formats import (
    Limits,
    Roster,
    SideSizes,
    SizeLimitError,
    read_sides,
    read_texts,
    read_votes,
    sided,
    with_roster,
    with_texts,
)
from isthmus.language import InputError
from tests.formats.conftest import Write
from tests.formats.test_long_table import cells

pytestmark = pytest.mark.unit

VOTES = "participant,statement,vote,side\nann,s1,1,Birch\nbob,s1,-1,Birch\neve,s2,1,Birch\n"


def ballots(write: Write, text: str = VOTES) -> Ballots:
    read = read_votes(write("v.csv", text))
    assert isinstance(read, Ballots)
    return read


def roster(write: Write, text: str) -> Roster:
    read = read_sides(write("s.csv", text))
    assert isinstance(read, Roster)
    return read


def test_a_roster_wins_over_a_side_column_and_brings_those_who_did_not_vote(write: Write) -> None:
    votes = ballots(write)
    found = with_roster(votes, roster(write, "participant,side\nbob,Elm\nzoe,Birch\nann,Birch\nann,Birch\n\n"))
    assert found.sides == ("Elm", "Birch")
    assert dict(zip(found.participants.tolist(), found.side.tolist(), strict=True)) == {
        "ann": 1,
        "bob": 0,
        "eve": NO_SIDE,
        "zoe": 1,
    }
    assert cells(found) == cells(votes)
    assert found.intake.unknown_participants == 1
    assert np.diff(found.starts).tolist() == [1, 1, 1, 0]


def test_a_roster_of_strangers_is_refused(write: Write) -> None:
    with pytest.raises(InputError, match=r"s\.csv: none of the 2 people listed has voted"):
        with_roster(ballots(write), roster(write, "participant,side\nyan,Elm\nzoe,Birch\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("participant,side\n", "s.csv: there is a header, but no rows."),
        ("who,side\nann,Elm\n", "s.csv: the columns participant, side are needed; found who, side."),
        ("participant,side\nann,Elm\nbob,\n", "s.csv, line 3: a row needs a participant and a side."),
        ("participant,side\nann,Elm\nbob,Elm\nann,Birch\n", "s.csv, lines 2 and 4: “ann” is listed under two sides."),
        ("side,size\nElm,3\nElm,3\n", "s.csv, line 3: a row names a side, once, and its number of people."),
        ("side,size\nElm,many\n", "s.csv, line 2: a row names a side, once, and its number of people."),
        ("side,size\n", "s.csv: there is a header, but no rows."),
    ],
)
def test_bad_sides_files(write: Write, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_sides(write("s.csv", text))
    assert str(caught.value) == message


def test_sides_of_every_origin(write: Write) -> None:
    votes = ballots(write)
    declared, file = sided(votes), sided(votes, roster(write, "participant,side\nann,Elm\n"))
    groups = sided(votes, "groups", seed=1)
    nobody = sided(ballots(write, "participant,statement,vote\nann,s1,1\nbob,s1,1\n"))
    assert [found.sides_from for found in (declared, file, groups, nobody)] == ["file", "file", "groups", "none"]
    assert groups.groups is not None
    assert [found.votes.sides for found in (declared, file, nobody)] == [("Birch",), ("Elm",), ("everyone",)]
    assert groups.votes.sides == ("everyone",)
    with pytest.raises(InputError, match="sizes of sides, which go with tallies"):
        sided(votes, SideSizes("s.csv", {"Elm": 3}))


def test_a_closed_population_without_a_roster_says_so(write: Write) -> None:
    votes = ballots(write)
    named = roster(write, "participant,side\nann,Elm\n")
    assert len(sided(votes, population=Population.CLOSED).votes.intake.notices) == 1
    assert sided(votes, named, population=Population.CLOSED).votes.intake.notices == ()
    assert sided(votes).votes.intake.notices == ()


def test_a_column_of_something_else_is_not_taken_for_sides(write: Write) -> None:
    rows = "".join(f"p{i},s,1,p{i}\n" for i in range(51))
    votes = read_votes(write("v.csv", "participant,statement,vote,side\n" + rows))
    with pytest.raises(InputError, match="There are 51 different sides; at most 50 can be compared"):
        sided(votes)
    roster = read_sides(write("s.csv", "participant,side\n" + "".join(f"p{i},{i}\n" for i in range(51))))
    with pytest.raises(InputError, match="There are 51 different sides"):
        sided(votes, roster)
    found = sided(votes, read_sides(write("s.csv", "participant,side\np1,Elm\n")))
    assert found.votes.sides == ("Elm",)
    assert sided(votes, "groups").sides_from == "groups"


def test_texts_by_language(write: Write) -> None:
    file = write("t.csv", "statement,text,text:EN,text:zh-hans\ns2,?,Plant elms.,种榆树。\ns9,,Nobody voted.,\n")
    found = with_texts(ballots(write), read_texts(file))
    assert found.texts == {"und": ("", "?"), "en": ("", "Plant elms."), "zh-Hans": ("", "种榆树。")}
    assert found.intake.unknown_statements == 1
    assert read_votes(write("v.csv", VOTES), texts=file).texts == found.texts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("statement,body\ns1,x\n", "t.csv: the columns statement, text are needed; found statement, body."),
        ("statement,text\ns1,x\ns2,y\ns1,z\n", "t.csv, lines 2 and 4: the statement “s1” is there twice."),
    ],
)
def test_bad_texts(write: Write, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_texts(write("t.csv", text))
    assert str(caught.value) == message


@pytest.mark.parametrize("read", [read_sides, read_texts])
@pytest.mark.parametrize("limits", [Limits(size=100), Limits(rows=3)])
def test_sides_and_texts_beyond_the_limits_are_refused(
    tmp_path: Path, read: Callable[..., object], limits: Limits
) -> None:
    many = [f"m{i}" for i in range(50)]
    frame = pl.DataFrame({"participant": many, "side": many, "statement": many, "text": many})
    frame.write_csv(tmp_path / "many.csv")
    frame.write_parquet(tmp_path / "many.parquet")
    file = "many.csv" if limits.size else "many.parquet"  # rows are told by the foot of a Parquet file, before reading
    with pytest.raises(SizeLimitError):
        read(tmp_path / file, limits=limits)
