"""What the worker writes of an analysis: actions of a job, which no person takes and no rule forbids.

They stand apart from `actions`, because those queue the job and the job calls these. Each is whole or not at all,
and does nothing if the analysis was deleted meanwhile or has ended already.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from isthmus import __version__
from isthmus.analysis import Ballots, CommonGround
from isthmus.language import Message
from isthmus.server.core import messages
from isthmus.server.exchange import results, sheets
from isthmus.server.exchange.models import Analysis, Conversation, State, VoteStore


def begin_analysis(*, analysis_id: str) -> bool:
    """Mark an analysis as running, for the first time or again; whether there is one that has not ended."""
    waiting = Analysis.objects.filter(id=analysis_id, state__in=(State.QUEUED, State.RUNNING))
    return bool(waiting.update(state=State.RUNNING, progress=0.0))


def note_progress(*, analysis_id: str, share: float) -> None:
    """Write down the share that is done, 0 to 1."""
    Analysis.objects.filter(id=analysis_id, state=State.RUNNING).update(progress=share)


@transaction.atomic
def keep_sheets(*, conversation: Conversation, read: sheets.Sheets) -> None:
    """Keep the votes in place of the files they were read from."""
    VoteStore.objects.update_or_create(conversation=conversation, defaults={"content": sheets.pack(read)})
    conversation.uploads.all().delete()
    conversation.participants = (
        len(read.votes.participants) if isinstance(read.votes, Ballots) else int(read.votes.sizes.sum())
    )
    conversation.statements = len(read.votes.statements)
    conversation.votes = len(read.votes.votes) if isinstance(read.votes, Ballots) else read.votes.votes
    conversation.save(update_fields=["participants", "statements", "votes"])


def finish_analysis(*, analysis_id: str, result: CommonGround) -> None:
    """Write the result down."""
    _end(analysis_id, state=State.DONE, progress=1.0, result=results.to_text(result), version=__version__)


def fail_analysis(*, analysis_id: str, reason: Message) -> bool:
    """Write down why there is no result; whether there was still an analysis to write it to."""
    return _end(analysis_id, state=State.FAILED, error=messages.to_json(reason), version=__version__)


def _end(analysis_id: str, **values: Any) -> bool:
    running = Analysis.objects.filter(id=analysis_id, state=State.RUNNING)
    return bool(running.update(finished=timezone.now(), **values))
