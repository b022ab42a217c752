"""Taking in cosignatures: a side's kit has verified the log up to a checkpoint and stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction

from isthmus.language import InputError
from isthmus.ledger.checkpoint import Checkpoint, open_checkpoint
from isthmus.ledger.checkpoint import Cosignature as Given
from isthmus.ledger.keys import VerifierKey
from isthmus.ledger.moments import format_moment
from isthmus.server.core import clock
from isthmus.server.core.claims import Claim, forget_restoring, note_claim, refusal
from isthmus.server.core.events import locked
from isthmus.server.core.logkey import log_signer
from isthmus.server.core.models import Cosignature, Log

AHEAD: Final = timedelta(minutes=10)  # by which another clock may be before ours


def add_cosignature(*, log: Log, witnesses: Mapping[str, VerifierKey], checkpoint: str) -> list[str]:
    """Keep the cosignatures of a checkpoint; all of them or none. To be called outside a transaction.

    Parameters
    ----------
    log
        Which log.
    witnesses
        Side to the key of its witness that is in force.
    checkpoint
        The note, with the log's own signature and at least one side's cosignature.

    Returns
    -------
    The sides whose cosignature is in it.

    Raises
    ------
    InputError
        If the note is not a checkpoint of this log, no witness cosigned it, it is of another history than ours,
        or its time cannot be right.
    """
    claim = note_claim(log, checkpoint)
    if claim is not Claim.HELD:
        raise refusal(claim, log, checkpoint)
    with transaction.atomic():
        held = locked(log.pk)
        opened, given = open_checkpoint(checkpoint, log_signer(held.origin).verifier, witnesses.values())
        if not given:
            raise InputError("No side's witness has cosigned this checkpoint with the key that is in force.")
        sides = {key: side for side, key in witnesses.items()}
        for cosignature in given:
            _check_time(held, sides[cosignature.key], cosignature)
        for cosignature in given:
            keep(held, sides[cosignature.key], opened, cosignature)
        forget_restoring(held, witnesses)
    return sorted(sides[cosignature.key] for cosignature in given)


def keep(log: Log, side: str, checkpoint: Checkpoint, given: Given) -> None:
    """Keep a cosignature that was verified, unless a newer one of this side for this size is there."""
    if Cosignature.objects.filter(log=log, side=side, size=checkpoint.size, time__gte=given.time).exists():
        return
    row = Cosignature(
        log=log,
        side=side,
        size=checkpoint.size,
        root=checkpoint.root,
        key=given.key.text,
        time=given.time,
        line=given.signature.line,
    )
    Cosignature.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["log", "side", "size"],
        update_fields=["root", "key", "time", "line"],
    )


def is_ahead(given: Given) -> bool:
    """Whether a cosignature is dated later than two clocks that are about right can differ."""
    return given.time > (clock.now() + AHEAD).timestamp()


def _check_time(log: Log, side: str, given: Given) -> None:
    if is_ahead(given):
        raise InputError(
            "The cosignature of {side} is dated {theirs}, and the server's clock says {ours}: more than {minutes} "
            "minutes apart. Set the clock that is wrong.",
            side=side,
            theirs=_moment(given.time),
            ours=format_moment(clock.now()),
            minutes=AHEAD // timedelta(minutes=1),
        )
    last = Cosignature.objects.filter(log=log, side=side).order_by("-time").values_list("time", flat=True).first()
    if last is not None and given.time < last:
        raise InputError(
            "The cosignature of {side} is dated {theirs}, before its last one, {previous}; the server's clock says "
            "{ours}. Set the clock of the kit that is wrong.",
            side=side,
            theirs=_moment(given.time),
            previous=_moment(last),
            ours=format_moment(clock.now()),
        )


def _moment(seconds: int) -> str:
    """Seconds since 1970 as a moment, or as they are where no calendar has it."""
    try:
        return format_moment(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, ValueError, OSError):
        return str(seconds)
