"""Who may read a series by the API: whoever has a token that a side's kit made and its decision key vouched for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from isthmus.server.api.problems import Problem

LONGEST: Final = 500  # characters of a token


@dataclass(frozen=True, slots=True)
class Readers:
    """What decides about reading.

    Attributes
    ----------
    side_of
        The side whose token this is in a series, or None.
    sides
        The sides of a series.
    """

    side_of: Callable[[str, str], str | None]
    sides: Callable[[str], Iterable[str]]


_asked: Final[list[Readers]] = []


def ask(readers: Readers) -> None:
    """Let these decide from now on; before anybody does, nobody reads."""
    _asked[:] = [readers]


def reader_side(series: str, token: str) -> str | None:
    """The side that reads a series with this token; None if it may not, or there is no such series."""
    return _asked[0].side_of(series, token) if _asked else None


def sides_of(series: str) -> list[str]:
    """The sides of a series."""
    return sorted(_asked[0].sides(series)) if _asked else []


class Reader(HttpAuthBase):
    """The bearer token of a side's kit (RFC 6750), for the series that the address names.

    Without a right one the answer is the same whether there is such a series or not.
    """

    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Any:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        match = request.resolver_match
        series = str(match.kwargs.get("series", "")) if match else ""
        side = None
        if scheme.lower() == "bearer" and 0 < len(token) <= LONGEST and series:
            side = reader_side(series, token)
        if side is None:
            raise Problem(401)
        return side
