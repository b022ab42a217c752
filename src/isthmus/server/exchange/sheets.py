"""Votes as they are kept: read from files once, then one compressed binary value."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from isthmus.analysis import Ballots, Intake, Population, Tallies
from isthmus.formats import (
    Limits,
    Roster,
    Sided,
    SideSizes,
    SizeLimitError,
    read_polis,
    read_sides,
    read_texts,
    read_votes,
    sided,
    with_texts,
)
from isthmus.language import InputError
from isthmus.server.core import messages

ZIP: Final = b"PK\x03\x04"
PARQUET: Final = b"PAR1"
NAME_LIMIT: Final = 200  # bytes of a file name; file systems take 255
DIRECTORY_LIMIT: Final = 1_000_000  # bytes of an archive's directory; that of a Polis export has a few hundred


@dataclass(frozen=True, slots=True, eq=False)
class File:
    """A file as it was given: the last part of its name, and a stream of its bytes that can be read repeatedly.

    A stream, since a large upload lies on disk and need not be held in memory.
    """

    name: str
    stream: IO[bytes]

    def opened(self) -> IO[bytes]:
        """The stream at its beginning."""
        self.stream.seek(0)
        return self.stream

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.stream.seek(0, io.SEEK_END)

    @property
    def zipped(self) -> bool:
        """Whether it is a zip archive."""
        return self.opened().read(4) == ZIP

    @property
    def plain(self) -> bool:
        """Whether its size tells how much is in it."""
        return self.opened().read(4) not in (ZIP, PARQUET)


@dataclass(frozen=True, eq=False)
class Sheets:
    """The votes of a conversation, the sides declared in a file, and the groups of a Polis export."""

    votes: Ballots | Tallies
    declared: Roster | SideSizes | None = None
    polis: Roster | None = None

    def sided(
        self, mode: str, *, population: Population, seed: int, progress: Callable[[float], None] = lambda _share: None
    ) -> Sided:
        """The votes under the sides of a mode (`SidesMode`).

        Raises
        ------
        InputError
            If there are no such sides.
        """
        if mode == "groups":
            return sided(self.votes, "groups", population=population, seed=seed, progress=progress)
        if mode == "polis":
            if self.polis is None:
                raise InputError("The votes are no Polis export with groups; choose other sides.")
            return sided(self.votes, self.polis, population=population)
        return sided(self.votes, self.declared, population=population)


def check_archive(file: File, limits: Limits) -> None:
    """Refuse an archive that would unpack to more than the limit, by its directory alone.

    The directory is enough: `zipfile` never reads more of a member than the directory says.

    Raises
    ------
    SizeLimitError
        If it is too large unpacked, or holds very many files.
    InputError
        If it is damaged.
    """
    if not file.zipped or limits.size is None:
        return
    try:
        with zipfile.ZipFile(_Sparing(file)) as archive:
            total = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as problem:
        raise InputError("{path}: the archive is damaged and cannot be read.", path=file.name) from problem
    if total > limits.size:
        raise SizeLimitError(
            "{path}: more than {limit} MB once unpacked, the most that is taken here.",
            path=file.name,
            limit=limits.size // 1_000_000,
        )


class _Sparing(io.RawIOBase):
    """A file of which only small pieces are read: `zipfile` reads a whole directory in one piece."""

    def __init__(self, file: File) -> None:
        super().__init__()
        self._file = file
        self._stream = file.opened()

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int = -1) -> bytes:
        if size > DIRECTORY_LIMIT:
            raise SizeLimitError("{path}: the archive holds too many files.", path=self._file.name)
        return self._stream.read(size)


def read(
    votes: File,
    sides: File | None = None,
    texts: File | None = None,
    *,
    encoding: str = "utf-8",
    agree_is: int = 1,
    limits: Limits,
) -> Sheets:
    """Read what was given.

    Raises
    ------
    InputError
        If a file cannot be used; it is named as it was given.
    """
    with tempfile.TemporaryDirectory(prefix="isthmus-") as home:
        folder = Path(home)
        try:
            found, polis = _read_votes(_placed(votes, folder / "votes"), encoding, agree_is, limits)
            if texts is not None:
                found = with_texts(
                    found, read_texts(_placed(texts, folder / "texts"), encoding=encoding, limits=limits)
                )
            declared = (
                None
                if sides is None
                else read_sides(_placed(sides, folder / "sides"), encoding=encoding, limits=limits)
            )
            sided(found, declared)  # a sides file that does not go with the votes is refused here, where it is given
        except InputError as problem:
            raise _without(folder, problem) from problem
    return Sheets(found, declared, polis)


def _placed(file: File, home: Path) -> Path:
    """A file under its own name in a folder of its own, since the readers take paths and name them in messages."""
    home.mkdir()
    path = home / safe_name(file.name)
    with path.open("wb") as target:
        shutil.copyfileobj(file.opened(), target)
    return path


def safe_name(name: str) -> str:
    """The last part of a file name, without control characters, short enough for every file system."""
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(c for c in last if c.isprintable()).encode()[-NAME_LIMIT:].decode(errors="ignore")
    return plain.strip(". ") or "file"


def _read_votes(path: Path, encoding: str, agree_is: int, limits: Limits) -> tuple[Ballots | Tallies, Roster | None]:
    """The votes, and the groups of a Polis export."""
    with path.open("rb") as stream:
        zipped = stream.read(4) == ZIP
    if zipped:
        export = read_polis(path, encoding=encoding, agree_is=agree_is, limits=limits)
        return export.ballots, export.groups
    return read_votes(path, encoding=encoding, agree_is=agree_is, limits=limits), None


def _without(folder: Path, problem: InputError) -> InputError:
    """The same message with the names people know, not those of our folder."""
    values = {
        name: Path(str(value)).name if str(value).startswith(str(folder)) else value
        for name, value in problem.message.values.items()
    }
    return type(problem)(problem.message.text, **values)


def pack(sheets: Sheets) -> bytes:
    """The sheets as one compressed value."""
    votes = sheets.votes
    names = _BALLOTS if isinstance(votes, Ballots) else _TALLIES
    arrays: dict[str, NDArray[Any]] = {name: getattr(votes, name) for name in names}
    head: dict[str, Any] = {
        "kind": type(votes).__name__,
        "statements": list(votes.statements),
        "sides": list(votes.sides),
        "texts": {language: list(texts) for language, texts in votes.texts.items()},
        "intake": intake_to_json(votes.intake),
        "declared": _roster_to_json(sheets.declared),
        "polis": _roster_to_json(sheets.polis),
    }
    if isinstance(votes, Tallies):
        head["sizes_known"] = votes.sizes_known
    arrays["head"] = np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), np.uint8)
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


_BALLOTS = ("participants", "starts", "columns", "votes", "side")
_TALLIES = ("sizes", "agree", "disagree", "passes")


def unpack(content: bytes) -> Sheets:
    """The sheets that `pack` made into one value."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        head = json.loads(arrays["head"].tobytes())
        common: dict[str, Any] = {
            "statements": tuple(head["statements"]),
            "sides": tuple(head["sides"]),
            "texts": {language: tuple(texts) for language, texts in head["texts"].items()},
            "intake": intake_from_json(head["intake"]),
        }
        votes: Ballots | Tallies
        if head["kind"] == "Ballots":
            votes = Ballots(**common, **{name: arrays[name] for name in _BALLOTS})
        else:
            votes = Tallies(**common, **{name: arrays[name] for name in _TALLIES}, sizes_known=head["sizes_known"])
    polis = _roster_from_json(head["polis"])
    return Sheets(votes, _roster_from_json(head["declared"]), polis if isinstance(polis, Roster) else None)


def intake_to_json(intake: Intake) -> dict[str, Any]:
    """An intake in plain values."""
    return {**asdict(intake), "notices": [messages.to_json(notice) for notice in intake.notices]}


def intake_from_json(kept: Mapping[str, Any]) -> Intake:
    """The intake that `intake_to_json` took apart."""
    return Intake(**{**kept, "notices": tuple(messages.from_json(notice) for notice in kept["notices"])})


def _roster_to_json(roster: Roster | SideSizes | None) -> dict[str, Any] | None:
    if roster is None:
        return None
    if isinstance(roster, SideSizes):
        return {"name": roster.name, "sizes": dict(roster.sizes)}
    return {
        "name": roster.name,
        "participants": list(roster.participants),
        "side": roster.side.tolist(),
        "sides": list(roster.sides),
        "origin": roster.origin,
    }


def _roster_from_json(kept: Mapping[str, Any] | None) -> Roster | SideSizes | None:
    if kept is None:
        return None
    if "sizes" in kept:
        return SideSizes(kept["name"], kept["sizes"])
    side = np.array(kept["side"], np.int32)
    return Roster(kept["name"], tuple(kept["participants"]), side, tuple(kept["sides"]), kept["origin"])
