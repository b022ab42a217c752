"""Reading what precedes a series: its draft, and who has answered and signed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from django.conf import settings

from isthmus.ledger import Genesis, Json, digest
from isthmus.ledger.genesis import FORMAT
from isthmus.server.core.identifiers import is_id
from isthmus.server.core.logkey import log_signer
from isthmus.server.dialogues.models import Founding, Invitation, Reader, Series


class Stage(StrEnum):
    """How far a founding is: hosts have still to answer, all can sign, all have signed."""

    WAITING = "waiting"
    READY = "ready"
    FOUNDED = "founded"


@dataclass(frozen=True, slots=True)
class FoundingView:
    """What a host, or the operator, sees of a founding."""

    stage: Stage
    series: str
    document: dict[str, Json] | None
    signed: list[str]

    def to_json(self) -> dict[str, Json]:
        """As it is handed to a kit."""
        return {
            "format": "isthmus founding v1",
            "state": self.stage.value,
            "series": self.series,
            "document": self.document,
            "signed": list[Json](self.signed),
        }


def origin_of(series_id: str) -> str:
    """The origin of a series' log: a schema-less URL."""
    return f"{settings.ISTHMUS_ORIGIN}/series/{series_id}"


def draft_of(founding: Founding) -> dict[str, Json] | None:
    """The genesis document that the answers give; None until every host has answered.

    Raises
    ------
    InputError
        If the answers do not fit together.
    """
    invitations = [*founding.invitations.all()]
    sides = {invitation.side: invitation.answer for invitation in invitations if invitation.side}
    if len(sides) < 2:
        return None
    origin = origin_of(founding.pk)
    document: dict[str, Json] = {
        "format": FORMAT,
        "origin": origin,
        "series": founding.pk,
        "log": log_signer(origin).verifier.text,
        "titles": founding.titles,
        "rules": founding.rules,
        "sides": cast("dict[str, Json]", sides),
        "demonstration": settings.ISTHMUS_DEMONSTRATION,
    }
    Genesis.from_document(document)
    return document if len(sides) == len(invitations) else None


def view_of(founding: Founding) -> FoundingView:
    """A founding as it is now."""
    document = draft_of(founding)
    signed = sorted(founding.invitations.exclude(signature="").values_list("side", flat=True))
    return FoundingView(Stage.READY if document else Stage.WAITING, founding.pk, document, signed)


def founded_view(series: Series) -> FoundingView:
    """The same of a series that is founded."""
    signed = [*series.sides.values_list("name", flat=True)]
    return FoundingView(Stage.FOUNDED, series.pk, series.document, signed)


def view_for_code(code: str) -> FoundingView | None:
    """What the holder of an invitation sees; None if there is no such invitation."""
    found = Invitation.objects.select_related("founding").filter(code=digest(code.strip().encode())).first()
    if found is None:
        return None
    series = Series.objects.filter(pk=found.founding_id).first()
    return view_of(found.founding) if series is None else founded_view(series)


def reader_side(series_id: str, token: str) -> str | None:
    """The side whose kit reads a series with this token; None if there is none."""
    if not is_id(series_id):
        return None
    found = Reader.objects.filter(series=series_id, token=digest(token.encode()), in_force=True).first()
    return None if found is None else found.side
