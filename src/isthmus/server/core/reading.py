"""What a log shows: checkpoints, tiles, proofs, and how far its sides stand behind it.

Nothing here reads a whole log. Checkpoints are signed when they are asked for: Ed25519 gives the same signature
each time, so nothing has to be stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet

from isthmus.language import InputError
from isthmus.ledger.checkpoint import Checkpoint, sign_checkpoint
from isthmus.ledger.note import Note, Signature
from isthmus.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, pack_bundle
from isthmus.ledger.tree import (
    HASH_BYTES,
    Frontier,
    Nodes,
    consistency_path,
    inclusion_path,
    root_of,
)
from isthmus.server.core.logkey import log_signer
from isthmus.server.core.models import Cosignature, Entry, Log, Subtree


def checkpoint(log: Log) -> Note:
    """The checkpoint of all entries, signed by the log, with all cosignatures of it."""
    return _note(log, log.size, log.tree.root(), counted(log).filter(size=log.size).order_by("side"))


def witnessed(log: Log, sides: Iterable[str]) -> dict[str, Note | None]:
    """Side to the newest checkpoint that its witness cosigned, with all cosignatures of that one."""
    return {side: _newest(log, side) for side in sorted(sides)}


def checkpoints(log: Log) -> Iterator[Note]:
    """Every checkpoint that anybody cosigned and, last, that of all entries: for a record that is handed out."""
    cosigned: dict[int, list[Cosignature]] = {}
    for row in Cosignature.objects.filter(log=log, size__lt=log.size).order_by("size", "side"):
        cosigned.setdefault(row.size, []).append(row)
    for size, rows in cosigned.items():
        yield _note(log, size, bytes(rows[0].root), rows)
    yield checkpoint(log)


def counted(log: Log) -> QuerySet[Cosignature]:
    """The cosignatures that count now: in a log that was restored those given since, so that each is given anew."""
    rows = Cosignature.objects.filter(log=log)
    return rows if log.restored_at is None else rows.filter(time__gt=int(log.restored_at.timestamp()))


def _newest(log: Log, side: str) -> Note | None:
    row = counted(log).filter(side=side).order_by("-size").first()
    if row is None:
        return None
    return _note(log, row.size, bytes(row.root), counted(log).filter(size=row.size).order_by("side"))


def _note(log: Log, size: int, root: bytes, cosignatures: Iterable[Cosignature]) -> Note:
    signed = sign_checkpoint(Checkpoint(log.origin, size, root), log_signer(log.origin))
    return Note(signed.text, (*signed.signatures, *(Signature.parse(row.line) for row in cosignatures)))


def hashes(log: Log, start: int, end: int) -> list[bytes]:
    """The leaf hashes of entries `start` up to and without `end`."""
    rows = Entry.objects.filter(log=log, number__gte=start, number__lt=end).order_by("number")
    return [bytes(found) for found in rows.values_list("leaf_hash", flat=True)]


def entries(log: Log, start: int, end: int) -> list[bytes]:
    """The bytes of entries `start` up to and without `end`."""
    rows = Entry.objects.filter(log=log, number__gte=start, number__lt=end).order_by("number")
    return [bytes(found) for found in rows.values_list("content", flat=True)]


def tile(log: Log, level: int, index: int, width: int) -> bytes | None:
    """A tile (C2SP tlog-tiles); None if the log has no such tile yet."""
    start = index * TILE_WIDTH
    end = start + width
    if end > log.size >> (TILE_HEIGHT * level):
        return None
    if level == 0:
        return b"".join(hashes(log, start, end))
    rows = Subtree.objects.filter(log=log, level=level, index__gte=start, index__lt=end).order_by("index")
    return b"".join(bytes(found) for found in rows.values_list("hash", flat=True))


def bundle(log: Log, index: int, width: int) -> bytes | None:
    """The entries of a tile of level 0 (C2SP tlog-tiles); None if the log has not so many yet."""
    start = index * TILE_WIDTH
    return None if start + width > log.size else pack_bundle(entries(log, start, start + width))


def root_at(log: Log, size: int) -> bytes:
    """The root over the first `size` entries.

    Raises
    ------
    InputError
        If the log has not so many.
    """
    if size > log.size:
        raise InputError("The log has {held} entries, not {size}.", held=log.size, size=size)
    return _with_nodes(log, lambda nodes: [_edge(nodes, size).root()])[0]


def inclusion_proof(log: Log, index: int, size: int | None = None) -> list[bytes]:
    """The proof that an entry is in the tree of the first `size` entries, or of all (RFC 6962, section 2.1.1).

    Raises
    ------
    InputError
        If there is no such entry among them.
    """
    among = log.size if size is None else min(size, log.size)
    return _with_nodes(log, lambda nodes: inclusion_path(nodes, among, index))


def consistency_proof(log: Log, old_size: int, new_size: int | None = None) -> list[bytes]:
    """The proof that the tree of `new_size` entries, or of all, continues that of `old_size` (RFC 6962, 2.1.2).

    Raises
    ------
    InputError
        If the sizes are not in this order, or beyond the log.
    """
    until = log.size if new_size is None else min(new_size, log.size)
    return _with_nodes(log, lambda nodes: consistency_path(nodes, old_size, until))


def _edge(nodes: Nodes, size: int) -> Frontier:
    heights = [height for height in reversed(range(size.bit_length())) if size >> height & 1]
    return Frontier(size, tuple(nodes(height, (size >> height) - 1) for height in heights))


def _with_nodes(log: Log, compute: Callable[[Nodes], list[bytes]]) -> list[bytes]:
    """What `compute` makes of a log's perfect subtrees, read with one query for each level of tiles.

    It is computed twice: first with hashes of nothing, to see which subtrees it asks for.
    """
    wanted: list[tuple[int, int]] = []

    def note_down(height: int, index: int) -> bytes:
        wanted.append((height, index))
        return bytes(HASH_BYTES)

    compute(note_down)
    stored: dict[int, dict[int, bytes]] = {}
    for level in {height // TILE_HEIGHT for height, _ in wanted}:
        ranges = [_below(height, index) for height, index in wanted if height // TILE_HEIGHT == level]
        stored[level] = dict(_level(log, level, ranges))

    def node(height: int, index: int) -> bytes:
        start, end = _below(height, index)
        return root_of([stored[height // TILE_HEIGHT][at] for at in range(start, end)])

    return compute(node)


def _below(height: int, index: int) -> tuple[int, int]:
    """The hashes stored in tiles that make up a perfect subtree: from, and up to."""
    rest = height % TILE_HEIGHT
    return index << rest, (index + 1) << rest


def _level(log: Log, level: int, ranges: list[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
    name = "index" if level else "number"
    among = reduce(or_, (Q(**{f"{name}__gte": start, f"{name}__lt": end}) for start, end in ranges))
    rows: Iterable[tuple[int, bytes | memoryview]] = (
        Subtree.objects.filter(among, log=log, level=level).values_list("index", "hash")
        if level
        else Entry.objects.filter(among, log=log).values_list("number", "leaf_hash")
    )
    return ((at, bytes(found)) for at, found in rows)


@dataclass(frozen=True, slots=True)
class Witness:
    """The newest checkpoint that a side cosigned.

    Attributes
    ----------
    size
        Of the log then.
    at
        When, by that side's clock.
    age
        How long ago that is by the server's clock.
    tail
        How many entries came after it.
    """

    size: int
    at: datetime
    age: timedelta
    tail: int


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far the sides stand behind a log.

    Attributes
    ----------
    size
        Entries in the log.
    complete_to
        The largest size that every side cosigned with the same root; 0 if there is none.
    witnesses
        Side to what it cosigned last; None if nothing yet.
    """

    size: int
    complete_to: int
    witnesses: dict[str, Witness | None]

    @property
    def tail(self) -> int:
        """How many entries not every side cosigned."""
        return self.size - self.complete_to


def completeness(log: Log, sides: Iterable[str], now: datetime) -> Completeness:
    """How far the sides stand behind a log at this moment."""
    named = sorted({*sides})
    rows = Cosignature.objects.filter(log=log, side__in=named)
    by_all = rows.values("size", "root").annotate(count=Count("side")).filter(count=len(named)).order_by("-size")
    complete = by_all.values_list("size", flat=True).first() or 0
    return Completeness(log.size, complete, {side: _witness(log, side, now) for side in named})


def _witness(log: Log, side: str, now: datetime) -> Witness | None:
    row = Cosignature.objects.filter(log=log, side=side).order_by("-size").first()
    if row is None:
        return None
    at = datetime.fromtimestamp(row.time, UTC)
    return Witness(row.size, at, now - at, log.size - row.size)
