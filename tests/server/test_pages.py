"""Every page as it is sent: what stands in it, in both languages, and the headers it comes with."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from isthmus.server.exchange.models import Conversation, State

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

Answer: TypeAlias = Any  # of a class that Django's test client makes as it runs
Import = Callable[..., Conversation]
LANGUAGES = {"en": "en", "zh-hans": "zh-Hans"}
HOSTILE = "<script>alert(1)</script>\"'{{ 7 }}"
RULES = {
    "sides": "declared",
    "population": "open",
    "threshold": "3/5",
    "least_stands": "5",
    "confidence": "0.9",
    "encoding": "utf-8",
    "agree_is": "1",
}


def speak(client: Client, code: str) -> Client:
    client.cookies["language"] = code
    return client


def page_of(conversation: Conversation, name: str = "conversation") -> str:
    return reverse(name, args=[conversation.pk])


def upload(client: Client, content: bytes, name: str = "votes.csv", **values: object) -> Answer:
    return client.post("/", {**RULES, "votes": SimpleUploadedFile(name, content), **values})


def text(response: Answer) -> str:
    content: bytes = response.content
    return content.decode()


def check_sound(response: Answer, tag: str) -> None:
    """What holds for every page: its language, its policy, and nothing inline that the policy would stop."""
    page = text(response)
    assert f'<html lang="{tag}">' in page
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cache-Control"] == "private, no-store"
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert all(re.search(r"\ssrc=", script) for script in re.findall(r"<script[^>]*>", page))
    assert not re.search(r"""(src|href|action)=["'](https?:)?//""", page)
    assert page.count("<h1") == 1


@pytest.mark.parametrize(("code", "tag"), LANGUAGES.items())
def test_home(client: Client, done: Conversation, code: str, tag: str) -> None:
    response = speak(client, code).get("/")
    check_sound(response, tag)
    assert "Round two" in text(response)


@pytest.mark.parametrize(("code", "tag"), LANGUAGES.items())
def test_home_without_conversations(client: Client, code: str, tag: str) -> None:
    response = speak(client, code).get("/")
    check_sound(response, tag)
    assert 'class="empty"' in text(response)


@pytest.mark.parametrize(("code", "tag"), LANGUAGES.items())
def test_a_conversation_that_is_done(client: Client, done: Conversation, code: str, tag: str) -> None:
    response = speak(client, code).get(page_of(done))
    check_sound(response, tag)
    assert "Elm" in text(response)
    assert "htmx" not in text(response).replace("htmx-config", "")


@pytest.mark.parametrize(("code", "tag"), LANGUAGES.items())
@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING])
def test_a_conversation_that_waits(client: Client, imported: Import, code: str, tag: str, state: State) -> None:
    made = imported()
    made.analyses.update(state=state, progress=0.4)
    response = speak(client, code).get(page_of(made))
    check_sound(response, tag)
    assert '<noscript><meta http-equiv="refresh"' in text(response)
    bar = page_of(made, "progress")
    assert f'hx-get="{bar}?seen={state}"' in text(response)
    assert 'value="40"' in text(response)
    renewed = client.get(bar, {"seen": state})
    assert "HX-Refresh" not in renewed
    assert text(renewed).startswith("<progress")
    assert client.get(bar, {"seen": "done"})["HX-Refresh"] == "true"


@pytest.mark.parametrize(("code", "tag"), LANGUAGES.items())
def test_a_conversation_that_failed(client: Client, imported: Import, code: str, tag: str) -> None:
    made = imported()
    error = {"text": "{path}: there is a header, but no rows.", "values": {"path": "<b>.csv"}}
    made.analyses.update(state=State.FAILED, error=error)
    response = speak(client, code).get(page_of(made))
    check_sound(response, tag)
    assert "&lt;b&gt;.csv" in text(response)


