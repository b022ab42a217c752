"""What every model of the server has: an identifier, and a word on how it is kept."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.db import models

from isthmus.server.core.identifiers import new_id


class RecordClass(StrEnum):
    """How a model is kept.

    record: a joint act, whose payload stands in the log. sealed: the log holds a salted digest, the bytes lie in
    an erasable table. unrecorded: no entry in the log.
    """

    RECORD = "record"
    SEALED = "sealed"
    UNRECORDED = "unrecorded"


class Identified(models.Model):
    """A row with an unguessable identifier. Each model below it declares its own `record_class`."""

    record_class: ClassVar[RecordClass]

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)

    class Meta:
        abstract = True
