"""The job of analysing: reads the votes if nobody has yet, then works out the verdicts.

It may be stopped at any moment and run again: each step writes its whole outcome or nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskContext, task

from isthmus import __version__
from isthmus.analysis import Ballots, CommonGround, Population, Rules, analyse
from isthmus.formats import Limits
from isthmus.language import InputError, Message
from isthmus.server.core import messages
from isthmus.server.exchange import results, sheets
from isthmus.server.exchange.models import Analysis, Conversation, State, Upload, VoteStore

ATTEMPTS: Final = 3  # a job that ends its worker each time (for want of memory, say) is given up then
PAUSE: Final = 0.5  # seconds between two notes of the progress
READING, GROUPING = 0.2, 0.5  # share of the bar that is full after reading, and after grouping


@task(takes_context=True)
def run_analysis(context: TaskContext, analysis_id: str) -> None:
    """Do an analysis that was asked for; nothing happens if it was deleted, or has ended already."""
    taken = Analysis.objects.filter(id=analysis_id, state__in=(State.QUEUED, State.RUNNING))
    if not taken.update(state=State.RUNNING, progress=0.0):
        return
    analysis = Analysis.objects.select_related("conversation").defer("result").get(id=analysis_id)
    try:
        _check_attempts(context.attempt)
        finish(analysis_id, perform(analysis))
    except InputError as problem:
        fail(analysis_id, problem.message)
    except Exception:
        fail(analysis_id, Message("The program made a mistake in this analysis. The server's log tells more."))
        raise  # the worker logs it


def _check_attempts(attempt: int) -> None:
    if attempt > ATTEMPTS:
        raise InputError(
            "The analysis was stopped {count} times before it ended; it may need more memory.", count=ATTEMPTS
        )


def perform(analysis: Analysis) -> CommonGround:
    """The result of an analysis.

    Raises
    ------
    InputError
        If the votes or sides cannot be used.
    """
    kept = stored_sheets(analysis.conversation)
    rules = Rules(
        threshold=Fraction(analysis.threshold),
        least_stands=analysis.least_stands,
        confidence=analysis.confidence,
        population=Population(analysis.population),
    )
    chosen = kept.sided(
        analysis.sides,
        population=rules.population,
        seed=analysis.seed,
        progress=_note(analysis.id, READING, GROUPING),
    )
    return analyse(
        chosen.votes,
        rules,
        sides_from=chosen.sides_from,
        groups=chosen.groups,
        progress=_note(analysis.id, GROUPING, 1.0),
    )


def stored_sheets(conversation: Conversation) -> sheets.Sheets:
    """The votes of a conversation; if its files have not been read yet, they are now.

    Raises
    ------
    InputError
        If they cannot be used.
    """
    store = VoteStore.objects.filter(conversation=conversation).first()
    if store is not None:
        return sheets.unpack(bytes(store.content))
    files = {upload.role: sheets.File(upload.name, bytes(upload.content)) for upload in conversation.uploads.all()}
    read = sheets.read(
        files[Upload.Role.VOTES],
        files.get(Upload.Role.SIDES),
        files.get(Upload.Role.TEXTS),
        encoding=conversation.encoding,
        agree_is=conversation.agree_is,
        limits=limits(),
    )
    keep_sheets(conversation, read)
    return read


@transaction.atomic
def keep_sheets(conversation: Conversation, read: sheets.Sheets) -> None:
    """Keep the votes in place of the files they were read from."""
    VoteStore.objects.update_or_create(conversation=conversation, defaults={"content": sheets.pack(read)})
    conversation.uploads.all().delete()
    conversation.participants = (
        len(read.votes.participants) if isinstance(read.votes, Ballots) else int(read.votes.sizes.sum())
    )
    conversation.statements = len(read.votes.statements)
    conversation.votes = len(read.votes.votes) if isinstance(read.votes, Ballots) else read.votes.votes
    conversation.save(update_fields=["participants", "statements", "votes"])


def limits() -> Limits:
    """The most that is read from files."""
    return Limits(size=settings.ISTHMUS_UNPACKED_LIMIT, rows=settings.ISTHMUS_ROW_LIMIT)


def finish(analysis_id: str, result: CommonGround) -> None:
    """Write the result down."""
    _end(analysis_id, state=State.DONE, progress=1.0, result=results.to_text(result), version=__version__)


def fail(analysis_id: str, reason: Message) -> None:
    """Write down why there is no result."""
    _end(analysis_id, state=State.FAILED, error=messages.to_json(reason), version=__version__)


def _end(analysis_id: str, **values: Any) -> None:
    Analysis.objects.filter(id=analysis_id, state=State.RUNNING).update(finished=timezone.now(), **values)


def _note(analysis_id: str, low: float, high: float) -> Callable[[float], None]:
    """Notes a share, 0 to 1, as progress between `low` and `high`; not more often than people can see."""
    last = -PAUSE

    def note(share: float) -> None:
        nonlocal last
        if time.monotonic() - last < PAUSE:
            return
        last = time.monotonic()
        running = Analysis.objects.filter(id=analysis_id, state=State.RUNNING)
        running.update(progress=low + (high - low) * min(max(share, 0.0), 1.0))

    return note
