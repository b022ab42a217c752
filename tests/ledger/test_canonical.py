"""Canonical JSON and Base64: the vectors of RFC 8785 and RFC 4648, and rfc8785 as a second opinion."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from isthmus.language import InputError
from isthmus.ledger.canonical import (
    MAX_DEPTH,
    MAX_INTEGER,
    Json,
    base64_text,
    canonical,
    read_base64,
    read_canonical,
)

pytestmark = pytest.mark.unit

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXTS
VALUES: st.SearchStrategy[Json] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5), max_leaves=20
)


@given(VALUES)
def test_it_writes_what_rfc8785_writes_and_reads_it_back(value: Json) -> None:
    data = canonical(value)

    assert data == rfc8785.dumps(value)
    assert read_canonical(data) == value


def test_strings_are_written_as_in_rfc_8785_section_3_2_2_2() -> None:
    assert canonical('€$\u000f\nA\'B"\\\\"/') == b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


def test_every_control_character_has_its_one_form() -> None:
    short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}
    expected = "".join(short.get(code, f"\\u{code:04x}") for code in range(32)) + "\x7f"

    assert canonical("".join(map(chr, [*range(32), 127]))) == f'"{expected}"'.encode()


def test_names_are_sorted_as_in_rfc_8785_section_3_2_3() -> None:
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    expected = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]

    assert list(json.loads(canonical(dict.fromkeys(names, 0)))) == expected


def test_lists_keep_their_order_and_tuples_are_lists() -> None:
    assert canonical({"b": [3, 1, 2], "a": (True, None)}) == b'{"a":[true,null],"b":[3,1,2]}'


@pytest.mark.parametrize("number", [MAX_INTEGER, -MAX_INTEGER])
def test_the_greatest_integers_pass_and_the_next_do_not(number: int) -> None:
    assert read_canonical(canonical(number)) == number
    beyond = number + (1 if number > 0 else -1)
    with pytest.raises(InputError, match="too large"):
        canonical([beyond])
    with pytest.raises(InputError, match="too large"):
        read_canonical(b"%d" % beyond)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1.5, "1.5 is not whole"),
        ([2.0], "2.0 is not whole"),
        (float("nan"), "nan is not whole"),
        ({1: 2}, "must be text, not “int”"),
        ({"a": b""}, "“bytes”"),
        ({"a": {1, 2}}, "“set”"),
        (["\ud800"], "lone surrogate"),
        ({"\udfff": 1}, "lone surrogate"),
    ],
)
def test_what_has_no_canonical_form_is_refused(value: object, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        canonical(value)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "goes wrong at character 1"),
        (b"{", "goes wrong at character 2"),
        (b'{"a":1}x', "goes wrong at character 8"),
        (b"\xff", "byte 1 does not fit"),
        (b'"\xed\xa0\x80"', "byte 2 does not fit"),
        (b"\xef\xbb\xbf{}", "goes wrong at character 1"),
        ("{}".encode("utf-16"), "byte 1 does not fit"),
        (b'{"a": 1}', "canonical form"),
        (b"{}\n", "canonical form"),
        (b'{"b":1,"a":2}', "canonical form"),
        (b'{"a":1,"a":1}', "canonical form"),
        (b'{"a":2,"a":1}', "canonical form"),
        (b'"\\u0041"', "canonical form"),
        (b'"\\/"', "canonical form"),
        (b'"\\u000A"', "canonical form"),
        (b"-0", "canonical form"),
        (b"01", "goes wrong"),
        (b"1.0", "1.0 is not whole"),
        (b"1e3", "1e3 is not whole"),
        (b"NaN", "NaN is not whole"),
        (b"-Infinity", "-Infinity is not whole"),
        (b'"\\ud800"', "lone surrogate"),
        (b"9" * 5000, "too large"),
        (b"[" * 100_000, "64 deep"),
    ],
)
def test_what_is_not_canonical_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read_canonical(data)


def test_depth_has_a_limit() -> None:
    deepest: Json = 1
    for _ in range(MAX_DEPTH):
        deepest = [deepest]

    assert read_canonical(canonical(deepest)) == deepest
    with pytest.raises(InputError, match="64 deep"):
        canonical({"a": deepest})


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"f", "Zg=="),
        (b"fo", "Zm8="),
        (b"foo", "Zm9v"),
        (b"foob", "Zm9vYg=="),
        (b"fooba", "Zm9vYmE="),
        (b"foobar", "Zm9vYmFy"),
    ],
)
def test_base64_is_that_of_rfc_4648_section_10(data: bytes, text: str) -> None:
    assert base64_text(data) == text
    assert read_base64(text) == data


@pytest.mark.parametrize(
    "text", ["Zg", "Zg=", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm9v====", "-_==", "Zm9vé", "=", "Z"]
)
def test_base64_that_could_be_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="exact Base64"):
        read_base64(text)
