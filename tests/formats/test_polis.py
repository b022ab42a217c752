from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from isthmus.analysis import NO_SIDE, Ballots
from isthmus.formats import Limits, SizeLimitError, read_polis, read_votes, sided
from isthmus.language import InputError
from tests.formats.conftest import COMMENTS, PEOPLE, VOTES, Write
from tests.formats.test_long_table import cells

pytestmark = pytest.mark.unit

EXPECTED = {
    ("0", "0"): 1,
    ("1", "0"): 1,
    ("2", "0"): 1,
    ("0", "2"): 1,
    ("1", "2"): -1,
    ("2", "2"): 1,
    ("1", "10"): -1,
    ("2", "10"): -1,
}


def archive(folder: Path, *, under: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in folder.iterdir():
            packed.writestr(under + file.name, file.read_bytes())
    return out.getvalue()


def test_an_export_gives_votes_texts_and_counts(export: Path) -> None:
    ballots = read_votes(export)
    assert isinstance(ballots, Ballots)
    assert cells(ballots) == EXPECTED
    assert ballots.statements == ("0", "2", "10")
    assert ballots.texts == {
        "und": (
            "The orchard path is lit.",
            "The reading room opens earlier, on Sundays too.",
            "The pond is closed in winter.",
        )
    }
    intake = ballots.intake
    assert (intake.rows, intake.duplicates, intake.rejected, intake.rejected_votes) == (10, 1, 1, 1)
    assert (intake.unknown_participants, intake.unknown_statements, intake.notices) == (0, 0, ())
    assert ballots.sides == ()


def test_the_groups_of_an_export_can_stand_as_sides(export: Path) -> None:
    read = read_polis(export)
    found = sided(read.ballots, read.groups)
    assert isinstance(found.votes, Ballots)
    assert (found.sides_from, found.votes.sides) == ("polis", ("group 0", "group 1"))
    assert found.votes.side.tolist() == [1, 0, NO_SIDE]
    assert found.votes.intake.unknown_participants == 0


@pytest.mark.parametrize("under", ["", "conversation/"])
def test_a_zip_of_an_export_is_the_same(export: Path, write: Write, under: str) -> None:
    packed = read_votes(write("export.zip", archive(export, under=under)))
    assert cells(packed) == EXPECTED
    assert packed.intake == read_votes(export).intake


def test_derived_votes_have_no_time(export: Path, write: Write) -> None:
    (export / "votes.csv").unlink()
    write("export/votes-derived.csv", "comment-id,voter-id,vote\n0,0,-1\n0,0,1\n")
    assert cells(read_votes(export)) == {("0", "0"): 1}


def test_the_other_sign_is_told(export: Path, write: Write) -> None:
    (notice,) = read_votes(export, agree_is=-1).intake.notices
    assert notice.render() == (
        "The totals in export/comments.csv say the opposite of the votes as read: agreement seems to be 1 in this "
        "file, not -1. Read it again with 1 as agreement."
    )
    flipped = "\n".join(
        line[:-1] + "-1" if line.endswith(",1") else line.removesuffix("-1") + "1" if line.endswith("-1") else line
        for line in VOTES.replace(",-1\n", ",-1\n").splitlines()
    )
    write("export/votes.csv", flipped + "\n")
    assert len(read_votes(export).intake.notices) == 1
    assert read_votes(export, agree_is=-1).intake.notices == ()
    assert cells(read_votes(export, agree_is=-1)) == EXPECTED


def test_strangers_are_counted(export: Path, write: Write) -> None:
    write("export/votes.csv", VOTES + "30,d,99,0,1\n31,d,0,77,1\n")
    intake = read_votes(export).intake
    assert (intake.unknown_statements, intake.unknown_participants) == (1, 1)
    (notice,) = intake.notices
    assert notice.render() == "1 votes are on statements that export/comments.csv does not name; they are left out."


def test_an_export_with_less_in_it(export: Path, write: Write) -> None:
    (export / "participants-votes.csv").unlink()
    write("export/comments.csv", "comment-id,comment-body\n" + "".join(f"{i},text {i}\n" for i in (0, 1, 2, 10)))
    read = read_polis(export)
    assert read.groups is None
    assert (read.ballots.intake.rejected, read.ballots.votes.size) == (0, 9)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "is not a Polis export: votes.csv is missing."),
        ({"comments.csv": COMMENTS}, "is not a Polis export: votes.csv is missing."),
        ({"votes.csv": VOTES}, "is not a Polis export: comments.csv is missing."),
        (
            {"votes.csv": "comment-id,vote\n1,1\n", "comments.csv": COMMENTS},
            "data/votes.csv: the columns comment-id, voter-id, vote are needed; found comment-id, vote.",
        ),
        (
            {"votes.csv": VOTES, "comments.csv": "comment-id,comment-body\n,x\n"},
            "data/comments.csv, line 2: a statement has no comment-id.",
        ),
        (
            {"votes.csv": VOTES + "40,d,0,0,2\n", "comments.csv": COMMENTS},
            "data/votes.csv, line 12: “2” is not a vote.",
        ),
        (
            {"votes.csv": VOTES, "comments.csv": COMMENTS, "participants-votes.csv": "participant\n1\n"},
            "data/participants-votes.csv: the columns participant, group-id are needed; found participant.",
        ),
    ],
)
def test_folders_that_are_no_export(write: Write, tmp_path: Path, files: dict[str, str], message: str) -> None:
    (tmp_path / "data").mkdir()
    for name, content in files.items():
        write(f"data/{name}", content)
    with pytest.raises(InputError) as caught:
        read_votes(tmp_path / "data")
    assert message in str(caught.value)


