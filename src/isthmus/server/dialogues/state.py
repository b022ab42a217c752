"""The state of a series as the ledger's rules see it, made from the rows.

So the server checks an entry, before it writes one, by the very rules with which every reader will check it.
"""

from __future__ import annotations

from isthmus.language import InputError
from isthmus.ledger import (
    DecisionState,
    DecisionText,
    Event,
    Genesis,
    Phase,
    SeriesRules,
    SideKeys,
    SideState,
    Signature,
    State,
    VerifierKey,
)
from isthmus.ledger.facts import Given, owner_of
from isthmus.server.core.models import Content, Entry, Log
from isthmus.server.dialogues.models import Decision, KeySet, Series


class SeriesState(State):
    """The state of a founded series; of its decisions only the open ones."""

    def __init__(self, log: Log, series: Series) -> None:
        super().__init__()
        self._log = log
        self.size = log.size
        self.genesis = Genesis.from_document(series.document)
        self.rules = SeriesRules.from_json(series.rules)
        self._read_sides(series)
        for decision in series.decisions.filter(phase=Phase.OPEN).prefetch_related("signatures"):
            self.decisions[decision.number] = _decision(decision)
        last = series.decisions.order_by("-number").values_list("text", flat=True).first()
        self.last = None if last is None else DecisionText.parse(last)

    def _read_sides(self, series: Series) -> None:
        for key_set in KeySet.objects.filter(side__series=series).select_related("side"):
            side = key_set.side
            keys = SideKeys.from_json(key_set.keys, side.name)
            self.used_keys |= {*keys.public()}
            if key_set.until is None:
                self.sides[side.name] = SideState(side.names, keys, side.frozen)

    def check_erasable(self, name: str) -> None:
        """Stop unless there is such a content; the rows know, so the log need not be read.

        Raises
        ------
        InputError
            If there is none.
        """
        if not Content.objects.filter(log=self._log, digest=name).exists():
            raise InputError("{digest} is no sealed content of this record, or is destroyed already.", digest=name)

    def content_owner(self, name: str) -> str | None:
        """The side whose own a sealed content is. Reads entries until it is found, for this is asked seldom."""
        needle = name.encode()
        for content in Entry.objects.filter(log=self._log).values_list("content", flat=True).iterator():
            if needle in bytes(content):
                return owner_of(Event.from_bytes(bytes(content)))
        return None


def _decision(row: Decision) -> DecisionState:
    found = DecisionState(DecisionText.parse(row.text), row.data, row.by, row.proposed, row.proposed_at)
    for given in row.signatures.all():
        found.signatures[given.side] = Given(VerifierKey.parse(given.key), Signature.parse(given.line), given.entry)
    return found


def state_of(log: Log) -> SeriesState:
    """The state of a series whose log is locked.

    Raises
    ------
    InputError
        If it is not founded.
    """
    series = Series.objects.filter(pk=log.pk).first()
    if series is None:
        raise InputError("This series is not founded yet.")
    return SeriesState(log, series)
