"""The Go project's own packages for signed notes and transparency logs read our log, and refuse tampered ones."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from isthmus.ledger.checkpoint import Checkpoint, sign_checkpoint
from isthmus.ledger.note import Note
from tests.conftest import require
from tests.ledger.interop.logs import Log, entries_of, write_log

pytestmark = pytest.mark.integration
PROGRAM = Path(__file__).with_name("verify_log.go")
SOURCES = Path("/usr/share/gocode")  # where Debian puts golang-golang-x-mod-dev
SIZE, OLD = 700, 300


@pytest.fixture(scope="module")
def verify_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, compiled from Debian's sources without a network."""
    go, folder = require("go"), tmp_path_factory.mktemp("go")
    built = folder / "verify_log"
    environment = {
        "PATH": os.environ["PATH"],
        "GO111MODULE": "off",
        "GOPATH": str(SOURCES),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
        "CGO_ENABLED": "0",
    }
    subprocess.run([str(go), "build", "-o", str(built), str(PROGRAM)], cwd=folder, env=environment, check=True)
    return built


@dataclass
class Shown:
    """What is handed to the program: a log in a folder, an older checkpoint, and the keys."""

    folder: Path
    log: Log
    entries: list[bytes]
    program: Path

    def run(self, note: Note, entries: list[bytes] | None = None, older: Note | None = None) -> tuple[int, str]:
        place = self.folder / "log"
        shutil.rmtree(place, ignore_errors=True)
        write_log(place, note, self.entries if entries is None else entries)
        return self.check(older or self.log.note(self.log.checkpoint(self.entries[:OLD])))

    def check(self, older: Note) -> tuple[int, str]:
        path = self.folder / "older"
        path.write_text(older.format(), encoding="utf-8")
        command: list[str | Path] = [self.program, self.folder / "log", path, *self.log.verifiers]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.strip()


@pytest.fixture(params=[("elm", "birch"), ("birch", "elm")])
def shown(request: pytest.FixtureRequest, tmp_path: Path, verify_log: Path) -> Shown:
    return Shown(tmp_path, Log(request.param), entries_of(SIZE), verify_log)


def good(shown: Shown) -> Note:
    return shown.log.note(shown.log.checkpoint(shown.entries))


def test_a_good_log_is_accepted(shown: Shown) -> None:
    assert shown.run(good(shown)) == (0, f"OK {SIZE}")


def rewritten(entries: list[bytes]) -> list[bytes]:
    return [*entries[:10], entries[10] + b" ", *entries[11:]]


def dropped(entries: list[bytes]) -> list[bytes]:
    return [*entries[:10], *entries[11:], entries[10]]


def reordered(entries: list[bytes]) -> list[bytes]:
    return [*entries[:10], entries[11], entries[10], *entries[12:]]


@pytest.mark.parametrize("tamper", [rewritten, dropped, reordered])
def test_a_tampered_log_is_refused(shown: Shown, tamper: Callable[[list[bytes]], list[bytes]]) -> None:
    """With its tiles unchanged, with tiles that fit, and even with a new checkpoint of the server."""
    entries = tamper(shown.entries)
    assert shown.run(good(shown), entries)[0] == 1
    checkpoint = shown.log.checkpoint(entries)
    alone = sign_checkpoint(checkpoint, shown.log.key)
    assert "not signed by" in shown.run(alone, entries)[1]
    borrowed = shown.log.resigned(checkpoint, *good(shown).signatures[1:])
    assert "invalid signature" in shown.run(borrowed, entries)[1]
    together = shown.log.note(checkpoint)  # even if all signed it: it does not continue what they signed before
    assert "not a continuation" in shown.run(together, entries)[1]


def test_an_entry_in_the_bundle_alone_is_found(shown: Shown) -> None:
    shown.run(good(shown))
    bundle = shown.folder / "log/tile/entries/000"
    content = bytearray(bundle.read_bytes())
    content[20] ^= 1
    bundle.write_bytes(bytes(content))
    code, said = shown.check(shown.log.note(shown.log.checkpoint(shown.entries[:OLD])))
    assert (code, said) == (1, "entry 0 is not the one in the tree")


def test_an_appended_entry_is_refused(shown: Shown) -> None:
    entries = [*shown.entries, b"one more"]
    assert shown.run(good(shown), entries)[0] == 1
    grown = Checkpoint(shown.log.origin, SIZE + 1, shown.log.checkpoint(shown.entries).root)
    assert shown.run(shown.log.note(grown), entries)[0] == 1


def test_a_shrunk_log_is_refused(shown: Shown) -> None:
    short = shown.entries[: OLD - 1]
    code, said = shown.run(shown.log.note(shown.log.checkpoint(short)), short)
    assert (code, said) == (1, f"the log shrank from {OLD} to {OLD - 1} entries")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_missing_or_changed_signature_is_refused(shown: Shown, place: int) -> None:
    note = good(shown)
    without = Note(note.text, tuple(line for at, line in enumerate(note.signatures) if at != place))
    assert "not signed by" in shown.run(without)[1] or "no verifiable signatures" in shown.run(without)[1]
    changed = bytearray(note.signatures[place].value)
    changed[-1] ^= 1
    lines = list(note.signatures)
    lines[place] = type(lines[place])(lines[place].name, lines[place].key_id, bytes(changed))
    assert "invalid signature" in shown.run(Note(note.text, tuple(lines)))[1]
