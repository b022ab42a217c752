"""The desk: what waits for a signature, and how the record stands."""

from __future__ import annotations

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from isthmus.kit.alarm import Alarm
from isthmus.kit.api import send_parcels
from isthmus.kit.following import Followed, follow
from isthmus.kit.founding import draft_of
from isthmus.kit.pages.rendering import age
from isthmus.kit.pages.visit import Visit, typed_passphrase, visit
from isthmus.kit.signing import needs_spare, obstacle, reject_parcel, sign_parcel, waiting
from isthmus.kit.standing import standing
from isthmus.kit.telling import act_name
from isthmus.language import InputError, Message


def register(app: Flask) -> None:
    """Add the routes."""
    app.get("/")(desk)
    app.post("/decisions")(decide)
    app.post("/mirror")(mirror)


def desk() -> tuple[str, int]:
    """The desk."""
    return show(visit())


def show(here: Visit, error: InputError | None = None) -> tuple[str, int]:
    """The desk, with what went wrong."""
    kit = here.kit
    now = kit.now()
    founded = kit.mirror.size() > 0
    stands = standing(kit) if founded else None
    seen = [] if stands is None else [(here.name(side), found) for side, found in stands.sides.items()]
    listed = [] if not founded else waiting(kit)
    draft = None if founded else draft_of(kit)
    return here.page(
        "desk",
        error=error,
        draft=draft,
        signed=draft is not None and kit.side in draft.signed,
        standing=stands,
        seen=[(name, found, age(now, found.at) if found else None) for name, found in seen],
        decisions=[
            {
                "number": decision.text.number,
                "act": act_name(decision.text.act),
                "by": here.name(decision.by),
                "age": age(now, decision.proposed_at),
                "left": decision.text.expires - now,
                "signed": [here.name(side) for side in sorted(kit.book().state.signed_by(decision))],
                "obstacle": obstacle(kit, decision),
                "spare": needs_spare(kit, decision),
            }
            for decision in listed
        ],
        paired=bool(kit.settings.server),
        ticked=request.form.getlist("number") if request.method == "POST" else [],
    )


def decide() -> tuple[str, int] | Response:
    """Sign or reject the decisions that were ticked, with one passphrase."""
    here = visit()
    try:
        here.notices.extend(_decide(here))
    except InputError as problem:
        return show(here, problem)
    return redirect("/", 303)


def _decide(here: Visit) -> list[Message]:
    kit = here.kit
    numbers = [int(text) for text in request.form.getlist("number") if text.isdecimal() and len(text) < 10]
    if not numbers:
        raise InputError("Tick at least one decision first.")
    key = kit.keyring.decision(typed_passphrase())
    rejecting = request.form.get("act") == "reject"
    make = reject_parcel if rejecting else sign_parcel
    outcomes = send_parcels(kit.need_server(), [make(kit, number, key) for number in numbers])
    told = [
        Message("Decision {number}: rejected.", {"number": outcome.told.get("decision")})
        if rejecting
        else Message("Decision {number}: signed.", {"number": outcome.told.get("decision")})
        for outcome in outcomes
    ]
    return [*told, *_after(here)]


def mirror() -> tuple[str, int] | Response:
    """Fetch what is new, verify it, cosign it."""
    here = visit()
    try:
        here.notices.extend(_tell(follow(here.kit)))
    except Alarm:
        pass  # it is kept, and the desk shows it
    except InputError as problem:
        return show(here, problem)
    return redirect("/", 303)


def _after(here: Visit) -> list[Message]:
    """Bring home what was just done; if that fails, it was done all the same."""
    try:
        return _tell(follow(here.kit))
    except InputError as problem:
        return [problem.message]


def _tell(followed: Followed) -> list[Message]:
    told = []
    if followed.draft is not None:
        told.append(
            Message("Not every side has answered its invitation yet.")
            if followed.draft.genesis is None
            else Message("The genesis can be signed: {digest}", {"digest": followed.draft.genesis.digest})
        )
    if followed.mirrored is not None:
        counts = followed.mirrored
        values = {"size": counts.size, "entries": counts.entries, "contents": counts.contents}
        told.append(
            Message("Entries: {size}, of these new: {entries}; new contents: {contents}. All verified.", values)
        )
    if followed.cosigning is not None:
        told.append(followed.cosigning.reason or Message("Cosigned."))
    return told
