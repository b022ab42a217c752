"""Destroying what is a side's own. What is common takes a decision of all sides (`contents.erase`)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from isthmus.server.core.actors import Actor
from isthmus.server.core.contents import ERASED
from isthmus.server.dialogues.actions.entries import lock_log, write_entry
from isthmus.server.dialogues.rules import may_act_for
from isthmus.server.dialogues.state import state_of


@transaction.atomic
def erase_own_content(*, actor: Actor, series_id: str, digest: str) -> None:
    """Destroy a sealed content that the actor's side has brought in; the record keeps its salted digest.

    Raises
    ------
    PermissionDenied
        If the actor acts for no side of this series.
    InputError
        If it is not that side's own, or destroyed already.
    """
    if not may_act_for(actor, series_id):
        raise PermissionDenied(f"{actor.name} acts for no side of this series")
    log = lock_log(series_id)
    write_entry(log, state_of(log), ERASED, {"by": {"side": actor.side}, "digest": digest})