def test_one_file_of_an_export_is_not_enough(export: Path) -> None:
    with pytest.raises(
        InputError, match="is one file of a Polis export; the whole export is needed, as a folder or a zip archive"
    ):
        read_votes(export / "votes.csv")
    with pytest.raises(InputError, match="is not a Polis export: that is a folder, or a zip archive of it"):
        read_polis(export / "votes.csv")


def test_archives_that_are_refused(export: Path, write: Write) -> None:
    good = archive(export)
    locked = bytearray(good)
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = -1
        while (at := locked.find(mark, at + 1)) >= 0:
            locked[at + (6 if mark[2] == 3 else 8)] |= 1
    two = io.BytesIO(good)
    with zipfile.ZipFile(two, "a") as packed:
        packed.writestr("more/votes.csv", VOTES)
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
    corrupt = bytearray(good)
    corrupt[60:90] = b"\xff" * 30
    for content, message in {
        good[:-30]: "damaged",
        bytes(corrupt): "damaged|cannot be read|not UTF-8",
        bytes(locked): "locked by a password",
        two.getvalue(): "more than one conversation",
        other.getvalue(): "an archive without a Polis export; a spreadsheet has to be saved as CSV first",
    }.items():
        with pytest.raises(InputError, match=message):
            read_votes(write("a.zip", content))


def test_a_bomb_is_stopped_while_it_unpacks(export: Path, write: Write) -> None:
    write("export/votes.csv", VOTES + "50,d,0,0,1\n" * 400_000)
    bomb = archive(export)
    assert len(bomb) < 100_000
    with pytest.raises(SizeLimitError, match="more than 1 MB once unpacked"):
        read_votes(write("bomb.zip", bomb), limits=Limits(size=1_000_000))


def test_names_in_an_archive_lead_nowhere(export: Path, write: Write) -> None:
    read_votes(write("in/slip.zip", archive(export, under="../../")))
    assert sorted(path.name for path in export.parent.iterdir()) == ["export", "in"]
    assert sorted(path.name for path in export.iterdir()) == ["comments.csv", "participants-votes.csv", "votes.csv"]
    assert (export / "participants-votes.csv").read_text() == PEOPLE


@pytest.mark.integration
def test_real_exports_agree_with_their_totals(shared: Path) -> None:
    folders = sorted(path for path in (shared / "polis").iterdir() if path.is_dir())
    assert len(folders) == 11
    for folder in folders:
        read = read_polis(folder)
        assert read.groups is not None, folder.name
        assert read.ballots.votes.size > 0, folder.name
        assert read.ballots.intake.notices == (), folder.name
        assert len(read_polis(folder, agree_is=-1).ballots.intake.notices) == 1, folder.name
