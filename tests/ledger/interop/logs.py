"""A log of an invented series as files (C2SP tlog-tiles), for programs of other people to read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from isthmus.ledger.canonical import canonical
from isthmus.ledger.checkpoint import Checkpoint, cosign, sign_checkpoint
from isthmus.ledger.keys import Algorithm, SigningKey
from isthmus.ledger.note import Note, Signature
from isthmus.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, pack_bundle, tile_path, tiles_of
from isthmus.ledger.tree import Frontier, leaf_hash, root_of

TIME: Final = 1_795_000_000


def entries_of(count: int) -> list[bytes]:
    """Entries of different lengths, with text in both languages."""
    texts = ("第二届", "second round", "")
    return [
        canonical(
            {
                "at": "2026-11-24T03:00:00Z",
                "number": number,
                "payload": {"text": texts[number % 3] * (number % 50)},
                "type": "example",
            }
        )
        for number in range(count)
    ]


@dataclass
class Log:
    """The keys of a log and its two witnesses, in the order given."""

    sides: tuple[str, ...] = ("elm", "birch")
    origin: str = "dialogue.example/series/1"
    key: SigningKey = field(init=False)
    witnesses: dict[str, SigningKey] = field(init=False)

    def __post_init__(self) -> None:
        self.key = SigningKey.generate(self.origin)
        self.witnesses = {side: SigningKey.generate(f"{side}/witness", Algorithm.COSIGNATURE) for side in self.sides}

    @property
    def verifiers(self) -> list[str]:
        """The vkeys, the log's first."""
        return [key.verifier.text for key in (self.key, *self.witnesses.values())]

    def checkpoint(self, entries: list[bytes]) -> Checkpoint:
        return Checkpoint(self.origin, len(entries), root_of([leaf_hash(entry) for entry in entries]))

    def note(self, checkpoint: Checkpoint) -> Note:
        """The checkpoint signed by the log and cosigned by every witness."""
        cosignatures = [cosign(checkpoint, key, TIME) for key in self.witnesses.values()]
        note = sign_checkpoint(checkpoint, self.key)
        return Note(note.text, (*note.signatures, *cosignatures))

    def resigned(self, checkpoint: Checkpoint, *kept: Signature) -> Note:
        """The checkpoint signed by the log alone, with cosignatures that were made for another."""
        note = sign_checkpoint(checkpoint, self.key)
        return Note(note.text, (*note.signatures, *kept))


def write_log(folder: Path, note: Note, entries: list[bytes]) -> None:
    """Write checkpoint, tiles and entry bundles."""
    nodes: dict[tuple[int, int], bytes] = {}
    frontier = Frontier()
    for entry in entries:
        nodes |= {(height, index): node for height, index, node in frontier.append(leaf_hash(entry))}
    _write(folder / "checkpoint", note.format().encode())
    for level, index, width in tiles_of(len(entries)):
        first = index * TILE_WIDTH
        tile = [nodes[level * TILE_HEIGHT, place] for place in range(first, first + width)]
        _write(folder / tile_path(level, index, width), b"".join(tile))
        if level == 0:
            _write(folder / tile_path(None, index, width), pack_bundle(entries[first : first + width]))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
