"""`isthmus analyse` as a program: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from isthmus.cli import main
from isthmus.language import translator

pytestmark = pytest.mark.integration

Run = Callable[..., "subprocess.CompletedProcess[str]"]

STATEMENTS = ("s1", "s2", "s3", "s4")
ANSWERS = {"Elm": (1, -1, 1, 0), "Birch": (1, -1, -1, 1)}
TEXTS = "statement,text:en,text:zh-Hans\ns1,Plant more trees.,多种树。\ns2,Close the library.,关闭图书馆。\n"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the program in an empty folder."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from isthmus.cli.main import run; run()", *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=tmp_path,
            env={**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "80", **settings},
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    """Eight people on each of two sides who vote alike, statement by statement, on the first three."""
    rows = [
        f"{side}-{person},{statement},{answer}"
        for side, answers in ANSWERS.items()
        for person in range(8)
        for statement, answer in zip(STATEMENTS, answers, strict=True)
    ]
    path = tmp_path / "votes.csv"
    path.write_text("participant,statement,vote\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def sides(tmp_path: Path) -> Path:
    path = tmp_path / "sides.csv"
    path.write_text("participant,side\n" + "".join(f"{side}-{i},{side}\n" for side in ANSWERS for i in range(8)))
    return path


def test_json_on_standard_output_and_nothing_else(run: Run, votes: Path, sides: Path) -> None:
    done = run("analyse", "votes.csv", "--sides", "sides.csv", "--population", "closed", "--json", "-")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert [statement["verdict"] for statement in told["statements"]] == [
        "common_ground",
        "common_rejection",
        "difference",
        "divided",
    ]
    assert told["sides"] == [{"name": "Elm", "participants": 8}, {"name": "Birch", "participants": 8}]
    assert told["sides_from"] == "file"
    assert all(sum(s["probability"].values()) == pytest.approx(1, abs=1e-6) for s in told["statements"])
    assert (
        run("analyse", "votes.csv", "--sides", "sides.csv", "--population", "closed", "--json", "-").stdout
        == done.stdout
    )


def test_swapping_the_sides_changes_nothing_but_their_order(run: Run, votes: Path, sides: Path) -> None:
    ask = ("analyse", "votes.csv", "--sides", "sides.csv", "--json", "-")
    one = json.loads(run(*ask).stdout)
    head, *rows = sides.read_text().splitlines()
    sides.write_text("\n".join([head, *reversed(rows)]) + "\n")
    other = json.loads(run(*ask).stdout)
    assert other["sides"] == one["sides"][::-1]
    assert other["statements"] == one["statements"]


def test_the_table_speaks_both_languages_and_keeps_to_eighty_columns(
    run: Run, votes: Path, sides: Path, tmp_path: Path
) -> None:
    (tmp_path / "texts.csv").write_text(TEXTS, encoding="utf-8")
    ask = ("analyse", "votes.csv", "--sides", "sides.csv", "--population", "closed", "--texts", "texts.csv")
    english, chinese = run(*ask), run(*ask, "--language", "zh-Hans")
    assert (english.returncode, chinese.returncode) == (0, 0)
    assert "Common ground (1)" in english.stdout
    assert "Plant more trees." in english.stdout
    assert "8 of 8 agree, 0 passed" in english.stdout
    assert "多种树。" in chinese.stdout
    assert translator("zh-Hans").gettext("Common ground") in chinese.stdout
    assert max(len(line) for line in english.stdout.splitlines()) <= 80
    assert run(*ask, LC_ALL="zh_CN.UTF-8").stdout == chinese.stdout


def test_without_sides_nothing_two_sided_is_concluded(run: Run, votes: Path) -> None:
    done = run("analyse", "votes.csv")
    assert "nothing can be concluded about common ground between sides" in " ".join(done.stdout.split())
    told = json.loads(run("analyse", "votes.csv", "--json", "-").stdout)
    assert (told["two_sided"], told["sides_from"]) == (False, "none")
    assert told["sides"] == [{"name": "everyone", "participants": 16}]


def test_groups_stand_as_sides(run: Run, votes: Path) -> None:
    told = json.loads(run("analyse", "votes.csv", "--sides", "groups", "--seed", "3", "--json", "-").stdout)
    assert told["sides_from"] == "groups"
    assert told["groups"]["count"] == 1  # everybody agrees: no structure, so nobody has to be placed
    assert told["sides"] == [{"name": "everyone", "participants": 16}]


def test_camps_stand_as_numbered_groups(run: Run, tmp_path: Path) -> None:
    rows = [f"p{i},s{j},{'agree' if (i < 12) == (j < 12) else 'disagree'}\n" for i in range(20) for j in range(24)]
    (tmp_path / "camps.csv").write_text("participant,statement,vote\n" + "".join(rows), encoding="utf-8")
    told = json.loads(run("analyse", "camps.csv", "--sides", "groups", "--json", "-").stdout)
    assert told["sides"] == [{"name": "group 1", "participants": 12}, {"name": "group 2", "participants": 8}]
    assert "第 1 组" in run("analyse", "camps.csv", "--sides", "groups", "--language", "zh-Hans").stdout


def test_files_are_written_and_named_by_nobody_else(run: Run, votes: Path, tmp_path: Path) -> None:
    done = run("analyse", "votes.csv", "--json", "out.json", "--csv", "out.csv")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads((tmp_path / "out.json").read_text())["schema"] == 1
    assert (tmp_path / "out.csv").read_text().startswith("statement,text,verdict,p_common_ground")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "out.json", "votes.csv"]


def test_a_failed_run_leaves_the_old_result_as_it_was(run: Run, votes: Path, tmp_path: Path) -> None:
    (tmp_path / "out.json").write_text("before")
    with votes.open("a") as file:
        file.write("zoe,s1,7\n")
    assert run("analyse", "votes.csv", "--json", "out.json").returncode == 2
    assert (tmp_path / "out.json").read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_page_is_one_file_that_fetches_nothing(
    run: Run, votes: Path, sides: Path, tmp_path: Path, language: str
) -> None:
    done = run("analyse", "votes.csv", "--sides", "sides.csv", "--html", "out.html", "--language", language)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert f'<html lang="{language}">' in page
    assert page.count("<svg") > 8
    assert not re.search(r"<(script|link|iframe|object)|@import|(src|href)=[\"'](?!#)", page)
    assert run("analyse", "votes.csv", "--sides", "sides.csv", "--html", "-", "--language", language).stdout == page


def test_tallies_and_parquet_are_read_like_votes_in_csv(run: Run, votes: Path, sides: Path, tmp_path: Path) -> None:
    closed = ("--population", "closed", "--json", "-")
    from_csv = json.loads(run("analyse", "votes.csv", "--sides", "sides.csv", *closed).stdout)
    pl.read_csv(votes).write_parquet(tmp_path / "votes.parquet")
    assert json.loads(run("analyse", "votes.parquet", "--sides", "sides.csv", *closed).stdout) == from_csv
    counted = [
        f"{statement['id']},{name},{side['agree']},{side['disagree']},{side['pass']},8"
        for statement in from_csv["statements"]
        for name, side in statement["sides"].items()
    ]
    (tmp_path / "tallies.csv").write_text("\n".join(["statement,side,agree,disagree,pass,size", *counted]))
    from_tallies = json.loads(run("analyse", "tallies.csv", *closed).stdout)
    assert from_tallies["statements"] == from_csv["statements"]
    assert from_tallies["input"]["votes"] == from_csv["input"]["votes"]


def test_an_export_with_its_groups_and_with_the_other_sign(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "comments.csv").write_text(
        "comment-id,comment-body,agrees,disagrees,moderated\n0,One,6,0,1\n1,Two,0,6,-1\n"
    )
    (folder / "votes.csv").write_text("voter-id,comment-id,vote\n" + "".join(f"{i},0,1\n{i},1,-1\n" for i in range(6)))
    (folder / "participants-votes.csv").write_text(
        "participant,group-id\n" + "".join(f"{i},{i % 2}\n" for i in range(6))
    )
    told = json.loads(run("analyse", "export", "--sides", "polis", "--json", "-").stdout)
    assert [side["name"] for side in told["sides"]] == ["group 0", "group 1"]
    assert (told["sides_from"], told["input"]["rejected"], told["input"]["notices"]) == ("polis", 1, [])
    assert [statement["id"] for statement in told["statements"]] == ["0"]
    turned = run("analyse", "export", "--agree-is", "-1")
    assert "agreement seems to be 1 in this file, not -1. Read it again with 1 as agreement." in " ".join(
        turned.stdout.split()
    )


@pytest.mark.parametrize("threshold", ["3/5", "0.6", "60e-2"])
def test_the_threshold_is_a_fraction_or_a_decimal(run: Run, votes: Path, threshold: str) -> None:
    told = json.loads(run("analyse", "votes.csv", "--threshold", threshold, "--json", "-").stdout)
    assert (told["threshold"], told["threshold_fraction"]) == (0.6, "3/5")


BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "missing": (("no.csv",), "isthmus: no.csv: there is no such file."),
    "folder": ((".",), "isthmus: . is not a Polis export: comments.csv is missing."),
    "threshold": (("votes.csv", "--threshold", "7"), "such as 3/5; got 7."),
    "no number": (("votes.csv", "--threshold", "many"), "such as 3/5; got many."),
    "division": (("votes.csv", "--threshold", "1/0"), "such as 3/5; got 1/0."),
    "half": (("votes.csv", "--threshold", "1/2"), "such as 3/5; got 1/2."),
    "least": (("votes.csv", "--least-stands", "0"), "The least number of stands is 1 or more; got 0."),
    "confidence": (("votes.csv", "--confidence", "2"), "such as 0.9; got 2."),
    "not a number": (("votes.csv", "--confidence", "nan"), "such as 0.9; got nan."),
    "sides": (("votes.csv", "--sides", "nobody.csv"), "nobody.csv: none of the 1 people listed has voted."),
    "no sides": (("votes.csv", "--sides", "none.csv"), "none.csv: there is no such file."),
    "polis": (("votes.csv", "--sides", "polis"), "votes.csv is not a Polis export"),
    "encoding": (("votes.csv", "--encoding", "klingon"), "“klingon” is no text encoding"),
    "seven": (("seven.csv",), "seven.csv, line 2: “7” is not a vote."),
    "half a line": (("half.csv",), "half.csv, line 2: this row has 2 fields; the header has 3."),
    "empty": (("empty.csv",), "empty.csv is empty"),
    "no folder": (("votes.csv", "--json", "no/out.json"), "no/out.json cannot be written: there is no folder no."),
    "endless": (("votes.csv", "--threshold", "1e999999999"), "such as 3/5; got 1e999999999."),
    "two on standard output": (("votes.csv", "--json", "-", "--html", "-"), "- is named for two outputs"),
    "two in one file": (("votes.csv", "--json", "out", "--csv", "out"), "out is named for two outputs"),
    "header only": (("header.csv",), "header.csv: there is a header, but no rows."),
    "wrong columns": (("sides.csv",), "sides.csv: the columns participant, statement, vote are needed"),
    "NUL": (("nul.csv",), "nul.csv, line 2: a NUL byte stands here; this is not a text file."),
    "GB2312": (("gb.csv",), "gb.csv, line 2 (byte 28): this is not UTF-8 text"),
    "broken Parquet": (("broken.parquet",), "broken.parquet: this is not a Parquet file, or it is damaged."),
    "sizes beside votes": (("votes.csv", "--sides", "sizes.csv"), "sizes.csv gives sizes of sides"),
    "groups of tallies": (("tallies.csv", "--sides", "groups"), "Tallies do not say who voted what"),
    "closed without sizes": (("tallies.csv", "--population", "closed"), "A closed population needs the size"),
    "too long a name": (("x" * 300,), "cannot be read: File name too long."),
    "one participant": (("one.csv",), "There is only one participant in these votes"),
    "into a folder": (("votes.csv", "--html", "."), ". is a folder; the name of a file was expected."),
}


@dataclass(frozen=True)
class Ended:
    code: object
    out: str
    err: str


@pytest.fixture
def run_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """Run the command line within this process, in the folder of the test: many times as fast."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run_here(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["isthmus", *arguments])
        with pytest.raises(SystemExit) as ended:
            main.run()
        return Ended(ended.value.code, *capsys.readouterr())

    return run_here


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_one_message_and_exit_code_two(
    run_here: Callable[..., Ended], votes: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "nobody.csv").write_text("participant,side\nzoe,Elm\n")
    (tmp_path / "seven.csv").write_text("participant,statement,vote\nann,s1,7\n")
    (tmp_path / "half.csv").write_text("participant,statement,vote\nann,s1\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "one.csv").write_text("participant,statement,vote,side\nann,s1,agree,Elm\n")
    (tmp_path / "header.csv").write_text("participant,statement,vote\n")
    (tmp_path / "sides.csv").write_text("participant,side\nElm-1,Elm\n")
    (tmp_path / "nul.csv").write_bytes(b"participant,statement,vote\na\0n,s1,1\n")
    (tmp_path / "gb.csv").write_bytes("participant,statement,vote\n榆,s1,1\n".encode("gb2312"))
    (tmp_path / "broken.parquet").write_bytes(b"PAR1" + b"\0" * 60)
    (tmp_path / "sizes.csv").write_text("side,size\nElm,8\n")
    (tmp_path / "tallies.csv").write_text("statement,side,agree,disagree,pass\ns1,Elm,3,1,0\n")
    before = sorted(tmp_path.iterdir())
    done = run_here("analyse", *arguments, *(() if "--json" in arguments else ("--json", "out.json")))
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("analyse",),
        ("analyse", "votes.csv", "--population", "half"),
        ("analyse", "votes.csv", "--agree-is", "2"),
        ("analyse", "votes.csv", "--language", "xx"),
        ("nothing",),
    ],
)
def test_wrong_use_is_exit_code_two(run_here: Callable[..., Ended], arguments: tuple[str, ...]) -> None:
    done = run_here(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Error" in done.err


def test_bad_input_shows_no_traceback(run: Run) -> None:
    done = run("analyse", "no.csv")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "isthmus: no.csv: there is no such file.\n")


def test_errors_speak_the_language_that_was_asked_for(run: Run) -> None:
    said = translator("zh-Hans").gettext("{path}: there is no such file.").format(path="no.csv")
    for done in (
        run("analyse", "no.csv", "--language", "zh-Hans"),
        run("analyse", "no.csv", LANG="zh_CN.UTF-8", LC_ALL=""),
    ):
        assert (done.returncode, done.stderr) == (2, f"isthmus: {said}\n")


def test_a_reader_that_goes_away_is_no_error(votes: Path) -> None:
    command = f"{sys.executable} -c 'from isthmus.cli.main import run; run()' analyse {votes}"
    for more in ("", " --json -"):
        done = subprocess.run(
            ["sh", "-c", f"{command}{more} | true"], capture_output=True, text=True, timeout=120, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_version(run: Run) -> None:
    assert run("--version").stdout.count(".") == 2
