"""What a checkpoint tells a server that was put back from a backup and lacks what its sides have.

The kits hold the record too, and our own signature on a checkpoint proves what we once held. From the moment we
know, nothing is written: an entry in a place that is taken would make two histories. A kit returns what is
missing; once every side's witness has cosigned all that is there, the log goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from django.db import transaction

from isthmus.language import Message
from isthmus.ledger.checkpoint import Checkpoint, open_checkpoint
from isthmus.ledger.keys import VerifierKey
from isthmus.ledger.note import Note
from isthmus.ledger.tree import root_of
from isthmus.server.core import clock
from isthmus.server.core.events import FORKED, ReadOnlyError, locked
from isthmus.server.core.logkey import log_signer
from isthmus.server.core.models import Log
from isthmus.server.core.reading import counted, root_at


class Claim(StrEnum):
    """What a checkpoint with our own signature tells us. held: nothing new. lacking, forked: as in `Log`."""

    HELD = "held"
    LACKING = "lacking"
    FORKED = "forked"


def note_claim(log: Log, checkpoint: str) -> Claim:
    """Compare a checkpoint that somebody shows with what we hold, and stop writing if it proves us wrong.

    Call it outside a transaction: what it finds has to stay, whatever becomes of the request.

    Raises
    ------
    InputError
        If our own key has not signed it: then it proves nothing.
    """
    shown, _ = open_checkpoint(checkpoint, log_signer(log.origin).verifier, [])
    with transaction.atomic(durable=True):
        held = locked(log.pk)
        if shown.size > held.size:
            _note_lack(held, shown)
            return Claim.LACKING
        if root_at(held, shown.size) != shown.root:
            _note_fork(held)
            return Claim.FORKED
    return Claim.HELD


def refusal(claim: Claim, log: Log, checkpoint: str) -> ReadOnlyError:
    """What is said to whoever showed a checkpoint that is not held here."""
    if claim is Claim.FORKED:
        return ReadOnlyError(FORKED)
    size = Checkpoint.parse(Note.parse(checkpoint).text).size
    return ReadOnlyError(
        Message(
            "This checkpoint is of {size} entries and signed by the server's own key, but the server holds {held}: it "
            "was put back from an old backup, and takes nothing until a kit returns the rest.",
            {"size": size, "held": Log.objects.get(pk=log.pk).size},
        )
    )


def _note_lack(log: Log, shown: Checkpoint) -> None:
    if log.lacking_size is None or log.lacking_size < shown.size:
        log.lacking_size, log.lacking_root = shown.size, shown.root
    log.restored_at = log.restored_at or clock.now()
    log.save(update_fields=["lacking_size", "lacking_root", "restored_at"])


def _note_fork(log: Log) -> None:
    log.forked = True
    log.save(update_fields=["forked"])


def check_continues(log: Log, leaves: Sequence[bytes]) -> None:
    """Stop unless leaf hashes, whose root our key signed, go on from ours and lead to all that we know to lack.

    Raises
    ------
    ReadOnlyError
        If they are of another history; nothing is written from then on.
    """
    with transaction.atomic(durable=True):
        held = locked(log.pk)
        roots = [(held.size, held.tree.root())]
        if held.lacking_size is not None and held.lacking_root is not None:
            roots.append((held.lacking_size, bytes(held.lacking_root)))
        if any(size <= len(leaves) and root_of(leaves[:size]) != root for size, root in roots):
            _note_fork(held)
        forked = held.forked
    if forked:
        raise ReadOnlyError(FORKED)


def forget_lacking(log: Log) -> None:
    """Note that a locked log has again what it was known to lack."""
    if log.lacking_size is not None and log.size >= log.lacking_size:
        log.lacking_size = log.lacking_root = None
        log.save(update_fields=["lacking_size", "lacking_root"])


def forget_restoring(log: Log, witnesses: Mapping[str, VerifierKey]) -> None:
    """Let a locked log go on if every side has cosigned all that it holds since it was put back."""
    if log.restored_at is None or log.lacking_size is not None or not witnesses:
        return
    needed = {(side, key.text) for side, key in witnesses.items()}
    if needed <= {*counted(log).filter(size=log.size).values_list("side", "key")}:
        log.restored_at = None
        log.save(update_fields=["restored_at"])
