"""What the values of a table mean: votes, identifiers, times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from isthmus.analysis import Vote
from isthmus.formats._table import Column
from isthmus.language import InputError

if TYPE_CHECKING:
    import polars as pl

LONGEST_ID: Final = 200  # characters
MOST_SIDES: Final = 50
LONGEST_NUMBER: Final = 19  # characters of a whole number that an int64 may hold

EMPTY: Final = -1  # code of an identifier that is not there
TOO_LONG: Final = -2  # code of an identifier of more than LONGEST_ID characters
UNSEEN: Final = 2  # beside the votes −1, 0, 1: no vote
FOREIGN: Final = 3  # something that is not a vote

_WORDS: Final = {
    "agree": Vote.AGREE,
    "disagree": Vote.DISAGREE,
    "pass": Vote.PASS,
    "赞成": Vote.AGREE,
    "反对": Vote.DISAGREE,
    "弃权": Vote.PASS,
    "unseen": UNSEEN,
    "nan": UNSEEN,
    "": UNSEEN,
}
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,17}")
_COUNT: Final = re.compile(r"[0-9]{1,15}(\.0*)?")
_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def check_sides(count: int) -> None:
    """Refuse what cannot be a number of sides: a column of something else was taken for that of the sides."""
    if count > MOST_SIDES:
        raise InputError(
            "There are {count} different sides; at most {most} can be compared. Is it the right column?",
            count=count,
            most=MOST_SIDES,
        )


class Identifiers:
    """Identifiers in order of first appearance, and the code (the place in that order) of each."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def code(self, raw: str) -> int:
        """The code of an identifier as it stands in a file; `EMPTY` and `TOO_LONG` where it is none."""
        text = raw.strip()
        if not text:
            return EMPTY
        if len(text) > LONGEST_ID:
            return TOO_LONG
        return self.known.setdefault(text, len(self.known))

    def in_order(self) -> tuple[list[str], NDArray[np.int32]]:
        """The identifiers in their natural order, and the place of each code in it.

        By number if all of them are whole numbers, otherwise as they appear first.
        """
        ids = list(self.known)
        if not all(_INTEGER.fullmatch(name) for name in ids):
            return ids, np.arange(len(ids), dtype=np.int32)
        order = np.argsort(np.array(ids, dtype=np.int64), kind="stable")
        places = np.empty(len(ids), np.int32)
        places[order] = np.arange(len(ids), dtype=np.int32)
        return [ids[i] for i in order], places


def vote_of(raw: str, *, agree_is: int = 1) -> int:
    """The vote −1, 0 or 1 that a word or a number means; `UNSEEN` for none, `FOREIGN` for anything else."""
    text = raw.strip().lower().replace("−", "-")
    if text in _WORDS:
        return int(_WORDS[text])
    if _NUMBER.fullmatch(text) and float(text) in (-1.0, 0.0, 1.0):
        return int(float(text)) * agree_is
    return FOREIGN


class Times:
    """Times of votes, comparable with each other.

    Numbers (seconds or milliseconds since 1970, say) stay as they are; ISO 8601 becomes microseconds since
    1970, in UTC where no zone is given. A file holds one kind or the other.
    """

    def __init__(self) -> None:
        self._iso: bool | None = None

    def read(self, column: Column, rows: NDArray[np.intp]) -> tuple[NDArray[np.number], int | None]:
        """The times in some rows, and the first of these rows where there is none (then the times mean nothing)."""
        if not isinstance(column, list):
            whole = self._whole_numbers(column, rows)  # type: ignore[arg-type]
            if whole is not None:
                return whole, None
            column = [str(value) for value in column]
        found: list[int | float] = []
        for row in rows:
            time = self._time(column[row].strip())
            if time is None:
                return np.zeros(0), int(row)
            found.append(time)
        return np.array(found, None if found else np.int64), None

    def _whole_numbers(self, column: pl.Series, rows: NDArray[np.intp]) -> NDArray[np.int64] | None:
        """The quick way for whole numbers; None if there is anything else."""
        import polars as pl  # noqa: PLC0415  # optional, and slow to load

        numbers = column[rows].cast(pl.Int64, strict=False) if not column.dtype.is_float() else None
        if self._iso or numbers is None or numbers.null_count():
            return None
        if numbers.len():
            self._iso = False
        return numbers.to_numpy()

    def _time(self, text: str) -> int | float | None:
        number = _number(text)
        moment = _moment(text) if number is None else None
        if number is None and moment is None:
            return None
        if self._iso is None:
            self._iso = number is None
        return moment if self._iso else number


def whole_number(text: str) -> int | None:
    """A whole number from 0 to below 10^15, also written as 3.0; None for anything else."""
    return int(text.partition(".")[0]) if _COUNT.fullmatch(text) else None


def _number(text: str) -> int | float | None:
    if not _NUMBER.fullmatch(text):
        return None
    whole = text.lstrip("+-").isdecimal() and len(text) <= LONGEST_NUMBER
    number = int(text) if whole else float(text)
    return number if abs(number) < 1 << 63 else None


def _moment(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // timedelta(microseconds=1)
