"""Taking in what a server (or a file) shows of the record: verified whole, compared with all that was seen before."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from isthmus.kit.alarm import Alarm
from isthmus.kit.api import Gone
from isthmus.kit.book import Book
from isthmus.kit.kit import Kit
from isthmus.kit.mirror import MIRRORED, MISSING, Cosigned, RaisedAlarm
from isthmus.kit.notes import tidy
from isthmus.kit.sources import Source
from isthmus.language import InputError, Message
from isthmus.ledger.checkpoint import Checkpoint, open_checkpoint
from isthmus.ledger.digests import SALT_BYTES, seal
from isthmus.ledger.events import Event
from isthmus.ledger.fields import exactly
from isthmus.ledger.genesis import Genesis
from isthmus.ledger.keys import VerifierKey
from isthmus.ledger.note import Note
from isthmus.ledger.tree import leaf_hash

BATCH: Final = 100  # contents that are kept at a time

Progress = Callable[[Message, int, int], None]  # what is done, how many, of how many
_FETCH: Final = Message("Fetching entries")
_VERIFY: Final = Message("Verifying entries")
_CONTENTS: Final = Message("Fetching contents")


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What came of a run.

    Attributes
    ----------
    size, entries, contents
        Entries in the mirror; of these new; new contents.
    missing
        Digests of contents that were not to be had, though not destroyed.
    note
        The newest checkpoint as it was shown.
    skew
        How far the source's clock is ahead of this computer's; None if it has none.
    """

    size: int
    entries: int
    contents: int
    missing: list[str] = field(default_factory=list)
    note: str = ""
    skew: timedelta | None = None


def take_in(kit: Kit, source: Source, progress: Progress = lambda _what, _done, _all: None) -> Mirrored:
    """Bring the mirror up to what a source shows.

    Raises
    ------
    Alarm
        If it shows what an honest server cannot; the alarm is kept with its evidence.
    InputError
        If it cannot be reached or something does not verify; the mirror then holds nothing of that.
    """
    try:
        with kit.growing() as book:
            return _take_in(kit, book, source, progress)
    except Alarm as alarm:
        kit.mirror.keep_alarm(RaisedAlarm(int(kit.now().timestamp()), alarm.message, alarm.evidence))
        raise


def _take_in(kit: Kit, book: Book, source: Source, progress: Progress) -> Mirrored:
    witnessed = source.witnessed()  # before the checkpoint, which is then at least as large
    text = source.checkpoint()
    skew = source.date - kit.now() if source.date else None
    genesis = book.state.genesis or _first_genesis(kit, source)
    checkpoint = _of_log(text, genesis.log)
    entries = _take_entries(kit, book, source, (text, checkpoint), progress)
    _keep_note(kit, book, text, genesis.log)
    for side in sorted(witnessed):
        _take_witnessed(kit, book, side, witnessed[side])
    contents, missing = _take_contents(kit, book, source, progress)
    kit.mirror.keep_fact(MIRRORED, str(int(kit.now().timestamp())))
    return Mirrored(book.size, entries, contents, missing, text, skew)


def _first_genesis(kit: Kit, source: Source) -> Genesis:
    """The genesis as the source shows it, if it is the one that is pinned."""
    if not kit.settings.genesis:
        raise InputError(
            "This kit does not know the genesis of the series: sign it here, or name its digest with --genesis."
        )
    first = next(iter(source.entries(0, 1)), b"")
    document = exactly(dict(Event.from_bytes(first).payload), {"document", "note"}, "genesis")["document"]
    genesis = Genesis.from_document(document)
    if genesis.digest != kit.settings.genesis:
        raise Alarm(
            Message(
                "The series shown begins with another genesis than the one this side signed: {digest}. Compare the "
                "words of both with the other side, in person or by telephone.",
                {"digest": genesis.digest},
            ),
            json.dumps(document, ensure_ascii=False, sort_keys=True),
        )
    return genesis


def _of_log(text: str, log: VerifierKey) -> Checkpoint:
    """A checkpoint, if it is signed by the log of this series."""
    Note.parse(text)  # what is no note at all proves nothing
    try:
        return open_checkpoint(text, log, [])[0]
    except InputError as problem:
        raise Alarm(
            Message(
                "The checkpoint shown is not one of the log of this series: {reason} Somebody else may stand in the "
                "server's place.",
                {"reason": problem.message},
            ),
            text,
        ) from problem


def _take_entries(kit: Kit, book: Book, source: Source, shown: tuple[str, Checkpoint], progress: Progress) -> int:
    """Fetch and verify what is new; how many."""
    text, checkpoint = shown
    held = book.size
    if checkpoint.size < held:
        _check_less(kit, book, source, shown)
        return 0
    fresh: list[tuple[bytes, bytes]] = []
    for content in source.entries(held, checkpoint.size):
        fresh.append((content, leaf_hash(content)))
        progress(_FETCH, len(fresh), checkpoint.size - held)
    if book.root_with(leaf for _, leaf in fresh) != checkpoint.root:
        _refuse_other(kit, source, shown)
    book.extend(fresh, lambda number: progress(_VERIFY, number - held, checkpoint.size - held))
    if fresh:
        kit.mirror.append(held, fresh, tidy([text], book.state.founded().log, book.witnesses(book.size)))
    return len(fresh)


