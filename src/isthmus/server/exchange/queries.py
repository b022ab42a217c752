"""What the pages read."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from isthmus.analysis import CommonGround
from isthmus.server.exchange import results
from isthmus.server.exchange.models import Analysis, Conversation


def conversations() -> QuerySet[Conversation]:
    """All conversations, the latest first, each with `state`: that of its latest analysis."""
    latest = Analysis.objects.filter(conversation=OuterRef("pk")).order_by("-created", "id")
    return Conversation.objects.annotate(state=Subquery(latest.values("state")[:1]))


def latest_analysis(conversation: Conversation) -> Analysis:
    """The analysis that was asked for last, without the text of its result (see `result_of`)."""
    return conversation.analyses.defer("result").order_by("-created", "id")[0]


def result_of(analysis: Analysis) -> CommonGround | None:
    """The result of an analysis, if it is done."""
    text = Analysis.objects.values_list("result", flat=True).get(pk=analysis.pk)
    return None if text is None else results.from_text(text)
