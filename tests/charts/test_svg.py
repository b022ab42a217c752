"""Laws that every picture keeps: sound XML, nothing from outside, no script or style, the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from isthmus.analysis import Verdict
from isthmus.charts import isthmus_mark, opinion_map, overview, patterns, support_bar, verdict_mark
from isthmus.charts._svg import element, number, text
from isthmus.charts.marks import ISTHMUS_PATH
from isthmus.formats.report import STATIC
from tests.charts.samples import HOSTILE, findings, opinion_groups, side_finding

pytestmark = pytest.mark.unit


def draw_overview(sides: int, language: str = "en", statements: int = 6) -> str:
    names = (HOSTILE, *(f"{HOSTILE}{i}" for i in range(5)))
    result = findings(sides, statements, names=names)
    order = list(range(sides))
    return overview(result, order=order, names=names[:sides], language=language, texts=[HOSTILE] * statements)


PICTURES: dict[str, Callable[[], str]] = {
    "bar": lambda: support_bar(side_finding(0.7), place=1, threshold=0.6, title=HOSTILE, description=HOSTILE),
    "bar of nobody": lambda: support_bar(side_finding(None), place=5, threshold=0.6, title="x", mirrored=True),
    "map": lambda: opinion_map(opinion_groups(40), names=[HOSTILE, "b"], language="zh-Hans"),
    "map of nobody": lambda: opinion_map(opinion_groups(0, 1), names=["a"], language="en"),
    "map of one": lambda: opinion_map(opinion_groups(1, 1, stability=None), names=["a"], language="en"),
    "crowded map": lambda: opinion_map(opinion_groups(5000, 6), names=list("abcdef"), language="en"),
    **{f"overview of {n}": lambda n=n: draw_overview(n) for n in range(1, 7)},  # type: ignore[misc]
    "overview in Chinese": lambda: draw_overview(2, "zh-Hans"),
    "overview of nothing": lambda: draw_overview(2, statements=0),
    "overview of many": lambda: draw_overview(2, statements=3000),
    "strips of many": lambda: draw_overview(3, statements=3000),
    "patterns": patterns,
    "mark": isthmus_mark,
    **{verdict.value: lambda v=verdict: verdict_mark(v) for verdict in Verdict},  # type: ignore[misc]
}


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_sound_and_closed(name: str) -> None:
    svg = PICTURES[name]()
    root = ET.fromstring(svg)
    tags = {node.tag.rpartition("}")[2] for node in root.iter()}
    assert tags <= {"svg", "title", "desc", "defs", "pattern", "g", "rect", "path", "line", "text"}
    attributes = {key for node in root.iter() for key in node.attrib}
    assert not {key for key in attributes if key == "style" or key.startswith("on") or key.endswith("href")}
    urls = re.findall(r"(?:url\(|[a-z]+:)//?[^\s)\"']*", svg.replace("http://www.w3.org/2000/svg", ""))
    assert urls == []
    assert "nan" not in svg.lower().replace("finance", "")


@pytest.mark.parametrize("name", PICTURES)
def test_picture_has_the_same_bytes_each_time(name: str) -> None:
    assert PICTURES[name]() == PICTURES[name]()


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_named_or_hidden(name: str) -> None:
    root = ET.fromstring(PICTURES[name]())
    if root.get("aria-hidden") == "true":
        return
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert root.get("role") == "img"
    assert title is not None
    assert title.text


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_of_bounded_size(name: str) -> None:
    assert len(PICTURES[name]().encode()) < 300_000


def test_words_of_others_stay_words() -> None:
    svg = draw_overview(2)
    assert "<script" not in svg
    assert "<img" not in svg
    assert "\x07" not in svg
    titles = [node.text for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}title")]
    assert HOSTILE.replace("\x07", "\ufffd") in titles


def test_picture_says_its_language() -> None:
    root = ET.fromstring(draw_overview(2, "zh-Hans"))
    assert root.get("lang") == "zh-Hans"
    assert "的支持率" in "".join(root.itertext())


def test_element_escapes_values_and_leaves_out_none() -> None:
    assert element("a", text("<&>"), class_='"b"', stroke_width=1.50, x=None) == (
        '<a class=\'"b"\' stroke-width="1.5">&lt;&amp;&gt;</a>'
    )


@pytest.mark.parametrize(("value", "shown"), [(0.0, "0"), (-0.001, "0"), (1.239, "1.24"), (10.0, "10"), (-2.5, "-2.5")])
def test_number_is_short(value: float, shown: str) -> None:
    assert number(value) == shown


def test_mark_file_holds_the_mark_in_one_path() -> None:
    root = ET.parse(STATIC / "isthmus" / "mark.svg").getroot()
    assert [child.get("d") for child in root] == [ISTHMUS_PATH]
