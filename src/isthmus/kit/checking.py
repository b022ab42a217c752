"""Verifying the mirror from the first byte to the last, offline, and writing it as a record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from isthmus.kit.kit import Kit
from isthmus.language import InputError, Message
from isthmus.ledger.digests import seal
from isthmus.ledger.record import Fault, Record, write_record
from isthmus.ledger.verification import Report, verify_record

MOST_CHECKPOINTS: Final = 1000  # of a record that is written: the newest, and the last that every side cosigned


def verify_mirror(kit: Kit) -> Report:
    """Check everything in the mirror.

    Raises
    ------
    InputError
        If there is nothing to check.
    """
    record = _record(kit, checkpoints=[note for _, note in kit.mirror.checkpoints()])
    report = verify_record(record, kit.settings.genesis or None)
    report.faults.extend(_other_rounds(kit, report, record.round))
    return report


def export(kit: Kit, round_: int | None = None) -> Iterator[bytes]:
    """The mirror as a record, with the contents of the series and of one round (None: the newest with contents).

    Raises
    ------
    InputError
        If the mirror is empty.
    """
    notes = kit.mirror.checkpoints()
    kept = notes[-MOST_CHECKPOINTS:]
    if len(notes) > len(kept):
        sides = len(kit.book().state.sides)
        complete = [note for _, note in notes[: -len(kept)] if note.count("\n— ") > sides]
        kept = [*((0, note) for note in complete[-1:]), *kept]
    return write_record(_record(kit, checkpoints=[note for _, note in kept], round_=round_))


def _record(kit: Kit, *, checkpoints: Sequence[str], round_: int | None = None) -> Record:
    if not kit.mirror.size():
        raise InputError("The mirror is empty; mirror first.")
    if round_ is None:
        round_ = max((held for _, held, _, _ in kit.mirror.contents()), default=0)
    entries, leaves = zip(*kit.mirror.entries(), strict=True)
    contents = {name: (salt, content) for name, _, salt, content in kit.mirror.contents([0, round_])}
    return Record(list(checkpoints), list(entries), list(leaves), contents, round_)


def _other_rounds(kit: Kit, report: Report, checked: int) -> Iterator[Fault]:
    """What is wrong with contents of rounds that a record of one round leaves out."""
    here = set()
    for name, held, salt, content in kit.mirror.contents():
        sealed = report.state.sealed.get(name)
        here.add(name)
        if held not in (0, checked) and (sealed is None or seal(content, salt) != name):
            yield Fault(Message("A content does not fit any digest in the record."), sealed.entry if sealed else None)
    for name, sealed in report.state.sealed.items():
        if sealed.round not in (0, checked) and name not in here and name not in report.state.erased:
            yield Fault(Message("The content {digest} of this entry is missing.", {"digest": name}), sealed.entry)