def _check_less(kit: Kit, book: Book, source: Source, shown: tuple[str, Checkpoint]) -> None:
    """Fewer entries than the mirror holds: of a file that is older, of a server that has lost some, or others."""
    text, checkpoint = shown
    if book.root(checkpoint.size) != checkpoint.root:
        _refuse_other(kit, source, shown)
    if source.live:
        raise Alarm(
            Message(
                "The server shows {shown} entries, fewer than the {held} it has shown before. What it shows is the "
                "beginning of the same record. If it was restored from a backup, give it back what it lacks with "
                "“isthmus kit return”; if not, ask the operator and the other side.",
                {"shown": checkpoint.size, "held": book.size},
            ),
            text,
            kit.mirror.checkpoint(book.size) or "",
        )


def _refuse_other(kit: Kit, source: Source, shown: tuple[str, Checkpoint]) -> None:
    """The root is not that of the mirror and what follows: tell where the difference begins."""
    text, checkpoint = shown
    held = kit.mirror.size()
    both = min(held, checkpoint.size)
    pairs = zip(source.entries(0, both), kit.mirror.entries(0, both), strict=False)
    different = next((number for number, (theirs, (ours, _)) in enumerate(pairs) if theirs != ours), None)
    own = kit.mirror.checkpoint(held) or ""
    if different is not None:
        raise Alarm(
            Message(
                "Two versions of the record: the first entry that differs is {entry}. The server shows another one "
                "than it has shown this kit before. Sign nothing; compare checkpoints with the other side.",
                {"entry": different},
            ),
            own,
            text,
        )
    if checkpoint.size <= held:
        raise Alarm(
            Message(
                "Two versions of the record: for {size} entries the log has signed two different roots. Sign nothing; "
                "compare checkpoints with the other side.",
                {"size": checkpoint.size},
            ),
            own,
            text,
        )
    raise InputError(
        "Entries {first} to {last} do not give the root that the checkpoint names; nothing of them was taken in.",
        first=held,
        last=checkpoint.size - 1,
    )


def _keep_note(kit: Kit, book: Book, text: str, log: VerifierKey) -> None:
    """Keep a checkpoint of the mirror's own tree, with the cosignatures that count."""
    size = Checkpoint.parse(Note.parse(text).text).size
    known = kit.mirror.checkpoint(size)
    note = tidy([text, known] if known else [text], log, book.witnesses(size))
    if note != known:
        kit.mirror.keep_checkpoint(size, note)


def _take_witnessed(kit: Kit, book: Book, side: str, text: str) -> None:
    """A checkpoint that some side cosigned: it has to be of the same record, and no longer than what we are shown."""
    log = book.state.founded().log
    checkpoint = _of_log(text, log)
    if checkpoint.size > book.size:
        raise Alarm(
            Message(
                "The witness of {side} has cosigned {theirs} entries, this kit is shown only {ours}. Ask that side for "
                "its last checkpoint.",
                {"side": side, "theirs": checkpoint.size, "ours": book.size},
            ),
            text,
        )
    if checkpoint.root != book.root(checkpoint.size):
        raise Alarm(
            Message(
                "Two versions of the record: the witness of {side} has cosigned another root for {size} entries than "
                "this kit was shown. Sign nothing; compare checkpoints with that side.",
                {"side": side, "size": checkpoint.size},
            ),
            text,
            kit.mirror.checkpoint(checkpoint.size) or "",
        )
    _, cosignatures = open_checkpoint(text, log, book.witnesses(checkpoint.size).values())
    for cosignature in cosignatures:
        if cosignature.key == kit.settings.keys.witness:  # also when an older copy of this folder was put back
            kit.mirror.keep_cosigned(Cosigned(checkpoint.size, checkpoint.root, cosignature.time))
    _keep_note(kit, book, text, log)


def _take_contents(kit: Kit, book: Book, source: Source, progress: Progress) -> tuple[int, list[str]]:
    """Fetch the contents that are not here, destroy those that the record says are destroyed."""
    state, here = book.state, kit.mirror.content_names()
    if destroyed := sorted(here & state.erased):
        kit.mirror.erase_contents(destroyed)
    wanted = [name for name in state.sealed if name not in here and name not in state.erased]
    kept, missing = 0, []
    found: dict[str, tuple[int, bytes, bytes]] = {}
    for number, name in enumerate(wanted, 1):
        progress(_CONTENTS, number, len(wanted))
        try:
            data = source.content(name)
        except Gone:
            missing.append(name)
            continue
        salt, content = data[:SALT_BYTES], data[SALT_BYTES:]
        if len(salt) != SALT_BYTES or seal(content, salt) != name:
            raise InputError(
                "The content {digest} of entry {entry} was changed: it does not fit its digest.",
                digest=name,
                entry=state.sealed[name].entry,
            )
        found[name] = (state.sealed[name].round, salt, content)
        if len(found) == BATCH or number == len(wanted):
            kit.mirror.keep_contents(found)
            kept, found = kept + len(found), {}
    if found:
        kit.mirror.keep_contents(found)
    kit.mirror.keep_fact(MISSING, json.dumps(missing))
    return kept + len(found), missing
