"""Digests as words: the vectors of BIP-39's reference implementation, and both languages alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.language import LANGUAGES, InputError
from isthmus.ledger.words import WORD_LISTS, words

pytestmark = pytest.mark.unit

VECTORS = [
    ("00" * 32, "abandon " * 23 + "art"),
    ("ff" * 32, "zoo " * 23 + "vote"),
    ("7f" * 32, "legal winner thank year wave sausage worth useful " * 3 + "title"),
    ("80" * 32, "letter advice cage absurd amount doctor acoustic avoid " * 3 + "bless"),
    (
        "f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f",
        (
            "void come effort suffer camp survey warrior heavy shoot primary clutch crush "
            "open amazing screen patrol group space point ten exist slush involve unfold"
        ),
    ),
]


@pytest.mark.parametrize(("entropy", "expected"), VECTORS)
def test_english_words_are_those_of_bip_39(entropy: str, expected: str) -> None:
    given_words = words(f"sha256:{entropy}", "en")

    # The third and fourth vector repeat eight words; the last of 24 carries the checksum.
    listed = expected.split()
    assert given_words == [*listed[:23], listed[-1]]


def test_chinese_words_are_single_characters_of_bip_39() -> None:
    assert words("sha256:" + "00" * 32, "zh-Hans") == [*["的"] * 23, "性"]
    assert words("sha256:" + "ff" * 32, "zh-Hans") == [*["歇"] * 23, "佳"]


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_both_languages_say_the_same(first: bytes, second: bytes) -> None:
    """Equal words exactly for equal digests, and the same places repeat in both lists."""
    one, two = f"sha256:{first.hex()}", f"sha256:{second.hex()}"
    pairs = {
        (english, chinese)
        for digest in (one, two)
        for english, chinese in zip(words(digest, "en"), words(digest, "zh-Hans"), strict=True)
    }

    assert len({english for english, _ in pairs}) == len({chinese for _, chinese in pairs}) == len(pairs)
    for language in WORD_LISTS:
        assert len(words(one, language)) == 24
        assert (words(one, language) == words(two, language)) == (first == second)


def test_there_is_a_list_for_every_language_of_the_program() -> None:
    assert list(WORD_LISTS) == list(LANGUAGES)


def test_another_language_or_no_digest_is_refused() -> None:
    with pytest.raises(InputError, match=r"no list of words in “fr”; there are: en, zh-Hans\."):
        words("sha256:" + "00" * 32, "fr")
    with pytest.raises(InputError, match="is not a digest"):
        words("00" * 32, "en")
