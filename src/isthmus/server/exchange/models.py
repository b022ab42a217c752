"""Conversations, what is kept of their votes, and the analyses made of them.

Votes lie in the database as one binary value for each conversation, not as rows and not as files: they are read and
deleted only as a whole, a transaction covers them, and a backup of the database holds everything.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from isthmus.analysis import Population
from isthmus.server.core.models import Identified, RecordClass


class SidesMode(models.TextChoices):
    """Where the sides come from."""

    DECLARED = "declared", _("declared sides")
    GROUPS = "groups", _("groups found in the votes")
    POLIS = "polis", _("the groups of the Polis export")


class State(models.TextChoices):
    """How far an analysis is."""

    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class Conversation(Identified):
    """Votes that were imported together. titles: language tag -> title. digest: SHA-256 of the file of votes.

    The counts are null until the file has been read.
    """

    record_class: ClassVar = RecordClass.UNRECORDED

    titles = models.JSONField()
    source = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    encoding = models.CharField(max_length=40, default="utf-8")
    agree_is = models.SmallIntegerField(default=1)
    demonstration = models.BooleanField(default=False)
    participants = models.PositiveIntegerField(null=True)
    statements = models.PositiveIntegerField(null=True)
    votes = models.PositiveBigIntegerField(null=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-created", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(agree_is__in=(1, -1)), name="conversation_agree_is")
        ]


class Upload(Identified):
    """A part of a file as it came in, until the file has been read; then it is deleted.

    In parts, so that neither the pages nor the worker need memory for a whole upload.
    """

    record_class: ClassVar = RecordClass.UNRECORDED

    class Role(models.TextChoices):
        """What the file holds."""

        VOTES = "votes"
        SIDES = "sides"
        TEXTS = "texts"

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="uploads")
    role = models.CharField(max_length=5, choices=Role.choices)
    part = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    content = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["part"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "role", "part"], name="upload_part_once")
        ]


class VoteStore(Identified):
    """The votes of a conversation once read: the bytes of `isthmus.server.exchange.sheets`."""

    record_class: ClassVar = RecordClass.UNRECORDED

    conversation = models.OneToOneField(Conversation, models.CASCADE, related_name="store")
    content = models.BinaryField()


class Analysis(Identified):
    """An analysis under certain rules. result: the text of `isthmus.server.exchange.results`, once done.

    error: a message (see `isthmus.server.core.messages`) that says why it failed. version: of this program.
    """

    record_class: ClassVar = RecordClass.UNRECORDED

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="analyses")
    threshold = models.CharField(max_length=20)
    least_stands = models.PositiveIntegerField()
    confidence = models.FloatField()
    population = models.CharField(max_length=6, choices=[(kind.value, kind.value) for kind in Population])
    sides = models.CharField(max_length=8, choices=SidesMode.choices)
    seed = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    progress = models.FloatField(default=0.0)
    error = models.JSONField(null=True)
    result = models.TextField(null=True)  # noqa: DJ001  # null: there is none yet, which no text can say
    version = models.CharField(max_length=40, blank=True)
    created = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state=State.DONE, result__isnull=False)
                | models.Q(~models.Q(state=State.DONE), result__isnull=True),
                name="analysis_result_when_done",
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.FAILED, error__isnull=False)
                | models.Q(~models.Q(state=State.FAILED), error__isnull=True),
                name="analysis_error_when_failed",
            ),
        ]

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in (State.DONE, State.FAILED)
