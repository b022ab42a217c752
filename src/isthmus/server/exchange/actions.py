"""All that people do with conversations. Each act checks the right to it and is whole or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from isthmus.analysis import Rules
from isthmus.language import InputError
from isthmus.server.core.actors import Actor
from isthmus.server.core.jobs import forget_ended
from isthmus.server.core.languages import UNKNOWN
from isthmus.server.exchange import outcomes, sheets
from isthmus.server.exchange.models import Analysis, Conversation, SidesMode, Upload
from isthmus.server.exchange.rules import Act, check
from isthmus.server.exchange.sheets import File
from isthmus.server.exchange.tasks import limits, run_analysis

AT_ONCE: Final = 1_000_000  # bytes that are read in the request, so that mistakes are told there; more is for the job
PART: Final = 1_000_000  # bytes of an upload in one row


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a conversation, and how they are read (see `isthmus.formats.read_votes`)."""

    votes: File
    sides: File | None = None
    texts: File | None = None
    encoding: str = "utf-8"
    agree_is: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of an analysis."""

    rules: Rules = field(default_factory=Rules)
    sides: SidesMode = SidesMode.DECLARED
    seed: int = 0


def import_conversation(
    *,
    actor: Actor,
    files: Files,
    plan: Plan,
    titles: dict[str, str] | None = None,
    demonstration: bool = False,
    wait: bool = False,
) -> Conversation:
    """Take in the votes of a conversation and ask for its first analysis.

    Parameters
    ----------
    actor
        Who does it.
    files
        The votes, with sides and texts where they are known. Small files are read at once.
    plan
        The rules of the first analysis, and where its sides come from.
    titles
        Language tag to title; the name of the file of votes where it is not given.
    demonstration
        Whether it is invented, which every page of it will say.
    wait
        Whether the files are read at once however large they are; for who can wait, unlike a page.

    Raises
    ------
    InputError
        If a file cannot be used, as far as that is seen at once; else the analysis will say so.
    PermissionDenied
        If the actor may not.
    """
    check(actor, Act.IMPORT)
    if not files.votes.size:
        raise InputError(
            "{path} is empty; a header line with the names of the columns was expected.", path=files.votes.name
        )
    sheets.check_archive(files.votes, limits())
    given = {Upload.Role.VOTES: files.votes, Upload.Role.SIDES: files.sides, Upload.Role.TEXTS: files.texts}
    present = {role: file for role, file in given.items() if file is not None}
    small = sum(file.size for file in present.values()) <= AT_ONCE and all(file.plain for file in present.values())
    read = _read(files) if wait or small else None
    name = sheets.safe_name(files.votes.name)
    with transaction.atomic():
        conversation = Conversation.objects.create(
            titles=titles or {UNKNOWN: name},
            source=name,
            digest=hashlib.file_digest(files.votes.opened(), "sha256").hexdigest(),  # type: ignore[arg-type]  # of a file
            encoding=files.encoding,
            agree_is=files.agree_is,
            demonstration=demonstration,
        )
        if read is not None:
            outcomes.keep_sheets(conversation=conversation, read=read)
        else:
            for role, file in present.items():
                _keep_file(conversation, role, file)
        request_analysis(actor=actor, conversation=conversation, plan=plan)
    return conversation


def _read(files: Files) -> sheets.Sheets:
    return sheets.read(
        files.votes, files.sides, files.texts, encoding=files.encoding, agree_is=files.agree_is, limits=limits()
    )


def _keep_file(conversation: Conversation, role: Upload.Role, file: File) -> None:
    stream, name = file.opened(), sheets.safe_name(file.name)
    for part, content in enumerate(iter(lambda: stream.read(PART), b"")):
        Upload.objects.create(conversation=conversation, role=role, part=part, name=name, content=content)


@transaction.atomic
def request_analysis(*, actor: Actor, conversation: Conversation, plan: Plan) -> Analysis:
    """Ask for an analysis; a job does it. The job is queued in the same transaction, so neither is without the other.

    Raises
    ------
    PermissionDenied
        If the actor may not.
    """
    check(actor, Act.ANALYSE)
    analysis = Analysis.objects.create(
        conversation=conversation,
        threshold=str(plan.rules.threshold),
        least_stands=plan.rules.least_stands,
        confidence=plan.rules.confidence,
        population=plan.rules.population.value,
        sides=plan.sides,
        seed=plan.seed,
    )
    run_analysis.enqueue(analysis.id)
    return analysis


@transaction.atomic
def delete_conversation(*, actor: Actor, conversation: Conversation) -> None:
    """Delete a conversation, its votes and its analyses; a job that runs for it ends without a trace.

    Raises
    ------
    PermissionDenied
        If the actor may not.
    """
    check(actor, Act.DELETE)
    conversation.delete()
    forget_ended()
