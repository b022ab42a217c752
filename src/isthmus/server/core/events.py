"""Writing to a log: events, and the state that follows from them.

Each type of event is registered with its derivation, and the derivation alone writes rows of record models. It is
called with the event as it is read back from the bytes in the log, so the state is at every moment what the log
derives, whether an event was written just now or is read again years later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from isthmus.language import InputError, Message
from isthmus.ledger.canonical import Json
from isthmus.ledger.events import Event
from isthmus.ledger.tiles import TILE_HEIGHT
from isthmus.ledger.tree import leaf_hash
from isthmus.server.core import clock
from isthmus.server.core.models import Entry, Log, Subtree


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event, and what follows from one: `derive` writes that, with the log as it is with the event."""

    name: str
    derive: Callable[[Log, Event], None]


class ReadOnlyError(InputError):
    """Nothing can be written to this log now."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.text, **reason.values)


FORKED: Final = Message(
    "Nothing can be written to this series: the server's key has signed two different histories of it. The operator "
    "has to put the right one back from a backup."
)
_types: Final[dict[str, EventType]] = {}


def register(event_type: EventType) -> EventType:
    """Make a type known; each room does so for its own when the server starts.

    Raises
    ------
    ValueError
        If another type has the name already.
    """
    if _types.setdefault(event_type.name, event_type) != event_type:
        raise ValueError(f"two types of events are named {event_type.name}")
    return event_type


def event_type(name: str) -> EventType:
    """A registered type.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    if name not in _types:
        raise InputError("This program does not know entries of type “{type}”.", type=name)
    return _types[name]


def append(log_id: str, type: str, payload: Mapping[str, Json], *, at: datetime | None = None) -> Event:  # noqa: A002  # the field's word
    """Write an event at the end of a log, and what follows from it.

    Parameters
    ----------
    log_id
        Which log.
    type, payload
        Of the event.
    at
        When it is said to have happened; now, where it is not given.

    Raises
    ------
    InputError
        If the type is not known, the payload has no canonical form or is too large, or the derivation refuses it.
    ReadOnlyError
        If the log takes nothing now.
    TransactionManagementError
        Outside a transaction: the act and its event are both there or neither is.
    """
    with only_whole():
        log = locked(log_id)
        check_writable(log)
        event = Event(log.size, at or clock.now(), type, payload)
        return store(log, event.to_bytes())


def only_whole() -> transaction.Atomic:
    """A block within a transaction that, once it has failed, lets nothing of that transaction stay.

    Raises
    ------
    TransactionManagementError
        Outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("an event is written in the transaction of the act that it tells of")
    return transaction.atomic(savepoint=False)


def locked(log_id: str) -> Log:
    """A log that nobody else writes to until this transaction ends."""
    return Log.objects.select_for_update().get(pk=log_id)


def check_writable(log: Log) -> None:
    """Stop unless events may be written.

    Raises
    ------
    ReadOnlyError
        If not; it says why, and what helps.
    """
    if log.forked:
        raise ReadOnlyError(FORKED)
    if log.lacking_size is not None:
        raise ReadOnlyError(
            Message(
                "Nothing can be written to this series until a kit returns what the server lost: it holds {held} "
                "entries, and its key once signed {size}.",
                {"held": log.size, "size": log.lacking_size},
            )
        )
    if log.restored_at is not None:
        raise ReadOnlyError(
            Message(
                "Nothing can be written to this series until the kit of every side has cosigned its {held} entries "
                "again: the server was put back from a backup.",
                {"held": log.size},
            )
        )


def store(log: Log, content: bytes) -> Event:
    """Add the exact bytes of an event to a log that is locked, and write what follows from it.

    Raises
    ------
    InputError
        If these are not the bytes of the next event, its type is not known, or its derivation refuses it.
    """
    event = Event.from_bytes(content)
    if event.number != log.size:
        raise InputError("Entry {right} was expected; this one is {number}.", right=log.size, number=event.number)
    derive = event_type(event.type).derive
    hashed = leaf_hash(content)
    subtrees = extend(log, hashed)
    Entry.objects.create(log=log, number=event.number, type=event.type, at=event.at, content=content, leaf_hash=hashed)
    Log.objects.filter(pk=log.pk).update(size=log.size, frontier=log.frontier)
    if subtrees:
        Subtree.objects.bulk_create(subtrees)
    derive(log, event)
    return event


def extend(log: Log, hashed: bytes) -> list[Subtree]:
    """Let the tree of a log grow by a leaf hash; gives the hashes for its higher tiles that this completes."""
    tree = log.tree
    completed = tree.append(hashed)
    log.size, log.frontier = tree.size, b"".join(tree.nodes)
    return [
        Subtree(log=log, level=height // TILE_HEIGHT, index=index, hash=node)
        for height, index, node in completed
        if height and height % TILE_HEIGHT == 0
    ]
