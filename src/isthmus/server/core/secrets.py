"""The key with which the server signs cookies."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

NAME: Final = "secret-key"


def secret_key(folder: Path | None) -> str:
    """The key kept in `folder`, made when first asked for and readable by its owner only.

    Without a folder a new key, which ends with the process.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    fresh = secrets.token_urlsafe(48)
    if folder is None:
        return fresh
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    if path.exists():
        return path.read_text()
    draft = folder / f".{NAME}.{os.getpid()}"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(fresh)
        path.hardlink_to(draft)  # unlike a rename this never replaces a key
    except FileExistsError:
        pass  # made before, or by a process that was quicker: that key counts
    finally:
        draft.unlink(missing_ok=True)
    return path.read_text()
