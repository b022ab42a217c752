"""Files of the kit: readable by their owner only, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from isthmus.language import InputError

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
LONGEST: Final = 256 * 1024 * 1024  # bytes of a file that is read into memory


def make_folder(path: Path) -> None:
    """Make a folder that is its owner's only.

    Raises
    ------
    InputError
        If it cannot be made.
    """
    try:
        path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        path.chmod(FOLDER_MODE)
    except OSError as problem:
        _cannot_write(path, problem)


def write_private(path: Path, content: bytes) -> None:
    """Write a file beside its place, force it to the disk, then move it in: after a power cut it is old or new.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as problem:
        _cannot_write(path, problem)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def read_file(path: Path) -> bytes:
    """The bytes of a file.

    Raises
    ------
    InputError
        If it is not there, cannot be read, or is larger than anything the kit reads.
    """
    try:
        if path.stat().st_size > LONGEST:
            raise InputError("{path} is too large: at most {most} bytes are read.", path=str(path), most=f"{LONGEST:,}")
        return path.read_bytes()
    except FileNotFoundError as problem:
        raise InputError("{path}: there is no such file.", path=str(path)) from problem
    except OSError as problem:
        raise InputError(
            "{path} cannot be read: {reason}.", path=str(path), reason=problem.strerror or str(problem)
        ) from problem


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, its line ends as they are.

    Raises
    ------
    InputError
        If it cannot be read or is not UTF-8.
    """
    try:
        return read_file(path).decode()
    except UnicodeDecodeError as problem:
        raise InputError("{path} is not text in UTF-8.", path=str(path)) from problem


def _sync_folder(folder: Path) -> None:
    """Force the new name of a file to the disk, where folders can be opened (not on Windows)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _cannot_write(path: Path, problem: OSError) -> None:
    raise InputError(
        "{path} cannot be written: {reason}.", path=str(path), reason=problem.strerror or str(problem)
    ) from problem
