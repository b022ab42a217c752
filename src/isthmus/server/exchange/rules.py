"""Who may do what. The one place to change when people sign in.

So far the server knows no accounts: it listens on the machine of one operator, and whoever reaches it is that
operator and may do everything. Only the names in ALLOWED_HOSTS and the CSRF check keep other people's pages out.
"""

from __future__ import annotations

from enum import StrEnum

from django.core.exceptions import PermissionDenied

from isthmus.server.core.actors import OPERATOR, Actor


class Act(StrEnum):
    """What can be done with conversations."""

    IMPORT = "import"
    ANALYSE = "analyse"
    DELETE = "delete"


def may(actor: Actor, act: Act) -> bool:  # noqa: ARG001  # the operator may do every act
    """Whether the actor may do this."""
    return actor == OPERATOR


def check(actor: Actor, act: Act) -> None:
    """Stop whoever may not do this.

    Raises
    ------
    PermissionDenied
        If the rules do not allow it.
    """
    if not may(actor, act):
        raise PermissionDenied(f"{actor.name} may not {act.value}")
