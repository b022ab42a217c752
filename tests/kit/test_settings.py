"""`kit.json`: what comes back, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.kit.files import write_private
from isthmus.kit.secret_keys import SideSecrets
from isthmus.kit.settings import KIT, KitFolder, Settings
from isthmus.language import InputError
from tests.ledger.series import NAMES

pytestmark = pytest.mark.unit


@pytest.fixture(params=["elm", "birch"])
def settings(request: pytest.FixtureRequest) -> Settings:
    secret = SideSecrets.generate(request.param, demonstration=True)
    return Settings(side=request.param, names=NAMES[request.param], keys=secret.public)


def test_it_comes_back(settings: Settings, tmp_path: Path) -> None:
    folder = KitFolder.at(tmp_path / "kit")
    made = folder.make(settings, {"decision.age": b"x"})
    changed = replace(made, server="https://dialogue.example", series="s", genesis="sha256:" + "a" * 64)
    folder.save(changed)
    assert folder.load() == changed
    assert changed.demonstration


def test_a_folder_without_a_kit_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no kit\. Make one with “isthmus kit init”"):
        KitFolder.at(tmp_path).load()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": "isthmus kit v2"}, "not a kit of version 1"),
        ({"side": "Elm"}, "small letters"),
        ({"server": 1}, "a text was expected"),
        ({"files": {"decision.age": 1}}, "a text was expected"),
        ({"more": ""}, "there is no field “more”"),
        ({"keys": {}}, "is missing"),
    ],
)
def test_a_damaged_file_is_told_by_its_field(
    settings: Settings, tmp_path: Path, change: dict[str, object], told: str
) -> None:
    folder = KitFolder.at(tmp_path / "kit")
    folder.make(settings, {})
    folder.file(KIT).write_text(json.dumps({**settings.to_json(), **change}), encoding="utf-8")
    with pytest.raises(InputError, match=told) as refused:
        folder.load()
    assert "is damaged" in str(refused.value)


def test_half_a_file_is_damaged(settings: Settings, tmp_path: Path) -> None:
    folder = KitFolder.at(tmp_path / "kit")
    folder.make(settings, {})
    folder.file(KIT).write_bytes(folder.file(KIT).read_bytes()[:40])
    with pytest.raises(InputError, match="is damaged"):
        folder.load()


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_private(path, b"old")
    write_private(path, b"new")
    assert path.read_bytes() == b"new"
    with pytest.raises(InputError, match="cannot be written"):
        write_private(tmp_path / "nowhere" / "file", b"x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_private(tmp_path / "folder", b"x")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder"]
