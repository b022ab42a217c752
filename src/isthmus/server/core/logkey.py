"""The key with which the server signs checkpoints of its logs: in the data folder, made when first asked for."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

from isthmus.language import InputError
from isthmus.ledger.canonical import base64_text, read_base64
from isthmus.ledger.keys import KEY_BYTES, Algorithm, SigningKey
from isthmus.server.core.secrets import keep_secret

NAME: Final = "log-key"


def log_signer(origin: str) -> SigningKey:
    """The server's key under the name of a log, which is its origin.

    Raises
    ------
    InputError
        If the file of the key is damaged.
    OSError
        If the data folder cannot be read or written.
    """
    folder: Path | None = settings.ISTHMUS_DATA
    seed = _passing() if folder is None else _kept(folder)
    return SigningKey.from_bytes(origin, Algorithm.ED25519, seed)


@cache
def _passing() -> bytes:
    """The key of a process without a data folder of its own."""
    return os.urandom(KEY_BYTES)


def _kept(folder: Path) -> bytes:
    try:
        text = keep_secret(folder, NAME, _written(os.urandom(KEY_BYTES)))
        seed = read_base64(text.split(" ")[0])
        if _written(seed) == text:
            return seed
    except (InputError, UnicodeDecodeError):
        pass
    raise InputError(
        "The key of the logs, the file “{name}” in the data folder, is damaged. Put it back from a backup: without it "
        "no series of this server can go on.",
        name=NAME,
    )


def _written(seed: bytes) -> str:
    """The key as its file holds it: the secret half and the public half, so that damage to either is seen."""
    public = SigningKey.from_bytes("log", Algorithm.ED25519, seed).verifier.public
    return f"{base64_text(seed)} {base64_text(public)}\n"
