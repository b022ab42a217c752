"""An invented series with a kit on each side, and a server that answers from memory, as honestly as it is told to."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from isthmus.kit.keyring import DemonstrationKeyring, Reading
from isthmus.kit.kit import Kit
from isthmus.kit.mirror import ANCHORED, Mirror
from isthmus.kit.secret_keys import SideSecrets
from isthmus.kit.server import Answer
from isthmus.kit.settings import Settings
from isthmus.ledger import (
    Checkpoint,
    Json,
    Note,
    cosign,
    open_checkpoint,
    read_record,
    sign_checkpoint,
    verify_record,
)
from isthmus.ledger.tiles import TILE_WIDTH, pack_bundle, parse_tile_path
from isthmus.ledger.tree import Frontier, leaf_hash
from tests.kit.shown import Marked, MarkedSeries
from tests.ledger.series import BEGIN, NAMES

SIDES = [("elm", "birch"), ("birch", "elm")]


def fresh(name: str) -> Marked:
    """A side that has made new keys."""
    return Marked(name, SideSecrets.generate(name, demonstration=True))


class ServedSeries(MarkedSeries):
    """A series whose log signs a checkpoint of any size."""

    def root(self, size: int) -> bytes:
        edge = Frontier()
        for content in self.entries[:size]:
            edge.append(leaf_hash(content))
        return edge.root()

    def note(self, size: int | None = None) -> Note:
        size = len(self.entries) if size is None else size
        return sign_checkpoint(Checkpoint(self.log.name, size, self.root(size)), self.log)

    def cosigned(self, side: str, size: int | None = None, *, at: datetime | None = None) -> str:
        note = self.note(size)
        given = cosign(Checkpoint.parse(note.text), self.sides[side].witness, int((at or self.at).timestamp()))
        return Note(note.text, (*note.signatures, given)).format()


class LogServer:
    """The reading part of a server's API, and `cosign` and `return`; everything else it only takes down."""

    address = "https://dialogue.example"

    def __init__(self, series: ServedSeries) -> None:
        self.series = series
        self.size: int | None = None  # what it shows, if not all
        self.seen: dict[str, str] = {}  # side to the newest checkpoint that it cosigned
        self.parcels: list[dict[str, Any]] = []
        self.returned: list[bytes] = []
        self.asked: list[str] = []
        self.ahead = timedelta()
        self.refusal: dict[str, Any] | None = None
        self.founding: dict[str, Json] | None = None
        self.now = BEGIN + timedelta(days=1)

    def shown(self) -> int:
        return len(self.series.entries) if self.size is None else self.size

    def get(self, path: str, token: str) -> Answer:
        self.asked.append(path)
        if path == "/api/founding":
            return self._answer(200, json.dumps(self.founding).encode())
        rest = path.removeprefix("/api/series/series-1/")
        if not token.startswith("token-of-"):
            return self._answer(401, b"")
        if rest == "checkpoint":
            return self._answer(200, self._checkpoint().encode())
        if rest == "witnessed":
            return self._answer(200, json.dumps({"checkpoints": self.seen}).encode())
        if rest.startswith("contents/"):
            found = self.series.contents.get("sha256:" + rest.removeprefix("contents/"))
            return self._answer(404, b"") if found is None else self._answer(200, b"".join(found))
        _, index, width = parse_tile_path(rest)
        start = index * TILE_WIDTH
        return self._answer(200, pack_bundle(self.series.entries[start : start + width]))

    def post(self, path: str, body: bytes, *, token: str = "", kind: str = "application/json") -> Answer:
        if path.endswith("/return"):
            assert token.startswith("token-of-")
            assert kind == "application/octet-stream"
            assert verify_record(read_record(body)).good
            self.returned.append(body)
            return self._answer(200, json.dumps({"entries": len(self.series.entries) - self.shown()}).encode())
        if self.refusal is not None:
            outcomes = [{"kind": "sign", "done": False, "message": self.refusal}]
            return self._answer(422, json.dumps({"status": 422, "outcomes": outcomes}).encode())
        sent = json.loads(body)["parcels"]
        self.parcels += sent
        for parcel in sent:
            if parcel["kind"] == "cosign":
                self._keep(parcel["checkpoint"])
        done = [{"kind": parcel["kind"], "done": True, "decision": parcel.get("decision")} for parcel in sent]
        return self._answer(200, json.dumps({"outcomes": done}).encode())

    def _keep(self, text: str) -> None:
        for side in self.series.sides.values():
            _, given = open_checkpoint(text, self.series.log.verifier, [side.witness.verifier])
            if given:
                self.seen[side.name] = text

    def _checkpoint(self) -> str:
        note = self.series.note(self.shown())
        given = [line for text in self.seen.values() if Note.parse(text).text == note.text for line in _own(text)]
        return Note(note.text, (*note.signatures, *given)).format()

    def _answer(self, status: int, body: bytes) -> Answer:
        return Answer(status, body, self.now + self.ahead)


def _own(text: str) -> tuple[Any, ...]:
    return Note.parse(text).signatures[1:]


class Town:
    """A founded series, its server, and a kit on each side whose clock can be set."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.series = ServedSeries(*names)
        self.series.found()
        self.server = LogServer(self.series)
        self.folder = folder
        self.kits = {name: self.kit(name) for name in self.series.sides}

    def kit(self, side: str, *, anchored: bool = True, name: str = "") -> Kit:
        """A kit of a side; with a name, another one with an empty mirror."""
        secret = self.series.secrets[side]
        mirror = Mirror(self.folder / f"{name or side}.sqlite3")
        if anchored:
            mirror.keep_fact(ANCHORED, "0")
        settings = Settings(
            side=side,
            names=NAMES[side],
            keys=secret.public,
            server=self.server.address,
            series="series-1",
            genesis=self.series.state.founded().digest,
        )
        keyring = DemonstrationKeyring(secret, Reading(f"token-of-{side}"))
        return Kit(
            settings=settings,
            keyring=keyring,
            mirror=mirror,
            server=self.server,
            clock=self.seconds,
        )

    def later(self, **spans: float) -> None:
        self.server.now += timedelta(**spans)
        self.series.at = max(self.series.at, self.server.now)

    def seconds(self) -> float:
        return self.server.now.timestamp()
