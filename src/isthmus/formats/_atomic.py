from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from isthmus.language import InputError


def check_writable(path: Path) -> None:
    """Refuse, before any work is done, a path where no file can be written.

    Refused is also what is there already and no file: a new one is moved into its place, and in that of a device
    or a pipe it would be the end of it.
    """
    with _writing(path):
        if path.is_dir():
            raise InputError("{path} is a folder; the name of a file was expected.", path=str(path))
        if path.exists() and not path.is_file():
            raise InputError("{path} is not a regular file.", path=str(path))
        if not path.parent.is_dir():
            raise InputError(
                "{path} cannot be written: there is no folder {folder}.", path=str(path), folder=str(path.parent)
            )
        if not os.access(path.parent, os.W_OK):
            raise InputError(
                "{path} cannot be written: the folder {folder} is closed to you.",
                path=str(path),
                folder=str(path.parent),
            )


def write_file(path: Path, text: str) -> None:
    """Write text as UTF-8 so that the file is there whole or not at all; through a link, the file it leads to.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    check_writable(path)
    temporary: Path | None = None
    try:
        with _writing(path):
            place = path.resolve()
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", newline="", dir=place.parent, prefix=f".{place.name}.", delete=False
            ) as stream:
                temporary = Path(stream.name)
                stream.write(text)
            mask = os.umask(0)
            os.umask(mask)
            temporary.chmod(0o666 & ~mask)  # as a file that was simply opened
            temporary.replace(place)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a file to be written into a message."""
    try:
        yield
    except OSError as problem:
        raise InputError(
            "{path} cannot be written: {reason}.", path=str(path), reason=problem.strerror or str(problem)
        ) from problem
