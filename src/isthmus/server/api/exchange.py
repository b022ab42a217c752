"""What kits send: parcels, which show by their signatures who sent them; and how far a founding is."""

from __future__ import annotations

import json
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.security.http import HttpAuthBase

from isthmus.language import InputError, Message
from isthmus.server.api.access import LONGEST, Reader
from isthmus.server.api.problems import Problem, problem
from isthmus.server.core.messages import to_json
from isthmus.server.core.models import Log
from isthmus.server.core.restoring import return_entries
from isthmus.server.dialogues.founding import FoundingView, view_for_code
from isthmus.server.dialogues.parcels import Outcome, parcels_of, take_parcels
from isthmus.server.dialogues.queries import witnesses

router: Final = Router(tags=["kits"])

MOST_BYTES: Final = 2_000_000  # of parcels in one request


class Founding(Schema):
    """How far a founding is. document: the genesis to be signed, once every host has answered."""

    format: str
    state: str
    series: str
    document: dict[str, Any] | None
    signed: list[str]


class Outcomes(Schema):
    """What became of each parcel, in order."""

    outcomes: list[dict[str, Any]]


class Returned(Schema):
    """How many entries the server had lacked."""

    entries: int


class Invited(HttpAuthBase):
    """The code of an invitation, as a bearer token."""

    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> FoundingView:
        """The founding that the code belongs to."""
        scheme, _, code = request.headers.get("Authorization", "").partition(" ")
        found = view_for_code(code) if scheme.lower() == "bearer" and 0 < len(code) <= LONGEST else None
        if found is None:
            raise Problem(401)
        return found


@router.get("/founding", response=Founding, auth=Invited(), summary="How far a founding is")
def founding(request: HttpRequest) -> dict[str, Any]:
    """For a host with its invitation: whether all have answered, what is to be signed, and who has signed."""
    view: FoundingView = request.auth  # type: ignore[attr-defined]  # what the check above gave
    return dict(view.to_json())


@router.post("/parcels", response=Outcomes, summary="Hand in parcels")
def parcels(request: HttpRequest) -> HttpResponse | dict[str, Any]:
    """Answers to invitations, signatures, rejections, requests, cosignatures. Each is done whole or not at all."""
    outcomes = take_parcels(parcels_of(_json(request)))
    told = [_told(outcome) for outcome in outcomes]
    refused = [outcome.message for outcome in outcomes if outcome.message is not None]
    return problem(request, 422, refused[0], outcomes=told) if refused else {"outcomes": told}


def _json(request: HttpRequest) -> Any:
    if len(request.body) > MOST_BYTES:
        raise Problem(413, Message("At most {most} bytes of parcels at a time.", {"most": MOST_BYTES}))
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as broken:
        raise InputError("This is not JSON, so it is no file of parcels.") from broken


def _told(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": outcome.kind, "done": outcome.done, **outcome.told}
    return found if outcome.message is None else found | {"message": to_json(outcome.message)}


@router.post("/series/{series}/return", response=Returned, auth=Reader(), summary="Return what the server lost")
def give_back(request: HttpRequest, series: str) -> dict[str, int]:
    """A record file of a kit, for a server that was put back from a backup; it is taken only if it verifies."""
    found = return_entries(log=Log.objects.get(pk=series), record_file=request.body, witnesses=witnesses(series))
    return {"entries": found}
