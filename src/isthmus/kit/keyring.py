"""Where a kit's private keys are, and what each takes to be used."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from isthmus.kit.files import read_file, read_text, write_private
from isthmus.kit.secret_keys import (
    Contents,
    Identity,
    SideSecrets,
    check_passphrase,
    key_content,
    lock,
    new_identity,
    open_for,
    read_identity,
    seal_for,
    signing_key,
    unlock,
)
from isthmus.kit.settings import DECISION, READER, WITNESS, WORKSPACE, KitFolder, Settings
from isthmus.language import InputError
from isthmus.ledger.canonical import canonical, read_canonical
from isthmus.ledger.digests import digest
from isthmus.ledger.fields import exactly
from isthmus.ledger.keys import Algorithm, SigningKey, VerifierKey

TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Reading:
    """What opens the server to this kit: its reading token, and while the series is founded the invitation's code."""

    token: str = field(repr=False)
    code: str = field(default="", repr=False)

    @classmethod
    def generate(cls, code: str = "") -> Reading:
        """A new token."""
        return cls(secrets.token_urlsafe(TOKEN_BYTES), code)

    @property
    def token_digest(self) -> str:
        """What the server is told of the token."""
        return digest(self.token.encode())


class Keyring(Protocol):
    """The private keys of a side."""

    def decision(self, passphrase: str) -> SigningKey:
        """The key that signs decisions."""

    def witness(self) -> SigningKey:
        """The key that cosigns checkpoints; works unattended."""

    def reading(self) -> Reading:
        """The reading token."""

    def keep_reading(self, reading: Reading) -> None:
        """Keep another reading token."""

    def read_workspace(self) -> bytes | None:
        """The side's own papers, None where there are none yet."""

    def keep_workspace(self, content: bytes) -> None:
        """Keep the side's own papers."""


class FolderKeyring:
    """The keys in a kit's folder.

    Parameters
    ----------
    folder
        The folder and its unlock file.
    settings
        What `kit.json` says: the keys found have to be these.
    """

    def __init__(self, folder: KitFolder, settings: Settings) -> None:
        self._folder = folder
        self._settings = settings

    def decision(self, passphrase: str) -> SigningKey:
        """The key that signs decisions.

        Raises
        ------
        InputError
            If the passphrase is wrong, or the file is missing, damaged, or another kit's.
        """
        path = self._folder.file(DECISION)
        data = self._unchanged(path, DECISION)
        key = signing_key(unlock(data, passphrase, str(path)), Algorithm.ED25519, str(path))
        return self._own(key, self._settings.keys.decision, path)

    def witness(self) -> SigningKey:
        """The key that cosigns checkpoints; opened with the unlock file.

        Raises
        ------
        InputError
            If a file is missing, damaged, or another kit's.
        """
        path = self._folder.file(WITNESS)
        content = read_canonical(open_for(self._unchanged(path, WITNESS), self._identity(), str(path)))
        key = signing_key(content if isinstance(content, dict) else {}, Algorithm.COSIGNATURE, str(path))
        return self._own(key, self._settings.keys.witness, path)

    def reading(self) -> Reading:
        """The reading token; opened with the unlock file.

        Raises
        ------
        InputError
            If a file is missing or damaged.
        """
        path = self._folder.file(READER)
        content = read_canonical(open_for(read_file(path), self._identity(), str(path)))
        fields = exactly(content, {"code", "token"}, READER)
        return Reading(str(fields["token"]), str(fields["code"]))

    def keep_reading(self, reading: Reading) -> None:
        """Keep another reading token."""
        self._keep(READER, reading_content(reading))

    def read_workspace(self) -> bytes | None:
        """The side's own papers; opened with the unlock file."""
        path = self._folder.file(WORKSPACE)
        return open_for(read_file(path), self._identity(), str(path)) if path.exists() else None

    def keep_workspace(self, content: bytes) -> None:
        """Keep the side's own papers, encrypted."""
        self._keep(WORKSPACE, content)

    def _keep(self, name: str, content: bytes) -> None:
        write_private(self._folder.file(name), seal_for(content, self._identity()))

    def _identity(self) -> Identity:
        path = self._folder.unlock
        if not path.exists():
            raise InputError(
                "The unlock file {path} is not there. It was made with the kit; say with --unlock where it lies.",
                path=str(path),
            )
        return read_identity(read_text(path), str(path))

    def _unchanged(self, path: Path, name: str) -> bytes:
        data = read_file(path)
        if digest(data) != self._settings.files.get(name):
            raise InputError(
                "{path} is not the file that was made with this kit: it was changed, cut off or exchanged. "
                "Put it back from a backup.",
                path=str(path),
            )
        return data

    def _own(self, key: SigningKey, expected: VerifierKey, path: Path) -> SigningKey:
        if key.verifier != expected:
            raise InputError(
                "{path} holds the key {name}, which is not that of this kit.", path=str(path), name=key.name
            )
        return key


