"""Private keys at rest: what each takes to be opened, and what is said when that fails."""

from __future__ import annotations

import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.kit.keyring import DemonstrationKeyring, FolderKeyring, Passphrases, Reading, make_kit, open_spare
from isthmus.kit.secret_keys import SideSecrets, check_passphrase
from isthmus.kit.settings import KitFolder, Settings
from isthmus.kit.workspace import Kind, Workspace
from isthmus.language import InputError
from tests.ledger.series import NAMES

pytestmark = pytest.mark.integration
PASSPHRASE, SPARE = "correct horse battery", "another horse battery"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SideSecrets]:
    """A kit of elm; each of its passphrase files costs a second or two."""
    base = tmp_path_factory.mktemp("kit")
    secret = SideSecrets.generate("elm", demonstration=False)
    make_kit(
        KitFolder.at(base / "kit"),
        names=NAMES["elm"],
        secret=secret,
        spare=base / "spare.age",
        passphrases=Passphrases(PASSPHRASE, SPARE),
    )
    return base, secret


@pytest.fixture
def base(made: tuple[Path, SideSecrets], tmp_path: Path) -> Path:
    """A copy of the kit that a test may damage."""
    return Path(shutil.copytree(made[0], tmp_path / "copy"))


def keyring(base: Path) -> FolderKeyring:
    folder = KitFolder.at(base / "kit")
    return FolderKeyring(folder, folder.load())


def refused(act: object, *words: object) -> str:
    with pytest.raises(InputError) as problem:
        act(*words)  # type: ignore[operator]
    assert PASSPHRASE not in str(problem.value)
    return str(problem.value)


def test_each_key_opens_with_what_is_its_own(made: tuple[Path, SideSecrets]) -> None:
    base, secret = made
    keys = keyring(base)
    assert keys.decision(PASSPHRASE).verifier == secret.decision.verifier
    assert keys.witness().verifier == secret.witness.verifier
    assert open_spare(base / "spare.age", SPARE).verifier == secret.spare.verifier
    kept = KitFolder.at(base / "kit").load()
    assert (kept.side, kept.names, kept.keys) == ("elm", NAMES["elm"], secret.public)


