"""Votes as they are kept: read from files once, then one compressed binary value."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

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


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was given: the last part of its name, and its bytes."""

    name: str
    content: bytes

    @property
    def zipped(self) -> bool:
        """Whether it is a zip archive."""
        return self.content[:4] == ZIP

    @property
    def plain(self) -> bool:
        """Whether its size tells how much is in it."""
        return self.content[:4] not in (ZIP, PARQUET)


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
        If it is too large unpacked.
    InputError
        If it is damaged.
    """
    if not file.zipped or limits.size is None:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            total = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as problem:
        raise InputError("{path}: the archive is damaged and cannot be read.", path=file.name) from problem
    if total > limits.size:
        raise SizeLimitError(
            "{path}: more than {limit} MB once unpacked, the most that is taken here.",
            path=file.name,
            limit=limits.size // 1_000_000,
        )


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
    with tempfile.TemporaryDirectory(prefix="isthmus-") as folder:
        try:
            return _read(_placed(Path(folder), (votes, sides, texts)), encoding, agree_is, limits)
        except InputError as problem:
            raise _without(Path(folder), problem) from problem


def _placed(folder: Path, files: Iterable[File | None]) -> list[Path | None]:
    """Each file under its own name in a folder of its own, since the readers take paths and name them in messages."""
    paths: list[Path | None] = []
    for number, file in enumerate(files):
        if file is None:
            paths.append(None)
            continue
        home = folder / str(number)
        home.mkdir()
        path = home / safe_name(file.name)
        path.write_bytes(file.content)
        paths.append(path)
    return paths


def safe_name(name: str) -> str:
    """The last part of a file name, without control characters, at most 100 characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[-100:].strip(". ") or "file"


def _read(paths: list[Path | None], encoding: str, agree_is: int, limits: Limits) -> Sheets:
    votes_path, sides_path, texts_path = paths
    if votes_path is None:
        raise ValueError("votes are needed")
    votes: Ballots | Tallies
    polis = None
    if votes_path.read_bytes()[:4] == ZIP:
        export = read_polis(votes_path, encoding=encoding, agree_is=agree_is, limits=limits)
        votes, polis = export.ballots, export.groups
    else:
        votes = read_votes(votes_path, encoding=encoding, agree_is=agree_is, limits=limits)
    if texts_path is not None:
        votes = with_texts(votes, read_texts(texts_path, encoding=encoding))
    declared = None if sides_path is None else read_sides(sides_path, encoding=encoding)
    sided(votes, declared)  # a sides file that does not go with the votes is refused here, where it is given
    return Sheets(votes, declared, polis)


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
