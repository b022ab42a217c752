"""The commands of the kit, as they are typed: what they say, what they write, how they end."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from isthmus.cli import main
from isthmus.kit.keyring import Passphrases, make_kit
from isthmus.kit.mirror import ANCHORED, Mirror
from isthmus.kit.settings import KitFolder
from isthmus.ledger import Note, freeze_text, read_record, verify_record, words, write_record
from tests.kit.dialogue import ServedSeries
from tests.ledger.series import NAMES

pytestmark = pytest.mark.integration

OWN, SPARE = "correct horse battery", "staple of another kind"
Run = Callable[..., tuple[int, str]]


@dataclass(frozen=True)
class Computer:
    """A folder with a kit of Elm that signed the genesis, and files of the series."""

    base: Path
    series: ServedSeries

    def record(self) -> Path:
        self.series.checkpoints = [self.series.checkpoint("birch")]
        path = self.base / "series.record"
        path.write_bytes(b"".join(write_record(self.series.record())))
        return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ServedSeries]:
    """Made once: each passphrase takes a second or two."""
    base, series = tmp_path_factory.mktemp("made"), ServedSeries()
    series.found()
    folder = KitFolder.at(base / "kit")
    made = make_kit(
        folder,
        names=NAMES["elm"],
        secret=series.secrets["elm"],
        spare=base / "spare.age",
        passphrases=Passphrases(OWN, SPARE),
    )
    folder.save(
        type(made)(
            side="elm",
            names=made.names,
            keys=made.keys,
            series="series-1",
            genesis=series.state.founded().digest,
            spare=made.spare,
            files=made.files,
        )
    )
    (base / "own").write_text(f"{OWN}\n", encoding="utf-8")
    (base / "spare").write_text(f"{SPARE}\n", encoding="utf-8")
    return base, series


@pytest.fixture
def computer(made: tuple[Path, ServedSeries], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Computer:
    shutil.copytree(made[0], tmp_path / "base")
    series = ServedSeries()
    series.found()
    assert series.state.founded().digest == made[1].state.founded().digest
    monkeypatch.chdir(tmp_path / "base")
    Mirror(tmp_path / "base" / "kit" / "mirror.sqlite3").keep_fact(ANCHORED, "0")
    return Computer(tmp_path / "base", series)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command of the kit: exit code, and everything it says."""

    def ran(*arguments: str | Path, language: str = "en") -> tuple[int, str]:
        monkeypatch.setenv("ISTHMUS_KIT", "kit")
        monkeypatch.setenv("LC_ALL", "C.UTF-8")
        monkeypatch.setattr(sys, "argv", ["isthmus", "kit", *map(str, arguments), "--language", language])
        with pytest.raises(SystemExit) as ended:
            main.run()
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        code = ended.value.code
        return (code if isinstance(code, int) else 0), told.out + told.err

    return ran


def test_nothing_waits_then_something_is_shown_and_signed(computer: Computer, run: Run) -> None:
    assert run("pending") == (0, "Nothing waits for your signature, as far as the mirror goes.\n")
    number = computer.series.propose(
        "birch", "rules.change", {"rules": {"decision_days": 9, "languages": ["en", "zh-Hans"]}}
    )
    code, told = run("mirror", "--from", computer.record())
    assert (code, told.splitlines()[0]) == (0, "Entries: 2, of these new: 2; new contents: 2. All verified.")
    assert "Decision 1: rules.change (change of the rules), the series itself; proposed by birch" in run("pending")[1]
    text = computer.series.state.decisions[number].text
    shown = run("show", "1")[1]
    for line in [*text.format().splitlines(), "rules.change  en", "rules.change  zh-Hans", '    "decision_days": 9,']:
        assert f"    {line}\n" in shown
    code, told = run("sign", "1", "--yes", "--passphrase-file", "own", "--out", "sign.json")
    assert code == 0, told
    (parcel,) = json.loads((computer.base / "sign.json").read_text(encoding="utf-8"))["parcels"]
    payload = {"decision": 1, "side": "elm", "signature": parcel["signature"]}
    computer.series.append("decision.signed", payload)
    run("mirror", "--from", computer.record())
    assert run("sign", "1", "--yes", "--passphrase-file", "own")[0] == 2
    assert run("pending")[1].startswith("Nothing waits")


