from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from isthmus.analysis import SideFinding
from isthmus.charts import support_bar
from isthmus.charts.support import WIDTH
from tests.charts.samples import side_finding

pytestmark = pytest.mark.unit

SVG = "{http://www.w3.org/2000/svg}"


def spans(finding: SideFinding, *, mirrored: bool = False, place: int = 0) -> list[tuple[float, float]]:
    """Left and right end of track and bar."""
    svg = support_bar(finding, place=place, threshold=0.6, title="t", mirrored=mirrored, standalone=False)
    rects = ET.fromstring(svg).iter(f"{SVG}rect")
    return [(float(r.attrib["x"]), float(r.attrib["x"]) + float(r.attrib["width"])) for r in rects]


def ticks(*, mirrored: bool = False) -> list[float]:
    svg = support_bar(side_finding(0.5), place=0, threshold=0.6, title="t", mirrored=mirrored, standalone=False)
    return [float(line.attrib["x1"]) for line in ET.fromstring(svg).iter(f"{SVG}line")]


@pytest.mark.parametrize("share", [0.0, 0.35, 1.0])
def test_bar_mirrored_is_the_mirror_image(share: float) -> None:
    plain, mirror = spans(side_finding(share)), spans(side_finding(share), mirrored=True)
    assert np.array(mirror) == pytest.approx(WIDTH - np.array(plain)[:, ::-1])
    assert [WIDTH - x for x in ticks()] == pytest.approx(ticks(mirrored=True))


def test_bar_ends_at_the_counted_support_and_not_at_the_estimate() -> None:
    finding = SideFinding(3, 1, 0, 0.75, 0.6, 0.4, 0.7, 0.5, 0.1)
    (track_left, track_right), (left, right) = spans(finding)
    assert left == track_left
    assert (right - left) / (track_right - track_left) == pytest.approx(0.75)


def test_threshold_stands_where_it_is() -> None:
    ((left, right), _bar) = spans(side_finding(0.5))
    accept, reject = ticks()
    assert (accept - left) / (right - left) == pytest.approx(0.6)
    assert (reject - left) / (right - left) == pytest.approx(0.4)


def test_bar_is_missing_where_nobody_took_a_stand() -> None:
    assert len(spans(side_finding(None))) == 1


def test_bar_of_nobody_agreeing_is_still_seen() -> None:
    _track, (left, right) = spans(side_finding(0.0))
    assert right > left


def test_interval_is_missing_where_it_is_certain_that_nobody_takes_a_stand() -> None:
    nobody = SideFinding(0, 0, 5, None, None, None, None, 0.0, 0.0)
    svg = support_bar(nobody, place=0, threshold=0.6, title="t", standalone=False)
    assert "<path" not in svg


def test_sides_differ_in_pattern_as_well_as_in_colour() -> None:
    fills = set()
    for place in range(6):
        root = ET.fromstring(support_bar(side_finding(0.5), place=place, threshold=0.6, title="t"))
        bar = next(r for r in root.iter(f"{SVG}rect") if (r.get("class") or "").startswith("side-") and r.get("x"))
        fills.add((bar.attrib["class"], bar.attrib["color"], bar.attrib["fill"]))
    assert [len({fill[i] for fill in fills}) for i in range(3)] == [6, 6, 6]
