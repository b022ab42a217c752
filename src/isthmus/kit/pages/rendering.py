"""Templates of the page, in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from isthmus.formats.report import STATIC as DESIGN
from isthmus.kit.telling import span
from isthmus.language import Message, translator

OWN: Final = Path(__file__).resolve().parent / "static" / "kit"
FILES: Final = {
    "isthmus.css": DESIGN / "isthmus",
    "controls.css": DESIGN / "isthmus",
    "mark.svg": DESIGN / "isthmus",
    "kit.css": OWN,
}
NAMES: Final = {"en": "English", "zh-Hans": "中文"}


def render(name: str, language: str, **values: object) -> str:
    """A page."""
    return environment(language).get_template(f"{name}.html.j2").render(language=language, languages=NAMES, **values)


@cache
def environment(language: str) -> Environment:
    """The templates in a language."""
    made = Environment(
        loader=PackageLoader("isthmus.kit.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    read = translator(language)
    made.install_gettext_translations(read, newstyle=True)  # type: ignore[attr-defined]  # added by ext.i18n

    def say(message: Message) -> str:
        return message.render(read.gettext)

    made.filters["say"] = say
    made.filters["span"] = lambda time: say(span(time))
    made.filters["moment"] = moment
    made.filters["rows"] = lambda data: list(rows(data))
    made.filters["grouped"] = lambda number: f"{number:,}"
    return made


def moment(at: datetime) -> str:
    """A moment as people of both languages read it, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def age(now: datetime, at: datetime) -> timedelta:
    """How long ago something was; never below nothing."""
    return max(timedelta(), now - at)


def rows(data: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Data as rows of a table: where a value stands, and the value.

    >>> list(rows({"rules": {"decision_days": 7, "languages": ["en"]}}))
    [('rules.decision_days', '7'), ('rules.languages.0', 'en')]
    """
    if isinstance(data, Mapping) and data:
        for name in sorted(data):
            yield from rows(data[name], f"{path}.{name}" if path else str(name))
    elif isinstance(data, list) and data:
        for number, item in enumerate(data):
            yield from rows(item, f"{path}.{number}" if path else str(number))
    else:
        yield path, data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
