"""The beginning of a series: who its sides are, with which keys they sign, and by which rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from isthmus.language import InputError
from isthmus.ledger.canonical import Json, canonical
from isthmus.ledger.digests import digest
from isthmus.ledger.fields import LANGUAGE, exactly, in_languages, side_of, text_of, texts_of, whole_number
from isthmus.ledger.keys import Algorithm, VerifierKey

FORMAT: Final = "isthmus genesis v1"
MARK: Final = "/demonstration"  # at the end of the names of keys that are not for real use
MOST_SIDES: Final = 16  # as many signatures as every reader of notes accepts
_ROLES: Final = {"decision": Algorithm.ED25519, "witness": Algorithm.COSIGNATURE, "spare": Algorithm.ED25519}


def key_name(side: str, role: str, *, demonstration: bool) -> str:
    """The name of a side's key in signature lines."""
    return f"{side}/{role}{MARK if demonstration else ''}"


@dataclass(frozen=True, slots=True)
class SideKeys:
    """The public keys of a side: for decisions, for cosigning, to write to it (an age recipient), and the spare."""

    decision: VerifierKey
    witness: VerifierKey
    encryption: str
    spare: VerifierKey

    def to_json(self) -> dict[str, Json]:
        """As it stands in documents: keys as text."""
        return {
            "decision": self.decision.text,
            "encryption": self.encryption,
            "spare": self.spare.text,
            "witness": self.witness.text,
        }

    @classmethod
    def from_json(cls, value: object, side: str) -> SideKeys:
        """Read the keys of `side`.

        Raises
        ------
        InputError
            If a key is not one, is of another kind, or bears another name.
        """
        fields = exactly(value, {"decision", "witness", "encryption", "spare"}, f"sides.{side}")
        encryption = text_of(fields["encryption"], f"sides.{side}.encryption")
        if not encryption.startswith("age1") or not encryption.isalnum():
            raise InputError("{where}: a key of age was expected, such as age1….", where=f"sides.{side}.encryption")
        keys = {role: _key(fields[role], side, role) for role in _ROLES}
        found = cls(keys["decision"], keys["witness"], encryption, keys["spare"])
        if len({*found.public()}) < len(_ROLES):
            raise InputError("The keys of {side} have to differ from each other.", side=side)
        if len({key.name.endswith(MARK) for key in keys.values()}) > 1:
            raise InputError("Of the keys of {side} some are marked for demonstrations, others are not.", side=side)
        return found

    @property
    def demonstration(self) -> bool:
        """Whether they are marked as not for real use."""
        return self.decision.name.endswith(MARK)

    def public(self) -> tuple[bytes, ...]:
        """The public bytes of the keys that sign."""
        return self.decision.public, self.witness.public, self.spare.public


def _key(value: object, side: str, role: str) -> VerifierKey:
    where = f"sides.{side}.{role}"
    key = VerifierKey.parse(text_of(value, where))
    names = {key_name(side, role, demonstration=marked) for marked in (False, True)}
    if key.algorithm != _ROLES[role] or key.name not in names:
        raise InputError(
            "{where}: a key named {name} was expected, got {got}.", where=where, name=f"{side}/{role}", got=key.name
        )
    return key


@dataclass(frozen=True, slots=True)
class SeriesRules:
    """The rules that the sides sign.

    Attributes
    ----------
    languages
        In which every text is written: two or more, in the order of their tags, none before the other.
    decision_days
        How long a decision stays open unless its proposal says otherwise.
    """

    languages: tuple[str, ...] = ("en", "zh-Hans")
    decision_days: int = 14

    def to_json(self) -> dict[str, Json]:
        """As it stands in documents."""
        return {"decision_days": self.decision_days, "languages": list(self.languages)}

    @classmethod
    def from_json(cls, value: object) -> SeriesRules:
        """Read the rules of a document.

        Raises
        ------
        InputError
            If they are not rules.
        """
        fields = exactly(value, {"languages", "decision_days"}, "rules")
        tags = fields["languages"]
        if not isinstance(tags, list) or not all(isinstance(tag, str) and LANGUAGE.fullmatch(tag) for tag in tags):
            raise InputError("rules.languages: a list of language tags was expected, such as en and zh-Hans.")
        if len(tags) < 2 or tags != sorted({str(tag) for tag in tags}):
            raise InputError("rules.languages: two languages or more, each once, in the order of their tags.")
        days = whole_number(fields["decision_days"], "rules.decision_days", least=1, most=366)
        return cls(tuple(str(tag) for tag in tags), days)


