"""A kit asks for a decision to be proposed: its signature shows for which side."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from django.db import transaction

from isthmus.language import InputError
from isthmus.ledger import Json, Note, State, VerifierKey, digest, proposal_text, verify_note
from isthmus.ledger.acts import KEYS_REPLACE
from isthmus.server.core.actors import Actor
from isthmus.server.dialogues.actions.decisions import propose_decision
from isthmus.server.dialogues.actions.entries import lock_log
from isthmus.server.dialogues.models import Decision, TakenRequest
from isthmus.server.dialogues.state import state_of

NONCE: Final = re.compile(r"[0-9a-f]{32}")


@transaction.atomic
def propose_requested(*, series_id: str, note: str, data: Mapping[str, Json], nonce: str) -> Decision:
    """Propose what a kit asks for, in the name of the side whose key has signed the request. It counts once.

    The replacement of a side's keys is asked for with its spare key, everything else with the key for decisions.

    Raises
    ------
    InputError
        If the note is not a request for these data, no side's key in force has signed it, it was carried out before,
        or what it asks for cannot be decided.
    """
    log = lock_log(series_id)
    given, state = Note.parse(note), state_of(log)
    act, round_ = _asked(given)
    wanted = proposal_text(state.founded().digest, round_, act, data, nonce)
    if not NONCE.fullmatch(nonce) or given.text != wanted:
        raise InputError("This note does not ask for these data to be decided in this series.")
    side = _side(state, act, data, given)
    request = digest(given.text.encode())
    if TakenRequest.objects.filter(series=series_id, digest=request).exists():
        raise InputError("This request was carried out before; ask again for another proposal.")
    TakenRequest.objects.create(series=series_id, digest=request)
    actor = Actor(f"kit of {side}", series_id, side)
    return propose_decision(actor=actor, series_id=series_id, act=act, data=data, round_=round_)


def _asked(note: Note) -> tuple[str, int]:
    lines = note.text.split("\n")
    if len(lines) != 7 or not lines[2].isdecimal() or len(lines[2]) > 9:
        raise InputError("This note asks for no proposal.")
    return lines[3], int(lines[2])


def _side(state: State, act: str, data: Mapping[str, Json], note: Note) -> str:
    for side, known in state.sides.items():
        own_keys = act == KEYS_REPLACE and data.get("side") == side
        key: VerifierKey = known.keys.spare if own_keys else known.keys.decision
        if verify_note(note, [key]):
            if known.frozen and not own_keys:
                raise InputError("{side} has stopped its keys; until they are replaced it signs nothing.", side=side)
            return side
    raise InputError("No side's key in force has signed this request.")
