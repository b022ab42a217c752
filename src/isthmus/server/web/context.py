"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from isthmus.server.core.languages import current_language


def page(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001  # Django calls it with the request
    """What every page needs: the tag of its language, and the names of the languages in themselves."""
    return {
        "language": current_language(),
        "languages": [("en", "en", "English"), ("zh-hans", "zh-Hans", "中文")],
        "upload_limit_mb": settings.ISTHMUS_UPLOAD_LIMIT // 1_000_000,
    }
