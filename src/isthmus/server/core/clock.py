"""The server's clock: whole seconds in UTC, as the record writes moments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

_set_to: Final[ContextVar[datetime | None]] = ContextVar("moment", default=None)


def now() -> datetime:
    """The present moment; what is below a second is cut off."""
    return (_set_to.get() or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Let it be this moment, in this thread and as long as the block lasts: for tests and invented rounds."""
    before = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(before)
