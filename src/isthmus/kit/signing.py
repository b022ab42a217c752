"""Signing: what may be signed, exactly which bytes, and the parcels that carry signatures to the server.

Everything is taken from the kit's own verified mirror; nothing that a server says at the moment of signing counts.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from isthmus.kit.kit import Kit
from isthmus.language import InputError, Message
from isthmus.ledger import acts
from isthmus.ledger.canonical import Json, canonical
from isthmus.ledger.decisions import freeze_text, proposal_text, reader_text, rejection_text
from isthmus.ledger.digests import digest, seal
from isthmus.ledger.events import TYPE
from isthmus.ledger.facts import DecisionState, Phase
from isthmus.ledger.fields import exactly, whole_number
from isthmus.ledger.keys import SigningKey, VerifierKey
from isthmus.ledger.moments import format_moment
from isthmus.ledger.note import Signature, sign_note

MOST_ROUNDS: Final = 1_000_000
NONCE_BYTES: Final = 16  # of a request, so that it counts once


@dataclass(frozen=True, slots=True)
class Version:
    """What is decided in one language: its bytes as text, or why they are not to be had."""

    language: str
    digest: str
    text: str | None
    problem: Message | None = None

    @property
    def unseen(self) -> int:
        """How many of its characters cannot be seen, such as those that turn the direction of writing."""
        return sum(not (letter.isprintable() or letter in "\n\t\u3000\u00a0") for letter in self.text or "")


def decision_of(kit: Kit, number: int) -> DecisionState:
    """A decision in the mirror.

    Raises
    ------
    InputError
        If there is none of that number.
    """
    found = kit.book().state.decisions.get(number)
    if found is None:
        raise InputError("There is no decision {number} in the mirror; if it is new, mirror first.", number=number)
    return found


def versions(kit: Kit, decision: DecisionState) -> list[Version]:
    """What is decided, in every language, each checked against the digest that is signed."""
    return [_version(kit, language, name) for language, name in sorted(decision.text.texts.items())]


def _version(kit: Kit, language: str, name: str) -> Version:
    found = kit.mirror.content(name)
    if found is None:
        erased = name in kit.book().state.erased
        destroyed, missing = Message("This content is destroyed."), Message("This content is not in the mirror.")
        return Version(language, name, None, destroyed if erased else missing)
    salt, content = found
    if seal(content, salt) != name:
        return Version(language, name, None, Message("This content does not fit its digest."))
    try:
        return Version(language, name, content.decode())
    except UnicodeDecodeError:
        return Version(language, name, None, Message("This content is not text."))


def waiting(kit: Kit) -> list[DecisionState]:
    """The decisions that wait for this side's signature, in order."""
    state = kit.book().state
    now = kit.now()
    return [
        decision
        for decision in state.open_decisions()
        if kit.side not in state.signed_by(decision) and now < decision.text.expires
    ]


def obstacle(kit: Kit, decision: DecisionState, *, to_sign: bool = True) -> Message | None:
    """Why this kit cannot sign (or reject) a decision now; None if it can."""
    state, number = kit.book().state, decision.text.number
    if decision.phase is not Phase.OPEN:
        return Message("Decision {number} is closed: {phase}.", {"number": number, "phase": decision.phase.value})
    if kit.now() >= decision.text.expires:
        return Message(
            "Decision {number} is over since {moment}.",
            {"number": number, "moment": format_moment(decision.text.expires)},
        )
    if state.signing_key(kit.side, decision) is None:
        return Message("{side} has stopped its keys; until they are replaced it signs nothing.", {"side": kit.side})
    if not to_sign:
        return None
    if kit.side in state.signed_by(decision):
        return Message("{side} has signed decision {number} already.", {"side": kit.side, "number": number})
    for version in versions(kit, decision):
        if version.problem is not None:
            return Message(
                "Decision {number} cannot be signed: {language}: {reason}",
                {"number": number, "language": version.language, "reason": version.problem},
            )
    return None


def needs_spare(kit: Kit, decision: DecisionState) -> bool:
    """Whether this side signs a decision with its spare key."""
    key = kit.book().state.signing_key(kit.side, decision)
    return key is not None and key == kit.book().state.sides[kit.side].keys.spare


def sign_parcel(kit: Kit, number: int, key: SigningKey) -> dict[str, Json]:
    """Sign a decision.

    Raises
    ------
    InputError
        If it cannot be signed now, or not with this key.
    """
    decision = _checked(kit, number, key, to_sign=True)
    signature = Signature(key.name, key.verifier.key_id, key.sign(decision.text.format().encode()))
    return {"kind": "sign", "series": _series(kit), "decision": number, "signature": signature.line}


