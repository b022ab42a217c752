"""Keys of signed notes: Ed25519 (C2SP signed-note, type 0x01) and Ed25519 cosignatures (tlog-cosignature v1, 0x04)."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from isthmus.language import InputError
from isthmus.ledger.canonical import base64_text, read_base64

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
TIME_BYTES: Final = 8
MAX_TIME: Final = 2**63 - 1

_FIELD: Final = 2**255 - 19  # The prime of Ed25519's field (RFC 8032, section 5.1).

# The second coordinates of the eight points whose order divides 8. A public key made of one of them lets one
# signature pass for many texts, so its owner could deny every one.
_SMALL_ORDER: Final = frozenset(
    int.from_bytes(bytes.fromhex(text), "little")
    for text in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


class Algorithm(IntEnum):
    """The type byte of a key (C2SP signed-note, section "Signature types")."""

    ED25519 = 1
    COSIGNATURE = 4


@dataclass(frozen=True)
class VerifierKey:
    """A public key with its name.

    Raises
    ------
    InputError
        If the name cannot stand in a note, or `public` (32 bytes) is not a sound Ed25519 key.
    """

    name: str
    algorithm: Algorithm
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        second = int.from_bytes(self.public, "little") & (2**255 - 1)
        if len(self.public) != KEY_BYTES or second >= _FIELD or second in _SMALL_ORDER:
            raise InputError("The key “{name}” is not a sound Ed25519 public key (32 bytes).", name=self.name)

    @cached_property
    def key_id(self) -> bytes:
        """Four bytes that with the name find the key: SHA-256(name, newline, type, key), cut (C2SP signed-note)."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key in one line, a vkey: name, key id and Base64 of type and key, with plus signs between."""
        return f"{self.name}+{self.key_id.hex()}+{base64_text(bytes([self.algorithm]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a vkey.

        Raises
        ------
        InputError
            Unless `text` of a key of a known type would be exactly this.
        """
        name, plus, rest = text.partition("+")
        key_id, second_plus, encoded = rest.partition("+")
        if not plus or not second_plus:
            raise InputError("“{text}” is not a verifier key: it needs name+id+key.", text=text[:200])
        content = read_base64(encoded)
        if content[:1] not in {bytes([known]) for known in Algorithm}:
            raise InputError(
                "The key “{name}” is of a type that is not used here (0x01 and 0x04 are).", name=name[:100]
            )
        key = cls(name, Algorithm(content[0]), content[1:])
        if key.key_id.hex() != key_id:
            raise InputError(
                "The key “{name}” does not fit its id: {given} is written, {right} would be right.",
                name=name,
                given=key_id[:40],
                right=key.key_id.hex(),
            )
        return key

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether this key signed the text of a note.

        Parameters
        ----------
        signature
            As it stands in a note after the key id: 64 bytes, and for a `COSIGNATURE` the 8 bytes of its time
            before them.
        message
            The text of the note, with its last newline.
        """
        if self.algorithm is Algorithm.COSIGNATURE:
            if len(signature) != TIME_BYTES + SIGNATURE_BYTES:
                return False
            (time,) = struct.unpack(">Q", signature[:TIME_BYTES])
            if time > MAX_TIME:
                return False
            signature, message = signature[TIME_BYTES:], _timed(message, time)
        if len(signature) != SIGNATURE_BYTES:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A private key with its name; neither `repr` nor `str` shows the secret. Make it with one of the two methods."""

    name: str
    algorithm: Algorithm
    _private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls, name: str, algorithm: Algorithm = Algorithm.ED25519) -> SigningKey:
        """A new key from the system's source of randomness."""
        check_name(name)
        return cls(name, algorithm, Ed25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, name: str, algorithm: Algorithm, seed: bytes) -> SigningKey:
        """The key with a known seed of 32 bytes (RFC 8032, section 5.1.5)."""
        check_name(name)
        if len(seed) != KEY_BYTES:
            raise InputError("The seed of a key has {right} bytes; this one has {count}.", right=32, count=len(seed))
        return cls(name, algorithm, Ed25519PrivateKey.from_private_bytes(seed))

    def to_bytes(self) -> bytes:
        """The seed, 32 bytes: secret."""
        return self._private.private_bytes_raw()

    @cached_property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.algorithm, self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """The signature of the text of a note (64 bytes).

        Raises
        ------
        InputError
            With a witness key: it signs checkpoints alone, so nothing else can be taken for one of its own.
        """
        if self.algorithm is not Algorithm.ED25519:
            raise InputError("The key “{name}” is a witness key: it signs checkpoints only.", name=self.name)
        return self._private.sign(message)

    def sign_at(self, message: bytes, time: int) -> bytes:
        """The cosignature of the text of a checkpoint: time (seconds since 1970, 8 bytes) and signature (64 bytes).

        Raises
        ------
        InputError
            If the key is not a witness key, or the time is negative or beyond 2^63 − 1.
        """
        if self.algorithm is not Algorithm.COSIGNATURE:
            raise InputError("The key “{name}” is not a witness key: it cannot cosign.", name=self.name)
        if not 0 <= time <= MAX_TIME:
            raise InputError("The time {time} of a cosignature does not lie between 0 and 2^63 − 1.", time=time)
        return struct.pack(">Q", time) + self._private.sign(_timed(message, time))


def check_name(name: str) -> None:
    """Refuse a key name that is empty or holds a space, a plus sign or a control character (C2SP signed-note).

    Raises
    ------
    InputError
        If the name cannot stand in a note.
    """
    if not name or "+" in name or any(mark.isspace() or not " " <= mark != "\x7f" for mark in name):
        raise InputError("“{name}” is not the name of a key: no spaces, no plus signs, not empty.", name=name[:100])
    try:
        name.encode()
    except UnicodeEncodeError:
        raise InputError("The name of a key is not Unicode.") from None


def _timed(message: bytes, time: int) -> bytes:
    """What a cosignature signs (C2SP tlog-cosignature, section "Ed25519 signed message")."""
    return f"cosignature/v1\ntime {time}\n".encode() + message
