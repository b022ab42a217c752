"""The decisions whose effect on the record every reader knows: rules, keys, and the erasing of contents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from isthmus.language import InputError
from isthmus.ledger.canonical import Json
from isthmus.ledger.digests import is_digest
from isthmus.ledger.fields import exactly, side_of
from isthmus.ledger.genesis import SeriesRules, SideKeys

RULES_CHANGE: Final = "rules.change"
KEYS_REPLACE: Final = "keys.replace"
CONTENTS_ERASE: Final = "contents.erase"
MOST_DIGESTS: Final = 500  # erased by one decision


def rules_of(data: Mapping[str, Json]) -> SeriesRules:
    """The rules that a decision `rules.change` puts into force."""
    return SeriesRules.from_json(exactly(data, {"rules"}, "data")["rules"])


def keys_of(data: Mapping[str, Json]) -> tuple[str, SideKeys]:
    """The side whose keys a decision `keys.replace` replaces, and the new ones."""
    fields = exactly(data, {"side", "keys"}, "data")
    side = side_of(fields["side"], "data.side")
    return side, SideKeys.from_json(fields["keys"], side)


def digests_of(data: Mapping[str, Json]) -> list[str]:
    """The contents that a decision `contents.erase` destroys, in the order of their digests."""
    listed = exactly(data, {"digests"}, "data")["digests"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_DIGESTS:
        raise InputError("data.digests: a list of 1 to {most} digests was expected.", most=MOST_DIGESTS)
    names = [str(name) for name in listed]
    if not all(is_digest(name) for name in names) or names != sorted({*names}):
        raise InputError("data.digests: digests (sha256: and 64 digits), each once and in order, were expected.")
    return names
