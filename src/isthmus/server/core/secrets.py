"""Secrets of the server that lie in its data folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

NAME: Final = "secret-key"


def secret_key(folder: Path | None) -> str:
    """The key with which the server signs cookies; without a folder a new one, which ends with the process.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    fresh = secrets.token_urlsafe(48)
    return fresh if folder is None else keep_secret(folder, NAME, fresh)


def keep_secret(folder: Path, name: str, fresh: str) -> str:
    """The secret kept under a name in `folder`, readable by its owner only; `fresh`, if there is none yet.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if path.exists():
        return path.read_text()
    draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(fresh)
            stream.flush()
            os.fsync(stream.fileno())
        path.hardlink_to(draft)  # unlike a rename this never replaces a secret
        _sync(folder)
    except FileExistsError:
        pass  # made before, or by a process that was quicker: that one counts
    finally:
        draft.unlink(missing_ok=True)
    return path.read_text()


def _sync(folder: Path) -> None:
    """Let the name of a new file outlive a power cut: what was signed with a lost key could not be gone on with."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
