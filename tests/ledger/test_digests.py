"""Digests and seals: the vectors of FIPS 180-4, and what a salt must be."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.language import InputError
from isthmus.ledger.digests import SALT_BYTES, digest, digest_bytes, is_digest, seal

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
    ],
)
def test_a_digest_is_sha_256(data: bytes, expected: str) -> None:
    assert digest(data) == f"sha256:{expected}"


@given(st.binary(min_size=SALT_BYTES, max_size=SALT_BYTES), st.binary())
def test_a_seal_is_the_digest_of_salt_and_bytes(salt: bytes, data: bytes) -> None:
    assert seal(data, salt) == "sha256:" + hashlib.sha256(salt + data).hexdigest()


@pytest.mark.parametrize("length", [0, SALT_BYTES - 1, SALT_BYTES + 1])
def test_a_salt_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(InputError, match=f"32 bytes; this one has {length}"):
        seal(b"text", b"s" * length)


@given(st.binary(max_size=100))
def test_digests_are_recognised_and_read(data: bytes) -> None:
    text = digest(data)

    assert is_digest(text)
    assert digest_bytes(text) == hashlib.sha256(data).digest()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sha256:",
        "a" * 64,
        "sha256:" + "a" * 63,
        "sha256:" + "a" * 65,
        "sha256:" + "A" * 64,
        "sha256:" + "g" * 64,
        "sha256:" + "a" * 64 + "\n",
        "sha256:" + "１" * 64,
        "SHA256:" + "a" * 64,
    ],
)
def test_what_is_no_digest_is_refused(text: str) -> None:
    assert not is_digest(text)
    with pytest.raises(InputError, match="is not a digest"):
        digest_bytes(text)


def test_only_text_can_be_a_digest() -> None:
    assert not is_digest(None)
    assert not is_digest(b"sha256:" + b"a" * 64)
