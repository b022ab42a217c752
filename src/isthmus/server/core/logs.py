"""What is written to the log: where a fault is and of what kind, never what people uploaded."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import TypeAlias

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

_Caught: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)  # as `sys.exc_info()` gives it


class WithoutContent(logging.Formatter):
    """Leaves the texts of exceptions out, which may quote a statement, a name or a vote.

    Those of faults of the machine stay: a full disk, a database out of reach.
    """

    def formatException(self, ei: _Caught) -> str:  # noqa: N802  # the name is the library's
        """Frames and kinds of an exception and of those that led to it, the first one first."""
        told: list[str] = []
        fault = ei[1]
        while fault is not None:
            told.append("".join(traceback.format_tb(fault.__traceback__)) + _kind(fault))
            fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
        return "\n\n".join(reversed(told))


def _kind(fault: BaseException) -> str:
    name = f"{type(fault).__module__}.{type(fault).__qualname__}"
    if isinstance(fault, OSError):
        return f"{name}: {fault.strerror}"  # without the name of the file
    return f"{name}: {fault}" if isinstance(fault, OperationalError | ImportError | ImproperlyConfigured) else name
