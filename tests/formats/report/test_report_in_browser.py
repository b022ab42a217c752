"""The report as a reader meets it: phone and desk, day and night, both languages, and on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page

from isthmus.formats.report import render_report
from isthmus.language import LANGUAGES
from tests.charts.samples import findings, opinion_groups

pytestmark = pytest.mark.browser

RESULTS = {
    "two": findings(groups=opinion_groups(80)),
    "one": findings(1, sides_from="none"),
    "six": findings(
        6, sides_from="groups", names=tuple(f"group {i}" for i in range(1, 7)), groups=opinion_groups(90, 6)
    ),
    "long": findings(texts={"und": "Donaudampfschifffahrtsgesellschaftskapitän" * 4}, names=("E" * 60, "桦" * 40)),
}


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    for name, result in RESULTS.items():
        for language in LANGUAGES:
            source = render_report(result, language=language, title="What both sides can accept")
            (tmp_path / f"{name}-{language}.html").write_text(source, encoding="utf-8")
    return tmp_path


def visit(chromium: Browser, address: str, width: int, scheme: Literal["light", "dark"]) -> Page:
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(address)
    return page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("width", "scheme"), [(380, "dark"), (1440, "light")])
def test_reports_are_accessible_and_fit(
    chromium: Browser, reports: Path, language: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    for name in RESULTS:
        page = visit(chromium, (reports / f"{name}-{language}.html").as_uri(), width, scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        page.close()


def test_wide_page_has_two_equal_columns_around_the_statement(chromium: Browser, reports: Path) -> None:
    page = visit(chromium, (reports / "two-en.html").as_uri(), 1440, "light")
    row = page.locator(".statement-pair").first
    left, text, right = (
        row.locator(part).bounding_box()
        for part in (".stand-mirrored", ".statement-text", ".stand:not(.stand-mirrored)")
    )
    assert left
    assert text
    assert right
    assert left["width"] == pytest.approx(right["width"], abs=1)
    assert left["x"] + left["width"] < text["x"]
    assert text["x"] + text["width"] < right["x"]
    bars = [svg.bounding_box() for svg in row.locator(".stand svg").all()]
    assert bars[0]
    assert bars[1]
    assert text["x"] - bars[0]["x"] - bars[0]["width"] == pytest.approx(bars[1]["x"] - text["x"] - text["width"], abs=1)
    page.close()


def test_links_and_scrolling_parts_can_be_reached_by_keyboard_and_finger(chromium: Browser, reports: Path) -> None:
    page = visit(chromium, (reports / "two-en.html").as_uri(), 380, "light")
    for link in page.locator(".counts a").all():
        box = link.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24
    page.locator(".table-scroll").focus()
    assert page.evaluate("document.activeElement.className") == "table-scroll"
    page.close()


def test_patterns_and_scheme_reach_the_pictures(chromium: Browser, reports: Path) -> None:
    page = visit(chromium, (reports / "two-en.html").as_uri(), 1440, "dark")
    colour = page.locator(".stand .side-1").first.evaluate("node => getComputedStyle(node).color")
    assert colour == "rgb(143, 176, 234)"
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()


def test_report_prints(chromium: Browser, reports: Path) -> None:
    page = visit(chromium, (reports / "two-zh-Hans.html").as_uri(), 1440, "light")
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF-")
    page.close()
