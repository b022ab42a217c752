"""Proposing, signing and rejecting decisions. The last signature carries a decision out, in the same transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from isthmus.language import InputError
from isthmus.ledger import DecisionState, DecisionText, Json, Note, Phase, Signature, canonical, digest
from isthmus.ledger.facts import EXPIRED, PHASE_WORDS, SUBJECT_CHANGED
from isthmus.server.core import clock, contents
from isthmus.server.core.actors import Actor
from isthmus.server.core.models import Content, Log
from isthmus.server.dialogues.actions.entries import lock_log, write_entry
from isthmus.server.dialogues.kinds import Data, kind_of
from isthmus.server.dialogues.models import Decision, Series
from isthmus.server.dialogues.rules import may_act_for
from isthmus.server.dialogues.state import SeriesState, state_of

MOST_OPEN: Final = 100  # decisions that one side has proposed, at a time; it cannot crowd out the others


@transaction.atomic
def propose_decision(
    *, actor: Actor, series_id: str, act: str, data: Data, round_: int = 0, days: int | None = None
) -> Decision:
    """Put a decision before all sides, in the name of the actor's side.

    Parameters
    ----------
    actor
        Who proposes; it has to act for a side of this series.
    series_id
        Of which series.
    act, data
        What is to be decided (see `kinds`), and with which values.
    round_
        Of which round it is; 0 for the series itself.
    days
        How long it stays open; as the rules of the series say where it is not given.

    Raises
    ------
    PermissionDenied
        If the actor does not act for a side of this series.
    InputError
        If nothing of this name can be decided, the data are wrong, or too many decisions are open.
    """
    if not may_act_for(actor, series_id):
        raise PermissionDenied(f"{actor.name} acts for no side of this series")
    log = lock_log(series_id)
    state = state_of(log)
    if sum(decision.by == actor.side for decision in state.open_decisions()) >= MOST_OPEN:
        raise InputError(
            "{count} decisions of {side} are open; reject some of them first.", count=MOST_OPEN, side=actor.side
        )
    series = Series.objects.get(pk=series_id)
    state.check_data(act, data)
    subject = kind_of(act).subject_bytes(series, round_, data)
    texts = {tag: contents.keep(log, subject[tag]) for tag in sorted(subject)}
    text = DecisionText(
        genesis=series.genesis,
        round=round_,
        number=state.last.number + 1 if state.last else 1,
        previous=state.last.digest if state.last else None,
        act=act,
        data=digest(canonical(dict(data))),
        texts=texts,
        expires=clock.now() + timedelta(days=days or state.rules.decision_days),
    )
    sealed: dict[str, Json] = {tag: {"sealed": name} for tag, name in texts.items()}
    payload: dict[str, Json] = {"by": actor.side, "data": dict(data), "note": text.format(), "texts": sealed}
    write_entry(log, state, "decision.proposed", payload)
    return Decision.objects.get(series_id=series_id, number=text.number)


@transaction.atomic
def sign_decision(*, series_id: str, number: int, line: str) -> Decision:
    """Take in a side's signature; with the last one the decision is carried out.

    The signature itself shows who acts. The same one sent again changes nothing. If the decision's time is up or its
    subject has changed meanwhile, it lapses instead, which is no error here: look at its phase.

    Raises
    ------
    InputError
        If there is no such decision, it is closed, or the signature is not one that counts.
    """
    log = lock_log(series_id)
    row = _decision(series_id, number)
    known = row.signatures.filter(line=line).values_list("side", flat=True).first()
    if known is not None and row.phase != Phase.OPEN:
        return row
    state = state_of(log)
    decision = _open(state, row)
    if known in state.signed_by(decision):
        return row
    signature = Signature.parse(line)
    side = _signer(state, decision, signature)
    if _lapse_if_due(log, state, decision):
        return _decision(series_id, number)
    payload: dict[str, Json] = {"decision": number, "side": side, "signature": signature.line}
    write_entry(log, state, "decision.signed", payload)
    if state.complete(decision):
        write_entry(log, state, "decision.executed", {"decision": number})
        lapse_due(log)
    return _decision(series_id, number)


@transaction.atomic
def reject_decision(*, series_id: str, number: int, note: str) -> Decision:
    """Take in a side's rejection, which closes a decision; the note itself shows who acts.

    Raises
    ------
    InputError
        If there is no such decision, it is closed, or the note does not reject it.
    """
    log = lock_log(series_id)
    row, state = _decision(series_id, number), state_of(log)
    decision, rejection = _open(state, row), Note.parse(note)
    if not rejection.signatures:
        raise InputError("This note does not reject decision {number}.", number=number)
    side = _signer(state, decision, rejection.signatures[0])
    write_entry(log, state, "decision.rejected", {"decision": number, "note": rejection.format(), "side": side})
    return _decision(series_id, number)


@transaction.atomic
def lapse_decisions(*, series_id: str) -> list[int]:
    """Close the decisions whose time is up or whose subject has changed; the numbers of those. May run at any time."""
    return lapse_due(lock_log(series_id))


def lapse_due(log: Log) -> list[int]:
    """Close what is due in a log that is locked; for actions that change what a decision may be about."""
    state = state_of(log)
    return [decision.text.number for decision in state.open_decisions() if _lapse_if_due(log, state, decision)]


def _lapse_if_due(log: Log, state: SeriesState, decision: DecisionState) -> bool:
    expired = clock.now() >= decision.text.expires
    if not expired and _subject_is_as_proposed(log, state, decision):
        return False
    reason = EXPIRED if expired else SUBJECT_CHANGED
    write_entry(log, state, "decision.lapsed", {"decision": decision.text.number, "reason": reason})
    return True


def _subject_is_as_proposed(log: Log, state: SeriesState, decision: DecisionState) -> bool:
    """Whether what would be carried out now is, byte for byte, what lies before the sides."""
    try:
        state.check_data(decision.text.act, decision.data)
        subject = kind_of(decision.text.act).subject_bytes(
            Series.objects.get(pk=log.pk), decision.text.round, decision.data
        )
    except InputError:
        return False
    rows = Content.objects.filter(log=log, digest__in=decision.text.texts.values()).values_list("digest", "data")
    kept = {name: bytes(data) for name, data in rows}
    return {tag: kept.get(name) for tag, name in decision.text.texts.items()} == dict(subject)


def _decision(series_id: str, number: int) -> Decision:
    row = Decision.objects.filter(series_id=series_id, number=number).prefetch_related("signatures").first()
    if row is None:
        raise InputError("There is no decision {number}.", number=number)
    return row


def _open(state: SeriesState, row: Decision) -> DecisionState:
    if row.phase != Phase.OPEN:
        raise InputError(
            "Decision {number} is closed: {phase}.", number=row.number, phase=PHASE_WORDS[Phase(row.phase)]
        )
    return state.decisions[row.number]


def _signer(state: SeriesState, decision: DecisionState, signature: Signature) -> str:
    """The side that made a signature with the key that it has to sign this decision with."""
    for side in state.sides:
        key = state.signing_key(side, decision)
        if key is not None and (key.name, key.key_id) == (signature.name, signature.key_id):
            return side
    raise InputError(
        "The key {name} is of no side that can sign decision {number} now.",
        name=signature.name,
        number=decision.text.number,
    )
