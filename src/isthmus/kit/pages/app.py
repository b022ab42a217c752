"""The page of a kit: its routes, and the checks before each."""

from __future__ import annotations

import logging
import os
from typing import Final

from flask import Flask, Request, Response, g, redirect, request, send_from_directory
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from isthmus.kit.kit import Kit
from isthmus.kit.pages import decision, desk, record, workspace
from isthmus.kit.pages.guard import HEADERS, Guard
from isthmus.kit.pages.rendering import FILES, render
from isthmus.kit.pages.visit import Visit
from isthmus.language import LANGUAGES, InputError, Message

MOST_BYTES: Final = 1_000_000  # of a form
OPEN: Final = {"enter", "static"}  # what is answered to a browser that has not come in yet
DEBUG: Final = "ISTHMUS_DEBUG"

_log = logging.getLogger(__name__)


def make_app(kit: Kit, guard: Guard) -> Flask:
    """The page of a kit as a WSGI application.

    Parameters
    ----------
    kit
        The kit that is shown.
    guard
        Who may use it.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    door = _Door(kit, guard)
    app.before_request(door.check)
    app.after_request(_seal)
    app.add_url_rule("/enter/<token>", "enter", door.enter)
    app.add_url_rule("/static/<name>", "static", _static)
    app.post("/language")(_choose_language)
    app.register_error_handler(InputError, _refused)
    app.register_error_handler(HTTPException, _wrong)
    app.register_error_handler(Exception, _fault)
    for part in (desk, decision, record, workspace):
        part.register(app)
    return app


class _Door:
    """The checks before a request, and the way in."""

    def __init__(self, kit: Kit, guard: Guard) -> None:
        self._kit = kit
        self._guard = guard
        self._notices: list[Message] = []  # for the page that is shown next

    def check(self) -> tuple[str, int] | None:
        guard = self._guard
        g.visit = Visit(self._kit, _language(request), guard.form_token, self._notices)
        if not guard.is_host(request):
            return _refusal(Message("This page answers on this computer only."), 421)
        if request.endpoint not in OPEN and not guard.is_inside(request):
            return _refusal(Message("Open the address that “isthmus kit serve” has printed."), 403)
        if request.method not in {"GET", "HEAD"} and not guard.is_own_form(request):
            return _refusal(
                Message("This form did not come from this page. Load the page again and repeat what you did."), 403
            )
        return None

    def enter(self, token: str) -> AnyResponse | tuple[str, int]:
        if not self._guard.is_entrance(token):
            return _refusal(Message("Open the address that “isthmus kit serve” has printed."), 403)
        return self._guard.let_in(Response("", 303, {"Location": "/"}))


def _seal(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response


def _static(name: str) -> Response | tuple[str, int]:
    if name not in FILES:
        return _refusal(Message("There is no such page."), 404)
    return send_from_directory(FILES[name], name)


def _choose_language() -> AnyResponse:
    path = request.form.get("next", "/")
    response = redirect(path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/", 303)
    if request.form.get("language") in LANGUAGES:
        response.set_cookie("language", request.form["language"], httponly=True, samesite="Strict")
    return response


def _refused(problem: InputError) -> tuple[str, int]:
    return _refusal(problem.message, 422)


def _wrong(problem: HTTPException) -> tuple[str, int]:
    told = {404: Message("There is no such page."), 413: Message("This is more than the page takes.")}
    status = problem.code or 500
    return _refusal(told.get(status, Message("This request cannot be understood.")), status)


def _fault(fault: Exception) -> tuple[str, int]:
    _log.error("%s", type(fault).__name__, exc_info=fault if os.environ.get(DEBUG) else None)
    return _refusal(Message("Something went wrong inside the program; the terminal tells more."), 500)


def _refusal(message: Message, status: int) -> tuple[str, int]:
    return render("refusal", g.visit.language, message=message, status=status), status


def _language(asked: Request) -> str:
    """The language that was chosen, else the browser's."""
    chosen = asked.cookies.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return "zh-Hans" if (asked.accept_languages.best or "").lower().startswith("zh") else "en"
