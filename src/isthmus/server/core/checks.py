"""Checks of the whole that Django makes when the server starts."""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps
from django.core.checks import Error
from django.db import models

from isthmus.server.core.models import Derived, Entry, Log, RecordClass, Subtree

THE_LOG_ITSELF: Final[frozenset[type[models.Model]]] = frozenset({Log, Entry, Subtree})


def record_models(**_arguments: Any) -> list[Error]:
    """Every model of the class record can be derived again."""
    found: list[Error] = []
    for model in apps.get_models():
        kept = getattr(model, "record_class", None) is RecordClass.RECORD and model not in THE_LOG_ITSELF
        if kept is not issubclass(model, Derived):
            found.append(Error("A model is of the class record where it is Derived, and only there.", obj=model))
        elif kept and model._meta.many_to_many:  # noqa: SLF001  # Django's public name for it
            found.append(Error("A derived model has no many-to-many field: nothing derives its rows.", obj=model))
    return found
