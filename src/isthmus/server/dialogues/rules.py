"""Who may do what with a series.

What a side does with its keys is checked by its signatures (see `isthmus.ledger.state`). This is about the rest.
"""

from __future__ import annotations

from isthmus.server.core.actors import OPERATOR, Actor
from isthmus.server.dialogues.models import Side


def may_act_for(actor: Actor, series_id: str) -> bool:
    """Whether somebody acts for a side of a series. The operator of the server acts for none."""
    return actor.series == series_id and Side.objects.filter(series_id=series_id, name=actor.side).exists()


def may_found(actor: Actor) -> bool:
    """Whether somebody may invite hosts to found a series: the operator, who is nobody's side."""
    return actor == OPERATOR
