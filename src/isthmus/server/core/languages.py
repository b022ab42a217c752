"""Languages of the pages, and texts that exist in several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest
from django.utils import translation

UNKNOWN: Final = "und"  # BCP 47 for a language that is not known
_TAGS: Final = {"en": "en", "zh-hans": "zh-Hans"}  # Django's code -> BCP 47, as in isthmus.language.LANGUAGES


def current_language() -> str:
    """The tag of the reader's language."""
    return _TAGS.get(translation.get_language() or "", "en")


def requested_language(request: HttpRequest) -> str:
    """The tag of the language that a request asks for, also before or after Django has set it."""
    return _TAGS.get(translation.get_language_from_request(request), "en")


def in_language(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """The text in a language, or else in any, and the tag of the language it is in."""
    for tag in (language, UNKNOWN, *texts):
        if texts.get(tag):
            return texts[tag], tag
    return "", UNKNOWN
