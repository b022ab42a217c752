"""Options that the commands of the kit share, and how a kit is opened."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from isthmus.cli._language import language_of, reader_translate
from isthmus.kit.files import read_text
from isthmus.kit.keyring import FolderKeyring, open_spare
from isthmus.kit.kit import Kit
from isthmus.kit.mirror import Mirror
from isthmus.kit.server import HttpServer
from isthmus.kit.settings import MIRROR, KitFolder
from isthmus.language import InputError, Message
from isthmus.ledger.keys import SigningKey

PLACE: Final = Path.home() / "isthmus-kit"


class Language(StrEnum):
    """What `--language` takes: the tags of `LANGUAGES`, which the command line needs as a fixed choice."""

    EN = "en"
    ZH_HANS = "zh-Hans"


Folder: TypeAlias = Annotated[
    Path, typer.Option("--kit", metavar="DIR", envvar="ISTHMUS_KIT", help="The folder of the kit.")
]
Unlock: TypeAlias = Annotated[
    Path | None,
    typer.Option("--unlock", metavar="FILE", help="The unlock file; beside the folder if left out (DIR.unlock)."),
]
Tongue: TypeAlias = Annotated[Language | None, typer.Option("--language", help="Of what is told.")]
Out: TypeAlias = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write what would be sent to a file, to be carried to the server."),
]
Address: TypeAlias = Annotated[
    str | None, typer.Option("--server", metavar="URL", help="The server, in place of the one that is known.")
]
PassphraseFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--passphrase-file", metavar="FILE", help="Read the passphrase from the first line of a file."),
]
SparePassphraseFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--spare-passphrase-file", metavar="FILE", help="The same for the spare key, if it has another."),
]


def folder_of(path: Path, unlock: Path | None) -> KitFolder:
    """The folder of a kit."""
    return KitFolder.at(path, unlock)


def open_kit(path: Path, unlock: Path | None, *, server: str | None = None, language: Language | None = None) -> Kit:
    """The kit in a folder, with the server that it was paired with, or another.

    Raises
    ------
    InputError
        If there is no kit, or it is damaged.
    """
    folder = folder_of(path, unlock)
    settings = folder.load()
    address = server or settings.server
    reached = None
    if address:
        tongue = language.value if language else language_of(sys.argv[1:], os.environ)
        reached = HttpServer(address, language=tongue, demonstration=settings.demonstration)
    return Kit(
        settings=settings,
        keyring=FolderKeyring(folder, settings),
        mirror=Mirror(folder.file(MIRROR)),
        server=reached,
        keep=folder.save,
    )


def ask_passphrase(what: Message, file: Path | None, *, new: bool = False) -> str:
    """A passphrase: from the first line of a file, or typed unseen; a new one twice.

    Raises
    ------
    InputError
        If the file cannot be read or is empty.
    """
    if file is not None:
        line = next(iter(read_text(file).splitlines()), "")
        if not line:
            raise InputError("{path} is empty; its first line has to be the passphrase.", path=str(file))
        return line
    translate = reader_translate()
    again = Message("The same again").render(translate)
    return str(typer.prompt(what.render(translate), hide_input=True, confirmation_prompt=again if new else False))


def decision_key(kit: Kit, file: Path | None) -> SigningKey:
    """The key that signs decisions."""
    return kit.keyring.decision(ask_passphrase(Message("Passphrase of the decision key"), file))


def spare_key(kit: Kit, path: Path | None, file: Path | None) -> SigningKey:
    """The spare key, from where it is said to be or where it was written.

    Raises
    ------
    InputError
        If it is not there.
    """
    place = path or (Path(kit.settings.spare) if kit.settings.spare else None)
    if place is None or not place.exists():
        raise InputError(
            "The file of the spare key is needed: say with --spare where it lies{hint}.",
            hint="" if place is None else f" ({place})",
        )
    return open_spare(place, ask_passphrase(Message("Passphrase of the spare key"), file))
