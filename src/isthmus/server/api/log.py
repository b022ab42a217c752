"""Reading the record of a series: checkpoints, tiles (C2SP tlog-tiles), and sealed contents."""

from __future__ import annotations

import re
from typing import Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from isthmus.language import InputError
from isthmus.ledger.tiles import TILE_WIDTH, parse_tile_path
from isthmus.server.api.access import Reader
from isthmus.server.api.problems import Problem
from isthmus.server.core import contents, reading
from isthmus.server.core.models import Log
from isthmus.server.dialogues.queries import witnesses

router: Final = Router(tags=["record"], auth=Reader())

FOR_EVER: Final = "private, max-age=31536000, immutable"  # a full tile never changes
_HEX: Final = re.compile(r"[0-9a-f]{64}")


class Witnessed(Schema):
    """Side to the newest checkpoint that its witness cosigned, as a signed note; null if there is none."""

    checkpoints: dict[str, str | None]


@router.get("/{series}/checkpoint", summary="The checkpoint of all entries")
def checkpoint(request: HttpRequest, series: str) -> HttpResponse:  # noqa: ARG001  # the signature of a view
    """A signed note (C2SP tlog-checkpoint) with the signature of the log and all cosignatures of it."""
    return HttpResponse(reading.checkpoint(_log(series)).format(), content_type="text/plain; charset=utf-8")


@router.get("/{series}/tile/{path:rest}", summary="A tile, or a bundle of entries")
def tile(request: HttpRequest, series: str, rest: str) -> HttpResponse:  # noqa: ARG001  # the signature of a view
    """Hashes (tile/LEVEL/INDEX) or entries (tile/entries/INDEX), at full width or any other (C2SP tlog-tiles)."""
    try:
        level, index, width = parse_tile_path(f"tile/{rest}")
    except InputError as wrong:
        raise Problem(404, wrong.message) from wrong
    log = _log(series)
    found = reading.bundle(log, index, width) if level is None else reading.tile(log, level, index, width)
    if found is None:
        raise Problem(404)
    response = HttpResponse(found, content_type="application/octet-stream")
    if width == TILE_WIDTH:
        response.headers["Cache-Control"] = FOR_EVER
        response.headers["Vary"] = "Authorization"
    return response


@router.get("/{series}/witnessed", response=Witnessed, summary="What each side cosigned last")
def witnessed(request: HttpRequest, series: str) -> dict[str, dict[str, str | None]]:  # noqa: ARG001  # the signature of a view
    """Side to the newest checkpoint that its witness cosigned."""
    notes = reading.witnessed(_log(series), witnesses(series))
    return {"checkpoints": {side: None if note is None else note.format() for side, note in notes.items()}}


@router.get("/{series}/contents/{name}", summary="A sealed content")
def content(request: HttpRequest, series: str, name: str) -> HttpResponse:  # noqa: ARG001  # the signature of a view
    """Its salt (32 bytes) and its bytes: the SHA-256 of both is the digest, whose 64 digits the address names."""
    digest, log = f"sha256:{name}", _log(series)
    found = contents.read_with_salt(log, digest) if _HEX.fullmatch(name) else None
    if found is None:
        raise Problem(410 if contents.is_erased(log, digest) else 404)
    return HttpResponse(found, content_type="application/octet-stream")


def _log(series: str) -> Log:
    return Log.objects.get(pk=series)
