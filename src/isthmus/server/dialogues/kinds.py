"""What can be decided. Upper rooms register their kinds here at start; this room imports none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from isthmus.language import InputError
from isthmus.ledger import Event, Json
from isthmus.server.dialogues.models import Series

Data: TypeAlias = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class DecisionKind:
    """A kind of decision.

    Attributes
    ----------
    name
        The act, such as `rules.change`.
    subject_bytes
        Of a series, a round and the data: what is decided, as UTF-8 text in every language of the series. It is
        asked when the decision is proposed, signed and carried out; once it answers otherwise, the decision lapses.
        So it depends on nothing but the data and on what they are about. Raises `InputError` where the data are
        wrong or their subject is gone.
    apply
        Of a series, the entry that carries it out and the data: writes what follows, nothing else. It is run again
        whenever the state is derived from the record.
    """

    name: str
    subject_bytes: Callable[[Series, int, Data], Mapping[str, bytes]]
    apply: Callable[[Series, Event, Data], None]


_kinds: dict[str, DecisionKind] = {}


def register(kind: DecisionKind) -> None:
    """Make a kind of decision known.

    Raises
    ------
    RuntimeError
        If another one bears its name.
    """
    if _kinds.setdefault(kind.name, kind) is not kind:
        raise RuntimeError(f"two kinds of decision are named {kind.name}")


def unregister(name: str) -> None:
    """Forget a kind; for tests that bring their own."""
    _kinds.pop(name, None)


def kind_of(act: str) -> DecisionKind:
    """The kind of an act.

    Raises
    ------
    InputError
        If nothing of this name can be decided here.
    """
    if act not in _kinds:
        raise InputError(
            "“{act}” is nothing that can be decided here; there are: {known}.", act=act, known=", ".join(sorted(_kinds))
        )
    return _kinds[act]
