"""Pages for what went wrong; none of them needs the database."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def error_page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """The page for an HTTP status."""
    return render(request, "web/error.html", {"status": status, "title": title, "text": text}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """400: the request itself is wrong, such as a host that is not ours."""
    return error_page(
        request,
        400,
        _("This request cannot be understood"),
        _("Please go back, load the page again and repeat what you did."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """403: the rules do not allow it."""
    return error_page(request, 403, _("This is not permitted"), _("You have no right to do this here."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django's signature
    """403: the form's token is missing or old."""
    return error_page(
        request,
        403,
        _("This form was not accepted"),
        _(
            "It may have been open too long, or cookies are turned off. Please load the page again and send the form once more."
        ),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """404: nothing is at this address."""
    return error_page(
        request,
        404,
        _("There is no such page"),
        _("The address may be mistyped, or the conversation has been deleted."),
    )


def too_large(request: HttpRequest, text: str) -> HttpResponse:
    """413: more than the server takes; `text` says what and how much."""
    return error_page(request, 413, _("This is more than the server takes"), text)


def length_required(request: HttpRequest) -> HttpResponse:
    """411: a body that does not say how long it is."""
    return error_page(
        request,
        411,
        _("The size of the upload is missing"),
        _("Please send the file with a browser, or with a Content-Length header."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours; its details stay in the log."""
    return error_page(
        request,
        500,
        _("The server made a mistake"),
        _("It is not your fault. The server's log tells the operator more; please try again later."),
    )
