"""The private keys of a side, and how they are locked: age files, under a passphrase or for the unlock file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn, Protocol, TypeAlias

import pyrage  # type: ignore[import-untyped]  # it has no types

from isthmus.language import InputError
from isthmus.ledger.canonical import Json, base64_text, canonical, read_base64, read_canonical
from isthmus.ledger.genesis import SideKeys, key_name
from isthmus.ledger.keys import Algorithm, SigningKey

FORMAT: Final = "isthmus keys v1"
LEAST_PASSPHRASE: Final = 12  # characters
_NO_STANZA_OPENS: Final = "Decryption failed"  # what age says when no stanza opens, and only then
_NOT_FOR_US: Final = "No matching keys found"


class Identity(Protocol):
    """A private X25519 key of age; `str` of it is the secret."""

    def to_public(self) -> object:
        """The recipient, `age1…`."""


Contents: TypeAlias = dict[str, Json]


@dataclass(frozen=True, slots=True)
class SideSecrets:
    """All private keys of a side; shown by neither `repr` nor `str`."""

    side: str
    decision: SigningKey
    witness: SigningKey
    spare: SigningKey
    encryption: Identity = field(repr=False)

    @classmethod
    def generate(cls, side: str, *, demonstration: bool) -> SideSecrets:
        """New keys from the system's source of randomness."""

        def named(role: str) -> str:
            return key_name(side, role, demonstration=demonstration)

        return cls(
            side=side,
            decision=SigningKey.generate(named("decision")),
            witness=SigningKey.generate(named("witness"), Algorithm.COSIGNATURE),
            spare=SigningKey.generate(named("spare")),
            encryption=pyrage.x25519.Identity.generate(),
        )

    @property
    def public(self) -> SideKeys:
        """The public halves."""
        return SideKeys(
            decision=self.decision.verifier,
            witness=self.witness.verifier,
            encryption=str(self.encryption.to_public()),
            spare=self.spare.verifier,
        )


def check_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that is too short for a new file.

    Raises
    ------
    InputError
        If it has fewer than `LEAST_PASSPHRASE` characters.
    """
    if len(passphrase) < LEAST_PASSPHRASE:
        raise InputError(
            "The passphrase has {count} characters; at least {least} are needed. Four or five words that do not "
            "belong together are good.",
            count=len(passphrase),
            least=LEAST_PASSPHRASE,
        )


def key_content(key: SigningKey, side: str) -> Contents:
    """What a key file holds of a signing key."""
    return {"format": FORMAT, "side": side, "name": key.name, "key": base64_text(key.to_bytes())}


def signing_key(content: Mapping[str, Json], algorithm: Algorithm, path: str) -> SigningKey:
    """The signing key in the content of a key file.

    Raises
    ------
    InputError
        If it is not that of a key file.
    """
    try:
        if content["format"] != FORMAT:
            _refuse_content(path)
        return SigningKey.from_bytes(str(content["name"]), algorithm, read_base64(str(content["key"])))
    except (KeyError, ValueError):
        return _refuse_content(path)


def lock(content: Contents, passphrase: str) -> bytes:
    """Content as an age file under a passphrase (scrypt)."""
    return bytes(pyrage.passphrase.encrypt(canonical(content), passphrase))


def unlock(data: bytes, passphrase: str, path: str) -> Contents:
    """The content of an age file under a passphrase.

    Raises
    ------
    InputError
        If the passphrase is wrong, or the file is damaged.
    """
    try:
        opened = pyrage.passphrase.decrypt(data, passphrase)
    except pyrage.DecryptError as problem:
        if str(problem) == _NO_STANZA_OPENS:
            raise InputError("The passphrase of {path} is wrong.", path=path) from None
        _refuse_damaged(path, str(problem))
    return _content(opened, path)


def seal_for(data: bytes, identity: Identity) -> bytes:
    """Bytes as an age file for the owner of the unlock file."""
    return bytes(pyrage.encrypt(data, [identity.to_public()]))


def open_for(data: bytes, identity: Identity, path: str) -> bytes:
    """The bytes of an age file that was written for the owner of the unlock file.

    Raises
    ------
    InputError
        If it was written for another, or is damaged.
    """
    try:
        return bytes(pyrage.decrypt(data, [identity]))
    except pyrage.DecryptError as problem:
        if str(problem) == _NOT_FOR_US:
            raise InputError(
                "{path} was made with another unlock file than this one; name the right one with --unlock.", path=path
            ) from None
        _refuse_damaged(path, str(problem))


def read_identity(text: str, path: str) -> Identity:
    """The identity in an unlock file: the line that is no comment.

    Raises
    ------
    InputError
        If there is none.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    try:
        (line,) = lines
        identity: Identity = pyrage.x25519.Identity.from_str(line)
    except (ValueError, pyrage.IdentityError):
        raise InputError(
            "{path} is not an unlock file: one line with AGE-SECRET-KEY-1… was expected.", path=path
        ) from None
    return identity


def new_identity() -> Identity:
    """A new X25519 key of age."""
    identity: Identity = pyrage.x25519.Identity.generate()
    return identity


def _content(opened: bytes, path: str) -> Contents:
    try:
        content = read_canonical(opened)
    except InputError:
        return _refuse_content(path)
    return content if isinstance(content, dict) else _refuse_content(path)


def _refuse_damaged(path: str, reason: str) -> NoReturn:
    raise InputError(
        "{path} is damaged or is no such key file ({reason}). Put it back from a backup.", path=path, reason=reason
    )


def _refuse_content(path: str) -> NoReturn:
    raise InputError("{path} opens, but does not hold what a key file of a kit holds.", path=path)
