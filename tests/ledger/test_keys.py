"""Keys: the vectors of RFC 8032 and of Go's note package, key ids, and keys that must not be accepted."""

from __future__ import annotations

import struct

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from isthmus.language import InputError
from isthmus.ledger.canonical import base64_text
from isthmus.ledger.keys import MAX_TIME, Algorithm, SigningKey, VerifierKey

pytestmark = pytest.mark.unit

# RFC 8032, section 7.1: tests 1 to 3 as secret key, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
            "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da0"
            "85ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac1"
            "8ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]

# Public keys of type 1 from golang.org/x/mod/sumdb/note, of type 4 from a public witness.
KNOWN = {
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW": Algorithm.ED25519,
    "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop": Algorithm.ED25519,
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2": Algorithm.COSIGNATURE,
}

SEED = bytes(range(32))
DECISION = SigningKey.from_bytes("elm/decision", Algorithm.ED25519, SEED)
WITNESS = SigningKey.from_bytes("elm/witness", Algorithm.COSIGNATURE, SEED)


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_signatures_are_those_of_rfc_8032(seed: str, public: str, message: str, signature: str) -> None:
    key = SigningKey.from_bytes("elm/decision", Algorithm.ED25519, bytes.fromhex(seed))

    assert key.verifier.public.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert key.verifier.verify(bytes.fromhex(signature), bytes.fromhex(message))
    assert key.to_bytes().hex() == seed


@pytest.mark.parametrize("text", KNOWN)
def test_known_verifier_keys_are_read_and_written(text: str) -> None:
    key = VerifierKey.parse(text)

    assert (key.text, key.algorithm, key.key_id.hex()) == (text, KNOWN[text], text.split("+")[1])


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_generated_key_can_be_kept_and_restored(algorithm: Algorithm) -> None:
    key = SigningKey.generate("birch/witness", algorithm)
    again = SigningKey.from_bytes("birch/witness", algorithm, key.to_bytes())

    assert again.verifier == key.verifier == VerifierKey.parse(key.verifier.text)
    assert {again.verifier, key.verifier} == {key.verifier}
    assert SigningKey.generate("birch/witness", algorithm).verifier != key.verifier


def test_a_private_key_does_not_show_its_secret() -> None:
    shown = f"{DECISION!r} {DECISION} {DECISION.__dict__}"

    assert SEED.hex() not in shown
    assert repr(SEED) not in shown
    assert base64_text(SEED) not in shown


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_signature_holds_for_its_text_alone(text: bytes, other: bytes) -> None:
    assert DECISION.verifier.verify(DECISION.sign(text), other) == (text == other)
    assert WITNESS.verifier.verify(WITNESS.sign_at(text, 7), other) == (text == other)


@given(st.integers(0, MAX_TIME), st.integers(0, MAX_TIME))
def test_a_cosignature_holds_for_its_time_alone(time: int, other: int) -> None:
    signature = WITNESS.sign_at(b"text\n", time)

    assert signature[:8] == struct.pack(">Q", time)
    assert WITNESS.verifier.verify(struct.pack(">Q", other) + signature[8:], b"text\n") == (time == other)


def test_a_cosignature_signs_the_message_of_the_specification() -> None:
    """C2SP tlog-cosignature: header line, time line, the whole text."""
    signature = WITNESS.sign_at(b"origin\n1\nroot\n", 1679315147)
    plain = Ed25519PublicKey.from_public_bytes(WITNESS.verifier.public)

    plain.verify(signature[8:], b"cosignature/v1\ntime 1679315147\norigin\n1\nroot\n")


@pytest.mark.parametrize("time", [-1, MAX_TIME + 1])
def test_a_time_out_of_range_is_refused(time: int) -> None:
    with pytest.raises(InputError, match="does not lie between"):
        WITNESS.sign_at(b"text\n", time)


def test_a_signature_that_claims_a_time_out_of_range_is_refused() -> None:
    late = b"\x80" + bytes(7)
    signed = DECISION.sign(b"cosignature/v1\ntime %d\ntext\n" % 2**63)  # The same secret signs both.

    assert not WITNESS.verifier.verify(late + signed, b"text\n")


