"""What kits send over HTTP: taken or refused by signatures alone, refusals as problem documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from isthmus.ledger import digest, reader_text, sign_note, write_record
from isthmus.server.core.models import Entry, Log
from isthmus.server.dialogues.export import record_of
from isthmus.server.dialogues.models import Decision
from tests.server.dialogues.hosts import Founded, Parcel, found, invited, take

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


def parcels(*listed: object) -> dict[str, object]:
    return {"format": "isthmus parcel v1", "parcels": list(listed)}


def post(body: object, *, language: str = "en") -> tuple[int, dict[str, Any]]:
    content = body if isinstance(body, bytes) else json.dumps(body)
    answer = Client().post(
        "/api/parcels", content, content_type="application/json", headers={"Accept-Language": language}
    )
    if answer.status_code != 200:
        assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()


def send(*listed: Parcel, language: str = "en") -> tuple[int, dict[str, Any]]:
    return post(parcels(*listed), language=language)


def get(path: str, token: str = "") -> tuple[int, dict[str, Any]]:
    answer = Client().get(path, headers={"Authorization": f"Bearer {token}"} if token else {})
    return answer.status_code, answer.json()


@pytest.fixture
def founded() -> Founded:
    return found()


@pytest.mark.parametrize("order", [("elm", "birch"), ("birch", "elm")])
def test_a_series_is_founded(order: tuple[str, str]) -> None:
    one, two = invited(*order)
    assert get("/api/founding", one.code)[1]["state"] == "waiting"
    assert send(one.pair(), two.pair())[0] == 200
    status, shown = get("/api/founding", two.code)
    assert (status, shown["state"], shown["signed"]) == (200, "ready", [])
    assert send(one.genesis()) == (200, {"outcomes": [{"kind": "genesis", "done": True, "founded": False}]})
    assert get("/api/founding", two.code)[1]["signed"] == [one.name]
    assert send(two.genesis())[1]["outcomes"][0]["founded"] is True
    assert get("/api/founding", one.code)[1]["state"] == "founded"


def test_one_refused_parcel_leaves_the_others_done(founded: Founded) -> None:
    decision = founded.rules("elm")
    elm, birch = founded.hosts["elm"].sign(decision), founded.hosts["birch"].sign(decision)
    status, told = send(elm, birch | {"decision": 9}, birch)
    assert status == 422
    assert [outcome["done"] for outcome in told["outcomes"]] == [True, False, True]
    assert told["detail"] == "There is no decision 9."
    assert Decision.objects.get().phase == "executed"


def test_refusals_are_in_the_readers_language(founded: Founded) -> None:
    parcel = founded.hosts["elm"].sign(founded.rules("elm")) | {"decision": 9}
    assert send(parcel, language="zh-hans")[1]["detail"] == "没有第9号决定。"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"1",
        b"[" * 100_000,
        parcels(),
        parcels({"kind": "sign"}),
        parcels({"kind": "fly"}),
        parcels({"kind": 1}),
        parcels({"kind": "freeze", "series": None, "note": {"a": 1}}),
        parcels({"kind": "cosign", "series": "x", "checkpoint": "\ud800"}),
        parcels({"kind": "reject", "series": "\x00", "decision": 1, "note": ""}),
        parcels({"kind": "sign", "series": "x" * 100, "decision": 10**30, "signature": ""}),
        parcels(*[{"kind": "pair"}] * 201),
    ],
)
def test_what_is_no_parcel_is_refused(founded: Founded, body: object) -> None:
    size = founded.log.size
    status, told = post(body)
    assert status in {400, 422}
    assert told["status"] == status
    assert Log.objects.get().size == size


@pytest.mark.parametrize("kind", ["genesis", "propose", "sign", "reject", "freeze", "cosign", "reader"])
@pytest.mark.parametrize("junk", ["", "\x00", "\ud800", "— elm/decision AAAA", "a\n\n— b c\n", "x" * 100_000])
def test_junk_in_any_field_is_refused(founded: Founded, kind: str, junk: str) -> None:
    names = ("note", "signature", "checkpoint")
    shapes = [{"kind": kind, "series": series, name: junk} for name in names for series in (founded.series.pk, junk)]
    fuller = [shape | {"decision": 1, "data": {}, "nonce": junk} for shape in shapes]
    for shape in [*shapes, *fuller, *({**shape, "decision": 1} for shape in shapes)]:
        assert post(parcels(shape))[0] == 422


def test_more_than_fits_is_refused() -> None:
    assert post(b'"' + b"x" * 2_000_001 + b'"')[0] == 413


def test_a_note_with_a_thousand_signatures(founded: Founded) -> None:
    parcel = founded.hosts["elm"].reject(founded.rules("birch"))
    line = str(parcel["note"]).splitlines()[-1]
    status, told = send(parcel | {"note": str(parcel["note"]) + f"{line}\n" * 999})
    assert status == 422
    assert "1000" in told["detail"]


def test_a_note_whose_line_endings_were_changed(founded: Founded) -> None:
    parcel = founded.hosts["elm"].reject(founded.rules("birch"))
    status, told = send(parcel | {"note": str(parcel["note"]).replace("\n", "\r\n")})
    assert status == 422
    assert "line breaks" in told["detail"]
    assert Decision.objects.get().phase == "open"


def test_a_founding_is_shown_to_its_hosts_only() -> None:
    one, two = invited("elm", "birch")
    take(one.pair())
    take(two.pair())
    for token in ("", "x", one.token, one.code[:-1], "é"):
        status, told = get("/api/founding", token)
        assert status == 401
        assert "elm" not in json.dumps(told)


def test_the_record_is_shown_to_its_sides_only(founded: Founded) -> None:
    founded.rules("elm")
    size = founded.log.size
    for path in ("checkpoint", "witnessed", f"tile/entries/000.p/{size}", f"tile/0/000.p/{size}"):
        address, nowhere = f"/api/series/{founded.series.pk}/{path}", f"/api/series/{'a' * 26}/{path}"
        for host in founded.hosts.values():
            assert Client().get(address, headers={"Authorization": f"Bearer {host.token}"}).status_code == 200
            for wrong in (host.code, host.token + "x", ""):
                headers = {"Authorization": f"Bearer {wrong}"}
                answer, other = Client().get(address, headers=headers), Client().get(nowhere, headers=headers)
                assert (answer.status_code, answer.content) == (401, other.content)


def test_only_a_side_returns_entries(founded: Founded) -> None:
    content = b"".join(write_record(record_of(founded.log, 0)))
    address = f"/api/series/{founded.series.pk}/return"
    assert Client().post(address, content, content_type="text/plain").status_code == 401
    headers = {"Authorization": f"Bearer {founded.hosts['birch'].token}"}
    answer = Client().post(address, content, content_type="text/plain", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"entries": 0})
    broken = Client().post(address, content[:-90], content_type="text/plain", headers=headers)
    assert broken.status_code == 422
    assert Entry.objects.count() == founded.log.size


def test_a_new_token_ends_the_old_one(founded: Founded) -> None:
    elm, address = founded.hosts["elm"], f"/api/series/{founded.series.pk}/witnessed"
    old, new = elm.token, "another-token"

    def reader(token: str) -> Parcel:
        text = reader_text(founded.series.genesis, "elm", digest(token.encode()))
        return {"kind": "reader", "series": founded.series.pk, "note": sign_note(text, elm.keys.decision).format()}

    assert send(reader(new))[0] == 200
    assert [get(address, token)[0] for token in (old, new)] == [401, 200]
    assert send(reader(new))[0] == 200
    assert send(reader(old))[1]["detail"] == "This reading token was used before; make a new one."
    forged = str(reader("third")["note"]).replace("elm/decision", "birch/decision")
    assert send(reader("third") | {"note": forged})[0] == 422
    assert [get(address, token)[0] for token in (old, new, "third")] == [401, 200, 401]
