"""Who may read a series by the API: whoever has a token that a side's kit made and its decision key vouched for."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from isthmus.server.api.problems import Problem
from isthmus.server.dialogues.queries import reader_side

LONGEST: Final = 500  # characters of a token


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
