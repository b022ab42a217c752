"""A digest as 24 words, for people who compare it aloud or on paper (BIP-39, English and simplified Chinese)."""

from __future__ import annotations

from functools import cache
from typing import Final

from mnemonic import Mnemonic

from isthmus.language import InputError
from isthmus.ledger.digests import digest_bytes

WORD_LISTS: Final = {"en": "english", "zh-Hans": "chinese_simplified"}


def words(digest: str, language: str) -> list[str]:
    """The 24 words of a digest: 11 bits a word, the last 8 bits being a checksum (BIP-39, section "Generating").

    Parameters
    ----------
    digest
        `sha256:` and 64 hexadecimal digits.
    language
        A tag of `WORD_LISTS`: "en" gives English words, "zh-Hans" single characters.

    Raises
    ------
    InputError
        If the digest is none, or there is no list of words in the language.
    """
    if language not in WORD_LISTS:
        raise InputError(
            "There is no list of words in “{language}”; there are: {known}.",
            language=language,
            known=", ".join(WORD_LISTS),
        )
    return _list(language).to_mnemonic(digest_bytes(digest)).split(" ")


@cache
def _list(language: str) -> Mnemonic:
    return Mnemonic(WORD_LISTS[language])
