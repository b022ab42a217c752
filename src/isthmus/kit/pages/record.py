"""The record as a list: every entry in a sentence."""

from __future__ import annotations

from typing import Final

from flask import Flask, request

from isthmus.kit.pages.visit import visit
from isthmus.kit.telling import describe_entry
from isthmus.ledger.events import TYPE, Event

ON_A_PAGE: Final = 50


def register(app: Flask) -> None:
    """Add the route."""
    app.get("/record")(record)


def record() -> tuple[str, int]:
    """The entries, the newest first."""
    here = visit()
    kit = here.kit
    types = dict(sorted(kit.book().state.types.items())) if kit.mirror.size() else {}
    kind = request.args.get("kind", "")
    kind = kind if TYPE.fullmatch(kind) and kind in types else ""
    count = types[kind] if kind else sum(types.values())
    pages = max(1, -(-count // ON_A_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    listed = kit.mirror.newest(kind, ON_A_PAGE, (page - 1) * ON_A_PAGE)
    entries = []
    for number, content in listed:
        event = Event.from_bytes(content)
        told = describe_entry(event, kit.book().state, here.language)
        decision = event.payload.get("decision")
        if event.type == "decision.proposed":
            decision = next((n for n, one in kit.book().state.decisions.items() if one.proposed == number), None)
        entries.append({"number": number, "at": event.at, "told": told, "type": event.type, "decision": decision})
    return here.page("record", entries=entries, types=types, kind=kind, page=page, pages=pages, count=count)
