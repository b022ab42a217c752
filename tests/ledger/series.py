"""An invented series for tests: two sides (or more) with keys made from their names, who found and decide."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from isthmus.ledger import (
    Algorithm,
    Checkpoint,
    DecisionText,
    Event,
    Genesis,
    Json,
    Record,
    Signature,
    SigningKey,
    State,
    canonical,
    cosign,
    digest,
    key_name,
    make_record,
    rejection_text,
    seal,
    sign_checkpoint,
    sign_note,
)
from isthmus.ledger.tree import Frontier, leaf_hash

ORIGIN: Final = "dialogue.example/series/1"
BEGIN: Final = datetime(2026, 11, 24, 3, tzinfo=UTC)
NAMES: Final = {
    "elm": {"en": "Elm Institute", "zh-Hans": "榆方研究院"},
    "birch": {"en": "Birch Forum", "zh-Hans": "桦方论坛"},
    "alder": {"en": "Alder House", "zh-Hans": "桤方会馆"},
}
RECIPIENTS: Final = {side: f"age1{digest(side.encode())[7:65]}" for side in NAMES}


def seed(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def key(name: str, algorithm: Algorithm = Algorithm.ED25519, *, salt: str = "") -> SigningKey:
    return SigningKey.from_bytes(name, algorithm, seed(name + salt))


class Side:
    """A side with its private keys. generation: another one has other keys."""

    def __init__(self, name: str, generation: int = 1) -> None:
        salt = "" if generation == 1 else str(generation)
        self.name = name
        self.decision = key(key_name(name, "decision", demonstration=False), salt=salt)
        self.witness = key(key_name(name, "witness", demonstration=False), Algorithm.COSIGNATURE, salt=salt)
        self.spare = key(key_name(name, "spare", demonstration=False), salt=salt)
        self.encryption = RECIPIENTS[name] + salt

    def keys(self) -> dict[str, Json]:
        return {
            "decision": self.decision.verifier.text,
            "encryption": self.encryption,
            "spare": self.spare.verifier.text,
            "witness": self.witness.verifier.text,
        }


class Series:
    """A series and its log, built by ledger code alone; `state` folds every entry that it appends."""

    def __init__(self, *names: str) -> None:
        self.sides = {name: Side(name) for name in names or ("elm", "birch")}
        self.log = key(ORIGIN)
        self.state = State()
        self.entries: list[bytes] = []
        self.contents: dict[str, tuple[bytes, bytes]] = {}
        self.checkpoints: list[str] = []
        self.frontier = Frontier()
        self.at = BEGIN

    def document(self) -> dict[str, Json]:
        return {
            "format": "isthmus genesis v1",
            "origin": ORIGIN,
            "series": "series-1",
            "log": self.log.verifier.text,
            "titles": {"en": "Dialogue of Elm and Birch", "zh-Hans": "榆桦对话"},
            "rules": {"languages": ["en", "zh-Hans"], "decision_days": 14},
            "sides": {name: {"names": dict(NAMES[name]), **side.keys()} for name, side in self.sides.items()},
            "demonstration": False,
        }

    def genesis_payload(self) -> dict[str, Json]:
        document = self.document()
        note = sign_note(Genesis.from_document(document).text, *(side.decision for side in self.sides.values()))
        return {"document": document, "note": note.format()}

    def found(self) -> Series:
        self.append("genesis", self.genesis_payload())
        return self

    def event(self, kind: str, payload: dict[str, Json]) -> Event:
        return Event(len(self.entries), self.at, kind, payload)

    def append(self, kind: str, payload: dict[str, Json]) -> Event:
        event = self.event(kind, payload)
        self.state.apply(event)
        self.keep(event.to_bytes())
        self.at += timedelta(minutes=1)
        return event

    def keep(self, content: bytes) -> None:
        """Append bytes without asking whether they may be there."""
        self.entries.append(content)
        self.frontier.append(leaf_hash(content))

    def proposal(
        self,
        by: str,
        act: str = "theme.adopt",
        data: dict[str, Json] | None = None,
        *,
        round_: int = 0,
        days: int = 14,
        subject: str = "",
    ) -> dict[str, Json]:
        """The payload of a proposal, with its contents sealed."""
        data = data if data is not None else {"theme": "harvest"}
        texts: dict[str, str] = {}
        for tag in self.state.rules.languages:
            content, salt = f"{act} {subject} {tag}\n".encode(), seed(f"{len(self.entries)} {tag}")
            texts[tag] = seal(content, salt)
            self.contents[texts[tag]] = (salt, content)
        last = self.state.last
        text = DecisionText(
            genesis=self.state.founded().digest,
            round=round_,
            number=last.number + 1 if last else 1,
            previous=last.digest if last else None,
            act=act,
            data=digest(canonical(data)),
            texts=texts,
            expires=self.at + timedelta(days=days),
        )
        sealed: dict[str, Json] = {tag: {"sealed": name} for tag, name in texts.items()}
        return {"by": by, "data": data, "note": text.format(), "texts": sealed}

    def propose(
        self, by: str, act: str = "theme.adopt", data: dict[str, Json] | None = None, *, round_: int = 0
    ) -> int:
        self.append("decision.proposed", self.proposal(by, act, data, round_=round_))
        assert self.state.last is not None
        return self.state.last.number

    def signature(self, number: int, signer: SigningKey) -> str:
        text = self.state.decisions[number].text.format()
        return Signature(signer.name, signer.verifier.key_id, signer.sign(text.encode())).line

    def signed(self, number: int, side: str, signer: SigningKey | None = None) -> dict[str, Json]:
        line = self.signature(number, signer or self.sides[side].decision)
        return {"decision": number, "side": side, "signature": line}

    def sign(self, number: int, side: str, signer: SigningKey | None = None) -> None:
        self.append("decision.signed", self.signed(number, side, signer))

    def execute(self, number: int) -> None:
        self.append("decision.executed", {"decision": number})

    def decide(self, act: str = "theme.adopt", data: dict[str, Json] | None = None, *, round_: int = 0) -> int:
        by = next(iter(self.sides))
        number = self.propose(by, act, data, round_=round_)
        for side in self.sides:
            self.sign(number, side)
        self.execute(number)
        return number

    def rejection(self, number: int, side: str) -> dict[str, Json]:
        note = sign_note(rejection_text(self.state.decisions[number].text), self.sides[side].decision)
        return {"decision": number, "note": note.format(), "side": side}

    def checkpoint(self, *witnesses: str) -> str:
        """A checkpoint over all entries, cosigned by these sides (all, if none is named)."""
        head = Checkpoint(ORIGIN, len(self.entries), self.frontier.root())
        note = sign_checkpoint(head, self.log)
        keys = [self.sides[name].witness for name in witnesses or self.sides]
        given = [cosign(head, witness, int(self.at.timestamp())) for witness in keys]
        return type(note)(note.text, (*note.signatures, *given)).format()

    def mark(self, *witnesses: str) -> None:
        self.checkpoints.append(self.checkpoint(*witnesses))

    def record(self, *, round_: int = 0) -> Record:
        """The record as it would be exported now."""
        kept = {
            name: self.contents[name]
            for name, sealed in self.state.sealed.items()
            if name not in self.state.erased and sealed.round in (0, round_)
        }
        return make_record(checkpoints=list(self.checkpoints), entries=list(self.entries), contents=kept, round_=round_)


def usual(*names: str) -> Series:
    """A founded series with a decision in each phase and two checkpoints."""
    series = Series(*names).found()
    first, second = list(series.sides)[:2]
    series.decide(round_=1)
    series.mark()
    rejected = series.propose(second, round_=1)
    series.append("decision.rejected", series.rejection(rejected, first))
    lapsed = series.propose(first)
    series.append("decision.lapsed", {"decision": lapsed, "reason": "subject_changed"})
    open_ = series.propose(second, round_=2)
    series.sign(open_, second)
    series.append("remark", {"round": 2, "text": "noted"})
    series.mark()
    return series
