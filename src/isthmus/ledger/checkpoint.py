"""Checkpoints of a log (C2SP tlog-checkpoint v1.0.0) and cosignatures of witnesses (tlog-cosignature v1, Ed25519)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from isthmus.language import InputError
from isthmus.ledger.canonical import base64_text, read_base64
from isthmus.ledger.keys import SIGNATURE_BYTES, TIME_BYTES, Algorithm, SigningKey, VerifierKey
from isthmus.ledger.note import Note, Signature, sign_note, verify_note
from isthmus.ledger.tree import EMPTY_ROOT, HASH_BYTES

MAX_SIZE: Final = 2**63 - 1  # What other programs keep a size in.

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True)
class Checkpoint:
    """The state of a log: its size (number of entries) and the root (32 bytes) over them.

    Raises
    ------
    InputError
        If origin or an extension is empty or more than a line, or size and root cannot be those of a log.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(not line or "\n" in line for line in (self.origin, *self.extensions)):
            raise InputError("A checkpoint has an origin in its first line, and no empty line.")
        if not 0 <= self.size <= MAX_SIZE:
            raise InputError("The size of a log, {size}, does not lie between 0 and 2^63 − 1.", size=self.size)
        if len(self.root) != HASH_BYTES or (self.size == 0) != (self.root == EMPTY_ROOT):
            raise InputError("The root of this checkpoint cannot be that of a log of {size} entries.", size=self.size)

    @property
    def text(self) -> str:
        """The text that log and witnesses sign."""
        lines = (self.origin, str(self.size), base64_text(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a checkpoint (of a note, without signatures).

        Raises
        ------
        InputError
            Unless `text` of a checkpoint would be exactly this.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1]:
            raise InputError("This is not a checkpoint: it needs three lines, origin, size and root.")
        origin, size, root, *extensions = lines[:-1]
        if not _SIZE.fullmatch(size):
            raise InputError(
                "“{size}” is not the size of a log: it needs digits, without zeros before.", size=size[:40]
            )
        return cls(origin, int(size), read_base64(root), tuple(extensions))


@dataclass(frozen=True)
class Cosignature:
    """A witness's cosignature that was verified; time in seconds since 1970 (UTC)."""

    key: VerifierKey
    time: int
    signature: Signature


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> Note:
    """The note of a checkpoint, signed by the log.

    Raises
    ------
    InputError
        If the key is not that of this log: its name is the origin.
    """
    _check_origin(checkpoint, key.name)
    return sign_note(checkpoint.text, key)


def cosign(checkpoint: Checkpoint, key: SigningKey, time: int) -> Signature:
    """A witness's cosignature; time in whole seconds since 1970 (UTC).

    Raises
    ------
    InputError
        If the key is not a witness key, or the time is out of range.
    """
    return Signature(key.name, key.verifier.key_id, key.sign_at(checkpoint.text.encode(), time))


def cosignature_time(signature: Signature) -> int:
    """When a cosignature says it was made: seconds since 1970 (UTC). To be believed once it is verified.

    Raises
    ------
    InputError
        If the signature has not the length of a cosignature.
    """
    if len(signature.value) != TIME_BYTES + SIGNATURE_BYTES:
        raise InputError("The signature of “{name}” is not a cosignature of a witness.", name=signature.name)
    return int.from_bytes(signature.value[:TIME_BYTES], "big")


def verify_cosignature(checkpoint: Checkpoint, signature: Signature, key: VerifierKey) -> bool:
    """Whether a signature is this witness's cosignature of the checkpoint."""
    return (
        key.algorithm is Algorithm.COSIGNATURE
        and (signature.name, signature.key_id) == (key.name, key.key_id)
        and key.verify(signature.value, checkpoint.text.encode())
    )


def open_checkpoint(
    note_text: str, log_key: VerifierKey, witnesses: Iterable[VerifierKey]
) -> tuple[Checkpoint, list[Cosignature]]:
    """Read a checkpoint, and who of the witnesses cosigned it.

    Parameters
    ----------
    note_text
        The whole note.
    log_key
        The key that must have signed; its name is the log's origin.
    witnesses
        The witness keys that are known; whether enough of them cosigned, the caller decides.

    Returns
    -------
    The checkpoint, and the newest cosignature of each witness that cosigned, in the order of `witnesses`.

    Raises
    ------
    InputError
        If the note is no checkpoint of this log, the log did not sign it, or a known key's signature is wrong.
    """
    note = Note.parse(note_text)
    keys = list(dict.fromkeys(witnesses))
    for key in keys:
        if key.algorithm is not Algorithm.COSIGNATURE:
            raise InputError("The key “{name}” is not a witness key: it cannot cosign.", name=key.name)
    if log_key not in verify_note(note, [log_key, *keys]):
        raise InputError("This checkpoint is not signed by the log “{name}”.", name=log_key.name)
    checkpoint = Checkpoint.parse(note.text)
    _check_origin(checkpoint, log_key.name)
    return checkpoint, [found for key in keys if (found := _newest(note, key))]


def _newest(note: Note, key: VerifierKey) -> Cosignature | None:
    """The latest of a key's signatures in a note in which every signature of a known key was verified."""
    own = [line for line in note.signatures if (line.name, line.key_id) == (key.name, key.key_id)]
    if not own:
        return None
    signature = max(own, key=cosignature_time)
    return Cosignature(key, cosignature_time(signature), signature)


def _check_origin(checkpoint: Checkpoint, name: str) -> None:
    if checkpoint.origin != name:
        raise InputError(
            "This checkpoint is of the log “{origin}”, not of “{name}”.", origin=checkpoint.origin[:200], name=name
        )
