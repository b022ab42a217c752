"""The record over HTTP, as tlog-tiles, for who has a token of a side."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from isthmus.ledger.checkpoint import open_checkpoint
from isthmus.ledger.tiles import read_bundle
from isthmus.ledger.tree import leaf_hash
from isthmus.server.core.logkey import log_signer
from isthmus.server.core.models import Content, Entry
from tests.server.dialogues.hosts import Founded, found, take

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def founded() -> Founded:
    made = found()
    made.all_sign(made.rules("elm"))
    return made


def get(founded: Founded, path: str, side: str = "birch", **headers: str) -> Any:
    sent = {"Authorization": f"Bearer {founded.hosts[side].token}", **headers}
    return Client().get(f"/api/series/{founded.series.pk}/{path}", headers=sent)


@pytest.mark.parametrize("side", ["elm", "birch"])
def test_it_reads_as_tiles(founded: Founded, side: str) -> None:
    entries = [bytes(row.content) for row in Entry.objects.all()]
    note = get(founded, "checkpoint", side)
    assert note.headers["Content-Type"] == "text/plain; charset=utf-8"
    opened, _ = open_checkpoint(note.content.decode(), log_signer(founded.log.origin).verifier, [])
    assert (opened.size, opened.root) == (5, founded.log.tree.root())
    assert read_bundle(get(founded, "tile/entries/000.p/5", side).content) == entries
    assert get(founded, "tile/0/000.p/3", side).content == b"".join(leaf_hash(entry) for entry in entries[:3])


def test_what_is_not_there_is_told_as_a_problem(founded: Founded) -> None:
    for path in ("tile/0/000", "tile/0/000.p/6", "tile/0/0", "tile/x", "tile/64/000", "tile/1/000.p/1", "nothing"):
        answer = get(founded, path)
        assert (path, answer.status_code) == (path, 404)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == 404
    assert Client().post(f"/api/series/{founded.series.pk}/checkpoint").status_code in {401, 405}
    assert get(founded, "nothing", **{"Accept-Language": "zh-hans"}).headers["Content-Language"] == "zh-Hans"


def test_contents_are_salt_and_bytes(founded: Founded) -> None:
    for row in Content.objects.all():
        content = get(founded, f"contents/{row.digest.removeprefix('sha256:')}").content
        assert f"sha256:{hashlib.sha256(content).hexdigest()}" == row.digest
        assert content[32:] == bytes(row.data)
    assert get(founded, f"contents/{'0' * 64}").status_code == 404
    assert get(founded, "contents/x").status_code == 404
    digests = sorted(Content.objects.values_list("digest", flat=True))
    asked = take(founded.hosts["elm"].propose(founded.series, "contents.erase", {"digests": [*digests]}))
    founded.all_sign(founded.decision(int(str(asked.told["decision"]))))
    assert get(founded, f"contents/{digests[0].removeprefix('sha256:')}").status_code == 410


def test_what_each_side_cosigned(founded: Founded) -> None:
    assert get(founded, "witnessed").json() == {"checkpoints": {"birch": None, "elm": None}}
    take(founded.hosts["elm"].cosign(founded.log))
    shown = get(founded, "witnessed").json()["checkpoints"]
    assert shown["birch"] is None
    assert shown["elm"] == get(founded, "checkpoint", "elm").content.decode()


def test_an_address_that_no_database_takes(founded: Founded) -> None:
    headers = {"Authorization": f"Bearer {founded.hosts['elm'].token}"}
    for series in ("%00", "%ED%A0%80", "x" * 1000, "..%2F"):
        assert Client().get(f"/api/series/{series}/checkpoint", headers=headers).status_code in {401, 404}


def test_caching(founded: Founded) -> None:
    assert "immutable" not in get(founded, "tile/0/000.p/5").headers.get("Cache-Control", "")
    assert "no-store" in get(founded, "checkpoint").headers["Cache-Control"]


def test_the_number_of_queries_does_not_grow(founded: Founded) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert get(founded, path).status_code == 200
        return len(asked)

    paths = ["checkpoint", "witnessed", "tile/entries/000.p/5", "tile/0/000.p/5"]
    before = [queries(path) for path in paths]
    for days in (3, 4, 5):
        founded.all_sign(founded.rules("birch", days))
    assert [queries(path) for path in paths] == before


def test_the_api_describes_itself() -> None:
    described = Client().get("/api/openapi.json").json()
    assert {"/api/parcels", "/api/founding", "/api/series/{series}/checkpoint"} <= set(described["paths"])
