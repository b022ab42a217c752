from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isthmus.analysis import NO_SIDE, Ballots, Tallies
from isthmus.formats import Limits, SizeLimitError, read_votes
from isthmus.language import InputError
from tests.formats.conftest import Write

pytestmark = pytest.mark.unit

HEAD = "participant,statement,vote\n"


def cells(ballots: Ballots | Tallies) -> dict[tuple[str, str], int]:
    assert isinstance(ballots, Ballots)
    return {
        (str(ballots.participants[row]), ballots.statements[column]): int(vote)
        for row, column, vote in zip(ballots.rows(), ballots.columns, ballots.votes, strict=True)
    }


@pytest.mark.parametrize(
    ("word", "vote"),
    [
        ("agree", 1),
        ("Disagree", -1),
        (" PASS ", 0),
        ("赞成", 1),
        ("反对", -1),
        ("弃权", 0),
        ("1", 1),
        ("+1", 1),
        ("1.0", 1),
        ("-1", -1),
        ("−1", -1),
        ("0", 0),
        ("0.0", 0),
    ],
)
def test_votes_may_be_words_or_numbers(write: Write, word: str, vote: int) -> None:
    assert cells(read_votes(write("v.csv", f"{HEAD}ann,s1,{word}\n"))) == {("ann", "s1"): vote}


def test_agree_is_turns_numbers_but_not_words(write: Write) -> None:
    path = write("v.csv", HEAD + "ann,s1,1\nann,s2,agree\nbob,s1,-1.0\nbob,s2,0\n")
    found = cells(read_votes(path, agree_is=-1))
    assert found == {("ann", "s1"): -1, ("ann", "s2"): 1, ("bob", "s1"): 1, ("bob", "s2"): 0}


def test_what_is_not_a_vote_is_counted_but_its_people_and_statements_stay(write: Write) -> None:
    ballots = read_votes(write("v.csv", HEAD + "ann,s1,agree\nbob,s2,\nbob,s1,unseen\n\n,,\n"))
    assert isinstance(ballots, Ballots)
    assert cells(ballots) == {("ann", "s1"): 1}
    assert list(ballots.participants) == ["ann", "bob"]
    assert list(ballots.statements) == ["s1", "s2"]
    assert (ballots.intake.rows, ballots.intake.empty_rows) == (1, 4)


def test_the_last_vote_counts_in_the_order_of_the_file(write: Write) -> None:
    ballots = read_votes(write("v.csv", HEAD + "ann,s1,agree\nann,s1,pass\nann,s1,disagree\n"))
    assert cells(ballots) == {("ann", "s1"): -1}
    assert ballots.intake.duplicates == 2


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ("3", "20"),
        ("1700000000.25", "1700000000.5"),
        ("1700000000000000001", "1700000000000000002"),
        ("2024-06-13", "2024-06-13T00:00:01"),
        ("2024-06-13T10:00:00+08:00", "2024-06-13T03:00:00Z"),
    ],
)
def test_the_last_vote_counts_by_its_time(write: Write, early: str, late: str) -> None:
    text = f"participant,statement,vote,time\nann,s1,agree,{late}\nann,s1,disagree,{early}\n"
    assert cells(read_votes(write("v.csv", text))) == {("ann", "s1"): 1}


def test_a_side_may_be_given_once_or_in_every_row(write: Write) -> None:
    text = "participant,statement,vote,side\nann,s1,1,Elm\nann,s2,1,\nbob,s1,0,Birch\ncat,s1,1,\n"
    ballots = read_votes(write("v.csv", text))
    assert isinstance(ballots, Ballots)
    assert ballots.sides == ("Elm", "Birch")
    assert ballots.side.tolist() == [0, 1, NO_SIDE]


def test_a_side_of_nobody_is_none(write: Write) -> None:
    path = write("v.csv", "participant,statement,vote,side\n,,,Oak\nann,s,1,Elm\n,,,Fir\nbob,s,,Birch\n")
    ballots = read_votes(path)
    assert isinstance(ballots, Ballots)
    assert (ballots.sides, ballots.side.tolist()) == (("Elm", "Birch"), [0, 1])


