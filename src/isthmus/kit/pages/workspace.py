"""The side's own papers as a page. They are sent nowhere."""

from __future__ import annotations

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from isthmus.kit.pages.visit import Visit, visit
from isthmus.kit.workspace import Kind, Workspace
from isthmus.language import InputError, Message


def register(app: Flask) -> None:
    """Add the routes."""
    app.get("/workspace")(workspace)
    app.post("/workspace")(put)
    app.post("/workspace/delete")(delete)


def workspace() -> tuple[str, int]:
    """The papers."""
    return _show(visit())


def _show(here: Visit, error: InputError | None = None) -> tuple[str, int]:
    papers = Workspace(here.kit.keyring).papers()
    listed = {kind.value: [paper for paper in papers if paper.kind is kind] for kind in Kind}
    kept = request.form.to_dict() if error is not None else {}
    return here.page(
        "workspace", error=error, papers=listed, kept=kept, fields={kind.value: kind.fields for kind in Kind}
    )


def put() -> tuple[str, int] | Response:
    """Add a paper, or change one."""
    here = visit()
    try:
        kind = _kind()
        Workspace(here.kit.keyring).put(kind, request.form.to_dict(), request.form.get("id") or None)
    except InputError as problem:
        return _show(here, problem)
    here.notices.append(Message("Kept on this computer."))
    return redirect("/workspace", 303)


def delete() -> tuple[str, int] | Response:
    """Delete a paper."""
    here = visit()
    try:
        Workspace(here.kit.keyring).delete(request.form.get("id", ""))
    except InputError as problem:
        return _show(here, problem)
    here.notices.append(Message("Deleted."))
    return redirect("/workspace", 303)


def _kind() -> Kind:
    try:
        return Kind(request.form.get("kind", ""))
    except ValueError:
        raise InputError("This is no kind of paper that is kept here.") from None
