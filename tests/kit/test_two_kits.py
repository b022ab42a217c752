"""Two institutions, as they would: two kits and a server in processes of their own, with a network and without."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from isthmus.ledger import read_record, verify_record

pytestmark = pytest.mark.integration
ISTHMUS = Path(sys.executable).with_name("isthmus")
NAMES = {"elm": ("Elm Institute", "榆方研究院"), "birch": ("Birch Forum", "桦方论坛")}
RULES = {"act": "rules.change", "round": 0, "data": {"rules": {"decision_days": 7, "languages": ["en", "zh-Hans"]}}}


def isthmus(folder: Path, *words: str | Path, code: int = 0) -> str:
    """Run a command, and give what it says."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    done = subprocess.run(
        [ISTHMUS, *words], cwd=folder, capture_output=True, text=True, check=False, env=environment, timeout=120
    )
    assert done.returncode == code, f"{words}: {done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


class Kit:
    """A host's computer: a folder with a kit, and its passphrase."""

    def __init__(self, folder: Path, side: str) -> None:
        self.folder, self.side = folder / side, side
        self.folder.mkdir()
        (self.folder / "passphrase").write_text(f"correct {side} battery staple\n", encoding="utf-8")
        english, chinese = NAMES[side]
        names = ("--name", f"en={english}", "--name", f"zh-Hans={chinese}")
        self("init", "--side", side, *names, "--spare", "spare.age")

    def __call__(self, command: str, *words: str | Path, code: int = 0) -> str:
        secret = ("--passphrase-file", "passphrase") if command in {"init", "pair", "sign", "reject", "propose"} else ()
        yes = ("--yes",) if command in {"sign", "reject"} else ()
        return isthmus(self.folder, "kit", command, *words, *secret, *yes, "--kit", self.folder / "kit", code=code)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A server that runs; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    address = f"http://127.0.0.1:{port}"
    command: list[str | Path] = [ISTHMUS, "serve", "--no-demo", "--data", folder, "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            for _ in range(600):
                try:
                    if httpx.get(f"{address}/health").status_code == 200:
                        break
                except httpx.TransportError:
                    time.sleep(0.1)
            else:
                raise AssertionError("the server did not start")
            yield address
        finally:
            process.terminate()
            process.wait(30)


def invitations(folder: Path, server: str) -> list[str]:
    titles = ("--title", "en=Dialogue of Elm and Birch", "--title", "zh-Hans=榆桦对话")
    told = isthmus(folder, "invite", "--data", folder / "data", *titles, "--server", server)
    return re.findall(r"isthmus-invitation:\S+", told)


def checked(path: Path) -> dict[str, int]:
    """The types of the entries of a record that is in order and complete."""
    report = verify_record(read_record(path.read_bytes()))
    assert [fault.message.render() for fault in report.faults] == []
    assert report.complete_to == report.size
    return report.state.types


def test_two_kits_and_a_server(tmp_path: Path) -> None:
    one, two = kits = Kit(tmp_path, "elm"), Kit(tmp_path, "birch")
    with serving(tmp_path / "data") as address:
        for kit, invitation in zip(kits, invitations(tmp_path, address), strict=True):
            kit("pair", invitation)
        shown = []
        for kit in kits:
            kit("mirror")
            shown.append(re.findall(r"sha256:[0-9a-f]{64}", kit("show", "genesis"))[0])
        assert shown[0] == shown[1]
        for kit in kits:
            kit("sign", "genesis")
        (one.folder / "rules.json").write_text(json.dumps(RULES), encoding="utf-8")
        for kit in kits:
            kit("mirror")
        one("propose", "rules.json")
        for kit in kits:
            kit("mirror")
            assert "rules.change" in kit("pending")
        assert "7" in two("show", "1")
        two("sign", "1")
        one("mirror")
        one("sign", "1")
        for kit in (*kits, one):
            kit("mirror")
            assert "complete to" in kit("verify").lower()
        one("export", "--out", "copy.record")
        isthmus(tmp_path, "export", "record", "--data", tmp_path / "data", "--out", tmp_path / "series.record")
    kinds = {"genesis": 1, "decision.proposed": 1, "decision.signed": 2, "decision.executed": 1}
    assert checked(tmp_path / "series.record") == kinds
    assert checked(one.folder / "copy.record") == kinds
    assert "Unpinned" not in isthmus(tmp_path, "verify", tmp_path / "series.record", "--genesis", shown[0])


def test_the_same_by_file_without_network(tmp_path: Path) -> None:
    birch, elm = Kit(tmp_path, "birch"), Kit(tmp_path, "elm")
    data = ("--data", tmp_path / "data")

    def carry(kit: Kit, command: str, *words: str | Path) -> None:
        """What a kit writes, taken in by the server."""
        kit(command, *words, "--out", "out.json")
        isthmus(tmp_path, "take", kit.folder / "out.json", *data)
        (kit.folder / "out.json").unlink()

    def hand_out() -> None:
        isthmus(tmp_path, "export", "record", *data, "--out", tmp_path / "series.record")

    for kit, invitation in zip((birch, elm), invitations(tmp_path, "https://nowhere.example"), strict=True):
        carry(kit, "pair", invitation)
    isthmus(tmp_path, "export", "founding", *data, "--out", tmp_path / "founding.json")
    for kit in (birch, elm):
        kit("mirror", "--from", tmp_path / "founding.json")
        carry(kit, "sign", "genesis")
    hand_out()
    (birch.folder / "rules.json").write_text(json.dumps(RULES), encoding="utf-8")
    birch("mirror", "--from", tmp_path / "series.record")
    carry(birch, "propose", "rules.json")
    hand_out()
    for kit in (elm, birch):
        kit("mirror", "--from", tmp_path / "series.record")
        assert "rules.change" in kit("pending")
        carry(kit, "sign", "1")
    hand_out()
    for kit in (elm, birch):
        carry(kit, "mirror", "--from", tmp_path / "series.record")
    hand_out()
    kinds = {"genesis": 1, "decision.proposed": 1, "decision.signed": 2, "decision.executed": 1}
    assert checked(tmp_path / "series.record") == kinds
    elm("mirror", "--from", tmp_path / "series.record")
    assert "complete to" in elm("verify").lower()
