"""What a log shows, and whose cosignatures it takes: to the letter of tiles, proofs and cosignatures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from isthmus.language import InputError
from isthmus.ledger import Checkpoint, Note, SigningKey, cosign, sign_checkpoint
from isthmus.ledger.checkpoint import open_checkpoint
from isthmus.ledger.keys import Algorithm
from isthmus.ledger.tiles import read_bundle, tiles_of
from isthmus.ledger.tree import leaf_hash, root_of, verify_consistency, verify_inclusion
from isthmus.server.core import clock, reading
from isthmus.server.core.claims import Claim, note_claim
from isthmus.server.core.cosigning import add_cosignature
from isthmus.server.core.events import ReadOnlyError, append, extend
from isthmus.server.core.logkey import log_signer
from isthmus.server.core.models import Cosignature, Entry, Log, Subtree
from tests.ledger.series import Side

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]
SIDES = {name: Side(name) for name in ("elm", "birch")}
WITNESSES = {name: side.witness.verifier for name, side in SIDES.items()}


def fill(log: Log, count: int) -> list[bytes]:
    """Rows of entries of no type, quickly; their bytes."""
    made = [b"entry %d" % number for number in range(log.size, log.size + count)]
    rows, subtrees = [], []
    for number, content in enumerate(made, log.size):
        subtrees += extend(log, leaf_hash(content))
        rows.append(
            Entry(log=log, number=number, type="x", at=clock.now(), content=content, leaf_hash=leaf_hash(content))
        )
    Entry.objects.bulk_create(rows)
    Subtree.objects.bulk_create(subtrees)
    log.save()
    return made


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 700])
def test_tiles_bundles_and_proofs(log: Log, size: int) -> None:
    entries = fill(log, size)
    leaves = [leaf_hash(entry) for entry in entries]
    root = root_of(leaves)
    opened, _ = open_checkpoint(reading.checkpoint(log).format(), log_signer(log.origin).verifier, [])
    assert (opened.size, opened.root, opened.origin) == (size, root, log.origin)
    for level, index, width in tiles_of(size):
        span = 256**level
        first = index * 256
        nodes = [root_of(leaves[at * span : (at + 1) * span]) for at in range(first, first + width)]
        assert reading.tile(log, level, index, width) == b"".join(nodes)
        if level == 0:
            bundle = reading.bundle(log, index, width)
            assert bundle is not None
            assert read_bundle(bundle) == entries[first : first + width]
    assert reading.tile(log, 0, size // 256, size % 256 + 1) is None
    assert reading.bundle(log, size // 256, size % 256 + 1) is None
    for index in {0, size // 2, size - 1}:
        proof = reading.inclusion_proof(log, index)
        assert verify_inclusion(leaf=leaves[index], index=index, size=size, proof=proof, root=root)
        old = index + 1
        steps = reading.consistency_proof(log, old)
        assert verify_consistency(
            old_size=old, new_size=size, proof=steps, old_root=root_of(leaves[:old]), new_root=root
        )
        assert reading.root_at(log, old) == root_of(leaves[:old])


def shown(log: Log, *sides: str, at: int | None = None) -> str:
    """The log's checkpoint, cosigned."""
    signed = reading.checkpoint(log)
    moment = int(clock.now().timestamp()) if at is None else at
    lines = [cosign(Checkpoint.parse(signed.text), SIDES[side].witness, moment) for side in sides]
    return Note(signed.text, (signed.signatures[0], *lines)).format()


def take(log: Log, note: str) -> list[str]:
    log.refresh_from_db()
    return add_cosignature(log=log, witnesses=WITNESSES, checkpoint=note)


def test_complete_is_what_every_side_cosigned(log: Log) -> None:
    fill(log, 3)
    take(log, shown(log, "elm"))
    fill(log, 2)
    take(log, shown(log, "birch"))
    now = clock.now() + timedelta(hours=2)
    found = reading.completeness(log, SIDES, now)
    assert (found.complete_to, found.size, found.tail) == (0, 5, 5)
    take(log, shown(log, "elm"))
    fill(log, 1)
    found = reading.completeness(log, SIDES, now)
    assert (found.complete_to, found.tail) == (5, 1)
    elm = found.witnesses["elm"]
    assert elm is not None
    assert (elm.size, elm.tail, round(elm.age / timedelta(hours=1))) == (5, 1, 2)


def test_a_cosignature_is_taken_once(log: Log) -> None:
    fill(log, 1)
    note = shown(log, "elm", "birch")
    assert take(log, note) == ["birch", "elm"]
    assert take(log, note) == ["birch", "elm"]
    assert Cosignature.objects.count() == 2
    assert Note.parse(reading.checkpoint(log).format()).format() == reading.checkpoint(log).format()
    assert len(reading.checkpoint(log).signatures) == 3


def test_only_the_witness_in_force_and_only_our_own_checkpoint(log: Log) -> None:
    fill(log, 2)
    signed = reading.checkpoint(log)
    head = Checkpoint.parse(signed.text)
    stranger = SigningKey.generate("elm/witness", Algorithm.COSIGNATURE)
    now = int(clock.now().timestamp())
    for lines in ([], [cosign(head, stranger, now)]):
        with pytest.raises(InputError, match="No side's witness"):
            take(log, Note(signed.text, (signed.signatures[0], *lines)).format())
    with pytest.raises(InputError):
        take(log, Note(signed.text, (cosign(head, SIDES["elm"].witness, now),)).format())
    wrong = cosign(Checkpoint(log.origin, 2, bytes(32)), SIDES["elm"].witness, now)
    with pytest.raises(InputError):
        take(log, Note(signed.text, (signed.signatures[0], wrong)).format())
    assert Cosignature.objects.count() == 0


@pytest.mark.parametrize("side", ["elm", "birch"])
def test_clocks_that_are_apart(log: Log, side: str) -> None:
    fill(log, 1)
    now = int(clock.now().timestamp())
    with pytest.raises(InputError, match="more than 10 minutes apart"):
        take(log, shown(log, side, at=now + 3 * 3600))
    take(log, shown(log, side, at=now))
    with pytest.raises(InputError, match="before its last one"):
        take(log, shown(log, side, at=now - 3 * 3600))
    with pytest.raises(InputError, match="more than 10 minutes apart"):
        take(log, shown(log, side, at=2**62))


def test_our_own_signature_proves_that_we_lack_entries(log: Log, noted: str) -> None:
    fill(log, 4)
    note = shown(log)
    Log.objects.filter(pk=log.pk).update(size=0, frontier=b"")
    log.refresh_from_db()
    assert note_claim(log, note) is Claim.LACKING
    with pytest.raises(ReadOnlyError, match="until a kit returns what the server lost"), transaction.atomic():
        append(log.pk, noted, {})


def test_our_own_signature_proves_two_histories(log: Log, noted: str) -> None:
    fill(log, 2)
    other = Log(origin=log.origin)
    extend(other, leaf_hash(b"x"))
    extend(other, leaf_hash(b"y"))
    assert note_claim(log, reading.checkpoint(other).format()) is Claim.FORKED
    with pytest.raises(ReadOnlyError, match="two different histories"), transaction.atomic():
        append(log.pk, noted, {})


def test_a_stranger_proves_nothing(log: Log, noted: str) -> None:
    fill(log, 1)
    stranger = SigningKey.generate(log.origin)
    head = Checkpoint(log.origin, 9, bytes(32))
    with pytest.raises(InputError):
        note_claim(log, sign_checkpoint(head, stranger).format())
    with transaction.atomic():
        assert append(log.pk, noted, {}).number == 1
