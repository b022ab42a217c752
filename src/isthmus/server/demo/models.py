"""What the demonstration remembers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from isthmus.server.core.models import Identified, RecordClass


class LoadedSample(Identified):
    """A sample that was loaded once, whether its conversation still exists or not."""

    record_class: ClassVar = RecordClass.UNRECORDED

    source = models.CharField(max_length=100, unique=True)
