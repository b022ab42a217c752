"""What the API says when something is wrong: problem documents (RFC 9457), in the language that was asked for."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from isthmus.language import InputError, Message, translator
from isthmus.server.core.languages import requested_language
from isthmus.server.core.messages import to_json

log = logging.getLogger(__name__)

PREFIX: Final = "/api/"
MEDIA_TYPE: Final = "application/problem+json"

_TITLES: Final = {
    400: Message("This request cannot be understood."),
    401: Message("A token is needed."),
    403: Message("This is not permitted."),
    404: Message("There is nothing at this address."),
    405: Message("This cannot be done at this address."),
    410: Message("This was destroyed."),
    411: Message("The size of the upload is missing."),
    413: Message("This is more than the server takes."),
    422: Message("This cannot be used."),
    429: Message("Too many requests; please wait a while."),
    500: Message("The server made a mistake."),
    503: Message("The server cannot answer now."),
}


class Problem(Exception):  # noqa: N818  # what RFC 9457 calls it
    """A request that is answered with a problem document: an HTTP status and what is wrong."""

    def __init__(self, status: int, message: Message | None = None) -> None:
        self.status, self.message = status, message
        super().__init__(status)


def problem(request: HttpRequest, status: int, message: Message | None = None, **members: Any) -> HttpResponse:
    """A problem document.

    Parameters
    ----------
    request
        What it answers; its language is that of the document.
    status
        Of HTTP.
    message
        What is wrong, where there is more to say than the status does. It stands in `detail` in the reader's
        language, and in `message` so that a program can say it in its own.
    **members
        More members of the document.
    """
    language = requested_language(request)
    read = translator(language).gettext
    title = _TITLES.get(status, _TITLES[500 if status >= 500 else 400])
    document: dict[str, Any] = {"type": "about:blank", "title": title.render(read), "status": status, **members}
    if message is not None:
        document |= {"detail": message.render(read), "message": to_json(message)}
    content = json.dumps(document, ensure_ascii=False)
    response = HttpResponse(content, status=status, content_type=MEDIA_TYPE)
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language, Authorization, Cookie"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def handle_errors(api: NinjaAPI) -> None:
    """Let an API answer whatever goes wrong in it with problem documents."""
    for kind in (Problem, InputError, HttpError, Http404, ValidationError, Exception):
        api.add_exception_handler(kind, _answer)


def _answer(request: HttpRequest, found: Exception | type[Exception]) -> HttpResponse:
    match found:
        case Problem():
            return problem(request, found.status, found.message)
        case InputError():
            return problem(request, 422, found.message)
        case HttpError():
            return problem(request, found.status_code)
        case Http404():
            return problem(request, 404)
        case ValidationError():
            return problem(request, 422, _invalid(found))
    log.error("A request to the API failed", exc_info=found if isinstance(found, BaseException) else None)
    return problem(request, 500)


def _invalid(found: ValidationError) -> Message:
    """Name the first field; what was in it is the sender's own."""
    field = ".".join(str(part) for part in found.errors[0]["loc"])
    return Message("“{field}” is missing, or not of the form that /api/openapi.json describes.", {"field": field})


class ProblemDocuments:
    """Middleware: also what Django and other middleware refuse under /api/ is answered with a problem document."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        told = response.headers.get("Content-Type", "").startswith(MEDIA_TYPE)
        if not request.path_info.startswith(PREFIX) or response.status_code < 400 or told:
            return response
        if not isinstance(response, HttpResponse):
            return response
        answer = problem(request, response.status_code)
        response.content = answer.content
        response.headers["Content-Length"] = str(len(answer.content))
        for name, value in answer.headers.items():
            response.headers[name] = value
        return response
