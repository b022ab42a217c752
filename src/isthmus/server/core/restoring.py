"""Putting a log right after its server was put back from a backup (see `isthmus.server.core.claims`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from isthmus.language import InputError
from isthmus.ledger.checkpoint import open_checkpoint
from isthmus.ledger.keys import VerifierKey
from isthmus.ledger.record import Record, read_record
from isthmus.ledger.verification import describe_fault, verify_record
from isthmus.server.core import clock
from isthmus.server.core.claims import check_continues, forget_lacking, note_claim
from isthmus.server.core.cosigning import is_ahead, keep
from isthmus.server.core.events import locked, store
from isthmus.server.core.logkey import log_signer
from isthmus.server.core.models import Content, Erasure, Log


@transaction.atomic
def mark_restored(log: Log) -> None:
    """Say, as the operator, that this log comes from a backup: nothing is written until every side cosigned it anew."""
    held = locked(log.pk)
    held.restored_at = clock.now()
    held.save(update_fields=["restored_at"])


def return_entries(*, log: Log, record_file: bytes, witnesses: Mapping[str, VerifierKey]) -> int:
    """Take back from a kit what the server lacks. To be called outside a transaction.

    Parameters
    ----------
    log
        Which log.
    record_file
        As `isthmus.ledger.record` writes it; it has to verify as a whole and to go on from what we hold.
    witnesses
        Side to the key of its witness that is in force.

    Returns
    -------
    The number of entries that were missing.

    Raises
    ------
    InputError
        If the file does not verify, or our key has not signed its last checkpoint.
    ReadOnlyError
        If it is of another history than ours.
    """
    record = read_record(record_file)
    report = verify_record(record)
    if not report.good:
        raise InputError("This record does not verify. {fault}", fault=describe_fault(report.faults[0]))
    note_claim(log, record.checkpoints[-1])
    check_continues(log, record.leaf_hashes)
    with transaction.atomic():
        held = locked(log.pk)
        _keep_contents(held, record)
        missing = record.entries[held.size :]
        for content in missing:
            store(held, content)
        forget_lacking(held)
        _keep_cosignatures(held, record.checkpoints, witnesses)
    return len(missing)


def _keep_contents(log: Log, record: Record) -> None:
    """Keep the contents of a record that was verified, but for those that were destroyed here since."""
    gone = {*Erasure.objects.filter(log=log).values_list("digest", flat=True)}
    rows = [
        Content(log=log, digest=digest, salt=salt, data=data)
        for digest, (salt, data) in record.contents.items()
        if digest not in gone
    ]
    Content.objects.bulk_create(rows, ignore_conflicts=True)


def _keep_cosignatures(log: Log, checkpoints: Sequence[str], witnesses: Mapping[str, VerifierKey]) -> None:
    """Keep what the sides cosigned before; for the log to go on each has to do so anew."""
    signer, sides = log_signer(log.origin).verifier, {key: side for side, key in witnesses.items()}
    for text in checkpoints:
        checkpoint, cosignatures = open_checkpoint(text, signer, witnesses.values())
        for cosignature in cosignatures:
            if not is_ahead(cosignature):
                keep(log, sides[cosignature.key], checkpoint, cosignature)
