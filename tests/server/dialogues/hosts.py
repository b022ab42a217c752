"""Hosts of an invented series for tests of the server: their keys, and the parcels that their kits would send."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from isthmus.ledger import (
    Checkpoint,
    DecisionText,
    Genesis,
    Json,
    Note,
    SeriesRules,
    Signature,
    SigningKey,
    cosign,
    digest,
    freeze_text,
    pair_text,
    proposal_text,
    rejection_text,
    sign_note,
)
from isthmus.server.core import clock
from isthmus.server.core.actors import OPERATOR
from isthmus.server.core.models import Log
from isthmus.server.core.reading import checkpoint
from isthmus.server.dialogues.actions.founding import issue_invitations
from isthmus.server.dialogues.founding import view_for_code
from isthmus.server.dialogues.models import Decision, Series
from isthmus.server.dialogues.parcels import Outcome, take_parcels
from tests.ledger.series import NAMES, Side

Parcel = dict[str, Json]
TITLES = {"en": "Dialogue of Elm and Birch", "zh-Hans": "榆桦对话"}


def take(parcel: Mapping[str, Json]) -> Outcome:
    return take_parcels([parcel])[0]


def said(parcel: Mapping[str, Json]) -> str:
    """The words with which a parcel is refused."""
    outcome = take(parcel)
    assert not outcome.done
    assert outcome.message is not None
    return outcome.message.render()


@dataclass
class Host:
    """A host and its keys."""

    name: str
    code: str
    keys: Side = field(init=False)
    token: str = field(default_factory=secrets.token_urlsafe)

    def __post_init__(self) -> None:
        self.keys = Side(self.name)

    def pair(self, **changes: Json) -> Parcel:
        parcel: Parcel = {
            "kind": "pair",
            "invitation": self.code,
            "side": self.name,
            "names": dict(NAMES[self.name]),
            "reader": digest(self.token.encode()),
            **self.keys.keys(),
            **changes,
        }
        parcel["note"] = sign_note(pair_text(parcel), self.keys.decision, self.keys.spare).format()
        return parcel

    def genesis(self) -> Parcel:
        view = view_for_code(self.code)
        assert view is not None
        note = sign_note(Genesis.from_document(view.document).text, self.keys.decision)
        return {"kind": "genesis", "series": view.series, "note": note.format()}

    def propose(self, series: Series, act: str, data: dict[str, Json], signer: SigningKey | None = None) -> Parcel:
        nonce = secrets.token_hex(16)
        note = sign_note(proposal_text(series.genesis, 0, act, data, nonce), signer or self.keys.decision)
        return {"kind": "propose", "series": series.pk, "note": note.format(), "data": data, "nonce": nonce}

    def sign(self, decision: Decision, signer: SigningKey | None = None) -> Parcel:
        key = signer or self.keys.decision
        line = Signature(key.name, key.verifier.key_id, key.sign(decision.text.encode())).line
        return {"kind": "sign", "series": decision.series_id, "decision": decision.number, "signature": line}

    def reject(self, decision: Decision) -> Parcel:
        note = sign_note(rejection_text(DecisionText.parse(decision.text)), self.keys.decision)
        return {"kind": "reject", "series": decision.series_id, "decision": decision.number, "note": note.format()}

    def freeze(self, series: Series) -> Parcel:
        note = sign_note(freeze_text(series.genesis, self.name), self.keys.spare)
        return {"kind": "freeze", "series": series.pk, "note": note.format()}

    def cosign(self, log: Log) -> Parcel:
        signed = checkpoint(log)
        given = cosign(Checkpoint.parse(signed.text), self.keys.witness, int(clock.now().timestamp()))
        note = Note(signed.text, (signed.signatures[0], given))
        return {"kind": "cosign", "series": log.pk, "checkpoint": note.format()}


def invited(*names: str) -> list[Host]:
    made = issue_invitations(actor=OPERATOR, titles=TITLES, rules=SeriesRules(), hosts=len(names))
    return [Host(name, code) for name, code in zip(names, made.codes, strict=True)]


@dataclass
class Founded:
    """A founded series and its hosts."""

    hosts: dict[str, Host]
    series: Series

    @property
    def log(self) -> Log:
        return Log.objects.get(pk=self.series.pk)

    def decision(self, number: int) -> Decision:
        return Decision.objects.get(series=self.series, number=number)

    def rules(self, by: str, days: int = 7) -> Decision:
        """A decision about the rules, proposed by the kit of a side."""
        rules = SeriesRules(decision_days=days).to_json()
        outcome = take(self.hosts[by].propose(self.series, "rules.change", {"rules": rules}))
        assert outcome.done, outcome.message
        return Decision.objects.get(series=self.series, number=int(str(outcome.told["decision"])))

    def all_sign(self, decision: Decision) -> Decision:
        for host in self.hosts.values():
            outcome = take(host.sign(decision))
            assert outcome.done, outcome.message
        decision.refresh_from_db()
        return decision


def found(*names: str) -> Founded:
    """Found a series, with the hosts in this order."""
    hosts = invited(*(names or ("elm", "birch")))
    for parcel in [host.pair() for host in hosts]:
        assert take(parcel).done
    for parcel in [host.genesis() for host in hosts]:
        assert take(parcel).done
    return Founded({host.name: host for host in hosts}, Series.objects.get())
