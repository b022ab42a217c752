"""The decisions about a series itself: its rules, the keys of a side, and the destroying of contents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from isthmus.language import LANGUAGES, Message, translator
from isthmus.ledger import Event, SeriesRules, SideKeys
from isthmus.ledger.acts import CONTENTS_ERASE, KEYS_REPLACE, RULES_CHANGE, digests_of, keys_of, rules_of
from isthmus.server.core.contents import destroy
from isthmus.server.core.models import Log
from isthmus.server.dialogues.kinds import Data, DecisionKind, register
from isthmus.server.dialogues.models import KeySet, Series, Side

DEFAULT: Final = "en"  # where the program does not speak a language of the series


def register_kinds() -> None:
    """Make the decisions of this room known."""
    register(DecisionKind(RULES_CHANGE, _rules_subject, _change_rules))
    register(DecisionKind(KEYS_REPLACE, _keys_subject, _replace_keys))
    register(DecisionKind(CONTENTS_ERASE, _erase_subject, _erase_contents))


def in_every_language(series: Series, describe: Callable[[], list[Message | str]]) -> dict[str, bytes]:
    """Sentences, one a line, in every language of a series."""
    found: dict[str, bytes] = {}
    for tag in SeriesRules.from_json(series.rules).languages:
        translate = translator(tag if tag in LANGUAGES else DEFAULT).gettext
        lines = (line.render(translate) if isinstance(line, Message) else line for line in describe())
        found[tag] = "".join(f"{line}\n" for line in lines).encode()
    return found


def _rules_subject(series: Series, _round: int, data: Data) -> Mapping[str, bytes]:
    new, old = rules_of(data), SeriesRules.from_json(series.rules)
    return in_every_language(
        series,
        lambda: [
            Message("The rules of the series become:"),
            Message(
                "Languages of every text: {languages} (so far: {before}).",
                {"languages": ", ".join(new.languages), "before": ", ".join(old.languages)},
            ),
            Message(
                "Days a decision stays open: {days} (so far: {before}).",
                {"days": new.decision_days, "before": old.decision_days},
            ),
        ],
    )


def _change_rules(series: Series, _event: Event, data: Data) -> None:
    series.rules = rules_of(data).to_json()
    series.save(update_fields=["rules"])


def _keys_subject(series: Series, _round: int, data: Data) -> Mapping[str, bytes]:
    name, keys = keys_of(data)
    before = SideKeys.from_json(KeySet.objects.get(side_id=f"{series.pk}/{name}", until=None).keys, name)
    return in_every_language(
        series,
        lambda: [
            Message("The keys of {side} are replaced.", {"side": name}),
            Message("Decisions: {key}", {"key": keys.decision.text}),
            Message("Witness: {key}", {"key": keys.witness.text}),
            Message("Messages to this side: {key}", {"key": keys.encryption}),
            Message("Spare: {key}", {"key": keys.spare.text}),
            Message("The key for decisions so far, which counts no more: {key}", {"key": before.decision.text}),
        ],
    )


def _replace_keys(series: Series, event: Event, data: Data) -> None:
    name, keys = keys_of(data)
    side = Side.objects.get(id=f"{series.pk}/{name}")
    side.key_sets.filter(until=None).update(until=event.number)
    KeySet.objects.create(id=f"{side.id}/{event.number}", side=side, keys=keys.to_json(), since=event.number)
    side.frozen = False
    side.save(update_fields=["frozen"])


def _erase_subject(series: Series, _round: int, data: Data) -> Mapping[str, bytes]:
    digests = digests_of(data)
    return in_every_language(
        series,
        lambda: [
            Message("These contents are destroyed; their salted digests stay in the record:"),
            *digests,
        ],
    )


def _erase_contents(series: Series, event: Event, data: Data) -> None:
    log = Log.objects.get(pk=series.pk)
    for digest in digests_of(data):
        destroy(log, digest, entry=event.number)
