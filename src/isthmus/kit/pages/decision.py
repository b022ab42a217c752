"""The pages of what is signed: a decision, and the genesis."""

from __future__ import annotations

from flask import Flask, redirect
from werkzeug.wrappers import Response

from isthmus.kit.api import send_parcels
from isthmus.kit.founding import draft_of, genesis_parcel
from isthmus.kit.pages.rendering import age
from isthmus.kit.pages.visit import Visit, typed_passphrase, visit
from isthmus.kit.signing import decision_of, needs_spare, obstacle, versions
from isthmus.kit.telling import act_name, phase_name
from isthmus.language import InputError, Message
from isthmus.ledger.genesis import Genesis
from isthmus.ledger.words import WORD_LISTS, words


def register(app: Flask) -> None:
    """Add the routes."""
    app.get("/decisions/<int:number>")(decision)
    app.get("/genesis")(genesis)
    app.post("/genesis")(sign_genesis)


def decision(number: int) -> tuple[str, int]:
    """One decision: the exact text, every language, the data."""
    here = visit()
    kit = here.kit
    found = decision_of(kit, number)
    now, state = kit.now(), kit.book().state
    order = sorted(state.sides, key=lambda side: (side != kit.side, side))
    counted = {*state.signed_by(found)}
    return here.page(
        "decision",
        decision=found,
        act=act_name(found.text.act),
        phase=phase_name(found.phase.value),
        by=here.name(found.by),
        age=age(now, found.proposed_at),
        left=found.text.expires - now,
        sides=[(here.name(side), side in counted) for side in order],
        text=found.text.format(),
        versions=versions(kit, found),
        obstacle=obstacle(kit, found),
        spare=needs_spare(kit, found),
        words=_words(found.text.digest),
    )


def genesis() -> tuple[str, int]:
    """The genesis: its words, to be compared face to face, and what it says."""
    return _genesis(visit())


def _genesis(here: Visit, error: InputError | None = None) -> tuple[str, int]:
    kit = here.kit
    draft = None if kit.mirror.size() else draft_of(kit)
    found: Genesis | None = kit.genesis() if kit.mirror.size() else (draft.genesis if draft else None)
    order = [] if found is None else sorted(found.sides, key=lambda side: (side != kit.side, side))
    return here.page(
        "genesis",
        error=error,
        genesis=found,
        draft=draft,
        signed=draft is not None and kit.side in draft.signed,
        words={} if found is None else _words(found.digest),
        sides=[] if found is None else [(side, found.sides[side].names.get(here.language, side)) for side in order],
    )


def sign_genesis() -> tuple[str, int] | Response:
    """Sign the genesis for this side."""
    here = visit()
    try:
        parcel = genesis_parcel(here.kit, here.kit.keyring.decision(typed_passphrase()))
        (outcome,) = send_parcels(here.kit.need_server(), [parcel])
    except InputError as problem:
        return _genesis(here, problem)
    here.notices.append(
        Message("Signed. Every side has signed: the series is founded.")
        if outcome.told.get("founded")
        else Message("Signed. The series is founded as soon as every side has signed.")
    )
    return redirect("/", 303)


def _words(digest: str) -> dict[str, list[str]]:
    return {language: words(digest, language) for language in sorted(WORD_LISTS)}
