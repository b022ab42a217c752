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
from isthmus.kit.sources import RecordSource
from isthmus.kit.witness import Cosigning, cosign_newest
from isthmus.language import InputError, Message
from isthmus.ledger.checkpoint import open_checkpoint
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
    mirrored = take_in(kit, kit.api(), progress)
    cosigning = cosign_newest(kit, mirrored)
    if cosigning.parcels:
        send_parcels(kit.need_server(), cosigning.parcels)
    return Followed(None, mirrored, cosigning)


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
    mirrored = take_in(kit, RecordSource(read_record(data), kit.settings.genesis), progress)
    if not cosign:
        reason = Message("Not cosigned: name with --out where the cosignature is to be written.")
        return Followed(None, mirrored, Cosigning([], reason))
    return Followed(None, mirrored, cosign_newest(kit, mirrored))


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
