"""The design system: contrast worked out from the tokens, and colours that agree with the pictures' own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from isthmus.analysis import Verdict
from isthmus.charts.palette import INK, SIDES, VERDICTS
from isthmus.formats.report import STATIC

pytestmark = pytest.mark.unit

SHEETS = sorted((STATIC / "isthmus").glob("*.css"))
TOKENS = (STATIC / "isthmus" / "isthmus.css").read_text(encoding="utf-8")
TEXT = ("ink", "ink-soft", *(f"side-{n}" for n in range(1, 7)), *(v.value.replace("_", "-") for v in Verdict), "alert")
PAIRS = [(token, ground) for token in TEXT for ground in ("paper", "card")] + [("ink", "sunk"), ("ink-soft", "sunk")]


def scheme(name: str) -> dict[str, str]:
    """Colour tokens of the light or the dark scheme."""
    blocks = re.findall(r":root {(.*?)}", TOKENS, re.DOTALL)
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", blocks[0 if name == "light" else 1]))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("token", "ground"), PAIRS)
@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_is_legible(name: str, token: str, ground: str) -> None:
    colours = scheme(name)
    assert contrast(colours[token], colours[ground]) >= 4.5


@pytest.mark.parametrize("token", ["line-field", "focus"])
@pytest.mark.parametrize("name", ["light", "dark"])
def test_edges_of_controls_are_seen(name: str, token: str) -> None:
    colours = scheme(name)
    assert min(contrast(colours[token], colours[ground]) for ground in ("paper", "card")) >= 3


@pytest.mark.parametrize("name", ["light", "dark"])
def test_sides_are_of_equal_weight(name: str) -> None:
    colours = scheme(name)
    seen = [contrast(colours[f"side-{n}"], colours["paper"]) for n in range(1, 7)]
    assert max(seen) / min(seen) < 1.5


def test_schemes_have_the_same_colours() -> None:
    assert scheme("light").keys() == scheme("dark").keys()


def test_pictures_alone_have_the_colours_of_the_page() -> None:
    colours = scheme("light")
    assert [colours[f"side-{n}"] for n in range(1, 7)] == list(SIDES)
    assert {v: colours[v.value.replace("_", "-")] for v in Verdict} == VERDICTS
    assert {name: colours[name] for name in INK} == INK


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_sheet_is_short_and_fetches_nothing(sheet: Path) -> None:
    source = sheet.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 500
    assert not re.search(r"@import|url\(|expression\(", source)
    assert source.count("{") == source.count("}")


def test_every_colour_is_a_token() -> None:
    rules = re.sub(r":root {.*?}", "", "".join(path.read_text(encoding="utf-8") for path in SHEETS), flags=re.DOTALL)
    assert re.findall(r"#[0-9a-f]{3,8}\b", rules) == []
