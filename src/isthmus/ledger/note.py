"""Signed notes (C2SP signed-note v1.0.0): a text and lines of signatures, readable by people and programs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from isthmus.language import InputError
from isthmus.ledger.canonical import base64_text, read_base64
from isthmus.ledger.keys import SigningKey, VerifierKey, check_name

MAX_NOTE: Final = 1_000_000
MAX_SIGNATURES: Final = 100
KEY_ID_BYTES: Final = 4

_DASH: Final = "— "
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class Signature:
    """One line of signature: whose it claims to be, and its bytes. Nothing is verified yet."""

    name: str
    key_id: bytes
    value: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.key_id) != KEY_ID_BYTES or not self.value:
            raise InputError("The signature of “{name}” is too short.", name=self.name)

    @property
    def line(self) -> str:
        """The line, without a newline: em dash, name, Base64 of key id and signature."""
        return f"{_DASH}{self.name} {base64_text(self.key_id + self.value)}"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Read a line of signature (without newline).

        Raises
        ------
        InputError
            Unless `line` of a signature would be exactly this.
        """
        dash, name, encoded = line[: len(_DASH)], *line[len(_DASH) :].partition(" ")[::2]
        if dash != _DASH or not encoded:
            raise InputError("“{line}” is not a line of signature: it needs “— name Base64”.", line=line[:200])
        content = read_base64(encoded)
        return cls(name, content[:KEY_ID_BYTES], content[KEY_ID_BYTES:])


@dataclass(frozen=True)
class Note:
    """A text that ends in a newline, and its signatures.

    Raises
    ------
    InputError
        If the text does not end in a newline or holds control characters, or there are more than
        `MAX_SIGNATURES` signatures.
    """

    text: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        _check_characters(self.text)
        if not self.text.endswith("\n"):
            raise InputError("The text of a note ends with a line break; this one does not.")
        if len(self.signatures) > MAX_SIGNATURES:
            _refuse_signatures(len(self.signatures))

    def format(self) -> str:
        """The note as it is kept and sent: text, empty line, signature lines."""
        return f"{self.text}\n" + "".join(f"{signature.line}\n" for signature in self.signatures)

    @classmethod
    def parse(cls, text: str) -> Note:
        """Read a note; `verify_note` then tells who signed it.

        Raises
        ------
        InputError
            If it is not a note, is longer than `MAX_NOTE` bytes, has no signature or more than
            `MAX_SIGNATURES`, or its line breaks were changed.
        """
        _check_characters(text)
        body, gap, tail = text.rpartition("\n\n")
        if not gap or not tail.endswith("\n"):
            raise InputError("This is not a signed note: it needs a text, an empty line and lines of signature.")
        count = tail.count("\n")
        if count > MAX_SIGNATURES:
            _refuse_signatures(count)
        return cls(body + "\n", tuple(Signature.parse(line) for line in tail[:-1].split("\n")))


def sign_note(text: str, *keys: SigningKey) -> Note:
    """A note with a signature by each key, in the order of the keys.

    Raises
    ------
    InputError
        If the text cannot be that of a note, or a key is a witness key.
    """
    message = Note(text, ()).text.encode()
    return Note(text, tuple(Signature(key.name, key.verifier.key_id, key.sign(message)) for key in keys))


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
    """Those of the known keys that signed the note, in the order of `keys`, each once.

    Signatures by unknown keys are passed over. Whoever gets an empty list must not use the text.

    Raises
    ------
    InputError
        If any signature under a known name and id is wrong, or two different keys share both.
    """
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            raise InputError("Two keys share the name “{name}” and their id: they cannot be told apart.", name=key.name)
    message = note.text.encode()
    signers: set[VerifierKey] = set()
    for signature in note.signatures:
        signer = known.get((signature.name, signature.key_id))
        if signer is None:
            continue
        if not signer.verify(signature.value, message):
            raise InputError("The signature of “{name}” is wrong: it is not over this text.", name=signature.name)
        signers.add(signer)
    return [key for key in known.values() if key in signers]


def _check_characters(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise InputError("This note is not Unicode text.") from None
    if size > MAX_NOTE:
        raise InputError("This note has {size} bytes; at most {most} are allowed.", size=size, most=MAX_NOTE)
    if "\r" in text:
        raise InputError(
            "The line breaks of this note were changed (to those of Windows, most likely), so no signature fits it "
            "any more. Pass it on as a file, unchanged."
        )
    if _CONTROL.search(text):
        raise InputError("This note holds a control character; only line breaks are allowed.")


def _refuse_signatures(count: int) -> None:
    raise InputError("This note has {count} signatures; at most {most} are allowed.", count=count, most=MAX_SIGNATURES)
