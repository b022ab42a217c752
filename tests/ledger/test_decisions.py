"""The exact bytes of what is signed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from isthmus.language import InputError
from isthmus.ledger import DecisionText, canonical, digest, rejection_text, seal

pytestmark = pytest.mark.unit

VECTOR = """\
isthmus decision v1
genesis sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824
round 2
number 7
previous sha256:486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7
act theme.adopt
data sha256:44afba0a1e4a9f0e6d2d6c3b3e3bfd5be0dd5b30ff7a3cc4b0ee1b6f5f0b7f19
text en sha256:0000000000000000000000000000000000000000000000000000000000000001
text zh-Hans sha256:0000000000000000000000000000000000000000000000000000000000000002
expires 2026-12-08T12:00:00Z
"""


def decision() -> DecisionText:
    return DecisionText(
        genesis=digest(b"hello"),
        round=2,
        number=7,
        previous=digest(b"world"),
        act="theme.adopt",
        data="sha256:44afba0a1e4a9f0e6d2d6c3b3e3bfd5be0dd5b30ff7a3cc4b0ee1b6f5f0b7f19",
        texts={"zh-Hans": "sha256:" + "2".zfill(64), "en": "sha256:" + "1".zfill(64)},
        expires=datetime(2026, 12, 8, 12, tzinfo=UTC),
    )


def test_text_to_the_byte() -> None:
    assert decision().format() == VECTOR
    assert DecisionText.parse(VECTOR) == decision()


def test_any_changed_character_is_another_text() -> None:
    for place, character in enumerate(VECTOR):
        changed = VECTOR[:place] + chr(ord(character) ^ 1) + VECTOR[place + 1 :]
        try:
            assert DecisionText.parse(changed).digest != decision().digest
        except InputError:
            continue


def test_other_line_endings_are_named() -> None:
    with pytest.raises(InputError, match="line endings of this text were changed"):
        DecisionText.parse(VECTOR.replace("\n", "\r\n"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("isthmus decision v1", "isthmus decision v2", "begins with the line"),
        ("round 2\nnumber 7\n", "number 7\nround 2\n", "in this order"),
        ("round 2", "round 02", "names a whole number"),
        ("2026-12-08T12:00:00Z", "2026-12-08 12:00", "is not a moment"),
        ("2026-12-08", "2026-02-30", "is not a moment"),
        ("text en", "text EN", "is not the tag of a language"),
        ("act theme.adopt", "act Theme adopt", "is written like rules.change"),
        ("previous sha256:4", "previous sha256:G", "names a digest"),
        ("expires", "expires ", "is not a moment"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        DecisionText.parse(VECTOR.replace(old, new, 1))


def test_texts_are_in_the_order_of_their_tags() -> None:
    lines = VECTOR.splitlines(keepends=True)
    lines[7], lines[8] = lines[8], lines[7]
    with pytest.raises(InputError, match="exact form"):
        DecisionText.parse("".join(lines))


def test_rejection_names_the_decision() -> None:
    found = decision()
    assert rejection_text(found) == f"isthmus rejection v1\n{found.genesis}\n7\n{digest(VECTOR.encode())}\n"


def test_a_seal_is_the_digest_of_salt_and_bytes() -> None:
    assert seal(b"text", bytes(32)) == digest(bytes(32) + b"text")
    assert canonical({"b": 1, "a": [True, None]}) == b'{"a":[true,null],"b":1}'
