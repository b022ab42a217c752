"""The operator's commands: a series founded and a decision made with files alone, then checked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from isthmus.ledger import (
    DecisionText,
    Genesis,
    Invitation,
    Json,
    SeriesRules,
    Signature,
    pair_text,
    proposal_text,
    read_canonical,
    read_record,
    sign_note,
)
from tests.ledger.series import NAMES, Side

pytestmark = pytest.mark.integration
ISTHMUS = Path(sys.executable).with_name("isthmus")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def command(*words: str | Path, code: int = 0, language: str = "C.UTF-8") -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": language, "ISTHMUS_DATA": str(tmp_path / "data")}
        done = subprocess.run(
            [ISTHMUS, *words], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
        )
        assert done.returncode == code, done.stderr + done.stdout
        assert "Traceback" not in done.stderr
        return done

    return command


class Host:
    """A host that works with files."""

    def __init__(self, folder: Path, side: str, code: str) -> None:
        self.folder, self.side, self.code, self.keys = folder, side, code, Side(side)

    def write(self, name: str, *parcels: dict[str, Json]) -> Path:
        path = self.folder / f"{self.side}-{name}.json"
        path.write_text(json.dumps({"format": "isthmus parcel v1", "parcels": list(parcels)}), encoding="utf-8")
        return path

    def pair(self) -> Path:
        parcel: dict[str, Json] = {
            "kind": "pair",
            "invitation": self.code,
            "side": self.side,
            "names": dict(NAMES[self.side]),
            "reader": "sha256:" + f"{len(self.side)}".zfill(64),
            **self.keys.keys(),
        }
        note = sign_note(pair_text(parcel), self.keys.decision, self.keys.spare)
        return self.write("pair", parcel | {"note": note.format()})


def found(run: Run, folder: Path) -> dict[str, Host]:
    told = run("invite", "--title", "en=Dialogue", "--title", "zh-Hans=对话", "--server", "https://dialogue.example")
    codes = [Invitation.parse(line.split(": ", 1)[1]).code for line in told.stdout.splitlines()[1:]]
    hosts = {side: Host(folder, side, code) for side, code in zip(("elm", "birch"), codes, strict=True)}
    run("take", *(host.pair() for host in hosts.values()))
    run("export", "founding", "--out", "founding.json")
    draft = read_canonical((folder / "founding.json").read_bytes().rstrip(b"\n"))
    assert isinstance(draft, dict)
    genesis = Genesis.from_document(draft["document"])
    for host in hosts.values():
        note = sign_note(genesis.text, host.keys.decision).format()
        run("take", host.write("genesis", {"kind": "genesis", "series": genesis.series, "note": note}))
    return hosts


def test_by_file_from_the_invitation_to_a_decision(run: Run, tmp_path: Path) -> None:
    hosts = found(run, tmp_path)
    run("export", "record", "--out", "one.record")
    state_file = read_record((tmp_path / "one.record").read_bytes())
    genesis = Genesis.from_document(json.loads(state_file.entries[0])["payload"]["document"])

    data: dict[str, Json] = {"rules": SeriesRules(decision_days=7).to_json()}
    note = sign_note(proposal_text(genesis.digest, 0, "rules.change", data, "0" * 32), hosts["elm"].keys.decision)
    asked: dict[str, Json] = {"series": genesis.series, "note": note.format(), "data": data, "nonce": "0" * 32}
    run("take", hosts["elm"].write("propose", {"kind": "propose", **asked}))
    again = run("take", hosts["elm"].write("propose", {"kind": "propose", **asked}), code=1)
    assert "This request was carried out before" in again.stderr

    run("export", "record", "--out", "two.record")
    text = json.loads(read_record((tmp_path / "two.record").read_bytes()).entries[1])["payload"]["note"]
    assert DecisionText.parse(text).act == "rules.change"
    for host in hosts.values():
        key = host.keys.decision
        line = Signature(key.name, key.verifier.key_id, key.sign(text.encode())).line
        sign: dict[str, Json] = {"kind": "sign", "series": genesis.series, "decision": 1, "signature": line}
        told = run("take", host.write("sign", sign)).stdout
        assert told.endswith("sign: done\n")

    run("export", "record", "--out", "three.record")
    checked = run("verify", "three.record", "--genesis", genesis.digest).stdout
    assert "Entries: 5. Bytes, order and approvals are as they have to be." in checked
    assert "Decisions: 1 carried out, 0 open, 0 rejected, 0 lapsed." in checked
    assert "Unpinned" not in checked
    assert "Unpinned" in run("verify", "three.record").stdout
    assert "并不说明" in run("verify", "three.record", language="zh_CN.UTF-8").stdout


def test_verify_tells_good_bad_and_no_record_apart(run: Run, tmp_path: Path) -> None:
    found(run, tmp_path)
    run("export", "record", "--out", "good.record")
    good = (tmp_path / "good.record").read_bytes()
    bad = tmp_path / "bad.record"
    bad.write_bytes(good.replace(b"Elm Institute", b"Elm Instityte"))
    assert "First bad entry: 0." in run("verify", bad, code=1).stdout
    bad.write_bytes(good[: len(good) // 2])
    assert "First bad entry: 0. The file ends here" in run("verify", bad, code=1).stdout
    assert "another one than expected" in run("verify", "good.record", "--genesis", "sha256:" + "0" * 64, code=1).stdout
    bad.write_bytes(good.replace(b"\n", b"\r\n"))
    assert "line endings" in run("verify", bad, code=2).stderr
    assert "not a record" in run("verify", ISTHMUS, code=2).stderr
    assert "there is no such file" in run("verify", "nowhere", code=2).stderr
    assert "is no digest" in run("verify", "good.record", "--genesis", "abc", code=2).stderr


def test_bad_input_is_told_and_nothing_is_kept(run: Run, tmp_path: Path) -> None:
    for words, said in [
        (["invite", "--title", "en=Dialogue"], "titles: the text in zh-Hans is missing"),
        (["invite", "--title", "Dialogue"], "--title is written LANGUAGE=TEXT"),
        (["invite", "--title", "en=A", "--title", "zh-Hans=甲", "--hosts", "1"], "from 2 to 16 sides"),
        (["invite", "--title", "en=A", "--title", "zh-Hans=甲", "--language", "en"], "two languages or more"),
        (["export", "record", "--out", "x"], "no such series"),
        (["export", "record", "--out", "nowhere/x"], "there is no folder"),
        (["restored"], "no such series"),
    ]:
        assert said in run(*words, code=2).stderr
    broken = tmp_path / "broken.json"
    for content, said in [("{", "it is no JSON"), ("[]", "an object"), ('{"format":"x","parcels":[1]}', "version 1")]:
        broken.write_text(content, encoding="utf-8")
        assert said in run("take", broken, code=2).stderr
    found(run, tmp_path)
    assert "belongs to round 7; there are: 0" in run("export", "record", "--round", "7", "--out", "x", code=2).stderr
    assert not (tmp_path / "x").exists()
    run("invite", "--title", "en=A", "--title", "zh-Hans=甲")
    run("invite", "--title", "en=B", "--title", "zh-Hans=乙")
    assert "several series" in run("export", "founding", "--out", "x", code=2).stderr