def open_spare(path: Path, passphrase: str) -> SigningKey:
    """The spare key in its own file. Whose it is, and whether it is in force, the caller checks.

    Raises
    ------
    InputError
        If the passphrase is wrong, or the file is missing, damaged, or no key file.
    """
    return signing_key(unlock(read_file(path), passphrase, str(path)), Algorithm.ED25519, str(path))


def reading_content(reading: Reading) -> bytes:
    """A reading token as it is kept."""
    return canonical({"code": reading.code, "token": reading.token})


@dataclass(frozen=True, slots=True)
class Passphrases:
    """The passphrases of a new kit: of its decision key, and of the spare."""

    decision: str = field(repr=False)
    spare: str = field(repr=False)


def make_kit(
    folder: KitFolder, *, names: Mapping[str, str], secret: SideSecrets, spare: Path, passphrases: Passphrases
) -> Settings:
    """Write a new kit: its folder, its unlock file beside it, and the spare key's file.

    Raises
    ------
    InputError
        If something is there already, a passphrase is too short, or a file cannot be written.
    """
    _check_places(folder, spare)
    check_passphrase(passphrases.decision)
    check_passphrase(passphrases.spare)
    own: Contents = key_content(secret.decision, secret.side)
    own["encryption"] = str(secret.encryption)
    identity = new_identity()
    spare_file = lock(key_content(secret.spare, secret.side), passphrases.spare)
    files: dict[str, Callable[[], bytes]] = {
        DECISION: partial(lock, own, passphrases.decision),
        WITNESS: partial(seal_for, canonical(key_content(secret.witness, secret.side)), identity),
        READER: partial(seal_for, reading_content(Reading.generate()), identity),
    }
    write_private(spare, spare_file)
    write_private(folder.unlock, f"# opens the witness key of {secret.side}\n{identity}\n".encode())
    return folder.make(
        Settings(side=secret.side, names=names, keys=secret.public, spare=str(spare.absolute())),
        {name: make() for name, make in files.items()},
    )


def _check_places(folder: KitFolder, spare: Path) -> None:
    if folder.exists():
        raise InputError("There is a kit in {path} already; nothing is overwritten.", path=str(folder.path))
    if spare.absolute().resolve().is_relative_to(folder.path.absolute().resolve()):
        raise InputError(
            "The spare key {path} does not belong in the folder of the kit; name a place that is put away, such as a "
            "USB stick.",
            path=str(spare),
        )
    for path in (spare, folder.unlock):
        if path.exists():
            raise InputError("{path} is there already; nothing is overwritten.", path=str(path))
        if not path.absolute().parent.is_dir():
            raise InputError(
                "{path} cannot be written: there is no folder {folder}.", path=str(path), folder=str(path.parent)
            )


class DemonstrationKeyring:
    """Keys in memory, for demonstrations and their tests; any passphrase opens them.

    Raises
    ------
    InputError
        If the keys are not marked for demonstrations.
    """

    def __init__(self, secret: SideSecrets, reading: Reading) -> None:
        if not secret.public.demonstration:
            raise InputError("Only keys marked for demonstrations may lie in memory without a passphrase.")
        self._secret = secret
        self._reading = reading
        self._workspace: bytes | None = None

    def decision(self, passphrase: str) -> SigningKey:  # noqa: ARG002  # see the class
        """The key that signs decisions."""
        return self._secret.decision

    def witness(self) -> SigningKey:
        """The key that cosigns checkpoints."""
        return self._secret.witness

    def reading(self) -> Reading:
        """The reading token."""
        return self._reading

    def keep_reading(self, reading: Reading) -> None:
        """Keep another reading token."""
        self._reading = reading

    def read_workspace(self) -> bytes | None:
        """The side's own papers."""
        return self._workspace

    def keep_workspace(self, content: bytes) -> None:
        """Keep the side's own papers."""
        self._workspace = content
