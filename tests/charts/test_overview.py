from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from isthmus.analysis import CommonGround, Verdict
from isthmus.charts import overview
from isthmus.charts.overview import MARGIN, PLOT, shorten
from isthmus.charts.palette import verdict_path
from tests.charts.samples import NAMES, findings, swapped

pytestmark = pytest.mark.unit

SVG = "{http://www.w3.org/2000/svg}"


def marks(result: CommonGround, order: list[int]) -> set[tuple[str, float, float]]:
    """Verdict and shares (right, up) of each mark, worked back from the first point of its path."""
    svg = overview(result, order=order, names=[side.name for side in result.sides], language="en")
    found = set()
    for node in ET.fromstring(svg).iter(f"{SVG}path"):
        kind = node.attrib["class"].removeprefix("verdict-")
        start = [float(v) for v in re.findall(r"-?[\d.]+", node.attrib["d"])[:2]]
        origin = [float(v) for v in re.findall(r"-?[\d.]+", verdict_path(Verdict(kind), 0, 0, 7))[:2]]
        x, y = (a - b for a, b in zip(start, origin, strict=True))
        found.add((kind, round((x - MARGIN) / PLOT, 2), round(1 - (y - 12) / PLOT, 2)))
    return found


def test_marks_stand_at_the_support_of_both_sides() -> None:
    assert marks(findings(statements=4), [0, 1]) == {
        ("common_ground", 0.9, 0.8),
        ("common_rejection", 0.1, 0.15),
        ("difference", 0.85, 0.1),
        ("divided", 0.5, 0.75),
    }


def test_swapping_sides_mirrors_the_picture_at_its_diagonal() -> None:
    result = findings()
    mirrored = {(kind, y, x) for kind, x, y in marks(result, [0, 1])}
    assert marks(swapped(result), [0, 1]) == mirrored
    assert marks(result, [1, 0]) == mirrored


@pytest.mark.parametrize("sides", [1, 3, 6])
def test_every_side_has_its_strip(sides: int) -> None:
    svg = overview(findings(sides), order=list(range(sides)), names=NAMES[:sides], language="en")
    words = [node.text for node in ET.fromstring(svg).iter(f"{SVG}text")]
    assert words[:sides] == list(NAMES[:sides])
    assert svg.count('class="verdict-common_ground"') == sides


def test_strips_follow_the_readers_order() -> None:
    svg = overview(findings(3), order=[2, 0, 1], names=NAMES[:3], language="en")
    words = [node.text for node in ET.fromstring(svg).iter(f"{SVG}text")]
    assert words[:3] == [NAMES[2], NAMES[0], NAMES[1]]


def test_shorten_counts_a_chinese_character_for_two() -> None:
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("榆方桦方", 6) == "榆方桦…"