def test_identifiers_stand_in_their_natural_order(write: Write) -> None:
    numbers = read_votes(write("n.csv", HEAD + "10,3,1\n9,20,1\n-1,3,1\n"))
    words = read_votes(write("w.csv", HEAD + "p10,b,1\np9,a,1\np10,a,1\n"))
    assert isinstance(numbers, Ballots)
    assert isinstance(words, Ballots)
    assert (list(numbers.participants), list(numbers.statements)) == (["-1", "9", "10"], ["3", "20"])
    assert (list(words.participants), list(words.statements)) == (["p10", "p9"], ["b", "a"])


@pytest.mark.parametrize("mark", [";", "\t", ","])
def test_the_header_tells_the_delimiter(write: Write, mark: str) -> None:
    text = "Participant, statement ,VOTE,note\nann,s1,agree,x\n".replace(",", mark)
    assert cells(read_votes(write("v.csv", text))) == {("ann", "s1"): 1}


@pytest.mark.parametrize("content", ["﻿", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_byte_order_marks_and_line_ends_of_every_kind(write: Write, content: str, end: str) -> None:
    text = content + HEAD + '榆一,"s ""1""",agree\n榆二,"two\nlines",pass'
    found = cells(read_votes(write("v.csv", text.replace("\n", end))))
    assert found == {("榆一", 's "1"'): 1, ("榆二", f"two{end}lines"): 0}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "big5"])
def test_other_encodings_by_name(write: Write, encoding: str) -> None:
    path = write("v.csv", f"{HEAD}林一,山,1\n".encode(encoding))
    assert cells(read_votes(path, encoding=encoding)) == {("林一", "山"): 1}


