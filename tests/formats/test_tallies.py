from __future__ import annotations

import pytest

from isthmus.analysis import Population, Tallies
from isthmus.formats import Limits, SizeLimitError, read_sides, read_votes, sided
from isthmus.language import InputError
from tests.formats.conftest import Write

pytestmark = pytest.mark.unit

HEAD = "statement,side,agree,disagree,pass"


def read(write: Write, text: str) -> Tallies:
    tallies = read_votes(write("t.csv", text))
    assert isinstance(tallies, Tallies)
    return tallies


def test_counts_and_sizes(write: Write) -> None:
    tallies = read(write, f"{HEAD},size\n10,Elm,3,1,0,6\n9,Birch,2,2,1,7\n10,Birch,,1,4.0,7\n,,,,,\n")
    assert tallies.statements == ("9", "10")
    assert tallies.sides == ("Elm", "Birch")
    assert tallies.sizes.tolist() == [6, 7]
    assert tallies.agree.tolist() == [[0, 3], [2, 0]]
    assert tallies.disagree.tolist() == [[0, 1], [2, 1]]
    assert tallies.passes.tolist() == [[0, 0], [1, 4]]
    assert tallies.sizes_known
    assert (tallies.intake.rows, tallies.intake.empty_rows) == (3, 1)


def test_without_sizes_the_most_votes_met_stand_in_and_nothing_is_closed(write: Write) -> None:
    tallies = read(write, f"{HEAD}\na,Elm,3,1,0\nb,Elm,1,0,6\na,Birch,1,1,1\n")
    assert tallies.sizes.tolist() == [7, 3]
    assert sided(tallies).votes is tallies
    with pytest.raises(InputError, match="A closed population needs the size of each side"):
        sided(tallies, population=Population.CLOSED)


def test_a_size_may_stand_in_one_row_of_a_side_or_in_none(write: Write) -> None:
    tallies = read(write, f"{HEAD},size\na,Elm,3,1,0,\nb,Elm,1,0,6,8\n")
    assert (tallies.sizes.tolist(), tallies.sizes_known) == ([8], True)
    tallies = read(write, f"{HEAD},size\na,Elm,3,1,0,\n")
    assert (tallies.sizes.tolist(), tallies.sizes_known) == ([4], False)


def test_sizes_from_a_file(write: Write) -> None:
    tallies = read(write, f"{HEAD}\na,Elm,3,1,0\na,Birch,1,1,1\n")
    found = sided(tallies, read_sides(write("s.csv", "side,size\nBirch,9\nElm,8\n")), population=Population.CLOSED)
    assert isinstance(found.votes, Tallies)
    assert found.votes.sizes.tolist() == [8, 9]
    assert found.sides_from == "file"
    with pytest.raises(InputError, match=r"s\.csv names the sides Elm; the tallies have Elm, Birch\."):
        sided(tallies, read_sides(write("s.csv", "side,size\nElm,8\n")))


def test_people_cannot_be_placed(write: Write) -> None:
    tallies = read(write, f"{HEAD}\na,Elm,3,1,0\n")
    for sides in ("groups", read_sides(write("s.csv", "participant,side\nann,Elm\n"))):
        with pytest.raises(InputError, match="Tallies do not say who voted what"):
            sided(tallies, sides)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("", "t.csv: there is a header, but no rows."),
        ("a,Elm,-1,0,0\n", "t.csv, line 2: “-1” is not a count; counts are whole numbers from 0."),
        ("a,Elm,1.5,0,0\n", "t.csv, line 2: “1.5” is not a count; counts are whole numbers from 0."),
        ("a,Elm,nan,0,0\n", "t.csv, line 2: “nan” is not a count; counts are whole numbers from 0."),
        ("a,Elm,1e300,0,0\n", "t.csv, line 2: “1e300” is not a count; counts are whole numbers from 0."),
        ("a,,1,0,0\n", "t.csv, line 2: a tally needs a statement and a side."),
        ("a,Elm,1,0,0\na,Elm,1,0,0\n", "t.csv, line 3: statement “a” and side “Elm” have a row already."),
    ],
)
def test_bad_tallies(write: Write, rows: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_votes(write("t.csv", f"{HEAD}\n{rows}"))
    assert str(caught.value) == message


def test_sizes_that_do_not_fit(write: Write) -> None:
    with pytest.raises(InputError, match=r"t\.csv, line 3: side “Elm” has 7 people here and 6 before"):
        read(write, f"{HEAD},size\na,Elm,3,1,0,6\nb,Elm,3,1,0,7\n")
    with pytest.raises(InputError, match="“a” has more votes from side “Elm” than the side has people"):
        read(write, f"{HEAD},size\na,Elm,3,1,0,3\n")
    with pytest.raises(InputError, match=r"t\.csv: the size of side “Birch” is missing"):
        read(write, f"{HEAD},size\na,Elm,3,1,0,6\na,Birch,3,1,0,\n")
    with pytest.raises(InputError, match="There are 51 different sides; at most 50 can be compared"):
        read(write, f"{HEAD}\n" + "".join(f"a,side {i},1,1,0\n" for i in range(51)))
    with pytest.raises(InputError, match="the columns statement, side, agree, disagree, pass are needed"):
        read(write, "statement,side,agree,disagree\na,Elm,1,1\n")
    with pytest.raises(SizeLimitError):
        read_votes(write("t.csv", f"{HEAD}\na,Elm,1,0,0\nb,Elm,1,0,0\n"), limits=Limits(rows=1))
