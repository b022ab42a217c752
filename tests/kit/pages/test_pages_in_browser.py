"""The kit's page in a real Chromium: wide and narrow, both languages, without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page

from isthmus.kit.following import follow
from isthmus.kit.kit import Kit
from isthmus.kit.workspace import Kind, Workspace
from isthmus.ledger import Json, words
from tests.kit.dialogue import Town
from tests.kit.pages.conftest import Serve

pytestmark = pytest.mark.browser

RULES: dict[str, Json] = {"rules": {"decision_days": 7, "languages": ["en", "zh-Hans"]}}
PLACES = ["/", "/decisions/1", "/decisions/2", "/decisions/4", "/genesis", "/record", "/workspace", "/decisions/99"]


@pytest.fixture
def kit(town: Town, order: tuple[str, str]) -> Kit:
    """A kit with decisions in several states, and papers."""
    own, other = order
    town.series.decide("rules.change", {**RULES})
    town.series.propose(other)
    town.series.propose(own, "rules.change", {**RULES})
    town.series.sign(3, other)
    town.series.propose(other)
    del town.series.contents[town.series.state.decisions[4].text.texts["en"]]
    town.server.now = town.series.at
    follow(town.kits[other])
    follow(town.kits[own])
    workspace = Workspace(town.kits[own].keyring)
    workspace.put(Kind.NOMINATION, {"name_en": "Delegate One", "name_zh": "代表一", "title": "Head", "note": "Ask."})
    workspace.put(Kind.RED_LINE, {"text": "Nothing before the harvest."})
    return town.kits[own]


@pytest.fixture(params=[380, 1440])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    scheme = "dark" if request.param == 380 else "light"
    with chromium.new_context(
        viewport={"width": request.param, "height": 900},
        java_script_enabled=True,
        color_scheme=scheme,  # type: ignore[arg-type]  # one of the two
    ) as context:
        yield context.new_page()


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_page_is_sound(page: Page, kit: Kit, serve: Serve, language: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Policy" in message.text else None)
    with serve(kit) as guard:
        base = guard.address.partition("/enter")[0]
        page.context.add_cookies([{"name": "language", "value": language, "url": base}])
        page.goto(guard.address)
        for place in PLACES:
            page.goto(base + place)
            page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
            assert page.locator("html").get_attribute("lang") == language
            found = Axe().run(page)
            assert found.violations_count == 0, f"{place}: {found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), place
            assert page.locator("script").count() == 0
    assert complaints == []


def test_several_decisions_are_signed_with_one_passphrase(
    chromium: Browser, kit: Kit, town: Town, serve: Serve
) -> None:
    with serve(kit) as guard, chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(guard.address)
        assert page.locator("#decision-4").is_disabled()
        assert page.locator("text=This content is not in the mirror").count() == 1
        for number in (2, 3):
            page.check(f"#decision-{number}")
        page.fill("#passphrase", "any passphrase at all")
        page.click("button[value=sign]")
        assert page.locator(".notice").all_inner_texts()[:2] == ["Decision 2: signed.", "Decision 3: signed."]
    signed = [parcel for parcel in town.server.parcels if parcel["kind"] == "sign"]
    assert [parcel["decision"] for parcel in signed] == [2, 3]
    for parcel in signed:
        payload = {"decision": parcel["decision"], "side": kit.side, "signature": parcel["signature"]}
        town.series.append("decision.signed", payload)


def test_a_decision_is_read_and_rejected(chromium: Browser, kit: Kit, town: Town, serve: Serve) -> None:
    with serve(kit) as guard, chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(guard.address)
        page.click("text=Read decision 2 in full")
        text = kit.book().state.decisions[2].text
        assert page.locator("pre.exact").inner_text() == text.format()
        assert [run.get_attribute("lang") for run in page.locator(".version").all()] == ["en", "zh-Hans"]
        page.fill("#passphrase", "any passphrase at all")
        page.click("button[value=reject]")
        assert page.locator(".notice").first.inner_text() == "Decision 2: rejected."
    assert [parcel["kind"] for parcel in town.server.parcels][-1] == "reject"


def test_what_goes_wrong_is_said_where_it_happened(chromium: Browser, kit: Kit, town: Town, serve: Serve) -> None:
    town.server.refusal = {"text": "There is no decision {number}.", "values": {"number": 2}}
    with serve(kit) as guard, chromium.new_context() as context:
        page = context.new_page()
        page.goto(guard.address)
        page.check("#decision-2")
        page.fill("#passphrase", "any passphrase at all")
        page.click("button[value=sign]")
        alert = page.locator("[role=alert]")
        assert alert.inner_text() == "The server refuses it: There is no decision 2."
        assert alert.evaluate("part => part === document.activeElement")
        assert page.locator("#decision-2").is_checked()
        assert page.title().startswith("Please correct")
        assert page.locator("#passphrase").input_value() == ""


def test_an_alarm_stands_on_the_desk(chromium: Browser, kit: Kit, town: Town, serve: Serve) -> None:
    with serve(kit) as guard, chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(guard.address)
        town.server.size = 2
        town.server.seen.clear()
        page.click("form[action='/mirror'] button")
        assert "fewer than the" in page.locator("[role=alert]").inner_text()
        assert f"{town.server.now:%Y-%m-%d %H:%M} UTC" in page.locator("[role=alert]").inner_text()
        town.server.size = None
        town.later(minutes=1)
        page.click("form[action='/mirror'] button")
        assert page.locator("[role=alert]").count() == 0


def test_papers_are_kept_changed_and_deleted_without_scripts(
    chromium: Browser, kit: Kit, town: Town, serve: Serve
) -> None:
    sent = len(town.server.asked) + len(town.server.parcels)
    with serve(kit) as guard, chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(guard.address)
        page.click("text=Workspace")
        page.locator("section[aria-labelledby=instruction] > details > summary").click()
        page.fill("#instruction--text", "听取意见，不作承诺。")
        page.locator("section[aria-labelledby=instruction] button").click()
        card = page.locator("section[aria-labelledby=instruction] .card")
        assert card.locator(".version").inner_text() == "听取意见，不作承诺。"
        card.locator("summary").click()
        card.locator("textarea").fill("Listen first.")
        card.locator("button").first.click()
        assert card.locator(".version").inner_text() == "Listen first."
        card.locator("summary").click()
        card.locator("button").last.click()
        assert card.count() == 0
        page.locator("section[aria-labelledby=instruction] > details > summary").click()
        page.locator("section[aria-labelledby=instruction] button").click()
        assert "Write something first" in page.locator("[role=alert]").inner_text()
    assert len(town.server.asked) + len(town.server.parcels) == sent


def test_the_words_of_the_genesis_print_on_paper(chromium: Browser, kit: Kit, serve: Serve, tmp_path: Path) -> None:
    with serve(kit) as guard, chromium.new_context() as context:
        page = context.new_page()
        page.goto(guard.address)
        page.click("text=Genesis")
        for language in ("en", "zh-Hans"):
            shown = page.locator(f".words[lang={language}] li").all_inner_texts()
            assert shown == words(kit.settings.genesis, language)
        assert page.pdf(path=tmp_path / "words.pdf").startswith(b"%PDF-")


def test_the_own_side_stands_first_for_each_reader(
    chromium: Browser, town: Town, order: tuple[str, str], serve: Serve
) -> None:
    for side in order:
        follow(town.kits[side])
    for side in order:
        with serve(town.kits[side]) as guard, chromium.new_context(java_script_enabled=False) as context:
            page = context.new_page()
            page.goto(guard.address)
            first = page.locator("tbody th").first.inner_text()
            assert first == town.series.state.sides[side].names["en"]


def test_a_kit_without_a_series_says_what_comes_next(
    chromium: Browser, town: Town, order: tuple[str, str], serve: Serve
) -> None:
    kit = town.kit(order[0], anchored=False, name="empty")
    kit.change(server="", series="", genesis="")
    with serve(kit) as guard, chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(guard.address)
        assert "isthmus kit pair INVITATION" in page.locator(".empty").inner_text()
        for place in ("/genesis", "/record", "/workspace"):
            answer = page.goto(guard.address.partition("/enter")[0] + place)
            assert answer is not None
            assert answer.status == 200
