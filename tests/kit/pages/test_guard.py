"""Who gets in: only a browser of this computer with the printed address, and only forms of our own page."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from isthmus.kit.pages.app import make_app
from isthmus.kit.pages.guard import COOKIE, FIELD, Guard
from tests.kit.dialogue import Town

pytestmark = pytest.mark.unit

PORT = 8700
HERE = f"http://127.0.0.1:{PORT}"


@pytest.fixture
def guard() -> Guard:
    return Guard.generate(PORT)


@pytest.fixture
def outside(town: Town, order: tuple[str, str], guard: Guard) -> FlaskClient:
    """A browser that has not come in."""
    return make_app(town.kits[order[0]], guard).test_client()


@pytest.fixture
def inside(outside: FlaskClient, guard: Guard) -> FlaskClient:
    assert outside.get(f"/enter/{guard.entrance}", base_url=HERE).status_code == 303
    return outside


def test_the_printed_address_lets_a_browser_in(outside: FlaskClient, guard: Guard) -> None:
    assert outside.get("/", base_url=HERE).status_code == 403
    assert outside.get("/enter/wrong", base_url=HERE).status_code == 403
    response = outside.get(guard.address)
    assert (response.status_code, response.location) == (303, "/")
    cookie = response.headers["Set-Cookie"]
    assert guard.entrance not in cookie
    assert cookie == f"{COOKIE}={guard.session}; HttpOnly; Path=/; SameSite=Strict"
    assert outside.get("/", base_url=HERE).status_code == 200


@pytest.mark.parametrize(
    "host", ["attacker.example", f"attacker.example:{PORT}", "127.0.0.1:9", f"127.0.0.2:{PORT}", ""]
)
def test_another_name_for_this_computer_is_refused(inside: FlaskClient, host: str) -> None:
    assert inside.get("/", headers={"Host": host}).status_code in {400, 421}
    assert inside.get("/static/kit.css", headers={"Host": host}).status_code in {400, 421}


@pytest.mark.parametrize("path", ["/", "/genesis", "/record", "/workspace", "/decisions/1", "/nothing"])
def test_no_page_is_shown_outside(outside: FlaskClient, path: str) -> None:
    assert outside.get(path, base_url=HERE).status_code == 403
    outside.set_cookie(COOKIE, "guessed", domain="127.0.0.1")
    assert outside.get(path, base_url=HERE).status_code == 403


@pytest.mark.parametrize("path", ["/decisions", "/mirror", "/genesis", "/workspace", "/workspace/delete", "/language"])
def test_a_form_of_another_page_is_refused(inside: FlaskClient, guard: Guard, path: str) -> None:
    good = {FIELD: guard.form_token}
    own = {"Origin": HERE}
    for headers, form in (
        ({}, good),
        ({"Origin": "null"}, good),
        ({"Origin": "https://attacker.example"}, good),
        ({"Origin": f"http://localhost:{PORT}"}, good),
        (own, {}),
        (own, {FIELD: "guessed"}),
    ):
        assert inside.post(path, base_url=HERE, headers=headers, data=form).status_code == 403
    assert inside.post(path, base_url=HERE, headers=own, data=good).status_code != 403


def test_every_answer_is_sealed(inside: FlaskClient) -> None:
    for path, status in (("/", 200), ("/nothing", 404), ("/decisions/9", 422), ("/static/kit.css", 200)):
        response = inside.get(path, base_url=HERE)
        response.close()  # a file stays open until it is sent
        assert response.status_code == status
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "same-origin"  # with no-referrer a form would send Origin: null
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_only_our_own_files_are_served(inside: FlaskClient) -> None:
    for path in ("/static/..%2fapp.py", "/static/findings.css", "/static/../app.py"):
        assert inside.get(path, base_url=HERE).status_code == 404


def test_a_form_that_is_too_large_is_refused(inside: FlaskClient, guard: Guard) -> None:
    form = {FIELD: guard.form_token, "kind": "red_line", "text": "x" * 1_100_000}
    response = inside.post("/workspace", base_url=HERE, headers={"Origin": HERE}, data=form)
    assert response.status_code in {403, 413}


def test_the_language_leads_back_to_our_own_page_only(inside: FlaskClient, guard: Guard) -> None:
    for wanted, led in (("/record", "/record"), ("//attacker.example", "/"), ("https://a.example", "/"), ("/\\a", "/")):
        form = {FIELD: guard.form_token, "language": "zh-Hans", "next": wanted}
        assert inside.post("/language", base_url=HERE, headers={"Origin": HERE}, data=form).location == led
    assert b'lang="zh-Hans"' in inside.get("/", base_url=HERE).data


def test_no_secret_is_shown_by_a_guard(guard: Guard) -> None:
    assert repr(guard) == f"Guard(port={PORT})"