def test_each_kind_of_key_signs_its_own_kind_only() -> None:
    with pytest.raises(InputError, match="“elm/witness” is a witness key: it signs checkpoints only"):
        WITNESS.sign(b"text\n")
    with pytest.raises(InputError, match="“elm/decision” is not a witness key"):
        DECISION.sign_at(b"text\n", 1)
    assert DECISION.verifier.key_id != WITNESS.verifier.key_id


@pytest.mark.parametrize("length", [0, 63, 65, 71, 73])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    assert not DECISION.verifier.verify(bytes(length), b"text\n")
    assert not WITNESS.verifier.verify(bytes(length), b"text\n")


@pytest.mark.parametrize(
    "name",
    ["", "elm decision", "elm+decision", "elm\u00a0decision", "elm\u3000decision", "elm\n", "a\x00", "a\x7f", "\u2028"],
)
def test_a_name_that_cannot_stand_in_a_note_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="is not the name of a key"):
        SigningKey.generate(name)
    with pytest.raises(InputError, match="is not the name of a key"):
        VerifierKey(name, Algorithm.ED25519, DECISION.verifier.public)


def test_a_name_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(InputError, match="is not Unicode"):
        SigningKey.from_bytes("\ud800", Algorithm.ED25519, SEED)


@pytest.mark.parametrize("at", range(len(DECISION.verifier.text)))
def test_a_verifier_key_with_one_character_changed_is_refused(at: int) -> None:
    text = DECISION.verifier.text
    for other in ("A", "b", "+", "0", "=", " "):
        changed = text[:at] + other + text[at + 1 :]
        if changed != text:
            with pytest.raises(InputError):
                VerifierKey.parse(changed)


def test_a_verifier_key_cut_short_is_refused() -> None:
    text = DECISION.verifier.text
    for cut in range(len(text)):
        with pytest.raises(InputError):
            VerifierKey.parse(text[:cut])
        with pytest.raises(InputError):
            VerifierKey.parse(text[cut + 1 :])


def test_a_key_id_in_capitals_and_an_unknown_type_are_refused() -> None:
    name, key_id, encoded = DECISION.verifier.text.split("+", 2)
    with pytest.raises(InputError, match=f"does not fit its id: {key_id.upper()} is written, {key_id} would be right"):
        VerifierKey.parse(f"{name}+{key_id.upper()}+{encoded}")
    with pytest.raises(InputError, match="of a type that is not used here"):
        VerifierKey.parse(f"{name}+{key_id}+{base64_text(bytes([2]) + DECISION.verifier.public)}")


# The points whose order divides 8, and encodings beyond the field's prime (RFC 8032, section 5.1.3).
UNSOUND = [
    bytes(32),
    b"\1" + bytes(31),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    b"\xec" + b"\xff" * 30 + b"\x7f",
    b"\xed" + b"\xff" * 30 + b"\x7f",
    b"\xee" + b"\xff" * 30 + b"\x7f",
    b"\xff" * 32,
]


@pytest.mark.parametrize("sign", [0, 0x80])
@pytest.mark.parametrize("public", UNSOUND)
def test_a_key_that_would_fit_any_text_is_refused(public: bytes, sign: int) -> None:
    with pytest.raises(InputError, match="not a sound Ed25519 public key"):
        VerifierKey("elm/decision", Algorithm.ED25519, public[:-1] + bytes([public[-1] | sign]))


def test_such_a_key_is_a_real_danger() -> None:
    """Without the refusal one signature by the neutral point would pass for every text."""
    neutral = b"\1" + bytes(31)
    for text in (b"yes\n", b"no\n"):
        Ed25519PublicKey.from_public_bytes(neutral).verify(neutral + bytes(32), text)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_or_seed_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(InputError, match="not a sound Ed25519 public key"):
        VerifierKey("elm/decision", Algorithm.ED25519, b"\5" * length)
    with pytest.raises(InputError, match=f"32 bytes; this one has {length}"):
        SigningKey.from_bytes("elm/decision", Algorithm.ED25519, b"\5" * length)
