"""The vectors of docs/reference/record.md, made anew from nothing but the names of the keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from isthmus.ledger import (
    DecisionText,
    Note,
    Signature,
    canonical,
    digest,
    read_canonical,
    rejection_text,
    seal,
    verify_note,
    words,
)
from tests.ledger.series import Series, seed

pytestmark = pytest.mark.unit
PAGE = Path(__file__).parents[2] / "docs/reference/record.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def vectors() -> dict[str, str]:
    """What the page has to show."""
    series = Series("elm", "birch").found()
    genesis, payload = series.state.founded(), series.genesis_payload()
    series.propose("elm", round_=1)
    decision = series.state.decisions[1]
    signed = [Signature.parse(series.signature(1, side.decision)) for side in series.sides.values()]
    return {
        "GENESIS": canonical(dict(genesis.document)).decode(),
        "DIGEST": genesis.digest,
        "EN": " ".join(words(genesis.digest, "en")),
        "ZH": " ".join(words(genesis.digest, "zh-Hans")),
        "GENESISNOTE": str(payload["note"]).rstrip("\n"),
        "DECISION": Note(decision.text.format(), tuple(signed)).format().rstrip("\n"),
        "DECISIONDIGEST": decision.text.digest,
        "REJECTION": rejection_text(decision.text).rstrip("\n"),
    }


def test_the_page_shows_the_exact_bytes() -> None:
    expected = vectors()
    document = blocks("json")[0].removesuffix("\n")
    assert document == expected["GENESIS"]
    assert digest(canonical(read_canonical(document.encode()))) == expected["DIGEST"]
    shown = [block.removesuffix("\n") for block in blocks("text")]
    assert shown == [
        "\n".join([expected["DIGEST"], expected["EN"], expected["ZH"]]),
        expected["GENESISNOTE"],
        expected["DECISION"],
        expected["DECISIONDIGEST"],
        expected["REJECTION"],
    ]


def test_the_decision_on_the_page_verifies() -> None:
    note = Note.parse(blocks("text")[2])
    keys = [side.decision.verifier for side in Series("elm", "birch").sides.values()]
    assert verify_note(note, keys) == keys
    decision = DecisionText.parse(note.text)
    assert decision.data == digest(b'{"theme":"harvest"}')
    assert decision.texts == {
        tag: seal(f"theme.adopt  {tag}\n".encode(), seed(f"1 {tag}")) for tag in ("en", "zh-Hans")
    }