BAD = {
    "empty": (b"", "v.csv is empty; a header line with the names of the columns was expected."),
    "only a mark": ("\ufeff".encode(), "v.csv is empty; a header line with the names of the columns was expected."),
    "header only": (HEAD, "v.csv: there is a header, but no rows."),
    "wrong columns": (
        "voter,item,answer\na,b,1\n",
        (
            "v.csv: the columns participant, statement, vote are needed (or statement, side, agree, disagree, pass for "
            "tallies); found voter, item, answer."
        ),
    ),
    "twice": ("participant,statement,vote,Vote\na,b,1,1\n", "v.csv: the column “vote” is there twice."),
    "seven": (
        HEAD + "a,b,1\na,c,7\n",
        (
            "v.csv, line 3: “7” is not a vote. A vote is agree, disagree or pass, or 1, −1 or 0; leave it empty where "
            "nobody voted."
        ),
    ),
    "maybe, after a blank line": (
        HEAD + "a,b,1\n\na,c,maybe\n",
        (
            "v.csv, line 4: “maybe” is not a vote. A vote is agree, disagree or pass, or 1, −1 or 0; leave it empty "
            "where nobody voted."
        ),
    ),
    "half a line": (HEAD + "a,b,1\na,b", "v.csv, line 3: this row has 2 fields; the header has 3."),
    "too many fields": (HEAD + "a,b,1,x\n", "v.csv, line 2: this row has 4 fields; the header has 3."),
    "the first fault is told": (
        HEAD + "a,b,9\na,b\n",
        (
            "v.csv, line 2: “9” is not a vote. A vote is agree, disagree or pass, or 1, −1 or 0; leave it empty where "
            "nobody voted."
        ),
    ),
    "nobody": (HEAD + "a,b,1\n,b,1\n", "v.csv, line 3: a vote needs a participant and a statement."),
    "nothing voted on": (HEAD + "a,,0\n", "v.csv, line 2: a vote needs a participant and a statement."),
    "long identifier": (HEAD + "a" * 201 + ",b,0\n", "v.csv, line 2: an identifier has more than 200 characters."),
    "quotation mark": (
        HEAD + 'a,b,1\na,"b,1\n',
        "v.csv, line 3: the quotation marks or line ends of this row are broken.",
    ),
    "NUL": (HEAD + "a,b,1\na,\0,1\n", "v.csv, line 3: a NUL byte stands here; this is not a text file."),
    "GB2312": (
        (HEAD + "a,b,1\n榆方,b,1\n").encode("gb2312"),
        (
            "v.csv, line 3 (byte 34): this is not UTF-8 text, which was expected. If the file has another encoding, "
            "such as gb18030, name it (encoding)."
        ),
    ),
    "two sides": (
        "participant,statement,vote,side\na,b,1,Elm\nb,b,1,Elm\na,c,1,Birch\n",
        "v.csv, line 4: “a” stands under “Birch” here and under “Elm” before; a participant belongs to one side.",
    ),
    "no time": (
        "participant,statement,vote,time\na,b,1,7\na,b,1,\n",
        (
            "v.csv, line 3: “” is not a time like those before it. A time is a number, such as seconds since 1970, or a "
            "date and time, such as 2024-06-13T09:30."
        ),
    ),
    "two kinds of time": (
        "participant,statement,vote,time\na,b,1,7\na,b,1,2024-06-13\n",
        (
            "v.csv, line 3: “2024-06-13” is not a time like those before it. A time is a number, such as seconds since "
            "1970, or a date and time, such as 2024-06-13T09:30."
        ),
    ),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_says_where_and_what_would_be_right(write: Write, content: str | bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_votes(write("v.csv", content))
    assert str(caught.value) == message


def test_missing_files_and_unknown_encodings(tmp_path: Path, write: Write) -> None:
    with pytest.raises(InputError, match=r"no\.csv: there is no such file\."):
        read_votes(tmp_path / "no.csv")
    with pytest.raises(InputError, match="cannot be read: File name too long"):
        read_votes(tmp_path / ("x" * 300))
    for encoding in ("latin-99", "hex", "utf\0"):
        with pytest.raises(InputError, match="is no text encoding; such are utf-8"):
            read_votes(write("v.csv", HEAD), encoding=encoding)


def test_limits_stop_the_reading(write: Write) -> None:
    path = write("v.csv", HEAD + "a,b,1\n" * 100)
    with pytest.raises(SizeLimitError, match=r"v\.csv: more than 99 rows, the most that is taken here\."):
        read_votes(path, limits=Limits(rows=99))
    with pytest.raises(SizeLimitError, match=r"v\.csv: more than 0 MB once unpacked"):
        read_votes(path, limits=Limits(size=500))
    assert read_votes(path, limits=Limits(size=700, rows=100)).intake.rows == 100


def test_one_person_and_very_many_equal_votes(write: Write) -> None:
    ballots = read_votes(write("v.csv", HEAD + "ann,s1,agree\n" * 300_000))
    assert cells(ballots) == {("ann", "s1"): 1}
    assert ballots.intake.duplicates == 299_999


IDS = st.text(
    st.characters(codec="utf-8", exclude_characters='\0\n\r,"', exclude_categories=["Z", "C"]), min_size=1, max_size=3
)
ROWS = st.lists(
    st.tuples(IDS, IDS, st.sampled_from(["agree", "-1", "0"])), min_size=1, max_size=30, unique_by=lambda r: r[:2]
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ROWS)
def test_the_order_of_rows_changes_nothing_but_order(write: Write, rows: list[tuple[str, str, str]]) -> None:
    there = cells(read_votes(write("v.csv", HEAD + "".join(f"{p},{s},{v}\n" for p, s, v in rows))))
    shuffled = list(rows)
    np.random.default_rng(len(rows)).shuffle(shuffled)
    assert cells(read_votes(write("v.csv", HEAD + "".join(f"{p},{s},{v}\n" for p, s, v in shuffled)))) == there
