from __future__ import annotations

import io

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

from isthmus.analysis import Case, CommonGround, Population, Rules, Tallies, analyse
from isthmus.cli.table import print_result

pytestmark = pytest.mark.unit

NAMES = ("Elm", "桦方", "A delegation with a name that is far longer than any terminal would like to show")


def result(sides: int, *, population: Population = Population.OPEN, text: str = "种一棵榆树。") -> CommonGround:
    agree = np.array([[12, 0, 12 * (side % 2), 6, 0] for side in range(sides)])
    disagree = np.array([[0, 12, 12 * (1 - side % 2), 6, 0] for side in range(sides)])
    tallies = Tallies(
        statements=("s1", "s2", "s3", "s4", "s5"),
        sides=tuple(f"{NAMES[side % 3]} {side}" for side in range(sides)),
        sizes=np.full(sides, 12),
        agree=agree,
        disagree=disagree,
        passes=np.zeros_like(agree),
        texts={"und": (text,) * 5},
    )
    return analyse(tallies, Rules(population=population))


def shown(found: CommonGround, *, width: int = 80, language: str = "en") -> str:
    out = io.StringIO()
    print_result(found, Console(file=out, width=width, highlight=False), language=language)
    return out.getvalue()


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("sides", [1, 2, 3, 6])
def test_every_line_keeps_to_the_width(sides: int, width: int, language: str) -> None:
    lines = shown(result(sides), width=width, language=language).splitlines()
    assert max(cell_len(line) for line in lines) <= width


@pytest.mark.parametrize("sides", [1, 2, 3, 6])
def test_bars_of_all_sides_begin_and_end_together(sides: int) -> None:
    bars = [line for line in shown(result(sides)).splitlines() if " agree, " in line or "no stands" in line]
    assert len(bars) == 5 * sides
    assert len({cell_len(bar[: bar.index("[")]) for bar in bars}) == 1
    assert len({bar.index("]") - bar.index("[") for bar in bars}) == 1


def test_verdicts_have_their_sections_and_numbers() -> None:
    text = shown(result(2, population=Population.CLOSED), width=100)
    assert "Common ground 1 | Common rejection 1 | Difference 1 | Divided 1 | Open (verdict withheld) 1" in text
    assert "12 of 12 agree, 0 passed" in text
    assert "no stands, 0 passed" in text
    assert "once all have answered" in text


def test_only_a_roster_makes_certain() -> None:
    """So many votes that the probability is 1 as a floating-point number."""
    for population, told in ((Population.CLOSED, "Common ground: 100%"), (Population.OPEN, "Common ground: >99%")):
        counts = np.full((2, 1), 10**6)
        tallies = Tallies(("s1",), ("Elm", "Birch"), counts[:, 0], counts, 0 * counts, 0 * counts)
        found = analyse(tallies, Rules(population=population, confidence=0.995))
        assert found.statements[0].probability[Case.COMMON_GROUND] == pytest.approx(1)
        text = " ".join(shown(found).split())
        assert told in text
        assert "a verdict needs 99.5%" in text


def test_one_side_accepts_or_rejects_but_has_nothing_in_common() -> None:
    text = shown(result(1, population=Population.CLOSED))
    assert "Accepted 1 | Rejected 2 | Undecided 1 | Open" in text
    assert "Common ground" not in text


def test_texts_cannot_steer_the_terminal_nor_rich() -> None:
    text = shown(result(2, text="[bold]\x1b[2Jboo"))
    assert "\x1b" not in text
    assert "[bold] [2Jboo" in text
