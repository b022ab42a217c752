"""The record of a series as one file."""

from __future__ import annotations

from typing import Final

from isthmus.language import InputError
from isthmus.ledger import Event, Record, State, make_record
from isthmus.server.core.models import Content, Entry, Log
from isthmus.server.core.reading import checkpoints

MOST_CHECKPOINTS: Final = 200  # enough to tell where a record goes wrong


def record_of(log: Log, round_: int) -> Record:
    """The entries of a series so far, the contents of a round and of the series itself, and checkpoints.

    Raises
    ------
    InputError
        If the series is not founded, or there is no such round.
    """
    entries = [bytes(content) for content in Entry.objects.filter(log=log).values_list("content", flat=True)]
    state = State()
    for entry in entries:
        state.apply(Event.from_bytes(entry))
    state.founded()
    rounds = {sealed.round for sealed in state.sealed.values()} | {0}
    if round_ not in rounds:
        raise InputError(
            "Nothing in this series belongs to round {round}; there are: {known}.",
            round=round_,
            known=", ".join(map(str, sorted(rounds))),
        )
    wanted = {name for name, sealed in state.sealed.items() if sealed.round in (0, round_)} - state.erased
    contents = {
        row.digest: (bytes(row.salt), bytes(row.data))
        for row in Content.objects.filter(log=log).iterator()
        if row.digest in wanted
    }
    notes = [note.format() for note in checkpoints(log)]
    return make_record(checkpoints=_some(notes), entries=entries, contents=contents, round_=round_)


def _some(notes: list[str]) -> list[str]:
    """Not more than needed, evenly spread; always the last ones, which tell how far the record is complete."""
    if len(notes) <= MOST_CHECKPOINTS:
        return notes
    spread = MOST_CHECKPOINTS - 20
    older = notes[:-20]
    return [older[at * len(older) // spread] for at in range(spread)] + notes[-20:]
