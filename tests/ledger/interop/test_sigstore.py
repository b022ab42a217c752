"""sigstore-js, from the npm registry, reads our checkpoints and proofs, and refuses tampered ones."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from isthmus.ledger.canonical import base64_text
from isthmus.ledger.tree import inclusion_proof, leaf_hash
from tests.conftest import require
from tests.ledger.interop.logs import Log, entries_of

pytestmark = pytest.mark.integration
HERE = Path(__file__).with_name("sigstore")
CACHE = Path(__file__).parents[3] / ".cache"
SIZE = 700


@pytest.fixture(scope="module")
def installed() -> Path:
    """The package, installed once for each lock file, in a folder that git ignores."""
    npm, lock = require("npm"), HERE / "package-lock.json"
    place = CACHE / f"sigstore-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
    if not place.exists():
        CACHE.mkdir(exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=CACHE))
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, draft / name)
        subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=draft, check=True)
        try:
            draft.rename(place)
        except OSError:  # another process of these tests was quicker
            shutil.rmtree(draft)
    return place


@pytest.fixture(scope="module")
def asked() -> dict[str, Any]:
    """A checkpoint with all cosignatures, and the proof of an entry."""
    log, entries = Log(), entries_of(SIZE)
    verifier, index = log.key.verifier, 321
    return {
        "checkpoint": log.note(log.checkpoint(entries)).format(),
        "name": log.origin,
        "id": verifier.key_id.hex(),
        "key": base64_text(verifier.public),
        "index": index,
        "leaf": base64_text(entries[index]),
        "proof": [base64_text(node) for node in inclusion_proof([leaf_hash(entry) for entry in entries], index)],
    }


def read(installed: Path, asked: dict[str, Any]) -> tuple[int, str]:
    done = subprocess.run(
        ["node", HERE / "verify.js", installed],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    return done.returncode, done.stdout.strip()


def test_a_good_checkpoint_and_proof(installed: Path, asked: dict[str, Any]) -> None:
    assert read(installed, asked) == (0, f"OK {SIZE}")


@pytest.mark.parametrize(
    ("line", "change"), [(0, "dialogue.example/series/2"), (1, "701"), (2, base64_text(bytes(32)))]
)
def test_a_tampered_checkpoint(installed: Path, asked: dict[str, Any], line: int, change: str) -> None:
    lines = asked["checkpoint"].split("\n")
    lines[line] = change
    assert read(installed, asked | {"checkpoint": "\n".join(lines)}) == (1, "invalid checkpoint signature")


def test_a_signature_of_somebody_else(installed: Path, asked: dict[str, Any]) -> None:
    stranger = Log().key.verifier
    other = {"id": stranger.key_id.hex(), "key": base64_text(stranger.public)}
    assert read(installed, asked | other) == (1, "invalid checkpoint signature")


def test_another_entry_or_place(installed: Path, asked: dict[str, Any]) -> None:
    assert read(installed, asked | {"leaf": base64_text(b"other")})[0] == 1
    assert read(installed, asked | {"index": 322})[0] == 1
    assert read(installed, asked | {"proof": asked["proof"][:-1]})[0] == 1
