"""The way to the server: addresses, failures, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from isthmus.kit import server as server_module
from isthmus.kit.api import Api, Gone, parcel_file, send_parcels, server_message
from isthmus.kit.server import HttpServer, check_address
from isthmus.language import InputError

pytestmark = pytest.mark.unit

ADDRESS = "https://dialogue.example"
Handle = Callable[[httpx.Request], httpx.Response]


def reached(handle: Handle) -> HttpServer:
    return HttpServer(ADDRESS, language="zh-Hans", transport=httpx.MockTransport(handle))


@pytest.mark.parametrize(
    "address", [ADDRESS, f"{ADDRESS}/", "http://localhost:8000", "http://127.0.0.1", "http://[::1]:1"]
)
def test_a_closed_line_is_taken(address: str) -> None:
    assert check_address(address, demonstration=False) == address.rstrip("/")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://dialogue.example", "everybody on the way could read along"),
        ("http://192.168.1.7:8000", "everybody on the way could read along"),
        ("dialogue.example", "is not the address of a server"),
        ("ftp://dialogue.example", "is not the address of a server"),
        ("https://dialogue.example:port", "is not the address of a server"),
        ("https://user:word@dialogue.example", "is not the address of a server"),
        ("https://dialogue.example/?a=b", "is not the address of a server"),
        ("", "is not the address of a server"),
    ],
)
def test_an_open_line_or_no_address_is_refused(address: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        check_address(address, demonstration=False)
    assert check_address("http://dialogue.example", demonstration=True) == "http://dialogue.example"


def test_requests_carry_the_token_and_the_language_and_follow_no_redirect() -> None:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"Location": "https://elsewhere.example/"})

    with pytest.raises(InputError, match=r"answers with an error \(302\): redirect"):
        Api(reached(handle), "series-1", "the-token").checkpoint()
    (request,) = asked
    assert str(request.url) == f"{ADDRESS}/api/series/series-1/checkpoint"
    assert (request.headers["Authorization"], request.headers["Accept-Language"]) == ("Bearer the-token", "zh-Hans")


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError("refused"), httpx.ReadTimeout(""), httpx.RemoteProtocolError("x")]
)
def test_a_line_that_fails_says_where_why_and_what_to_do(fault: httpx.TransportError) -> None:
    def handle(_request: httpx.Request) -> httpx.Response:
        raise fault

    with pytest.raises(InputError, match=r"https://dialogue\.example cannot be reached: .+ Check the address") as told:
        Api(reached(handle), "series-1", "the-token").witnessed()
    assert "the-token" not in str(told.value)


def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "LARGEST", 1000)
    with pytest.raises(InputError, match="answers with more than 1,000 bytes"):
        reached(lambda _request: httpx.Response(200, content=b"x" * 1001)).get("/", "")


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, b"{}", "does not know this kit's reading token"),
        (500, b"", r"answers with an error \(500\): —"),
        (503, '{"detail": "只读"}'.encode(), r"\(503\): 只读"),
        (200, b"<html>", "something that is not for a kit"),
        (200, b"[]", "something that is not for a kit"),
        (200, b'{"checkpoints": 1}', "something that is not for a kit"),
    ],
)
def test_answers_that_are_none_are_told(status: int, body: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        Api(reached(lambda _request: httpx.Response(status, content=body)), "series-1", "token").witnessed()


def test_a_content_that_is_not_there_is_told_from_one_that_is_destroyed() -> None:
    for status in (404, 410):
        api = Api(reached(lambda _request, status=status: httpx.Response(status)), "s", "t")  # type: ignore[misc]
        with pytest.raises(Gone) as gone:
            api.content("sha256:" + "a" * 64)
        assert gone.value.erased is (status == 410)


def test_a_bundle_that_is_too_short_is_told() -> None:
    api = Api(reached(lambda _request: httpx.Response(200, content=b"\0\1x")), "s", "t")
    with pytest.raises(InputError, match="shows 1 entries from entry 256 on where there have to be 4"):
        list(api.entries(256, 260))


def test_a_refusal_is_told_in_the_servers_words_with_our_translation() -> None:
    message = {"text": "There is no decision {number}.", "values": {"number": 7}}
    outcomes = [{"kind": "sign", "done": True}, {"kind": "sign", "done": False, "message": message}]
    body = json.dumps({"status": 422, "outcomes": outcomes}).encode()
    with pytest.raises(InputError, match=r"The server refuses it: There is no decision 7\."):
        send_parcels(reached(lambda _request: httpx.Response(422, content=body)), [{"kind": "sign"}])


def test_what_is_sent_is_what_is_written() -> None:
    parcels: list[dict[str, object]] = [{"kind": "sign", "signature": "— elm/decision x"}]

    def handle(request: httpx.Request) -> httpx.Response:
        assert request.content == parcel_file(parcels)  # type: ignore[arg-type]
        assert json.loads(request.content) == {"format": "isthmus parcel v1", "parcels": parcels}
        return httpx.Response(200, json={"outcomes": [{"kind": "sign", "done": True}]})

    assert [outcome.kind for outcome in send_parcels(reached(handle), parcels)] == ["sign"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"text": "{a} b", "values": {"a": 1}}, "1 b"),
        ({"text": "{a.__class__}", "values": {"a": 1}}, "{a.__class__}"),
        ({"text": "{a:>999999999}", "values": {"a": 1}}, "{a:>999999999}"),
        ({"text": "{a!r}", "values": {"a": 1}}, "{a!r}"),
        ({"text": "{b}", "values": {"a": 1}}, "{b}"),
        ({"text": "{", "values": {}}, "{"),
        ({"text": 5}, "The server gives no reason."),
        (None, "The server gives no reason."),
    ],
)
def test_a_hostile_message_fills_nothing(value: object, shown: str) -> None:
    assert server_message(value).render() == shown
