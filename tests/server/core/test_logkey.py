"""The key of the logs: made once, its owner's only, and never replaced in silence."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from isthmus.language import InputError
from isthmus.server.core.logkey import NAME, log_signer

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: object) -> Path:
    settings.ISTHMUS_DATA = tmp_path  # type: ignore[attr-defined]
    return tmp_path


def test_it_is_made_once_and_its_owners_only(folder: Path) -> None:
    made = log_signer("localhost/series/a")
    assert log_signer("localhost/series/a").verifier == made.verifier
    assert log_signer("localhost/series/b").verifier.public == made.verifier.public
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", [b"", b"hello", b"\xff\xfe", None])
def test_a_damaged_key_is_told_and_kept(folder: Path, damage: bytes | None) -> None:
    log_signer("localhost/series/a")
    content = (folder / NAME).read_bytes()
    broken = content[:20] if damage is None else damage
    (folder / NAME).write_bytes(broken)
    with pytest.raises(InputError, match=r"is damaged\. Put it back from a backup"):
        log_signer("localhost/series/a")
    assert (folder / NAME).read_bytes() == broken
