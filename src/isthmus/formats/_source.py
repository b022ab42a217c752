"""Where bytes come from: a file, a file of a folder, or a member of a zip archive."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from isthmus.language import InputError

ZIP: Final = b"PK\x03\x04"
PARQUET: Final = b"PAR1"


class SizeLimitError(InputError):
    """More input than the caller allows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is read: bytes of each file once uncompressed, and rows of a table. None is no limit."""

    size: int | None = None
    rows: int | None = None

    def check_rows(self, name: str, rows: int) -> None:
        """Stop where a table has more rows than allowed."""
        if self.rows is not None and rows > self.rows:
            raise SizeLimitError(
                "{path}: more than {limit} rows, the most that is taken here.", path=name, limit=self.rows
            )


NO_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read. name: what messages call it. path: where it lies, if it is a file of its own."""

    name: str
    opener: Callable[[], BinaryIO]
    path: Path | None = None
    limits: Limits = NO_LIMITS

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The bytes, counted against the limit while they are read."""
        with reading(self.name), self.opener() as stream:
            yield (
                stream if self.limits.size is None else io.BufferedReader(_Counted(stream, self.name, self.limits.size))
            )

    def magic(self) -> bytes:
        """The first four bytes, which tell a Parquet file or a zip archive."""
        with self.open() as stream:
            return stream.read(4)


def file_source(path: Path, *, name: str | None = None, limits: Limits = NO_LIMITS) -> Source:
    """A source for a file that must be there."""
    if is_folder(path):
        raise InputError("{path} is a folder; a file was expected.", path=str(path))
    if not path.exists():
        raise InputError("{path}: there is no such file.", path=str(path))
    if not path.is_file():
        raise InputError("{path} is not a regular file.", path=str(path))  # a pipe could be read only once
    return Source(name or path.name, lambda: path.open("rb"), path, limits)


def is_folder(path: Path) -> bool:
    """Whether a path leads to a folder; a path that can lead nowhere, such as one too long, is refused."""
    with reading(str(path)):
        return path.is_dir()


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what goes wrong with a file or an archive into a message."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as problem:
        raise InputError("{path}: the archive is damaged and cannot be read.", path=name) from problem
    except PermissionError as problem:
        raise InputError("{path}: reading this file is not permitted.", path=name) from problem
    except OSError as problem:
        raise InputError(
            "{path} cannot be read: {reason}.", path=name, reason=problem.strerror or str(problem)
        ) from problem


class _Counted(io.RawIOBase):
    """A stream that stops after `limit` bytes: what an archive says of its sizes is not believed."""

    def __init__(self, stream: BinaryIO, name: str, limit: int) -> None:
        self._stream, self._name, self._limit, self._left = stream, name, limit, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise SizeLimitError(
                "{path}: more than {limit} MB once unpacked, the most that is taken here.",
                path=self._name,
                limit=self._limit // 1_000_000,
            )
        buffer[: len(data)] = data
        return len(data)