@dataclass(frozen=True, slots=True)
class GenesisSide:
    """A side as it stands in the genesis: its host's name in every language, and its keys."""

    names: Mapping[str, str]
    keys: SideKeys


@dataclass(frozen=True, slots=True)
class Genesis:
    """The document that every side signs to found a series.

    Attributes
    ----------
    document
        As it is in entry 0.
    digest
        SHA-256 over its canonical bytes: the identity of the series, compared in person as words.
    origin, log
        The name of the log, and the key with which the server signs its checkpoints.
    demonstration
        Whether the keys are marked as not for real use.
    """

    document: Mapping[str, Json]
    digest: str
    origin: str
    series: str
    log: VerifierKey
    titles: Mapping[str, str]
    rules: SeriesRules
    sides: Mapping[str, GenesisSide]
    demonstration: bool

    @property
    def text(self) -> str:
        """The text of the note that every side signs with its decision key."""
        return f"{FORMAT}\n{self.origin}\n{self.digest}\n"

    @classmethod
    def from_document(cls, value: object) -> Genesis:
        """Read and check a genesis document.

        Raises
        ------
        InputError
            If a field is missing or wrong, or two keys are the same.
        """
        named = {"format", "origin", "series", "log", "titles", "rules", "sides", "demonstration"}
        fields = exactly(value, named, "genesis")
        if fields["format"] != FORMAT:
            raise InputError("This is not a genesis document of version 1.")
        rules = SeriesRules.from_json(fields["rules"])
        origin = text_of(fields["origin"], "origin")
        log = VerifierKey.parse(text_of(fields["log"], "log"))
        if log.algorithm is not Algorithm.ED25519 or log.name != origin:
            raise InputError("The key of the log has to be an Ed25519 key named {origin}.", origin=origin)
        titles = texts_of(fields["titles"], "titles")
        in_languages(titles, rules.languages, "titles")
        sides = _sides(fields["sides"], rules.languages)
        _check_keys(log, sides, marked=fields["demonstration"] is True)
        return cls(
            document=fields,
            digest=digest(canonical(fields)),
            origin=origin,
            series=text_of(fields["series"], "series"),
            log=log,
            titles=titles,
            rules=rules,
            sides=sides,
            demonstration=fields["demonstration"] is True,
        )


def _sides(value: object, languages: tuple[str, ...]) -> dict[str, GenesisSide]:
    if not isinstance(value, dict) or not 2 <= len(value) <= MOST_SIDES:
        raise InputError("A series has from 2 to {most} sides.", most=MOST_SIDES)
    sides: dict[str, GenesisSide] = {}
    for name, described in value.items():
        side = side_of(name, "sides")
        fields = exactly(described, {"names", "decision", "witness", "encryption", "spare"}, f"sides.{side}")
        names = texts_of(fields["names"], f"sides.{side}.names")
        in_languages(names, languages, f"sides.{side}.names")
        keys = {role: key for role, key in fields.items() if role != "names"}
        sides[side] = GenesisSide(names, SideKeys.from_json(keys, side))
    return sides


def _check_keys(log: VerifierKey, sides: Mapping[str, GenesisSide], *, marked: bool) -> None:
    public = [log.public, *(key for side in sides.values() for key in side.keys.public())]
    recipients = [side.keys.encryption for side in sides.values()]
    if len({*public}) < len(public) or len({*recipients}) < len(recipients):
        raise InputError("Two keys are the same; every side makes its own.")
    if any(side.keys.demonstration is not marked for side in sides.values()):
        raise InputError("Either all keys are marked for demonstrations, and the document says so, or none.")
