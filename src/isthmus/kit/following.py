"""Keeping up: follow the founding, then mirror and cosign; by the network or by files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from isthmus.kit.alarm import Alarm
from isthmus.kit.api import founding, send_parcels
from isthmus.kit.checking import export
from isthmus.kit.founding import FORMAT, FOUNDED, Draft, take_founding
from isthmus.kit.kit import Kit
from isthmus.kit.mirroring import Mirrored, Progress, take_in
from isthmus.kit.sources import Earlier, RecordSource, Source
from isthmus.kit.witness import Cosigning, cosign_newest
from isthmus.language import InputError, Message
from isthmus.ledger.canonical import Json
from isthmus.ledger.checkpoint import Checkpoint, open_checkpoint
from isthmus.ledger.note import Note
from isthmus.ledger.record import read_record


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of it: the draft of the genesis, or what was mirrored and what the witness did."""

    draft: Draft | None = None
    mirrored: Mirrored | None = None
    cosigning: Cosigning | None = None


def _quiet(_what: Message, _done: int, _all: int) -> None:
    """Tell nobody."""


def follow(kit: Kit, progress: Progress = _quiet) -> Followed:
    """Ask the server what is new, verify it, cosign it, and hand the cosignature in.

    Raises
    ------
    Alarm
        If the server shows what an honest one cannot.
    InputError
        If it cannot be reached, or something does not verify.
    """
    code = kit.keyring.reading().code
    if code and not kit.mirror.size():
        draft = take_founding(kit, founding(kit.need_server(), code))
        if draft.state != FOUNDED:
            return Followed(draft)
    return _keep_up(kit, kit.api(), progress, lambda parcels: send_parcels(kit.need_server(), parcels))


def follow_file(kit: Kit, data: bytes, progress: Progress = _quiet, *, cosign: bool = True) -> Followed:
    """Take in a file: how far the founding is, or a record.

    Raises
    ------
    InputError
        If it is neither, or does not verify.
    """
    told = _founding(data)
    if told is not None:
        return Followed(take_founding(kit, told))
    source = RecordSource(read_record(data), kit.settings.genesis)
    if not cosign:
        reason = Message("Not cosigned: name with --out where the cosignature is to be written.")
        return Followed(None, take_in(kit, source, progress), Cosigning([], reason))
    return _keep_up(kit, source, progress, lambda _parcels: None)


def _keep_up(
    kit: Kit, source: Source, progress: Progress, hand_in: Callable[[list[dict[str, Json]]], object]
) -> Followed:
    """Mirror and cosign what another side cosigned last, if that is new, then what there is now."""
    parcels = _catch_up(kit, source, progress)
    if parcels:
        hand_in(parcels)
    earlier = kit.mirror.size()
    mirrored = take_in(kit, source, progress)
    if parcels and mirrored.size == earlier:
        return Followed(None, mirrored, Cosigning(parcels))
    cosigning = cosign_newest(kit, mirrored)
    if cosigning.parcels:
        hand_in(cosigning.parcels)
    return Followed(None, mirrored, Cosigning([*parcels, *cosigning.parcels], cosigning.reason))


def _catch_up(kit: Kit, source: Source, progress: Progress) -> list[dict[str, Json]]:
    """Cosign what another side cosigned last; nothing where that is not new, or cannot be had."""
    note = _cosigned_by_others(kit, source)
    if note is None:
        return []
    try:
        return cosign_newest(kit, take_in(kit, Earlier(source, note), progress)).parcels
    except Alarm:
        raise
    except InputError:
        return []  # what is wrong is told, and named, when all that the source shows is taken in


def _cosigned_by_others(kit: Kit, source: Source) -> str | None:
    """The largest checkpoint that another side cosigned and this mirror does not reach yet."""
    sizes = {Checkpoint.parse(Note.parse(note).text).size: note for note in source.witnessed().values()}
    beyond = [size for size in sizes if size > kit.mirror.size()]
    return sizes[max(beyond)] if beyond else None


def give_back(kit: Kit) -> int:
    """Give a restored server the entries and contents that it lacks; how many entries it had lacked.

    Raises
    ------
    Alarm
        If what it has is not the beginning of the mirror.
    InputError
        If it cannot be reached, or refuses.
    """
    book, api = kit.book(), kit.api()
    text = api.checkpoint()
    checkpoint, _ = open_checkpoint(text, book.state.founded().log, [])
    if checkpoint.size > book.size:
        raise InputError("The server has more than this mirror; there is nothing to return. Mirror first.")
    if book.root(checkpoint.size) != checkpoint.root:
        raise Alarm(
            Message("What the server has is not the beginning of this mirror; nothing was returned."),
            text,
            kit.mirror.checkpoint(book.size) or "",
        )
    rounds = sorted({round_ for _, round_, _, _ in kit.mirror.contents()} | {0})
    returned = [api.give_back(b"".join(export(kit, round_))) for round_ in rounds]
    return sum(int(told.get("entries", 0)) for told in returned)


def watch(
    kit: Kit, seconds: float, sleep: Callable[[float], None], progress: Progress
) -> Iterator[Followed | InputError]:
    """Follow again and again. What went wrong is given too, and tried anew; an alarm ends it."""
    pause = timedelta(seconds=seconds).total_seconds()
    while True:
        try:
            yield follow(kit, progress)
        except Alarm:
            raise
        except InputError as problem:
            yield problem
        sleep(pause)


def _founding(data: bytes) -> dict[str, Any] | None:
    """The content of a file that tells how far a founding is; None if it is another."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and told.get("format") == FORMAT else None
