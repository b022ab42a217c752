"""Series, sides and decisions, as the record tells them; and what precedes a record: invitations to found one.

Rows of the first kind are written by derivations alone, from the entries of the log.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from isthmus.ledger import Phase
from isthmus.server.core.models import Derived, Identified, RecordClass


class Series(Derived):
    """A continuing dialogue. The primary key is that of its log."""

    record_class: ClassVar = RecordClass.RECORD
    log_path: ClassVar = "pk"

    id = models.CharField(primary_key=True, max_length=26)
    genesis = models.CharField(max_length=71)
    document = models.JSONField()
    titles = models.JSONField()
    rules = models.JSONField()
    demonstration = models.BooleanField()
    founded = models.DateTimeField()


class Side(Derived):
    """A side of a series. frozen: it has stopped its keys with its spare."""

    record_class: ClassVar = RecordClass.RECORD
    log_path: ClassVar = "series"

    id = models.CharField(primary_key=True, max_length=60)  # series/name
    series = models.ForeignKey(Series, models.CASCADE, related_name="sides")
    name = models.CharField(max_length=31)
    names = models.JSONField()
    frozen = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["name"]


class KeySet(Derived):
    """The keys of a side from an entry on; until: the entry that replaced them. A side has one set in force."""

    record_class: ClassVar = RecordClass.RECORD
    log_path: ClassVar = "side__series"

    id = models.CharField(primary_key=True, max_length=80)  # series/name/entry
    side = models.ForeignKey(Side, models.CASCADE, related_name="key_sets")
    keys = models.JSONField()
    since = models.PositiveBigIntegerField()
    until = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["since"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["side"], condition=models.Q(until=None), name="keyset_one_in_force")
        ]


class Decision(Derived):
    """An act that needs every side's signature over the same bytes. by: the side that proposed it."""

    record_class: ClassVar = RecordClass.RECORD
    log_path: ClassVar = "series"

    id = models.CharField(primary_key=True, max_length=40)  # series/number
    series = models.ForeignKey(Series, models.CASCADE, related_name="decisions")
    number = models.PositiveIntegerField()
    round = models.PositiveIntegerField()
    act = models.CharField(max_length=100)
    text = models.TextField()
    data = models.JSONField()
    by = models.CharField(max_length=31)
    phase = models.CharField(max_length=8, choices=[(phase.value, phase.value) for phase in Phase])
    reason = models.CharField(max_length=31, blank=True)
    proposed = models.PositiveBigIntegerField()
    proposed_at = models.DateTimeField()
    expires = models.DateTimeField()
    closed = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["series", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "number"], name="decision_number_once"),
            models.CheckConstraint(
                condition=models.Q(phase=Phase.OPEN, closed=None)
                | models.Q(~models.Q(phase=Phase.OPEN), closed__gte=0),
                name="decision_closed_unless_open",
            ),
        ]


class DecisionSignature(Derived):
    """A side's signature on a decision: the line of the note, the key it was made with, and its entry."""

    record_class: ClassVar = RecordClass.RECORD
    log_path: ClassVar = "decision__series"

    id = models.CharField(primary_key=True, max_length=80)  # series/number/side
    decision = models.ForeignKey(Decision, models.CASCADE, related_name="signatures")
    side = models.CharField(max_length=31)
    key = models.CharField(max_length=200)
    line = models.CharField(max_length=300)
    entry = models.PositiveBigIntegerField()

    class Meta:
        ordering: ClassVar = ["side"]


class Founding(Identified):
    """A series that is about to be founded: what the operator drafts, and the hosts answer and sign.

    Its identifier is that of the series to be.
    """

    record_class: ClassVar = RecordClass.UNRECORDED

    titles = models.JSONField()
    rules = models.JSONField()
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()


class Invitation(Identified):
    """One host's way into a founding.

    code: SHA-256 of what the host was given. side: once answered. answer: names and public keys. reader: digest of
    the token with which its kit reads. signature: its line under the genesis.
    """

    record_class: ClassVar = RecordClass.UNRECORDED

    founding = models.ForeignKey(Founding, models.CASCADE, related_name="invitations")
    code = models.CharField(max_length=71, unique=True)
    side = models.CharField(max_length=31, blank=True)
    answer = models.JSONField(null=True)
    parcel = models.CharField(max_length=71, blank=True)  # digest of the answer as it was sent
    reader = models.CharField(max_length=71, blank=True)
    signature = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["side", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["founding", "side"], condition=~models.Q(side=""), name="invitation_side_once"
            )
        ]


class Reader(Identified):
    """The digest of a token with which a side's kit reads; the newest counts, and none comes back."""

    record_class: ClassVar = RecordClass.UNRECORDED

    series = models.CharField(max_length=26)
    side = models.CharField(max_length=31)
    token = models.CharField(max_length=71)
    in_force = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "token"], name="reader_token_once"),
            models.UniqueConstraint(
                fields=["series", "side"], condition=models.Q(in_force=True), name="reader_one_in_force"
            ),
        ]


class TakenRequest(Identified):
    """The digest of a request to propose that was carried out, so that nobody can repeat it."""

    record_class: ClassVar = RecordClass.UNRECORDED

    series = models.CharField(max_length=26)
    digest = models.CharField(max_length=71)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["series", "digest"], name="request_once")]
