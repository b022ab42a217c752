"""Signed notes: the example of Go's note package, and what a note must not be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.language import InputError
from isthmus.ledger.keys import Algorithm, SigningKey, VerifierKey
from isthmus.ledger.note import MAX_NOTE, MAX_SIGNATURES, Note, Signature, sign_note, verify_note

pytestmark = pytest.mark.unit

PETER = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
ENOCH = VerifierKey.parse("EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop")
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
# The example of C2SP signed-note, which has an empty line in its text.
C2SP_NOTE = (
    "Ognuno sta solo sul cuor della terra\n"
    "trafitto da un raggio di sole:\n"
    "\n"
    "ed è subito sera.\n"
    "\n"
    "— quasimodo.example/salvatore "
    "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)

KEYS = {side: SigningKey.generate(f"{side}/decision") for side in ("elm", "birch")}
TEXT = "isthmus example v1\n\n第二届\n"
SIGNED = sign_note(TEXT, *KEYS.values())
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


def public(*sides: str) -> list[VerifierKey]:
    return [KEYS[side].verifier for side in sides]


def test_the_note_of_gos_package_is_verified() -> None:
    note = Note.parse(GO_NOTE)

    assert verify_note(note, [ENOCH, PETER]) == [ENOCH, PETER]
    assert verify_note(note, [PETER, *public("elm")]) == [PETER]
    assert note.format() == GO_NOTE


def test_the_example_of_the_specification_is_read() -> None:
    note = Note.parse(C2SP_NOTE)

    assert note.text.splitlines()[-1] == "ed è subito sera."
    assert [(line.name, line.key_id.hex()) for line in note.signatures] == [("quasimodo.example/salvatore", "367ba04b")]
    assert note.format() == C2SP_NOTE


@pytest.mark.parametrize("sides", [("elm", "birch"), ("birch", "elm")])
def test_who_signed_is_told_in_the_order_of_the_keys(sides: tuple[str, str]) -> None:
    assert verify_note(SIGNED, public(*sides)) == public(*sides)
    assert verify_note(SIGNED, public(*sides) * 2) == public(*sides)
    for side in sides:
        assert verify_note(SIGNED, public(side)) == public(side)
        assert verify_note(sign_note(TEXT, KEYS[side]), public(*sides)) == public(side)


@given(st.lists(LINES, min_size=1))
def test_any_text_is_signed_written_and_read(lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    note = Note.parse(sign_note(text, *KEYS.values()).format())

    assert note.text == text
    assert verify_note(note, public("elm", "birch")) == public("elm", "birch")


def test_unknown_signatures_are_passed_over() -> None:
    stranger = SigningKey.generate("elm/decision")

    assert verify_note(sign_note(TEXT, stranger, KEYS["birch"]), public("elm", "birch")) == public("birch")
    assert verify_note(sign_note(TEXT, stranger), public("elm", "birch")) == []


@pytest.mark.parametrize("side", KEYS)
def test_a_wrong_signature_of_a_known_key_refuses_the_note(side: str) -> None:
    name = KEYS[side].name
    wrong = Signature(name, KEYS[side].verifier.key_id, KEYS[side].sign(b"another\n"))
    for signatures in [(*SIGNED.signatures, wrong), (wrong, *SIGNED.signatures)]:
        with pytest.raises(InputError, match=f"The signature of “{name}” is wrong"):
            verify_note(Note(TEXT, signatures), public("elm", "birch"))


def test_every_changed_byte_is_refused_or_changes_nothing_that_counts() -> None:
    data = SIGNED.format().encode()
    keys = public("elm", "birch")
    for at in range(len(data)):
        for flip in (1, 0x20, 0x80):
            changed = data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :]
            try:
                note = Note.parse(changed.decode())
                signers = verify_note(note, keys)
            except (UnicodeDecodeError, InputError):
                continue
            # A changed name or id makes a signature unknown; what is left stands under the same text.
            assert len(signers) < len(keys)
            assert note.text == TEXT


def test_changed_line_breaks_have_a_word_of_their_own() -> None:
    for changed in (SIGNED.format().replace("\n", "\r\n"), SIGNED.format().replace("\n", "\r")):
        with pytest.raises(InputError, match="line breaks of this note were changed"):
            Note.parse(changed)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a signed note"),
        ("\n\n", "not a signed note"),
        ("text\n", "not a signed note"),
        ("text\n\n", "not a signed note"),
        ("text\n— a eA==\n", "not a signed note"),
        ("text\n\n— a eHh4eHg=", "not a signed note"),
        ("text\n\n- a eHh4eHg=\n", "not a line of signature"),
        ("text\n\n—a eHh4eHg=\n", "not a line of signature"),
        ("text\n\n— a\n", "not a line of signature"),
        ("text\n\n— a \n", "not a line of signature"),
        ("text\n\n— eHh4eHg=\n", "not a line of signature"),
        ("text\n\n—  eHh4eHg=\n", "not the name of a key"),
        ("text\n\n— a+b eHh4eHg=\n", "not the name of a key"),
        ("text\n\n— a b eHh4eHg=\n", "exact Base64"),
        ("text\n\n— a eHh4eHg\n", "exact Base64"),
        ("text\n\n— a eHh4eHh=\n", "exact Base64"),
        ("text\n\n— a eHh4eHg= \n", "exact Base64"),
        ("text\n\n— a eHh4eA==\n", "too short"),
        ("text\n\n— a eHg=\n", "too short"),
        ("te\x00xt\n\n— a eHh4eHg=\n", "control character"),
        ("te\txt\n\n— a eHh4eHg=\n", "control character"),
        ("te\x1fxt\n\n— a eHh4eHg=\n", "control character"),
        ("te\ud800xt\n\n— a eHh4eHg=\n", "not Unicode"),
    ],
)
def test_what_is_not_a_note_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        Note.parse(text)


def test_a_note_with_too_many_signatures_is_refused_with_their_number() -> None:
    line = SIGNED.signatures[0].line + "\n"

    assert len(Note.parse(f"text\n\n{line * MAX_SIGNATURES}").signatures) == MAX_SIGNATURES
    for count in (MAX_SIGNATURES + 1, 1000):
        with pytest.raises(InputError, match=f"has {count} signatures; at most 100"):
            Note.parse(f"text\n\n{line * count}")
        with pytest.raises(InputError, match=f"has {count} signatures; at most 100"):
            Note("text\n", SIGNED.signatures[:1] * count)


def test_a_note_has_a_longest_size_in_bytes() -> None:
    line = SIGNED.signatures[0].line + "\n"
    room = MAX_NOTE - len(f"\n\n{line}".encode())

    assert len(Note.parse("界" * (room // 3) + "x" * (room % 3) + f"\n\n{line}").format().encode()) == MAX_NOTE
    with pytest.raises(InputError, match="1000001 bytes; at most 1000000"):
        Note.parse("x" * (room + 1) + f"\n\n{line}")


@pytest.mark.parametrize(
    ("text", "reason"), [("", "ends with a line break"), ("text", "ends with a line break"), ("a\tb\n", "control")]
)
def test_what_cannot_be_a_text_is_not_signed(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        sign_note(text, KEYS["elm"])


def test_a_witness_key_signs_no_note() -> None:
    with pytest.raises(InputError, match="signs checkpoints only"):
        sign_note(TEXT, SigningKey.generate("elm/witness", Algorithm.COSIGNATURE))


def test_two_keys_that_cannot_be_told_apart_are_refused() -> None:
    """Four bytes of id can be made to collide; the test forces it."""
    first, second = (SigningKey.generate("elm/decision").verifier for _ in range(2))
    second.__dict__["key_id"] = first.key_id

    with pytest.raises(InputError, match="Two keys share the name “elm/decision”"):
        verify_note(SIGNED, [first, second])


def test_a_line_is_written_and_read() -> None:
    for signature in SIGNED.signatures:
        assert Signature.parse(signature.line) == signature
    with pytest.raises(InputError, match="exact Base64"):
        Signature.parse(SIGNED.signatures[0].line + "\n")
