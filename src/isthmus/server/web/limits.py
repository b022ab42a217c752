"""The most that one request may hold."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from isthmus.server.web import errors


class UploadLimit:
    """Refuses a request that is too large before a byte of its body is read.

    Django never reads more than Content-Length says, so the header is enough; and it reads nothing without the
    header, so a body sent in chunks is refused with a reason instead of being taken for an empty one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or ""
        if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower() and not length:
            return errors.length_required(request)
        if length.isdecimal() and int(length) > settings.ISTHMUS_UPLOAD_LIMIT:
            limit = settings.ISTHMUS_UPLOAD_LIMIT // 1_000_000
            return errors.too_large(
                request,
                _("One upload may hold %(limit)s MB. For more, use “isthmus import” on the server's own machine.")
                % {"limit": limit},
            )
        return self._get_response(request)
