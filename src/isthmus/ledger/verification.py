"""Checking a whole record: bytes, order and approvals.

It never says that what stands in a record is true, that nothing happened outside it, or when something happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from isthmus.language import InputError, Message
from isthmus.ledger.checkpoint import Checkpoint, Cosignature, open_checkpoint
from isthmus.ledger.digests import seal
from isthmus.ledger.events import Event
from isthmus.ledger.facts import Phase, Violation
from isthmus.ledger.keys import VerifierKey
from isthmus.ledger.note import Note
from isthmus.ledger.record import Fault, Record
from isthmus.ledger.state import State
from isthmus.ledger.tree import Frontier, leaf_hash

CLOCKS: Final = timedelta(minutes=10)  # by which two clocks that are about right can differ
PROMISE: Final = Message(
    "This checks bytes, order and approvals. It does not tell whether what was written is true, whether anything "
    "happened outside the record, or when it happened."
)


@dataclass(frozen=True, slots=True)
class Witnessed:
    """The newest checkpoint of a record that a side's witness cosigned: its size, and when by that side's clock."""

    size: int
    at: datetime


@dataclass(slots=True)
class Report:
    """What the check of a record found.

    Attributes
    ----------
    size
        Entries in the record.
    complete_to
        The size that all sides cosigned with the same root; 0 if there is none.
    witnessed
        Side to the newest checkpoint that its witness cosigned.
    genesis
        Digest of the genesis; empty where there is none.
    pinned
        Whether the genesis is the one the reader expected.
    faults
        What is wrong, the first bad entry first; empty if nothing is.
    """

    size: int = 0
    complete_to: int = 0
    witnessed: dict[str, Witnessed | None] = field(default_factory=dict)
    genesis: str = ""
    pinned: bool = False
    state: State = field(default_factory=State)
    faults: list[Fault] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class _Mark:
    """The witness keys that were in force when the record had a size, and its root then."""

    root: bytes
    witnesses: Mapping[str, VerifierKey]


def verify_record(record: Record, genesis_digest: str | None = None) -> Report:
    """Check a record from its first byte to its last.

    Parameters
    ----------
    record
        As `read_record` read it, or as a mirror holds it.
    genesis_digest
        The digest of the genesis that the reader knows from the table, if any.
    """
    report = Report(size=len(record.entries), faults=list(record.faults))
    checkpoints = _checkpoints(record, report)
    sizes = {checkpoint.size for checkpoint in checkpoints}
    marks = _fold(record, sizes, report)
    genesis = report.state.genesis
    if genesis is not None:
        report.genesis, report.pinned = genesis.digest, genesis.digest == genesis_digest
        if genesis_digest is not None and not report.pinned:
            report.faults.append(
                Fault(Message("The genesis is another one than expected: {digest}.", {"digest": genesis.digest}), 0)
            )
        _check_hashes(record, checkpoints, report)
        _check_checkpoints(record, marks, report)
        _check_contents(record, report)
    report.faults.sort(key=_place)
    return report


def _place(fault: Fault) -> tuple[bool, int, bool]:
    """Faults of known entries first, in their order; a named entry before an interval."""
    return fault.entry is None, fault.entry or 0, fault.until is not None


def _checkpoints(record: Record, report: Report) -> list[Checkpoint]:
    found: list[Checkpoint] = []
    for text in record.checkpoints:
        try:
            found.append(Checkpoint.parse(Note.parse(text).text))
        except InputError as problem:
            report.faults.append(Fault(Message("A checkpoint is damaged: {reason}", {"reason": problem.message})))
    if any(later.size <= earlier.size for earlier, later in pairwise(found)):
        report.faults.append(Fault(Message("The checkpoints are not in the order of their sizes.")))
    if found and found[-1].size != len(record.entries):
        told = Message(
            "The last checkpoint covers {size} entries, the file holds {count}.",
            {"size": found[-1].size, "count": len(record.entries)},
        )
        report.faults.append(Fault(told, min(found[-1].size, len(record.entries))))
    return found


def _fold(record: Record, sizes: set[int], report: Report) -> dict[int, _Mark]:
    """Take the entries in one by one, up to the first that may not be there."""
    marks: dict[int, _Mark] = {}
    frontier = Frontier()
    for number, content in enumerate(record.entries):
        try:
            report.state.apply(Event.from_bytes(content))
        except InputError as problem:
            report.faults.append(Fault(problem.message, number))
            break
        except Violation as violation:
            report.faults.append(Fault(violation.message, number))
            break
        frontier.append(leaf_hash(content))
        if number + 1 in sizes:
            keys = {side: state.keys.witness for side, state in report.state.sides.items()}
            marks[number + 1] = _Mark(frontier.root(), keys)
    return marks


def _check_hashes(record: Record, checkpoints: Sequence[Checkpoint], report: Report) -> None:
    """Find the entry whose bytes were changed, or else the interval between two checkpoints."""
    roots = {checkpoint.size: checkpoint.root for checkpoint in checkpoints}
    frontier, sound = Frontier(), 0
    for number, (stated, content) in enumerate(zip(record.leaf_hashes, record.entries, strict=True)):
        if leaf_hash(content) != stated:
            told = Message("The bytes of this entry do not fit its leaf hash.")
            report.faults.append(Fault(told, number))
            return
        frontier.append(stated)
        expected = roots.get(number + 1)
        if expected is not None and frontier.root() != expected:
            told = Message(
                "The entries do not give the root that the checkpoint of size {size} names.", {"size": number + 1}
            )
            report.faults.append(Fault(told, sound, number + 1))
            return
        sound = number + 1 if expected is not None else sound


def _check_checkpoints(record: Record, marks: Mapping[int, _Mark], report: Report) -> None:
    """Signatures of the log and of the witnesses on each checkpoint; what all sides stand behind."""
    report.witnessed = dict.fromkeys(report.state.sides)
    for text in record.checkpoints:
        try:
            _check_checkpoint(text, marks, report)
        except InputError as problem:
            report.faults.append(Fault(Message("A checkpoint does not verify: {reason}", {"reason": problem.message})))


def _check_checkpoint(text: str, marks: Mapping[int, _Mark], report: Report) -> None:
    log = report.state.founded().log
    note = Note.parse(text)
    mark = marks.get(Checkpoint.parse(note.text).size)
    keys = mark.witnesses if mark else {side: state.keys.witness for side, state in report.state.sides.items()}
    checkpoint, cosignatures = open_checkpoint(text, log, keys.values())
    if len(note.signatures) != 1 + len(cosignatures):
        raise InputError("It bears a signature of a key that is not in force.")
    if mark is None or checkpoint.root != mark.root:
        return  # told by entry, or by interval
    for side, key in keys.items():
        given = [cosignature for cosignature in cosignatures if cosignature.key == key]
        if given:
            report.witnessed[side] = Witnessed(checkpoint.size, _moment(given[0]))
    if len(cosignatures) == len(keys):
        report.complete_to = checkpoint.size


def _moment(cosignature: Cosignature) -> datetime:
    try:
        return datetime.fromtimestamp(cosignature.time, UTC)
    except (OverflowError, ValueError, OSError) as problem:
        raise InputError("A cosignature bears a time that does not exist.") from problem


def _check_contents(record: Record, report: Report) -> None:
    """Each sealed content fits its digest; none is missing, none is left over, none outlives its erasure."""
    state = report.state
    for name, (salt, content) in record.contents.items():
        sealed = state.sealed.get(name)
        if sealed is None or seal(content, salt) != name:
            told = Message("A content does not fit any digest in the record.")
        elif name in state.erased:
            told = Message("A content is there that was to be destroyed.")
        elif sealed.round not in (0, record.round):
            told = Message("A content belongs to another round.")
        else:
            continue
        report.faults.append(Fault(told, sealed.entry if sealed else None))
    if any(fault.entry is not None for fault in record.faults):
        return  # the file is cut or damaged before its contents
    for name, sealed in state.sealed.items():
        if sealed.round in (0, record.round) and name not in state.erased and name not in record.contents:
            report.faults.append(
                Fault(Message("The content {digest} of this entry is missing.", {"digest": name}), sealed.entry)
            )


def describe(report: Report, now: datetime) -> Iterator[Message]:
    """What a report says, in sentences; faults first, one a line.

    Parameters
    ----------
    report
        What was found.
    now
        The moment from which ages are counted.
    """
    for fault in report.faults:
        yield describe_fault(fault)
    if report.good:
        yield Message("Entries: {count}. Bytes, order and approvals are as they have to be.", {"count": report.size})
    yield from _describe_completeness(report, now)
    yield from _describe_decisions(report.state)
    yield PROMISE


def describe_fault(fault: Fault) -> Message:
    """A fault with its place."""
    if fault.entry is None:
        return Message("Bad: {what}", {"what": fault.message})
    if fault.until is None:
        return Message("First bad entry: {entry}. {what}", {"entry": fault.entry, "what": fault.message})
    return Message(
        "Bad somewhere from entry {entry} to entry {until}. {what}",
        {"entry": fault.entry, "until": fault.until - 1, "what": fault.message},
    )


def _describe_completeness(report: Report, now: datetime) -> Iterator[Message]:
    if report.complete_to:
        yield Message("Complete to entry {number}: every side cosigned this.", {"number": report.complete_to - 1})
    else:
        yield Message("Not complete to any entry: there is no checkpoint that every side cosigned.")
    for side in sorted(report.witnessed):
        seen = report.witnessed[side]
        if seen is None:
            yield Message("{side} cosigned nothing of it.", {"side": side})
            continue
        age = now - seen.at
        told = {"side": side, "number": seen.size - 1, "hours": _hours(abs(age)), "tail": report.size - seen.size}
        if age < -CLOCKS:
            yield Message(
                "{side} cosigned up to entry {number}, by a clock that is {hours} h ahead of this one; {tail} further "
                "entries it did not.",
                told,
            )
        else:
            yield Message(
                "{side} cosigned up to entry {number}, {hours} h ago; {tail} further entries it did not.", told
            )


def _hours(age: timedelta) -> str:
    return f"{age / timedelta(hours=1):.1f}"


def _describe_decisions(state: State) -> Iterator[Message]:
    counts = dict.fromkeys(Phase, 0)
    for decision in state.decisions.values():
        counts[decision.phase] += 1
    yield Message(
        "Decisions: {executed} carried out, {open} open, {rejected} rejected, {lapsed} lapsed.",
        {phase.value: count for phase, count in counts.items()},
    )