def reject_parcel(kit: Kit, number: int, key: SigningKey) -> dict[str, Json]:
    """Reject a decision.

    Raises
    ------
    InputError
        If it cannot be rejected now, or not with this key.
    """
    decision = _checked(kit, number, key, to_sign=False)
    note = sign_note(rejection_text(decision.text), key).format()
    return {"kind": "reject", "series": _series(kit), "decision": number, "note": note}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision that a kit asks for."""

    act: str
    round: int
    data: Mapping[str, Json]

    @classmethod
    def from_json(cls, value: object) -> Proposal:
        """Read a proposal: an object with act, round and data.

        Raises
        ------
        InputError
            If it is none.
        """
        fields = exactly(value, {"act", "round", "data"}, "proposal")
        act, data = fields["act"], fields["data"]
        if not isinstance(act, str) or not TYPE.fullmatch(act):
            raise InputError("The act of a decision is written like rules.change.")
        if not isinstance(data, dict):
            raise InputError("The data of a decision are an object with named fields.")
        canonical(data)  # refuses fractions
        return cls(act, whole_number(fields["round"], "round", least=0, most=MOST_ROUNDS), data)


def propose_parcel(kit: Kit, proposal: Proposal, key: SigningKey) -> dict[str, Json]:
    """Ask for a decision.

    Raises
    ------
    InputError
        If its data make no sense, or the key is not the one it takes.
    """
    state = kit.book().state
    state.check_data(proposal.act, proposal.data)
    keys = state.sides[kit.side].keys
    spare = proposal.act == acts.KEYS_REPLACE and proposal.data["side"] == kit.side
    _check_key(key, keys.spare if spare else keys.decision)
    return proposal_parcel(kit.genesis().digest, _series(kit), proposal, key)


def proposal_parcel(genesis: str, series: str, proposal: Proposal, key: SigningKey) -> dict[str, Json]:
    """A parcel that asks for a decision, of a kit that may have no record yet."""
    nonce = secrets.token_hex(NONCE_BYTES)
    note = sign_note(proposal_text(genesis, proposal.round, proposal.act, proposal.data, nonce), key).format()
    return {"kind": "propose", "series": series, "note": note, "data": dict(proposal.data), "nonce": nonce}


def freeze_parcel(kit: Kit, spare: SigningKey) -> dict[str, Json]:
    """Stop this side's keys. A kit made anew that holds no record yet can do it too, once it knows the series.

    Raises
    ------
    InputError
        If they are stopped already, the key is not the spare, or the kit knows no series.
    """
    settings = kit.settings
    if not settings.genesis or not settings.series:
        raise InputError("This kit belongs to no series yet: pair it, then sign the genesis.")
    if kit.mirror.size():
        side = kit.book().state.sides[kit.side]
        if side.frozen:
            raise InputError("The keys of {side} are stopped already.", side=kit.side)
        _check_key(spare, side.keys.spare)
    note = sign_note(freeze_text(settings.genesis, kit.side), spare).format()
    return {"kind": "freeze", "series": settings.series, "note": note}


def reader_parcel(kit: Kit, token_digest: str, key: SigningKey) -> dict[str, Json]:
    """Tell the server the digest of a new reading token."""
    note = sign_note(reader_text(kit.settings.genesis, kit.side, token_digest), key).format()
    return {"kind": "reader", "series": kit.settings.series, "note": note}


def data_digest(decision: DecisionState) -> str:
    """The digest of the data that are applied."""
    return digest(canonical(dict(decision.data)))


def _checked(kit: Kit, number: int, key: SigningKey, *, to_sign: bool) -> DecisionState:
    decision = decision_of(kit, number)
    problem = obstacle(kit, decision, to_sign=to_sign)
    if problem is not None:
        raise InputError(problem.text, **problem.values)
    expected = kit.book().state.signing_key(kit.side, decision)
    if expected is not None:
        _check_key(key, expected)
    return decision


def _check_key(key: SigningKey, expected: VerifierKey) -> None:
    if key.verifier != expected:
        raise InputError(
            "This takes the key {expected} that is in force (id {id}); what was opened is another.",
            expected=expected.name,
            id=expected.key_id.hex(),
        )


def _series(kit: Kit) -> str:
    return kit.genesis().series
