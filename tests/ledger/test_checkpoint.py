"""Checkpoints and cosignatures: the examples of C2SP, and every changed byte of a signed checkpoint."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.language import InputError
from isthmus.ledger.canonical import base64_text
from isthmus.ledger.checkpoint import (
    MAX_SIZE,
    Checkpoint,
    cosign,
    cosignature_time,
    open_checkpoint,
    sign_checkpoint,
    verify_cosignature,
)
from isthmus.ledger.keys import Algorithm, SigningKey, VerifierKey
from isthmus.ledger.note import Note, Signature
from isthmus.ledger.tree import EMPTY_ROOT, leaf_hash

pytestmark = pytest.mark.unit

# The example of C2SP tlog-cosignature.
C2SP_CHECKPOINT = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)

ORIGIN = "dialogue.example/series/1"
ROOT = leaf_hash(b"entry")
TIME = 1_795_000_000
LOG = SigningKey.generate(ORIGIN)
WITNESSES = {side: SigningKey.generate(f"{side}/witness", Algorithm.COSIGNATURE) for side in ("elm", "birch")}
CHECKPOINT = Checkpoint(ORIGIN, 7, ROOT)


def signed(*signatures: Signature, checkpoint: Checkpoint = CHECKPOINT) -> str:
    note = sign_checkpoint(checkpoint, LOG)
    return Note(note.text, (*note.signatures, *signatures)).format()


def cosigned(side: str, time: int = TIME, checkpoint: Checkpoint = CHECKPOINT) -> Signature:
    return cosign(checkpoint, WITNESSES[side], time)


def public(*sides: str) -> list[VerifierKey]:
    return [WITNESSES[side].verifier for side in sides]


def test_the_example_of_the_specification_is_read() -> None:
    note = Note.parse(C2SP_CHECKPOINT)
    checkpoint = Checkpoint.parse(note.text)

    assert (checkpoint.origin, checkpoint.size, checkpoint.extensions) == ("example.com/behind-the-sofa", 20852163, ())
    assert checkpoint.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert checkpoint.text == note.text
    assert cosignature_time(note.signatures[1]) == 1679315147  # The time its text gives as an example.
    with pytest.raises(InputError, match=r"“example\.com/behind-the-sofa” is not a cosignature"):
        cosignature_time(note.signatures[0])


def test_the_time_of_a_public_cosignature_is_read() -> None:
    """A value that the C2SP tools of transparency-dev test with too."""
    line = "— witness ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA=="

    assert cosignature_time(Signature.parse(line)) == 1727964367


@pytest.mark.parametrize("sides", [("elm", "birch"), ("birch", "elm")])
def test_a_checkpoint_with_all_cosignatures_is_opened(sides: tuple[str, str]) -> None:
    first, second = sides
    checkpoint, found = open_checkpoint(signed(cosigned("elm", 5), cosigned("birch", 5)), LOG.verifier, public(*sides))

    assert checkpoint == CHECKPOINT
    assert [(each.key, each.time) for each in found] == [(key, 5) for key in public(*sides)]
    assert [each.signature for each in found] == [cosigned(first, 5), cosigned(second, 5)]


@pytest.mark.parametrize("side", WITNESSES)
def test_one_cosignature_is_told_as_one(side: str) -> None:
    _, found = open_checkpoint(signed(cosigned(side)), LOG.verifier, public("elm", "birch"))
    assert [each.key for each in found] == public(side)

    _, found = open_checkpoint(signed(cosigned("elm"), cosigned("birch")), LOG.verifier, public(side))
    assert [each.key for each in found] == public(side)


@pytest.mark.parametrize("side", WITNESSES)
def test_of_several_cosignatures_the_newest_counts_in_any_order(side: str) -> None:
    times = [TIME, TIME + 2, TIME + 1]
    for order in (times, times[::-1]):
        text = signed(*(cosigned(side, time) for time in order))
        _, found = open_checkpoint(text, LOG.verifier, public("elm", "birch"))
        assert [(each.key, each.time) for each in found] == [(*public(side), TIME + 2)]


def test_extensions_are_signed_too() -> None:
    extended = Checkpoint(ORIGIN, 7, ROOT, ("more", "and more"))

    assert Checkpoint.parse(extended.text) == extended
    assert verify_cosignature(extended, cosigned("elm", checkpoint=extended), *public("elm"))
    assert not verify_cosignature(extended, cosigned("elm"), *public("elm"))


def test_every_changed_byte_is_refused_or_leaves_a_signature_less() -> None:
    data = signed(cosigned("elm"), cosigned("birch")).encode()
    keys = public("elm", "birch")
    for at in range(len(data)):
        for flip in (1, 0x20, 0x80):
            changed = data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :]
            try:
                checkpoint, found = open_checkpoint(changed.decode(), LOG.verifier, keys)
            except (UnicodeDecodeError, InputError):
                continue
            # Only the name or the id of a cosignature can change: it becomes a stranger's.
            assert checkpoint == CHECKPOINT
            assert len(found) == 1


@pytest.mark.parametrize("side", WITNESSES)
def test_a_cosignature_of_another_checkpoint_is_refused(side: str) -> None:
    for other in (Checkpoint(ORIGIN, 8, ROOT), Checkpoint(ORIGIN, 7, leaf_hash(b"other"))):
        wrong = cosigned(side, checkpoint=other)
        assert not verify_cosignature(CHECKPOINT, wrong, *public(side))
        with pytest.raises(InputError, match=f"The signature of “{side}/witness” is wrong"):
            open_checkpoint(signed(wrong), LOG.verifier, public("elm", "birch"))


def test_a_cosignature_is_its_witnesss_alone() -> None:
    assert verify_cosignature(CHECKPOINT, cosigned("elm"), *public("elm"))
    assert not verify_cosignature(CHECKPOINT, cosigned("elm"), *public("birch"))
    stolen = Signature("birch/witness", *(getattr(cosigned("elm"), field) for field in ("key_id", "value")))
    assert not verify_cosignature(CHECKPOINT, stolen, *public("birch"))
    note = sign_checkpoint(CHECKPOINT, LOG)
    assert not verify_cosignature(CHECKPOINT, note.signatures[0], LOG.verifier)


def test_without_the_logs_signature_nothing_is_opened() -> None:
    alone = Note(CHECKPOINT.text, (cosigned("elm"), cosigned("birch"))).format()
    stranger = SigningKey.generate(ORIGIN)
    for text in (alone, sign_checkpoint(CHECKPOINT, stranger).format()):
        with pytest.raises(InputError, match=f"not signed by the log “{ORIGIN}”"):
            open_checkpoint(text, LOG.verifier, public("elm", "birch"))


def test_a_checkpoint_of_another_log_is_refused() -> None:
    other = Checkpoint("dialogue.example/series/2", 7, ROOT)
    note = Note(other.text, (Signature(ORIGIN, LOG.verifier.key_id, LOG.sign(other.text.encode())),))

    with pytest.raises(
        InputError, match=r"of the log “dialogue\.example/series/2”, not of “dialogue\.example/series/1”"
    ):
        open_checkpoint(note.format(), LOG.verifier, [])
    with pytest.raises(InputError, match=r"not of “dialogue\.example/series/1”"):
        sign_checkpoint(other, LOG)


def test_only_witness_keys_cosign() -> None:
    decision = SigningKey.generate("elm/decision")
    with pytest.raises(InputError, match="“elm/decision” is not a witness key"):
        cosign(CHECKPOINT, decision, TIME)
    with pytest.raises(InputError, match="“elm/decision” is not a witness key"):
        open_checkpoint(signed(), LOG.verifier, [decision.verifier])


LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


@given(LINES, st.integers(1, MAX_SIZE), st.binary(min_size=32, max_size=32), st.lists(LINES))
def test_any_checkpoint_is_written_and_read(origin: str, size: int, root: bytes, extensions: list[str]) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))

    assert Checkpoint.parse(checkpoint.text) == checkpoint


def test_the_empty_log_has_its_checkpoint() -> None:
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)

    assert Checkpoint.parse(empty.text) == empty
    assert empty.text.splitlines()[1:] == ["0", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="]


@pytest.mark.parametrize(
    ("size", "root", "reason"),
    [
        ("", ROOT, "“” is not the size"),
        ("07", ROOT, "“07” is not the size"),
        ("+7", ROOT, "is not the size"),
        ("-1", ROOT, "is not the size"),
        (" 7", ROOT, "is not the size"),
        ("７", ROOT, "is not the size"),
        ("7.0", ROOT, "is not the size"),
        ("9" * 20, ROOT, "is not the size"),
        (str(MAX_SIZE + 1), ROOT, "does not lie between"),
        ("0", ROOT, "cannot be that of a log of 0 entries"),
        ("7", EMPTY_ROOT, "cannot be that of a log of 7 entries"),
        ("7", ROOT[:-1], "cannot be that"),
        ("7", ROOT + b"\0", "cannot be that"),
    ],
)
def test_size_and_root_that_cannot_be_are_refused(size: str, root: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        Checkpoint.parse(f"{ORIGIN}\n{size}\n{base64_text(root)}\n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "needs three lines"),
        (f"{ORIGIN}\n7\n", "needs three lines"),
        (CHECKPOINT.text[:-1], "needs three lines"),
        (CHECKPOINT.text + "more", "needs three lines"),
        (CHECKPOINT.text + "\n", "no empty line"),
        (CHECKPOINT.text + "\nmore\n", "no empty line"),
        (CHECKPOINT.text.replace(ORIGIN, ""), "no empty line"),
        (CHECKPOINT.text.replace("=", ""), "exact Base64"),
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        Checkpoint.parse(text)
