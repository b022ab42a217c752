"""`kit.json`: whose kit this is, its public keys, and the series it belongs to. Nothing in it is secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from isthmus.kit.files import make_folder, read_file, write_private
from isthmus.language import InputError
from isthmus.ledger.canonical import Json
from isthmus.ledger.digests import digest
from isthmus.ledger.fields import exactly, side_of, texts_of
from isthmus.ledger.genesis import SideKeys

FORMAT: Final = "isthmus kit v1"
KIT: Final = "kit.json"
DECISION, WITNESS, READER, WORKSPACE = "decision.age", "witness.age", "reader.age", "workspace.age"
MIRROR: Final = "mirror.sqlite3"
_FIELDS: Final = {"format", "side", "names", "keys", "server", "series", "genesis", "spare", "files"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the kit knows of itself.

    Attributes
    ----------
    side, names, keys
        The side whose kit it is, its host's name in every language, and its public keys.
    server
        Address of the server; empty until it is paired.
    series
        Identifier of the series; empty until it is known.
    genesis
        Digest of the genesis that is pinned; empty until this kit signed one or was told it. It covers the key and
        the name of the log too.
    spare
        Where the file of the spare key was written, as long as it is there.
    files
        Digest of each key file, so that one that was changed or damaged is told from a wrong passphrase.
    """

    side: str
    names: Mapping[str, str]
    keys: SideKeys
    server: str = ""
    series: str = ""
    genesis: str = ""
    spare: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def demonstration(self) -> bool:
        """Whether the keys are marked as not for real use."""
        return self.keys.demonstration

    def to_json(self) -> dict[str, Json]:
        """As it stands in the file."""
        return {
            "format": FORMAT,
            "side": self.side,
            "names": dict(self.names),
            "keys": self.keys.to_json(),
            "server": self.server,
            "series": self.series,
            "genesis": self.genesis,
            "spare": self.spare,
            "files": dict(self.files),
        }

    @classmethod
    def from_json(cls, value: object) -> Settings:
        """Read the file's content.

        Raises
        ------
        InputError
            If a field is missing or wrong.
        """
        fields = exactly(value, _FIELDS, KIT)
        if fields["format"] != FORMAT:
            raise InputError("This is not a kit of version 1.")
        side, files = side_of(fields["side"], "side"), fields["files"]
        texts = {name: fields[name] for name in ("server", "series", "genesis", "spare")}
        if not isinstance(files, dict) or not all(isinstance(text, str) for text in (*texts.values(), *files.values())):
            raise InputError("{where}: a text was expected.", where="server, series, genesis, spare, files")
        return cls(
            side=side,
            names=texts_of(fields["names"], "names"),
            keys=SideKeys.from_json(fields["keys"], side),
            files={name: str(named) for name, named in files.items()},
            **{name: str(text) for name, text in texts.items()},
        )


@dataclass(frozen=True, slots=True)
class KitFolder:
    """The folder of a kit, and the file outside it that opens the keys that work unattended.

    Raises
    ------
    InputError
        If the unlock file lies inside the folder, where a copy of the folder would take it along.
    """

    path: Path
    unlock: Path

    def __post_init__(self) -> None:
        if self.unlock.absolute().resolve().is_relative_to(self.path.absolute().resolve()):
            raise InputError(
                "The unlock file {unlock} lies inside the folder of the kit; put it elsewhere, so that a copied folder "
                "alone opens nothing.",
                unlock=str(self.unlock),
            )

    @classmethod
    def at(cls, path: Path, unlock: Path | None = None) -> KitFolder:
        """A folder, with the unlock file in its usual place beside it."""
        return cls(path, unlock or path.absolute().with_name(f"{path.absolute().name}.unlock"))

    def file(self, name: str) -> Path:
        """The place of one of its files."""
        return self.path / name

    def exists(self) -> bool:
        """Whether there is a kit, or something of one."""
        return any(self.file(name).exists() for name in (KIT, DECISION, WITNESS, READER, WORKSPACE, MIRROR))

    def load(self) -> Settings:
        """Read `kit.json`.

        Raises
        ------
        InputError
            If there is no kit, or the file is damaged.
        """
        path = self.file(KIT)
        if not path.exists():
            raise InputError(
                "{path} holds no kit. Make one with “isthmus kit init”, or name another folder with --kit.",
                path=str(self.path),
            )
        try:
            return Settings.from_json(json.loads(read_file(path)))
        except (ValueError, RecursionError) as problem:  # an InputError is a ValueError
            reason = problem.message.render() if isinstance(problem, InputError) else str(problem)
            raise InputError(
                "{path} is damaged: {reason} Put it back from a backup.", path=str(path), reason=reason
            ) from problem

    def save(self, settings: Settings) -> None:
        """Write `kit.json`."""
        text = json.dumps(settings.to_json(), ensure_ascii=False, indent=1, sort_keys=True)
        write_private(self.file(KIT), f"{text}\n".encode())

    def make(self, settings: Settings, files: Mapping[str, bytes]) -> Settings:
        """Write a new kit: its key files, then `kit.json`, which makes it one."""
        make_folder(self.path)
        for name, content in files.items():
            write_private(self.file(name), content)
        made = replace(settings, files={name: digest(content) for name, content in files.items()})
        self.save(made)
        return made
