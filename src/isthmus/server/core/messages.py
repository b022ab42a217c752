"""Messages kept in the database, so that they can be read in either language later."""

from __future__ import annotations

from typing import Any

from isthmus.language import Message, translator
from isthmus.server.core.languages import current_language


def to_json(message: Message) -> dict[str, Any]:
    """A message in plain values; messages among them likewise, and what else is no number is kept as text."""
    return {"text": message.text, "values": {name: _plain(value) for name, value in message.values.items()}}


def _plain(value: object) -> Any:
    if isinstance(value, Message):
        return to_json(value)
    return value if isinstance(value, int | float) else _storable(str(value))


def _storable(text: str) -> str:
    """A text that every database keeps: PostgreSQL's JSON has neither NUL nor half a surrogate pair."""
    return text.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def from_json(kept: dict[str, Any]) -> Message:
    """The message that `to_json` took apart."""
    values = {name: from_json(value) if isinstance(value, dict) else value for name, value in kept["values"].items()}
    text = kept["text"]  # in a variable: collectors of texts take a literal for a sentence
    return Message(text, values)


def read_out(message: Message) -> str:
    """The sentence in the reader's language."""
    return message.render(translator(current_language()).gettext)
