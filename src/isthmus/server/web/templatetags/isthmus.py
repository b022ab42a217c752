"""What the templates need beyond Django's own tags."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from isthmus.server.core.languages import UNKNOWN, current_language, in_language

register = template.Library()


@register.simple_tag
def title_of(titles: Mapping[str, str]) -> SafeString:
    """A title in the reader's language, marked with its own language where that is known and another."""
    text, language = in_language(titles, current_language())
    if language in (UNKNOWN, current_language()):
        return format_html("{}", text)
    return format_html('<span lang="{}">{}</span>', language, text)


@register.filter
def percent(share: float) -> int:
    """A share as whole percent."""
    return round(share * 100)
