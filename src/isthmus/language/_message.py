from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for people: English text with named fields in braces, and the values that fill them.

    The text is the key in the catalogues, so a message made deep in the library is still read in the
    language of whoever meets it.

    >>> Message("{path}, line {line}: this row has no statement.", {"path": "votes.csv", "line": 3}).render()
    'votes.csv, line 3: this row has no statement.'
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str] = str) -> str:
        """The sentence, with its text passed through `translate` (gettext) first; so are messages in its values."""
        values = {
            name: value.render(translate) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return translate(self.text).format(**values)


class InputError(ValueError):
    """Input that cannot be used; says what is wrong, where, and what would be right.

    Raise it with the English sentence and its values: `InputError("{path}: no such file.", path=path)`.
    """

    def __init__(self, text: str, /, **values: object) -> None:
        self.message = Message(text, values)
        super().__init__(self.message.render())
