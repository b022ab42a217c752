"""What a kit asks the server, and how it reads the answers. Nothing of them is believed before it is verified."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Any, Final, NoReturn

from isthmus.kit.server import Answer, Server
from isthmus.language import InputError, Message
from isthmus.ledger.canonical import Json
from isthmus.ledger.tiles import TILE_WIDTH, read_bundle, tile_path

PARCELS: Final = "isthmus parcel v1"
LONGEST_DETAIL: Final = 500  # characters of what a server says that are shown


class Gone(InputError):  # noqa: N818  # a state of the content
    """A content that the server does not have: never had, or destroyed."""

    def __init__(self, name: str, *, erased: bool) -> None:
        super().__init__("The server does not have the content {digest}.", digest=name)
        self.erased = erased


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one parcel, with whatever else the server tells of it."""

    kind: str
    told: Mapping[str, Any]


class Api:
    """The requests of a kit.

    Parameters
    ----------
    server
        Where they go.
    series
        Identifier of the series.
    token
        The reading token.
    """

    live = True

    def __init__(self, server: Server, series: str, token: str) -> None:
        self._server = server
        self._series = series
        self._token = token
        self.date: datetime | None = None  # by the server's clock, when it was last asked

    def witnessed(self) -> dict[str, str]:
        """Side to the newest checkpoint that its witness cosigned."""
        read = self._json("witnessed")
        notes = read.get("checkpoints")
        if not isinstance(notes, dict):
            refuse_answer(self._server.address)
        return {str(side): note for side, note in notes.items() if isinstance(note, str)}

    def checkpoint(self) -> str:
        """The signed note of the newest checkpoint."""
        return self._text(self._get("checkpoint").body)

    def entries(self, start: int, end: int) -> Iterable[bytes]:
        """Entries from `start` up to and without `end`, in bundles.

        Raises
        ------
        InputError
            If the server gives fewer than it said it has.
        """
        for index in range(start // TILE_WIDTH, -(-end // TILE_WIDTH)):
            first = index * TILE_WIDTH
            width = min(TILE_WIDTH, end - first)
            bundle = read_bundle(self._get(tile_path(None, index, width)).body)
            if len(bundle) != width:
                raise InputError(
                    "The server shows {count} entries from entry {first} on where there have to be {width}.",
                    count=len(bundle),
                    first=first,
                    width=width,
                )
            yield from bundle[max(0, start - first) :]

    def content(self, name: str) -> bytes:
        """Salt and bytes of a sealed content.

        Raises
        ------
        Gone
            If the server does not have it.
        """
        answer = self._ask(f"contents/{name.removeprefix('sha256:')}")
        if answer.status in {404, 410}:
            raise Gone(name, erased=answer.status == 410)
        return self._good(answer).body

    def give_back(self, record: bytes) -> Mapping[str, Any]:
        """Send a restored server the record that it lacks."""
        answer = self._server.post(
            f"/api/series/{self._series}/return", record, token=self._token, kind="application/octet-stream"
        )
        return _object(self._good(answer).body) or {}

    def _get(self, path: str) -> Answer:
        return self._good(self._ask(path))

    def _ask(self, path: str) -> Answer:
        answer = self._server.get(f"/api/series/{self._series}/{path}", self._token)
        self.date = answer.date
        return answer

    def _json(self, path: str) -> dict[str, Any]:
        read = _object(self._get(path).body)
        return refuse_answer(self._server.address) if read is None else read

    def _good(self, answer: Answer) -> Answer:
        return good(answer, self._server.address)

    def _text(self, body: bytes) -> str:
        try:
            return body.decode()
        except UnicodeDecodeError:
            refuse_answer(self._server.address)


def founding(server: Server, code: str) -> dict[str, Any]:
    """How far the founding is, with the draft of the genesis."""
    read = _object(good(server.get("/api/founding", code), server.address).body)
    return refuse_answer(server.address) if read is None else read


def send_parcels(server: Server, parcels: list[dict[str, Json]]) -> list[Outcome]:
    """Hand in parcels.

    Raises
    ------
    InputError
        If one was refused; says which, and why.
    """
    answer = server.post("/api/parcels", parcel_file(parcels))
    read = _object(answer.body) or {}
    outcomes = read.get("outcomes")
    if answer.status not in {200, 422} or not isinstance(outcomes, list):
        good(answer, server.address)
        refuse_answer(server.address)
    told = [outcome for outcome in outcomes if isinstance(outcome, dict)]
    refused = [outcome for outcome in told if not outcome.get("done")]
    if refused or answer.status != 200:
        reason = server_message(refused[0].get("message")) if refused else Message("{text}", {"text": _detail(read)})
        raise InputError("The server refuses it: {reason}", reason=reason)
    return [Outcome(str(outcome.get("kind")), outcome) for outcome in told]


def parcel_file(parcels: list[dict[str, Json]]) -> bytes:
    """Parcels as a file, or as the body of a request."""
    return (json.dumps({"format": PARCELS, "parcels": parcels}, ensure_ascii=False, indent=1) + "\n").encode()


def server_message(value: object) -> Message:
    """A message of the server, which may be hostile: its fields are filled only where they are plain names.

    >>> server_message({"text": "{a.__class__}", "values": {"a": 1}}).render()
    '{a.__class__}'
    """
    described = value if isinstance(value, dict) else {}
    text, values = described.get("text"), described.get("values", {})
    if not isinstance(text, str) or not isinstance(values, dict):
        return Message("The server gives no reason.")
    shown = {str(name): str(told)[:LONGEST_DETAIL] for name, told in values.items()}
    if _fillable(text, shown):
        return Message(text, shown)
    return Message("{text}", {"text": text[:LONGEST_DETAIL]})


def _fillable(text: str, values: Mapping[str, str]) -> bool:
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return False
    return all(name is None or (name in values and not form and not kind) for _, name, form, kind in parts)


def good(answer: Answer, address: str) -> Answer:
    """An answer, if it is one.

    Raises
    ------
    InputError
        If the server refuses or fails.
    """
    if answer.status == 200:
        return answer
    if answer.status == 401:
        raise InputError(
            "{address} does not know this kit's reading token, or there is no such series. If the token was changed "
            "or the keys replaced, register a new one with “isthmus kit reader”.",
            address=address,
        )
    detail = _detail(_object(answer.body) or {})
    if 300 <= answer.status < 400:
        detail = "redirect"
    raise InputError(
        "{address} answers with an error ({status}): {detail}", address=address, status=answer.status, detail=detail
    )


def refuse_answer(address: str) -> NoReturn:
    """Stop: an answer is not one of this program's server."""
    raise InputError(
        "{address} answers with something that is not for a kit; is it the right address?", address=address
    )


def _detail(problem: Mapping[str, Any]) -> str:
    return str(problem.get("detail") or problem.get("title") or "—")[:LONGEST_DETAIL]


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None