def test_what_is_not_confirmed_is_not_signed(computer: Computer, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    computer.series.propose("birch")
    run("mirror", "--from", computer.record())
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    code, told = run("sign", "1", "--passphrase-file", "own", "--out", "sign.json")
    assert code == 1
    assert "Sign exactly this?" in told
    assert not (computer.base / "sign.json").exists()


def test_the_cosignature_goes_to_a_file_and_the_record_verifies(computer: Computer, run: Run) -> None:
    code, told = run("mirror", "--from", computer.record(), "--out", "cosign.json")
    assert (code, told.splitlines()[1]) == (0, "Cosigned.")
    (parcel,) = json.loads((computer.base / "cosign.json").read_text(encoding="utf-8"))["parcels"]
    shown = Note.parse(run("checkpoint")[1])
    assert shown.text == Note.parse(parcel["checkpoint"]).text
    assert [line.name for line in shown.signatures][1:] == ["birch/witness/demonstration", "elm/witness/demonstration"]
    code, told = run("verify")
    assert code == 0
    assert "Complete to entry 0: every side cosigned this." in told
    assert "It does not tell whether what was written is true" in told
    assert run("export", "--out", "copy.record")[0] == 0
    report = verify_record(read_record((computer.base / "copy.record").read_bytes()))
    assert (report.faults, report.complete_to) == ([], 1)


def test_a_changed_mirror_is_found_by_entry(computer: Computer, run: Run) -> None:
    computer.series.decide()
    run("mirror", "--from", computer.record())
    mirror = Mirror(computer.base / "kit" / "mirror.sqlite3")
    content = next(mirror.entries(1, 2))[0].replace(b'"by":"elm"', b'"by":"oak"')
    with mirror._change() as base:
        base.execute("UPDATE entries SET bytes = ? WHERE number = 1", (content,))
    code, told = run("verify")
    assert code == 1
    assert "First bad entry: 1." in told
    code, told = run("sign", "1", "--yes", "--passphrase-file", "own")
    assert code == 2
    assert "Entry 1 does not verify" in told


def test_an_alarm_cannot_be_overlooked(computer: Computer, run: Run) -> None:
    computer.series.append("theme.noted", {"text": "yes"})
    run("mirror", "--from", computer.record())
    other = ServedSeries()
    other.found()
    other.append("theme.noted", {"text": "no"})
    code, told = run("mirror", "--from", Computer(computer.base, other).record())
    assert code == 2
    assert "ALARM" in told
    assert "the first entry that differs is 1" in told


def test_the_words_are_shown_in_both_languages(computer: Computer, run: Run) -> None:
    run("mirror", "--from", computer.record())
    told = run("show", "genesis")[1]
    genesis = computer.series.state.founded()
    for language in ("en", "zh-Hans"):
        assert f"Words: {' '.join(words(genesis.digest, language))}\n" in told
    assert f"Genesis: {genesis.digest}\n" in told


def test_the_spare_stops_the_keys(computer: Computer, run: Run) -> None:
    run("mirror", "--from", computer.record())
    code, told = run("freeze", "--spare", "spare.age", "--passphrase-file", "own", "--out", "freeze.json")
    assert (code, told.strip()) == (2, f"isthmus: The passphrase of {Path('spare.age')} is wrong.")
    code, told = run("freeze", "--spare", "spare.age", "--passphrase-file", "spare", "--out", "freeze.json")
    assert code == 0, told
    (parcel,) = json.loads((computer.base / "freeze.json").read_text(encoding="utf-8"))["parcels"]
    assert Note.parse(parcel["note"]).text == freeze_text(computer.series.state.founded().digest, "elm")
    computer.series.append("side.frozen", {"note": parcel["note"], "side": "elm"})


def test_a_kit_is_anchored_by_what_the_other_side_read_out(
    computer: Computer, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (computer.base / "kit" / "mirror.sqlite3").unlink()
    code, told = run("mirror", "--from", computer.record(), "--out", "cosign.json")
    assert (code, "Not cosigned: this kit did not sign the genesis" in told) == (0, True)
    monkeypatch.setattr(sys, "stdin", io.StringIO(computer.series.cosigned("birch") + "\n\n"))
    assert run("anchor", "-") == (0, "Anchored at 1 entries: both sides hold the same record.\n")
    assert "Cosigned.\n" in run("mirror", "--from", computer.record(), "--out", "cosign.json")[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", "x"], "“x” is not the number of a decision."),
        (["show", "7"], "There is no decision 7 in the mirror"),
        (["sign", "genesis", "1"], "The genesis is signed by itself"),
        (["mirror"], "This kit knows no server"),
        (["mirror", "--server", "http://dialogue.example/?x"], "is not the address of a server"),
        (["mirror", "--server", "https://127.0.0.1:9"], "cannot be reached"),
        (["mirror", "--from", "nothing"], "there is no such file"),
        (["mirror", "--from", "own"], "This is not a record of version 1"),
        (["mirror", "--from", "own", "--out", "nowhere/x"], "cannot be written"),
        (["checkpoint"], "has cosigned nothing yet"),
        (["verify"], "The mirror is empty"),
        (["export", "--out", "x"], "The mirror is empty"),
        (["propose", "own"], "own is no JSON"),
        (["pair", "hello"], "This is no invitation"),
        (["replace", "--spare", "spare.age", "--passphrase-file", "spare"], "This is the new spare key"),
        (["init", "--side", "elm", "--name", "en=Elm", "--spare", "new.age"], "There is a kit in kit already"),
        (
            [
                "init",
                "--side",
                "ELM",
                "--name",
                "en=Elm",
                "--spare",
                "new.age",
                "--kit",
                "new",
                "--passphrase-file",
                "own",
            ],
            "--side: a side is named",
        ),
        (
            ["init", "--side", "elm", "--name", "Elm", "--spare", "new.age", "--kit", "new"],
            "--name is written LANGUAGE=TEXT",
        ),
        (["pending", "--kit", "nothing"], "nothing holds no kit"),
        (["pending", "--unlock", "kit/x"], "lies inside the folder of the kit"),
    ],
)
def test_every_mistake_is_one_sentence(computer: Computer, run: Run, arguments: list[str], told: str) -> None:
    code, said = run(*arguments)
    assert code == 2, said
    assert told in said
    assert len(said.splitlines()) == 1, said


def test_it_speaks_the_readers_language(computer: Computer, run: Run) -> None:
    code, said = run("show", "7", language="zh-Hans")
    assert (code, said) == (2, "isthmus: 镜像中没有第7号决定；如是新决定，请先取回记录。\n")


def test_a_side_that_lost_its_computer_asks_for_new_keys(computer: Computer, run: Run) -> None:
    code, told = run(
        "init", "--side", "elm", "--name", "en=Elm Institute", "--name", "zh-Hans=榆方研究院", "--demonstration",
        "--spare", "new.age", "--kit", "new", "--passphrase-file", "own",
    )  # fmt: skip
    assert code == 0, told
    replace = ("replace", "--kit", "new", "--spare", "spare.age", "--passphrase-file", "spare", "--out", "out.json")
    code, told = run(*replace, "--from", computer.record())
    assert code == 0, told
    assert "Compare these words with what was written down at the founding." in told
    (parcel,) = json.loads((computer.base / "out.json").read_text(encoding="utf-8"))["parcels"]
    number = computer.series.propose("elm", "keys.replace", parcel["data"])
    assert run("mirror", "--kit", "new", "--from", computer.record())[0] == 0
    code, told = run("sign", "1", "--yes", "--kit", "new", "--passphrase-file", "own", "--out", "x.json")
    assert (code, "is another" in told) == (2, True)  # the new spare; the old one is needed
    sign = ("sign", str(number), "--yes", "--kit", "new", "--spare", "spare.age", "--passphrase-file", "spare")
    code, told = run(*sign, "--out", "sign.json")
    assert code == 0, told
    (signed,) = json.loads((computer.base / "sign.json").read_text(encoding="utf-8"))["parcels"]
    payload = {"decision": 1, "side": "elm", "signature": signed["signature"]}
    computer.series.append("decision.signed", payload)
    computer.series.sign(number, "birch")
    computer.series.execute(number)
    computer.series.at += timedelta(minutes=1)
    assert run("reader", "--kit", "new", "--passphrase-file", "own", "--out", "reader.json")[0] == 0
    assert computer.series.state.sides["elm"].keys.to_json() == parcel["data"]["keys"]
