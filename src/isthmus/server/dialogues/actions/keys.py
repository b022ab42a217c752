"""Stopping the keys of a side, and the token with which its kit reads."""

from __future__ import annotations

from django.db import transaction

from isthmus.language import InputError
from isthmus.ledger import Note, is_digest, reader_text, verify_note
from isthmus.server.dialogues.actions.entries import lock_log, write_entry
from isthmus.server.dialogues.models import Reader
from isthmus.server.dialogues.state import state_of


@transaction.atomic
def freeze_side(*, series_id: str, note: str) -> str:
    """Stop the keys of a side; its spare key alone does that. The note shows who acts. Gives the side.

    Raises
    ------
    InputError
        If the note is not signed by the spare key of a side, or its keys are stopped already.
    """
    log = lock_log(series_id)
    state, given = state_of(log), Note.parse(note)
    named = {signature.name for signature in given.signatures}
    for side, known in state.sides.items():
        if known.keys.spare.name in named:
            write_entry(log, state, "side.frozen", {"note": given.format(), "side": side})
            return side
    raise InputError("No side's spare key has signed this note.")


@transaction.atomic
def set_reader(*, series_id: str, note: str) -> str:
    """Replace the token with which a side's kit reads; its decision key has signed the new one's digest.

    Gives the side.

    Raises
    ------
    InputError
        If the note is not that, the side has stopped its keys, or the token was used before.
    """
    log = lock_log(series_id)
    state, given = state_of(log), Note.parse(note)
    token = given.text.split("\n")[-2] if given.text.count("\n") == 4 else ""
    genesis = state.founded().digest
    for side, known in state.sides.items():
        if given.text == reader_text(genesis, side, token) and verify_note(given, [known.keys.decision]):
            if known.frozen or not is_digest(token):
                break
            _replace(series_id, side, token)
            return side
    raise InputError("This note names no reading token of a side, signed with its key for decisions.")


def _replace(series_id: str, side: str, token: str) -> None:
    if Reader.objects.filter(series=series_id, token=token).exists():
        if Reader.objects.filter(series=series_id, token=token, side=side, in_force=True).exists():
            return
        raise InputError("This reading token was used before; make a new one.")
    Reader.objects.filter(series=series_id, side=side, in_force=True).update(in_force=False)
    Reader.objects.create(series=series_id, side=side, token=token)
