"""Alarms: the server has shown something that an honest one could not, or that it had shown otherwise before."""

from __future__ import annotations

from isthmus.language import InputError, Message


class Alarm(InputError):  # noqa: N818  # what it is
    """A reason to stop and to telephone the other side.

    Parameters
    ----------
    message
        What was seen.
    evidence
        The signed notes that contradict each other.
    """

    def __init__(self, message: Message, *evidence: str) -> None:
        super().__init__(message.text, **message.values)
        self.evidence = "\n".join(evidence)
