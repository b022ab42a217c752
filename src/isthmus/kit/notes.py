"""Checkpoints of one size put together: the log's signature, and the newest cosignature of each witness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from isthmus.ledger.checkpoint import Cosignature, open_checkpoint
from isthmus.ledger.keys import VerifierKey
from isthmus.ledger.note import Note, Signature


def tidy(notes: Sequence[str], log: VerifierKey, witnesses: Mapping[str, VerifierKey]) -> str:
    """One note in place of several with the same text.

    Parameters
    ----------
    notes
        Signed notes of the same checkpoint.
    log
        The key of the log.
    witnesses
        The witness keys in force then, by side; other signatures are left out.

    Raises
    ------
    InputError
        If a signature is wrong.
    """
    newest: dict[VerifierKey, Cosignature] = {}
    for note in notes:
        for cosignature in open_checkpoint(note, log, witnesses.values())[1]:
            known = newest.get(cosignature.key)
            if known is None or known.time < cosignature.time:
                newest[cosignature.key] = cosignature
    first = Note.parse(notes[0])
    given = [newest[key].signature for _, key in sorted(witnesses.items()) if key in newest]
    return Note(first.text, (log_signature(first, log), *given)).format()


def log_signature(note: Note, log: VerifierKey) -> Signature:
    """The line of the log in a note that the log has signed."""
    return next(line for line in note.signatures if (line.name, line.key_id) == (log.name, log.key_id))
