"""The pages in a real Chromium: wide and narrow, both languages, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.urls import reverse
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from isthmus.server.exchange.models import Conversation, State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Import = Callable[..., Conversation]


@pytest.fixture(params=[380, 1440])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    with chromium.new_context(viewport={"width": request.param, "height": 900}) as context:
        yield context.new_page()


def speak(page: Page, server: LiveServer, code: str) -> None:
    page.context.add_cookies([{"name": "language", "value": code, "url": server.url}])


def check_sound(page: Page) -> None:
    """No fault that axe finds, nothing to scroll sideways, nothing that the policy stopped."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("code", ["en", "zh-hans"])
def test_every_page_is_sound(
    page: Page, live_server: LiveServer, imported: Import, work_off: Callable[[], None], code: str
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    done = imported("A conversation whose title is long enough to need more than one line on a telephone")
    work_off()
    failed, waiting = imported("Failed"), imported("Waiting")
    Conversation.objects.update(demonstration=True)
    error = {"text": "{path}: there is a header, but no rows.", "values": {"path": "votes.csv"}}
    failed.analyses.update(state=State.FAILED, error=error)
    speak(page, live_server, code)
    for path in ["/", *(reverse("conversation", args=[shown.pk]) for shown in (done, failed, waiting))]:
        page.goto(live_server.url + path)
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
        check_sound(page)
    assert complaints == []
    page.goto(f"{live_server.url}/nothing")
    check_sound(page)


def test_a_form_with_mistakes_is_sound(page: Page, live_server: LiveServer, votes_csv: bytes) -> None:
    page.goto(live_server.url)
    page.locator("summary").first.click()
    page.fill("[name=threshold]", "7")
    page.set_input_files("[name=votes]", {"name": "votes.csv", "mimeType": "text/csv", "buffer": votes_csv})
    page.click("form.form button")
    assert page.locator("#id_threshold_error").is_visible()
    assert page.locator("[role=alert]").evaluate("part => part === document.activeElement")
    check_sound(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("#id_threshold").evaluate("part => part === document.activeElement")


def test_the_page_of_a_waiting_conversation_renews_itself(
    chromium: Browser, live_server: LiveServer, imported: Import, work_off: Callable[[], None]
) -> None:
    made = imported()
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(live_server.url + reverse("conversation", args=[made.pk]))
        with page.expect_request(lambda request: "/progress?seen=queued" in request.url) as asked:
            pass
        assert asked.value.headers["hx-request"] == "true"
        again = page.get_by_role("link", name="Look again")
        again.focus()
        with page.expect_response(lambda response: "/progress" in response.url):
            pass
        assert again.evaluate("part => part === document.activeElement"), "renewing the bar takes the focus away"
        work_off()
        page.wait_for_selector("a[href$='result.json']", timeout=10_000)


def test_everything_works_without_scripts(
    chromium: Browser, live_server: LiveServer, votes_csv: bytes, work_off: Callable[[], None]
) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(live_server.url)
        page.set_input_files("[name=votes]", {"name": "votes.csv", "mimeType": "text/csv", "buffer": votes_csv})
        page.fill("[name=title]", "Without scripts")
        page.click("form.form button")
        assert page.locator("progress").is_visible()
        work_off()
        page.wait_for_selector("a[href$='result.json']", timeout=10_000)
        page.click(".language-switch button")
        assert page.locator("html").get_attribute("lang") == "zh-Hans"
        assert page.locator("h1").inner_text() == "Without scripts"
        page.locator("summary").last.click()
        page.locator("details form button").last.click()
        assert page.locator(".empty").is_visible()
