"""A record as a server would show it to a kit, honest or not; and kits in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from isthmus.kit.api import Gone
from isthmus.kit.keyring import DemonstrationKeyring, Reading
from isthmus.kit.kit import Kit
from isthmus.kit.mirror import ANCHORED, Mirror
from isthmus.kit.secret_keys import SideSecrets
from isthmus.kit.settings import Settings
from isthmus.ledger import Algorithm, Genesis, Json, Note, SigningKey
from isthmus.ledger.genesis import key_name
from tests.ledger.series import NAMES, Series, Side, seed


class Marked(Side):
    """A side whose keys are marked for demonstrations, so that a kit in memory takes them."""

    def __init__(self, name: str, secret: SideSecrets) -> None:
        super().__init__(name)
        self.decision, self.witness, self.spare = secret.decision, secret.witness, secret.spare
        self.encryption = secret.public.encryption


@cache  # the key for encryption is drawn, and a series has to be the same each time
def secrets_of(name: str) -> SideSecrets:
    fresh = SideSecrets.generate(name, demonstration=True)

    def named(role: str, algorithm: Algorithm = Algorithm.ED25519) -> SigningKey:
        return SigningKey.from_bytes(key_name(name, role, demonstration=True), algorithm, seed(f"{name} {role}"))

    return SideSecrets(
        name, named("decision"), named("witness", Algorithm.COSIGNATURE), named("spare"), fresh.encryption
    )


class MarkedSeries(Series):
    """A series of marked keys. `secrets` holds what the kits of its sides hold."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self.secrets = {name: secrets_of(name) for name in self.sides}
        self.sides = {name: Marked(name, secret) for name, secret in self.secrets.items()}

    def document(self) -> dict[str, Json]:
        return super().document() | {"demonstration": True}


@dataclass
class Shown:
    """What a server shows of a series. It is asked as `isthmus.kit.sources.Source` is."""

    series: Series
    live: bool = True
    date: datetime | None = None
    size: int | None = None
    notes: dict[str, str] = field(default_factory=dict)

    def witnessed(self) -> Mapping[str, str]:
        return self.notes

    def checkpoint(self) -> str:
        if self.size is None:
            note = Note.parse(self.series.checkpoint())
            return Note(note.text, note.signatures[:1]).format()
        return cut(self.series, self.size)

    def entries(self, start: int, end: int) -> Iterable[bytes]:
        return self.series.entries[start : min(end, self.size or end)]

    def content(self, name: str) -> bytes:
        if name not in self.series.contents:
            raise Gone(name, erased=False)
        salt, content = self.series.contents[name]
        return salt + content


def cut(series: Series, size: int) -> str:
    """The log's checkpoint of the first entries of a series."""
    other = Series(*series.sides)
    other.sides, other.log, other.at = series.sides, series.log, series.at
    for entry in series.entries[:size]:
        other.keep(entry)
    note = Note.parse(other.checkpoint())
    return Note(note.text, note.signatures[:1]).format()


def kit_of(series: MarkedSeries, side: str, folder: Path, *, anchored: bool = True) -> Kit:
    """The kit of a side that signed the genesis of this series."""
    secret = series.secrets[side]
    settings = Settings(side=side, names=NAMES[side], keys=secret.public)
    folder.mkdir(exist_ok=True)
    mirror = Mirror(folder / f"{side}.sqlite3")
    keyring = DemonstrationKeyring(secret, Reading.generate())
    kit = Kit(settings=settings, keyring=keyring, mirror=mirror, clock=lambda: series.at.timestamp())  # noqa: PLW0108  # it goes on
    genesis = Genesis.from_document(series.document())
    kit.change(genesis=genesis.digest, series=genesis.series)
    if anchored:
        mirror.keep_fact(ANCHORED, "0")
    return kit
