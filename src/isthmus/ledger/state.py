"""What a record says: its entries, folded one after the other, each checked against all before it.

The rules of decisions stand here once, for the kits and for every reader; the server writes nothing that this
does not accept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from isthmus.language import InputError
from isthmus.ledger import acts
from isthmus.ledger.canonical import Json, canonical
from isthmus.ledger.decisions import DecisionText, freeze_text, rejection_text
from isthmus.ledger.digests import digest, is_digest
from isthmus.ledger.events import Event, sealed_digests
from isthmus.ledger.facts import (
    EXPIRED,
    PHASE_WORDS,
    SUBJECT_CHANGED,
    DecisionState,
    Given,
    Phase,
    Sealed,
    SideState,
    Violation,
    owner_of,
)
from isthmus.ledger.fields import exactly
from isthmus.ledger.genesis import Genesis, SeriesRules
from isthmus.ledger.keys import VerifierKey
from isthmus.ledger.note import Note, Signature, verify_note


class State:
    """All that follows from the entries so far."""

    def __init__(self) -> None:
        self.size = 0
        self.genesis: Genesis | None = None
        self.rules = SeriesRules()
        self.sides: dict[str, SideState] = {}
        self.decisions: dict[int, DecisionState] = {}
        self.sealed: dict[str, Sealed] = {}
        self.erased: set[str] = set()
        self.types: dict[str, int] = {}
        self.last: DecisionText | None = None  # the decision proposed last, which the next one names as previous
        self.used_keys: set[bytes] = set()  # public keys of every side, also former ones: none comes back
        self._handlers: dict[str, Callable[[Event], None]] = {
            "genesis": self._genesis,
            "decision.proposed": self._proposed,
            "decision.signed": self._signed,
            "decision.rejected": self._rejected,
            "decision.lapsed": self._lapsed,
            "decision.executed": self._executed,
            "side.frozen": self._frozen,
            "content.erased": self._content_erased,
        }

    def apply(self, event: Event) -> None:
        """Take the next entry in.

        Raises
        ------
        Violation
            If it may not follow; the state is then as before.
        """
        try:
            self._take(event)
        except InputError as problem:
            raise Violation(problem.message) from problem
        round_ = self._round_of(event)
        for name in sealed_digests(dict(event.payload)):
            self.sealed.setdefault(name, Sealed(event.number, round_, owner_of(event)))
        self.types[event.type] = self.types.get(event.type, 0) + 1
        self.size += 1

    def _take(self, event: Event) -> None:
        if event.number != self.size:
            raise InputError("It says that it is entry {number}.", number=event.number)
        if (event.type == "genesis") is not (self.genesis is None):
            raise InputError("The genesis is the first entry, and only that.")
        handler = self._handlers.get(event.type)
        if handler is not None:
            handler(event)

    def open_decisions(self) -> list[DecisionState]:
        """The decisions that wait for signatures, in order."""
        return [decision for decision in self.decisions.values() if decision.phase is Phase.OPEN]

    def signing_key(self, side: str, decision: DecisionState) -> VerifierKey | None:
        """The key with which a side signs a decision; None while its keys are stopped.

        The side whose keys are replaced signs with its spare; so does a side that is frozen, when another's are.
        """
        state = self.sides[side]
        if decision.text.act == acts.KEYS_REPLACE and (decision.data["side"] == side or state.frozen):
            return state.keys.spare
        return None if state.frozen else state.keys.decision

    def signed_by(self, decision: DecisionState) -> list[str]:
        """The sides whose signature counts now: given with the key that they would have to sign with."""
        return [side for side, given in decision.signatures.items() if given.key == self.signing_key(side, decision)]

    def complete(self, decision: DecisionState) -> bool:
        """Whether every side has signed. Counted by side: two keys of one side are one."""
        return {*self.signed_by(decision)} == {*self.sides}

    def founded(self) -> Genesis:
        """The genesis.

        Raises
        ------
        InputError
            If there is none yet.
        """
        if self.genesis is None:
            raise InputError("This series is not founded yet.")
        return self.genesis

    def check_data(self, act: str, data: Mapping[str, Json]) -> None:
        """Stop unless an act whose effect is known could be done with these data now.

        Raises
        ------
        InputError
            If a field is wrong, a key was used before, or a content is not there.
        """
        if act == acts.RULES_CHANGE:
            acts.rules_of(data)
        elif act == acts.KEYS_REPLACE:
            side, keys = acts.keys_of(data)
            if side not in self.sides:
                raise InputError("There is no side “{side}” in this series.", side=side)
            if self.used_keys & {*keys.public()}:
                raise InputError("A key that was used before cannot be used again; make new ones.")
            if keys.demonstration is not self.founded().demonstration:
                raise InputError("Keys marked for demonstrations, and others, do not mix.")
        elif act == acts.CONTENTS_ERASE:
            for name in acts.digests_of(data):
                self.check_erasable(name)

    def check_erasable(self, name: str) -> None:
        """Stop unless the record holds such a sealed content.

        Raises
        ------
        InputError
            If it does not, or not any more.
        """
        if name not in self.sealed or name in self.erased:
            raise InputError("{digest} is no sealed content of this record, or is destroyed already.", digest=name)

    def _round_of(self, event: Event) -> int:
        """The round an entry belongs to; contents are exported with their round."""
        named = event.payload.get("round")
        if isinstance(named, int):
            return named
        number = event.payload.get("decision")
        if event.type == "decision.proposed":
            number = self.last.number if self.last else None
        return self.decisions[number].text.round if isinstance(number, int) and number in self.decisions else 0

    def _genesis(self, event: Event) -> None:
        fields = exactly(dict(event.payload), {"document", "note"}, "genesis")
        genesis = Genesis.from_document(fields["document"])
        note = Note.parse(str(fields["note"]))
        if note.text != genesis.text:
            raise InputError("The sides signed another genesis than this document.")
        keys = {side: described.keys.decision for side, described in genesis.sides.items()}
        signed = {*verify_note(note, keys.values())}
        for side, key in keys.items():
            if key not in signed:
                raise InputError("The signature of {side} is missing.", side=side)
        if len(note.signatures) != len(keys):
            raise InputError("The genesis bears one signature of each side and no other.")
        self.genesis, self.rules = genesis, genesis.rules
        self.sides = {side: SideState(told.names, told.keys) for side, told in genesis.sides.items()}
        self.used_keys = {key for told in genesis.sides.values() for key in told.keys.public()}

    def _proposed(self, event: Event) -> None:
        fields = exactly(dict(event.payload), {"by", "data", "note", "texts"}, event.type)
        text, data, by = DecisionText.parse(str(fields["note"])), fields["data"], self._side(fields["by"])
        if not isinstance(data, dict):
            raise InputError("The data of a decision are an object with named fields.")
        number, previous = (self.last.number + 1, self.last.digest) if self.last else (1, None)
        told = (text.genesis, text.number, text.previous, text.data)
        if told != (self.founded().digest, number, previous, digest(canonical(data))):
            raise InputError("The decision does not name this series, its place after the last one, and its own data.")
        if fields["texts"] != {tag: {"sealed": name} for tag, name in text.texts.items()}:
            raise InputError("The decision and the entry name different texts.")
        if tuple(sorted(text.texts)) != self.rules.languages:
            raise InputError("A decision has a text in every language of the series, and in no other.")
        if text.expires <= event.at:
            raise InputError("The decision was over before it was proposed.")
        if self.sides[by].frozen and text.act != acts.KEYS_REPLACE:
            raise InputError("{side} has stopped its keys; until they are replaced it proposes nothing else.", side=by)
        self.check_data(text.act, data)
        self.decisions[text.number] = DecisionState(text, data, by, event.number, event.at)
        self.last = text

    def _signed(self, event: Event) -> None:
        fields = exactly(dict(event.payload), {"decision", "side", "signature"}, event.type)
        decision, side = self._open(fields["decision"]), self._side(fields["side"])
        if event.at >= decision.text.expires:
            raise InputError("Decision {number} was over when it was signed.", number=decision.text.number)
        if side in self.signed_by(decision):
            raise InputError("{side} has signed decision {number} already.", side=side, number=decision.text.number)
        signature = Signature.parse(str(fields["signature"]))
        key = self.check_signature(side, decision, decision.text.format(), signature)
        decision.signatures[side] = Given(key, signature, event.number)

    def check_signature(self, side: str, decision: DecisionState, text: str, signature: Signature) -> VerifierKey:
        """The key of a side that made a signature on a text that belongs to a decision.

        Raises
        ------
        InputError
            If the side cannot sign now, or the signature is not that of its key in force, or not over this text.
        """
        key = self.signing_key(side, decision)
        if key is None:
            raise InputError("{side} has stopped its keys; until they are replaced it signs nothing.", side=side)
        if (signature.name, signature.key_id) != (key.name, key.key_id):
            raise InputError("This is not a signature with the key of {side} that is in force.", side=side)
        if not key.verify(signature.value, text.encode()):
            raise InputError("The signature of {side} does not fit these exact bytes.", side=side)
        return key

    def _rejected(self, event: Event) -> None:
        fields = exactly(dict(event.payload), {"decision", "note", "side"}, event.type)
        decision, side = self._open(fields["decision"]), self._side(fields["side"])
        self.check_rejection(side, decision, Note.parse(str(fields["note"])))
        self._close(decision, Phase.REJECTED, event, side)

    def check_rejection(self, side: str, decision: DecisionState, note: Note) -> None:
        """Stop unless a note is this side's rejection of a decision.

        Raises
        ------
        InputError
            If it says something else, or is not signed by the key of the side that is in force.
        """
        if note.text != rejection_text(decision.text) or len(note.signatures) != 1:
            raise InputError("This note does not reject decision {number}.", number=decision.text.number)
        self.check_signature(side, decision, note.text, note.signatures[0])

    def _lapsed(self, event: Event) -> None:
        fields = exactly(dict(event.payload), {"decision", "reason"}, event.type)
        decision, reason = self._open(fields["decision"]), fields["reason"]
        if reason not in {EXPIRED, SUBJECT_CHANGED}:
            raise InputError("A decision lapses only if its time is up or its subject changes.")
        if reason == EXPIRED and event.at < decision.text.expires:
            raise InputError("The time of decision {number} was not up.", number=decision.text.number)
        self._close(decision, Phase.LAPSED, event, str(reason))

    def _executed(self, event: Event) -> None:
        decision = self._open(exactly(dict(event.payload), {"decision"}, event.type)["decision"])
        signed = self.signed_by(decision)
        for side in self.sides:
            if side not in signed:
                raise InputError(
                    "Decision {number} was carried out without a signature of {side} that counts.",
                    number=decision.text.number,
                    side=side,
                )
        if event.at >= decision.text.expires:
            raise InputError("Decision {number} was over when it was carried out.", number=decision.text.number)
        self.check_data(decision.text.act, decision.data)
        self._close(decision, Phase.EXECUTED, event, "")
        self._take_effect(decision)

    def _take_effect(self, decision: DecisionState) -> None:
        act, data = decision.text.act, decision.data
        if act == acts.RULES_CHANGE:
            self.rules = acts.rules_of(data)
        elif act == acts.KEYS_REPLACE:
            side, keys = acts.keys_of(data)
            self.sides[side] = SideState(self.sides[side].names, keys)
            self.used_keys |= {*keys.public()}
        elif act == acts.CONTENTS_ERASE:
            self.erased |= {*acts.digests_of(data)}

    def _frozen(self, event: Event) -> None:
        fields = exactly(dict(event.payload), {"note", "side"}, event.type)
        self.check_freeze(self._side(fields["side"]), Note.parse(str(fields["note"])))
        self.sides[str(fields["side"])].frozen = True

    def check_freeze(self, side: str, note: Note) -> None:
        """Stop unless a note stops the keys of a side, signed by its spare.

        Raises
        ------
        InputError
            If it says something else, is not signed by the spare, or the keys are stopped already.
        """
        state = self.sides[side]
        if state.frozen:
            raise InputError("The keys of {side} are stopped already.", side=side)
        if note.text != freeze_text(self.founded().digest, side):
            raise InputError("This note does not stop the keys of {side}.", side=side)
        if verify_note(note, [state.keys.spare]) != [state.keys.spare] or len(note.signatures) != 1:
            raise InputError("Only the spare key of {side} stops its keys.", side=side)

    def _content_erased(self, event: Event) -> None:
        fields = exactly(dict(event.payload), {"by", "digest"}, event.type)
        side = self._side(exactly(fields["by"], {"side"}, "by")["side"])
        if not is_digest(fields["digest"]):
            raise InputError("{where}: a digest was expected.", where="digest")
        name = str(fields["digest"])
        self.check_erasable(name)
        if self.content_owner(name) != side:
            raise InputError(
                "{digest} is not {side}'s own; what is common is destroyed by a decision of all sides.",
                digest=name,
                side=side,
            )
        self.erased.add(name)

    def content_owner(self, name: str) -> str | None:
        """The side whose own a sealed content of the record is; None for what is common."""
        return self.sealed[name].side

    def _side(self, value: object) -> str:
        if not isinstance(value, str) or value not in self.sides:
            raise InputError("There is no side “{side}” in this series.", side=value)
        return value

    def _open(self, number: object) -> DecisionState:
        decision = self.decisions.get(number) if isinstance(number, int) and not isinstance(number, bool) else None
        if decision is None:
            raise InputError("There is no decision {number}.", number=number)
        if decision.phase is not Phase.OPEN:
            raise InputError("Decision {number} is closed: {phase}.", number=number, phase=PHASE_WORDS[decision.phase])
        return decision

    @staticmethod
    def _close(decision: DecisionState, phase: Phase, event: Event, reason: str) -> None:
        decision.phase, decision.closed, decision.reason = phase, event.number, reason
