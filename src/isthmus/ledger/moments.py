"""Moments as the record writes them: whole seconds, UTC, RFC 3339 with a Z."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from isthmus.language import InputError

_FORM: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def format_moment(moment: datetime) -> str:
    """A moment as text; what is below a second is cut off.

    >>> format_moment(datetime(2026, 11, 24, 3, tzinfo=UTC))
    '2026-11-24T03:00:00Z'
    """
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def parse_moment(text: object) -> datetime:
    """The moment that `format_moment` wrote.

    Raises
    ------
    InputError
        If it is written in any other way.
    """
    if isinstance(text, str) and _FORM.fullmatch(text):
        try:
            return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
        except ValueError:
            pass  # such as 30 February
    raise InputError("“{text}” is not a moment; one is written like 2026-11-24T03:00:00Z.", text=text)
