"""One record that no side can alter and each can check at home: canonical bytes, signed notes, a Merkle log, decisions.

Pure: no server, no network, no clock. Formats are C2SP signed notes, checkpoints, cosignatures and tiles, an RFC 6962
tree and RFC 8785 canonical JSON; what is our own stands in `docs/reference/record.md`.
"""

from isthmus.ledger.canonical import Json, base64_text, canonical, read_base64, read_canonical
from isthmus.ledger.checkpoint import (
    Checkpoint,
    Cosignature,
    cosign,
    cosignature_time,
    open_checkpoint,
    sign_checkpoint,
    verify_cosignature,
)
from isthmus.ledger.decisions import (
    DecisionText,
    freeze_text,
    pair_text,
    proposal_text,
    reader_text,
    rejection_text,
)
from isthmus.ledger.digests import SALT_BYTES, digest, is_digest, seal
from isthmus.ledger.events import Event, sealed_digests
from isthmus.ledger.facts import DecisionState, Phase, SideState, Violation
from isthmus.ledger.genesis import Genesis, GenesisSide, SeriesRules, SideKeys, key_name
from isthmus.ledger.invitation import Invitation
from isthmus.ledger.keys import Algorithm, SigningKey, VerifierKey
from isthmus.ledger.moments import format_moment, parse_moment
from isthmus.ledger.note import Note, Signature, sign_note, verify_note
from isthmus.ledger.record import Fault, Record, is_record, make_record, read_record, write_record
from isthmus.ledger.state import State
from isthmus.ledger.verification import Report, describe, describe_fault, verify_record
from isthmus.ledger.words import words

__all__ = [
    "SALT_BYTES",
    "Algorithm",
    "Checkpoint",
    "Cosignature",
    "DecisionState",
    "DecisionText",
    "Event",
    "Fault",
    "Genesis",
    "GenesisSide",
    "Invitation",
    "Json",
    "Note",
    "Phase",
    "Record",
    "Report",
    "SeriesRules",
    "SideKeys",
    "SideState",
    "Signature",
    "SigningKey",
    "State",
    "VerifierKey",
    "Violation",
    "base64_text",
    "canonical",
    "cosign",
    "cosignature_time",
    "describe",
    "describe_fault",
    "digest",
    "format_moment",
    "freeze_text",
    "is_digest",
    "is_record",
    "key_name",
    "make_record",
    "open_checkpoint",
    "pair_text",
    "parse_moment",
    "proposal_text",
    "read_base64",
    "read_canonical",
    "read_record",
    "reader_text",
    "rejection_text",
    "seal",
    "sealed_digests",
    "sign_checkpoint",
    "sign_note",
    "verify_cosignature",
    "verify_note",
    "verify_record",
    "words",
    "write_record",
]
