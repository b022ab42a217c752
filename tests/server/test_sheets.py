from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from isthmus.analysis import Ballots, Population, Tallies
from isthmus.formats import Limits, Roster, SideSizes, SizeLimitError
from isthmus.language import InputError
from isthmus.server.exchange.sheets import File, check_archive, pack, read, safe_name, unpack

pytestmark = pytest.mark.unit

LIMITS = Limits(size=1_000_000, rows=10_000)
TALLIES = b"statement,side,agree,disagree,pass\n1,Elm,5,1,0\n1,Birch,1,5,0\n"


def given(name: str, content: bytes) -> File:
    return File(name, io.BytesIO(content))


def test_votes_come_back_as_they_went_in(votes_csv: bytes) -> None:
    texts = given("statements.csv", "statement,text:en,text:zh-Hans\n1,Trees are planted.,种树。\n".encode())
    sides = given("sides.csv", b"participant,side\nE0,Elm\nB0,Birch\nB9,Birch\n")
    before = read(given("votes.csv", votes_csv), sides, texts, limits=LIMITS)
    after = unpack(pack(before))
    assert isinstance(before.votes, Ballots)
    assert isinstance(after.votes, Ballots)
    for name in ("participants", "starts", "columns", "votes", "side"):
        np.testing.assert_array_equal(getattr(after.votes, name), getattr(before.votes, name))
    assert after.votes.sides == ("Elm", "Birch")
    assert after.votes.texts == {"en": ("Trees are planted.", "", "", ""), "zh-Hans": ("种树。", "", "", "")}
    assert after.votes.intake == before.votes.intake
    assert isinstance(after.declared, Roster)
    assert after.declared.participants == ("E0", "B0", "B9")
    assert pack(after) == pack(before)


def test_tallies_come_back_as_they_went_in() -> None:
    sizes = given("sides.csv", b"side,size\nElm,15\nBirch,15\n")
    after = unpack(pack(read(given("tallies.csv", TALLIES), sizes, limits=LIMITS)))
    assert isinstance(after.votes, Tallies)
    assert after.votes.agree.tolist() == [[5], [1]]
    assert not after.votes.sizes_known
    assert isinstance(after.declared, SideSizes)
    assert after.declared.sizes == {"Elm": 15, "Birch": 15}


def test_groups_of_a_polis_export_need_one(votes_csv: bytes) -> None:
    sheets = read(given("votes.csv", votes_csv), limits=LIMITS)
    with pytest.raises(InputError, match="no Polis export with groups"):
        sheets.sided("polis", population=Population.OPEN, seed=0)


def test_messages_name_the_file_as_it_was_given() -> None:
    with pytest.raises(InputError) as caught:
        read(given("my votes.csv", b"participant,statement,vote\nE1,1,7\n"), limits=LIMITS)
    assert "my votes.csv" in str(caught.value)
    assert "/" not in str(caught.value).replace("3/5", "")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\votes\\a.csv", "a.csv"),
        ("..", "file"),
        ("a\x00b\n.csv", "ab.csv"),
        ("票" * 500 + ".csv", "票" * 65 + ".csv"),  # 199 bytes: no file system refuses it
    ],
)
def test_names_of_files_lead_nowhere(name: str, kept: str) -> None:
    assert safe_name(name) == kept


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_an_archive_that_unpacks_to_too_much_is_refused_by_its_directory() -> None:
    bomb = zipped(**{"votes.csv": b"0" * 5_000_000})
    assert len(bomb) < 10_000
    with pytest.raises(SizeLimitError, match="1 MB once unpacked"):
        check_archive(given("bomb.zip", bomb), LIMITS)


def test_a_damaged_archive_is_told() -> None:
    with pytest.raises(InputError, match="damaged"):
        check_archive(given("a.zip", b"PK\x03\x04 and nothing more"), LIMITS)


def test_an_archive_of_very_many_files_is_refused_before_its_directory_is_read() -> None:
    with pytest.raises(SizeLimitError, match="too many files"):
        check_archive(given("a.zip", zipped(**{f"{i:05}": b"" for i in range(20_000)})), LIMITS)