@pytest.mark.parametrize(("code", "tag"), LANGUAGES.items())
def test_pages_for_errors(client: Client, code: str, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    strict = Client(enforce_csrf_checks=True)

    def broken(*_: object) -> None:
        raise DatabaseError("the password is elm")

    answers = {
        404: speak(client, code).get("/nothing"),
        403: speak(strict, code).post("/", {}),
        413: client.post("/", b"", content_type="text/csv", CONTENT_LENGTH=str(2 * 1024**3)),
        400: client.get("/", HTTP_HOST="elsewhere.invalid"),
        411: client.post("/", b"", content_type="text/csv", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked"),
    }
    monkeypatch.setattr("isthmus.server.exchange.queries.conversations", broken)
    answers[500] = client.get("/")
    for status, response in answers.items():
        assert response.status_code == status
        check_sound(response, tag)
        assert "Traceback" not in text(response)
        assert "elm" not in text(response)


def test_an_unknown_conversation(client: Client) -> None:
    nobody = "a" * 26
    for address in (f"/conversations/{nobody}/", f"/conversations/{nobody}/result.json", "/conversations/a%00b/"):
        assert client.get(address).status_code == 404
    assert client.get(f"/conversations/{nobody}/progress")["HX-Refresh"] == "true"


def test_import_leads_to_the_page_of_the_conversation(client: Client, votes_csv: bytes) -> None:
    response = upload(client, votes_csv, title="A title")
    made = Conversation.objects.get()
    assert (response.status_code, response["Location"]) == (302, page_of(made))
    assert made.titles == {"und": "A title"}


def test_import_with_sides_and_texts(client: Client, votes_csv: bytes, work_off: Callable[[], None]) -> None:
    response = upload(
        client,
        votes_csv,
        population="closed",
        sides_file=SimpleUploadedFile("sides.csv", b"participant,side\nE0,Up\nE1,Up\nB0,Down\nB1,Down\n"),
        texts_file=SimpleUploadedFile("texts.csv", "statement,text:zh-Hans\n1,种树。\n".encode()),
    )
    assert response.status_code == 302
    work_off()
    page = text(client.get(response["Location"]))
    assert "种树。" in page
    assert "Down" in page


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


BAD_FILES = {
    "empty": b"",
    "header only": b"participant,statement,vote\n",
    "wrong columns": b"a,b\n1,2\n",
    "half a line": b"participant,statement,vote\nE1,1\n",
    "a vote of 7": b"participant,statement,vote\nE1,1,7\n",
    "NUL bytes": b"participant,statement,vote\nE1,\0,1\n",
    "GB2312": "participant,statement,vote\n甲,1,1\n".encode("gb2312"),
    "a damaged archive": b"PK\x03\x04nothing",
}


@pytest.mark.parametrize("name", BAD_FILES)
@pytest.mark.parametrize(("code", "tag"), LANGUAGES.items())
def test_a_file_that_cannot_be_used(client: Client, name: str, code: str, tag: str) -> None:
    response = upload(speak(client, code), BAD_FILES[name])
    assert response.status_code == 422
    check_sound(response, tag)
    assert 'role="alert"' in text(response)
    assert "votes.csv" in text(response)
    assert "Traceback" not in text(response)
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("threshold", "7"),
        ("threshold", "1/0"),
        ("threshold", "1e9999999"),
        ("threshold", "1/2"),
        ("least_stands", "0"),
        ("confidence", "nan"),
        ("confidence", "1"),
        ("encoding", "klingon"),
        ("encoding", "a\0b"),
        ("sides", "mine"),
        ("agree_is", "2"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_at_its_field(
    client: Client, votes_csv: bytes, field: str, value: str
) -> None:
    response = upload(client, votes_csv, **{field: value})
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in text(response)
    assert re.search(rf'aria-describedby="[^"]*\bid_{field}_error"', text(response))
    assert f'<a href="#id_{field}">' in text(response)
    assert "<title>Please correct" in text(response)
    assert not Conversation.objects.exists()


def test_no_file_at_all(client: Client) -> None:
    response = client.post("/", RULES)
    assert response.status_code == 422
    assert 'id="id_votes_error"' in text(response)


def test_a_file_with_a_long_name(client: Client, votes_csv: bytes) -> None:
    assert upload(client, votes_csv, name="票" * 240 + ".csv").status_code == 302
    assert Conversation.objects.get().source.endswith("票.csv")


@pytest.mark.parametrize(("code", "told"), [("en", "1 MB once unpacked"), ("zh-hans", "解压后超过 1 MB")])
def test_an_archive_that_unpacks_to_too_much(client: Client, settings: Settings, code: str, told: str) -> None:
    settings.ISTHMUS_UNPACKED_LIMIT = 1_000_000
    bomb = zipped("votes.csv", b"0" * 1_000_001)
    response = upload(speak(client, code), bomb, name="bomb.zip")
    assert response.status_code == 413
    check_sound(response, LANGUAGES[code])
    assert "bomb.zip" in text(response)
    assert told in text(response)
    assert not Conversation.objects.exists()


def test_a_request_that_is_too_large_is_refused_unread(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the body was read")

    monkeypatch.setattr("django.core.handlers.wsgi.LimitedStream.read", never)
    assert client.post("/", b"", content_type="text/csv", CONTENT_LENGTH="50000001").status_code == 413


def test_what_people_wrote_stays_text(client: Client, imported: Import, work_off: Callable[[], None]) -> None:
    rows = "\n".join(f'"p{i}","<img src=x onerror=alert(1)>",agree,"<b>Elm</b>"' for i in range(6))
    made = imported(HOSTILE, f"participant,statement,vote,side\n{rows}\n".encode())
    work_off()
    for address in ("/", page_of(made)):
        page = text(client.get(address))
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
        assert "<img src=x" not in page
        assert "<b>Elm" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(client: Client, imported: Import, count: int) -> None:
    made = [imported(f"Round {i}") for i in range(count)]
    with CaptureQueriesContext(connection) as home:
        client.get("/")
    with CaptureQueriesContext(connection) as one:
        client.get(page_of(made[0]))
    assert (len(home), len(one)) == (1, 2)


@pytest.mark.parametrize(("kind", "media"), [("json", "application/json"), ("csv", "text/csv"), ("html", "text/html")])
def test_downloads(client: Client, done: Conversation, kind: str, media: str) -> None:
    response = client.get(reverse("download", args=[done.pk, kind]))
    assert response["Content-Type"].startswith(media)
    assert response["Content-Disposition"] == f'attachment; filename="common-ground-{done.pk[:8]}.{kind}"'
    assert "Elm" in text(response)
    if kind == "json":
        assert json.loads(response.content)["schema"] == 1


def test_downloads_before_there_is_a_result_or_of_another_kind(
    client: Client, imported: Import, done: Conversation
) -> None:
    assert client.get(reverse("download", args=[imported().pk, "json"])).status_code == 404
    assert client.get(reverse("download", args=[done.pk, "exe"])).status_code == 404


def test_analyse_again(client: Client, done: Conversation) -> None:
    response = client.post(page_of(done, "analyse"), {**RULES, "threshold": "0.75"})
    assert response.status_code == 302
    assert done.analyses.filter(threshold="3/4", state=State.QUEUED).exists()
    refused = client.post(page_of(done, "analyse"), {**RULES, "threshold": "2"})
    assert refused.status_code == 422
    assert 'id="id_threshold_error"' in text(refused)


def test_delete(client: Client, done: Conversation) -> None:
    assert client.get(page_of(done, "delete")).status_code == 405
    assert client.post(page_of(done, "delete")).status_code == 302
    assert not Conversation.objects.exists()


def test_the_language_is_chosen_and_kept(client: Client) -> None:
    response = client.post("/language", {"language": "zh-hans", "next": "/"})
    assert response["Location"] == "/"
    cookie = client.cookies["language"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    check_sound(client.get("/"), "zh-Hans")
    elsewhere = client.post("/language", {"language": "en", "next": "https://elsewhere.invalid/"})
    assert elsewhere["Location"] == "/"


def test_the_browser_s_language_is_met(client: Client) -> None:
    assert '<html lang="zh-Hans">' in text(client.get("/", headers={"accept-language": "zh-CN,zh;q=0.9"}))


def test_the_token_of_forms_is_strict(client: Client) -> None:
    client.get("/")
    cookie = client.cookies["csrftoken"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")


def test_demonstrations_say_so_on_every_page(client: Client, done: Conversation) -> None:
    addresses = ["/", page_of(done), reverse("download", args=[done.pk, "html"])]
    assert not any('class="strip"' in text(client.get(address)) for address in addresses)
    Conversation.objects.update(demonstration=True)
    for address in ("/", page_of(done)):
        assert 'class="strip"' in text(client.get(address))
    report = client.get(reverse("download", args=[done.pk, "html"]))
    assert 'class="strip"' in text(report)
    for kind in ("html", "csv", "json"):
        assert (
            'filename="demonstration-' in client.get(reverse("download", args=[done.pk, kind]))["Content-Disposition"]
        )


def test_the_list_calls_itself_invented_only_if_all_of_it_is(client: Client, imported: Import) -> None:
    invented = [imported("Round two"), imported("Round three")]
    Conversation.objects.update(demonstration=True)
    assert 'class="strip"' in text(client.get("/"))
    imported("A real one")
    page = text(client.get("/"))
    assert 'class="strip"' not in page
    assert page.count('<span class="status soft">demonstration</span>') == len(invented)
    assert 'class="strip"' in text(client.get(page_of(invented[0])))


def test_downloads_and_files_are_sent_as_what_they_are(client: Client, done: Conversation) -> None:
    for address in (reverse("download", args=[done.pk, "html"]), "/static/isthmus/isthmus.css", "/health"):
        response = client.get(address)
        response.close()
        assert response.status_code == 200
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert response["Referrer-Policy"] == "same-origin"
        assert ("no-store" in response["Cache-Control"]) != address.startswith("/static/")


def test_health(client: Client) -> None:
    response = client.get("/health")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_views_take_only_their_methods(client: Client, done: Conversation) -> None:
    assert client.head(page_of(done)).status_code == 200
    assert client.post(page_of(done)).status_code == 405
    assert client.get(page_of(done, "analyse")).status_code == 405
    assert client.put("/").status_code == 405
