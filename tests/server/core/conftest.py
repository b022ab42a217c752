"""A log, and types of events for tests alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from isthmus.ledger import Event
from isthmus.server.core import events
from isthmus.server.core.events import EventType
from isthmus.server.core.models import Log

ORIGIN = "localhost/series/test"


def _nothing(_log: Log, _event: Event) -> None:
    """A joint act of which nothing follows."""


@pytest.fixture
def noted() -> Iterator[str]:
    """A type of event of which no row follows."""
    events.register(EventType("test.noted", _nothing))
    yield "test.noted"
    events._types.pop("test.noted")


@pytest.fixture
def log(db: None) -> Log:
    return Log.objects.create(origin=ORIGIN)