def test_files_are_their_owners_only_and_hold_no_secret(made: tuple[Path, SideSecrets]) -> None:
    base, secret = made
    assert stat.S_IMODE((base / "kit").stat().st_mode) == 0o700
    files = [path for path in base.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    content = b"".join(path.read_bytes() for path in files if path.suffix != ".unlock")
    for key in (secret.decision, secret.witness, secret.spare):
        assert key.to_bytes() not in content
    assert str(secret.encryption).encode() not in content
    assert "AGE-SECRET" not in repr(secret)


def test_a_wrong_passphrase(base: Path) -> None:
    assert refused(keyring(base).decision, SPARE) == f"The passphrase of {base / 'kit/decision.age'} is wrong."
    assert refused(open_spare, base / "spare.age", PASSPHRASE).endswith("is wrong.")


@pytest.mark.parametrize("name", ["decision.age", "witness.age", "reader.age"])
@pytest.mark.parametrize("damage", ["cut", "empty", "changed", "gone"])
def test_a_damaged_key_file(base: Path, name: str, damage: str) -> None:
    path = base / "kit" / name
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes({"cut": content[:-20], "empty": b"", "changed": content[:-1] + b"x"}[damage])
    keys = keyring(base)
    open_ = {"decision.age": lambda: keys.decision(PASSPHRASE), "witness.age": keys.witness, "reader.age": keys.reading}
    said = refused(open_[name])
    assert str(path) in said
    assert ("no such file" in said) is (damage == "gone")
    assert "passphrase" not in said


@pytest.mark.parametrize("content", [b"", b"age-encryption.org/v1\n", b"hello", bytes(1000)])
def test_a_damaged_spare(base: Path, content: bytes) -> None:
    (base / "spare.age").write_bytes(content)
    assert "is damaged or is no such key file" in refused(open_spare, base / "spare.age", SPARE)


def test_without_the_unlock_file_a_copied_folder_opens_nothing(base: Path) -> None:
    (base / "kit.unlock").unlink()
    assert "The unlock file" in refused(keyring(base).witness)
    assert "The unlock file" in refused(keyring(base).reading)
    (base / "kit.unlock").write_text("hello\n")
    assert "is not an unlock file" in refused(keyring(base).witness)


def test_another_kits_files(base: Path, tmp_path: Path) -> None:
    stranger = tmp_path / "birch"
    stranger.mkdir()
    make_kit(
        KitFolder.at(stranger / "kit"),
        names=NAMES["birch"],
        secret=SideSecrets.generate("birch", demonstration=False),
        spare=stranger / "spare.age",
        passphrases=Passphrases(PASSPHRASE, SPARE),
    )
    shutil.copy(stranger / "kit/decision.age", base / "kit/decision.age")
    assert "was changed, cut off or exchanged" in refused(keyring(base).decision, PASSPHRASE)
    shutil.copy(stranger / "kit.unlock", base / "kit.unlock")
    assert "made with another unlock file" in refused(keyring(base).witness)


def test_nothing_is_overwritten(base: Path) -> None:
    secret = SideSecrets.generate("elm", demonstration=False)

    def again(folder: Path, spare: Path, passphrase: str = PASSPHRASE) -> Settings:
        where = KitFolder.at(folder)
        passphrases = Passphrases(passphrase, passphrase)
        return make_kit(where, names=NAMES["elm"], secret=secret, spare=spare, passphrases=passphrases)

    assert "There is a kit in" in refused(again, base / "kit", base / "new.age")
    assert "is there already" in refused(again, base / "new", base / "spare.age")
    assert "does not belong in the folder" in refused(again, base / "new", base / "new/spare.age")
    assert "there is no folder" in refused(again, base / "new", base / "nowhere/spare.age")
    assert "at least 12 are needed" in refused(again, base / "new", base / "new.age", "short")
    assert not (base / "new").exists()
    assert "inside the folder of the kit" in refused(KitFolder, base / "kit", base / "kit/unlock")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format":"isthmus kit v1"}', "null", "{" * 10_000])
def test_a_damaged_settings_file(base: Path, text: str) -> None:
    (base / "kit/kit.json").write_text(text, encoding="utf-8")
    assert "kit.json is damaged" in refused(KitFolder.at(base / "kit").load)


def test_the_workspace_is_kept_encrypted(base: Path) -> None:
    keys = keyring(base)
    papers = Workspace(keys)
    red = papers.put(Kind.RED_LINE, {"text": "never the harvest 绝不"})
    name = papers.put(Kind.NOMINATION, {"name_en": "Person Seven", "name_zh": "七号", "title": "", "note": "maybe"})
    assert papers.papers() == [red, name]
    kept = b"".join(path.read_bytes() for path in (base / "kit").iterdir())
    assert b"harvest" not in kept
    assert papers.put(Kind.RED_LINE, {"text": "only the harvest"}, red.id).fields == {"text": "only the harvest"}
    papers.delete(name.id)
    assert [paper.fields["text"] for paper in papers.papers()] == ["only the harvest"]
    assert "not there any more" in refused(papers.delete, name.id)
    assert "Write something first" in refused(papers.put, Kind.INSTRUCTION, {"text": "  "})
    assert "at most 4000" in refused(papers.put, Kind.INSTRUCTION, {"text": "x" * 4001})


def test_a_new_reading_token(base: Path) -> None:
    keys = keyring(base)
    fresh = Reading.generate("code")
    assert fresh.token not in repr(fresh)
    keys.keep_reading(fresh)
    assert keyring(base).reading() == fresh
    assert replace(fresh, code="").token_digest == fresh.token_digest


def test_the_unlock_file_may_not_lie_in_the_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lies inside the folder of the kit"):
        KitFolder.at(tmp_path / "kit", tmp_path / "kit" / "unlock")
    assert KitFolder.at(tmp_path / "kit").unlock == tmp_path / "kit.unlock"


@pytest.mark.parametrize("passphrase", ["", "elevenchars", "一二三四五六七八九十一"])
def test_a_short_passphrase_is_refused_without_being_repeated(passphrase: str) -> None:
    with pytest.raises(InputError) as refused:
        check_passphrase(passphrase)
    assert refused.value.message.values == {"count": len(passphrase), "least": 12}


def test_keys_for_real_use_do_not_lie_in_memory() -> None:
    with pytest.raises(InputError, match="Only keys marked for demonstrations"):
        DemonstrationKeyring(SideSecrets.generate("birch", demonstration=False), Reading("token"))
