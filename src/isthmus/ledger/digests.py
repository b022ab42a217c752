"""Digests (SHA-256, written `sha256:` and 64 hexadecimal digits), and seals: digests of salted bytes."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from isthmus.language import InputError

SALT_BYTES: Final = 32

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


def digest(data: bytes) -> str:
    """The digest of bytes.

    >>> digest(b"abc")
    'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    """
    return "sha256:" + hashlib.sha256(data).hexdigest()


def seal(data: bytes, salt: bytes) -> str:
    """The digest of salt and bytes together: it binds to the bytes and, once both are destroyed, tells nothing.

    Raises
    ------
    InputError
        If the salt has not exactly `SALT_BYTES` bytes; with a fixed length, salt and bytes cannot be shifted
        against each other.
    """
    if len(salt) != SALT_BYTES:
        raise InputError("A salt has {right} bytes; this one has {count}.", right=SALT_BYTES, count=len(salt))
    return digest(salt + data)


def is_digest(text: object) -> bool:
    """Whether a value is a digest as `digest` writes it."""
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def digest_bytes(text: str) -> bytes:
    """The 32 bytes of a digest.

    Raises
    ------
    InputError
        If the text is no digest.
    """
    if not is_digest(text):
        raise InputError("“{text}” is not a digest: it needs “sha256:” and 64 digits from 0–9a–f.", text=text[:80])
    return bytes.fromhex(text.removeprefix("sha256:"))
