"""Writing an entry that the rules of the record allow."""

from __future__ import annotations

from collections.abc import Mapping

from isthmus.language import InputError
from isthmus.ledger import Event, Json, State, Violation
from isthmus.server.core import clock
from isthmus.server.core.events import append, locked
from isthmus.server.core.models import Log


def lock_log(series_id: str) -> Log:
    """The log of a series, which nobody else writes to until this transaction ends.

    Raises
    ------
    InputError
        If there is no such series.
    """
    try:
        return locked(series_id)
    except Log.DoesNotExist as missing:
        raise InputError("There is no series “{series}” on this server.", series=series_id) from missing


def write_entry(log: Log, state: State, type: str, payload: Mapping[str, Json]) -> Event:  # noqa: A002  # the field's word
    """Write an entry, and what follows from it, if the record may hold it after all before.

    Raises
    ------
    InputError
        If it may not.
    """
    event = Event(state.size, clock.now(), type, payload)
    try:
        state.apply(event)
    except Violation as violation:
        raise InputError(violation.message.text, **violation.message.values) from violation
    return append(log.pk, type, payload, at=event.at)
