"""Fields of documents that come from outside, read one by one so that a mistake is told by the field's name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from isthmus.language import InputError
from isthmus.ledger.canonical import Json

SIDE: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")  # the shape of a BCP 47 tag
LONGEST: Final = 200  # characters of a name or a title


def exactly(value: object, fields: set[str], where: str) -> dict[str, Json]:
    """An object with exactly these fields.

    Raises
    ------
    InputError
        If it is no object, or lacks a field, or has another.
    """
    if not isinstance(value, dict):
        raise InputError("{where}: an object with named fields was expected.", where=where)
    missing, strange = sorted(fields - value.keys()), sorted(str(name) for name in value.keys() - fields)
    if missing:
        raise InputError("{where}: the field “{field}” is missing.", where=where, field=missing[0])
    if strange:
        raise InputError("{where}: there is no field “{field}”.", where=where, field=strange[0])
    return value


def text_of(value: object, where: str) -> str:
    """A short line of text.

    Raises
    ------
    InputError
        If it is empty, too long, or holds characters that cannot be seen.
    """
    if not isinstance(value, str) or not value.strip():
        raise InputError("{where}: a text was expected.", where=where)
    if len(value) > LONGEST:
        raise InputError("{where}: at most {most} characters.", where=where, most=LONGEST)
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for character in value):
        raise InputError("{where}: it holds a character that cannot be seen or changes the direction.", where=where)
    return value


def texts_of(value: object, where: str) -> dict[str, str]:
    """Texts by language tag."""
    if not isinstance(value, dict) or not value:
        raise InputError("{where}: texts by language were expected, such as en and zh-Hans.", where=where)
    for tag in value:
        if not LANGUAGE.fullmatch(str(tag)):
            raise InputError("{where}: “{tag}” is not the tag of a language.", where=where, tag=tag)
    return {str(tag): text_of(text, f"{where}.{tag}") for tag, text in value.items()}


def side_of(value: object, where: str) -> str:
    """The identifier of a side."""
    if not isinstance(value, str) or not SIDE.fullmatch(value):
        raise InputError(
            "{where}: a side is named with at most 31 small letters, digits and hyphens, such as elm.", where=where
        )
    return value


def whole_number(value: object, where: str, *, least: int, most: int) -> int:
    """A whole number within bounds."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InputError("{where}: a whole number from {least} to {most}.", where=where, least=least, most=most)
    return value


def in_languages(texts: Mapping[str, str], languages: tuple[str, ...], where: str) -> None:
    """Stop unless there is a text for every language.

    Raises
    ------
    InputError
        If one is missing.
    """
    for tag in languages:
        if tag not in texts:
            raise InputError("{where}: the text in {language} is missing.", where=where, language=tag)
