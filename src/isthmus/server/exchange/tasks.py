"""The job of analysing: reads the votes if nobody has yet, then works out the verdicts.

It may be stopped at any moment and run again: each step writes its whole outcome or nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from typing import IO, Final

from django.conf import settings
from django_tasks import TaskContext, task

from isthmus.analysis import CommonGround, Population, Rules, analyse
from isthmus.formats import Limits
from isthmus.language import InputError, Message
from isthmus.server.exchange import outcomes, sheets
from isthmus.server.exchange.models import Analysis, Conversation, Upload, VoteStore

ATTEMPTS: Final = 3  # a job that ends its worker each time (for want of memory, say) is given up then
PAUSE: Final = 0.5  # seconds between two notes of the progress
READING, GROUPING = 0.2, 0.5  # share of the bar that is full after reading, and after grouping


@task(takes_context=True)
def run_analysis(context: TaskContext, analysis_id: str) -> None:
    """Do an analysis that was asked for; nothing happens if it was deleted, or has ended already."""
    if not outcomes.begin_analysis(analysis_id=analysis_id):
        return
    analysis = Analysis.objects.select_related("conversation").defer("result").get(id=analysis_id)
    try:
        _check_attempts(context.attempt)
        outcomes.finish_analysis(analysis_id=analysis_id, result=perform(analysis))
    except InputError as problem:
        outcomes.fail_analysis(analysis_id=analysis_id, reason=problem.message)
    except Exception:
        mistake = Message("The program made a mistake in this analysis. The server's log tells more.")
        if outcomes.fail_analysis(analysis_id=analysis_id, reason=mistake):
            raise  # the worker logs it
        # else the conversation was deleted meanwhile, and what cannot be found or written is no fault


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
    with ExitStack() as opened:
        files = {
            role: sheets.File(name, opened.enter_context(_uploaded(conversation, role)))
            for role, name in conversation.uploads.filter(part=0).values_list("role", "name")
        }
        read = sheets.read(
            files[Upload.Role.VOTES],
            files.get(Upload.Role.SIDES),
            files.get(Upload.Role.TEXTS),
            encoding=conversation.encoding,
            agree_is=conversation.agree_is,
            limits=limits(),
        )
    outcomes.keep_sheets(conversation=conversation, read=read)
    return read


@contextmanager
def _uploaded(conversation: Conversation, role: str) -> Iterator[IO[bytes]]:
    """The parts of an uploaded file, put together."""
    with tempfile.TemporaryFile() as stream:
        parts = conversation.uploads.filter(role=role).values_list("content", flat=True)
        for content in parts.iterator(chunk_size=1):
            stream.write(content)
        yield stream


def limits() -> Limits:
    """The most that is read from files."""
    return Limits(size=settings.ISTHMUS_UNPACKED_LIMIT, rows=settings.ISTHMUS_ROW_LIMIT)


def _note(analysis_id: str, low: float, high: float) -> Callable[[float], None]:
    """Notes a share, 0 to 1, as progress between `low` and `high`; not more often than people can see."""
    last = -PAUSE

    def note(share: float) -> None:
        nonlocal last
        if time.monotonic() - last < PAUSE:
            return
        last = time.monotonic()
        outcomes.note_progress(analysis_id=analysis_id, share=low + (high - low) * min(max(share, 0.0), 1.0))

    return note
