"""What the reader calls each side."""

from __future__ import annotations

import re
from typing import Final

from isthmus.analysis import CommonGround
from isthmus.language import Translator

EVERYONE: Final = "everyone"
_NUMBERED_GROUP: Final = re.compile(r"group (\d+)", re.IGNORECASE)


def side_names(result: CommonGround, tr: Translator) -> list[str]:
    """Each side's own name, or a translated one where the program gave it."""
    if result.sides_from not in {"none", "groups", "polis"}:
        return [side.name for side in result.sides]
    return [_given(side.name, tr) for side in result.sides]


def _given(name: str, tr: Translator) -> str:
    if name == EVERYONE:
        return tr.gettext("Everyone")
    numbered = _NUMBERED_GROUP.fullmatch(name)
    return tr.gettext("Group {number}").format(number=numbered.group(1)) if numbered else name
