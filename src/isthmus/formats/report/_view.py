"""What the templates show: findings turned into words and pictures, in the reader's order of sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from isthmus.analysis import Case, CommonGround, SideFinding, StatementFinding, Verdict
from isthmus.charts import opinion_map, overview, side_class, support_bar, verdict_mark
from isthmus.formats.percent import can_be_exact, percent
from isthmus.formats.report import _words as words
from isthmus.formats.side_names import side_names
from isthmus.language import InputError, Translator, translator

SHOWN: Final = 50  # statements in a section; the rest stand in the table only


@dataclass(frozen=True, slots=True)
class Run:
    """A text and the language it is in, None where that is not known."""

    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Stand:
    """One side's stand on one statement."""

    name: str
    css: str
    mirrored: bool
    bar: Markup
    counted: str
    passed: str
    interval: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement between its sides."""

    id: str
    texts: tuple[Run, ...]
    certainty: str
    stands: tuple[Stand, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The statements of one verdict."""

    verdict: Verdict
    word: str
    title: str
    meaning: str
    mark: Markup
    count: int
    shown: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class SideRow:
    """One side's row of a statement in the table of all numbers."""

    name: str
    css: str
    finding: SideFinding
    support: str
    interval: str


@dataclass(frozen=True, slots=True)
class Row:
    """A statement in the table of all numbers."""

    id: str
    text: Run
    mark: Markup
    word: str
    probabilities: tuple[str, ...]
    sides: tuple[SideRow, ...]


class Account:
    """Everything that the template of an account asks for.

    Parameters
    ----------
    result
        The findings.
    language
        Tag of the reader's language, one of `isthmus.language.LANGUAGES`.
    own_side
        Name of the reader's own side, which then comes first; the others keep their order.

    Raises
    ------
    InputError
        If the language is not known, or no side has the name of `own_side`.
    """

    def __init__(self, result: CommonGround, language: str, own_side: str | None = None) -> None:
        self.result = result
        self.language = language
        self.tr: Translator = translator(language)
        self.order = _reading_order(result, own_side)
        self.names = side_names(result, self.tr)
        self.threshold = float(result.rules.threshold)

    @property
    def sides(self) -> list[tuple[str, str]]:
        """Name and class of each side, in the reader's order."""
        return [(self.names[side], side_class(place)) for place, side in enumerate(self.order)]

    @property
    def rosters(self) -> list[tuple[str, str]]:
        """Class of each side, and how many people it has."""
        sizes = [self.result.sides[side].participants for side in self.order]
        return [
            (
                css,
                self.tr.ngettext("{group}: {count} person", "{group}: {count} people", size).format(
                    group=name, count=f"{size:,}"
                ),
            )
            for (name, css), size in zip(self.sides, sizes, strict=True)
        ]

    @property
    def confidence(self) -> str:
        """The probability from which a verdict is given, in percent without the sign."""
        return f"{100 * self.result.rules.confidence:.4g}"

    @property
    def cases(self) -> list[tuple[Case, str]]:
        """The cases that can occur, with their words: a single side cannot differ from another."""
        return [
            (case, words.case_word(case, self.result, self.tr))
            for case in Case
            if self.result.two_sided or case is not Case.DIFFERENCE
        ]

    def sections(self) -> list[Section]:
        """One section per verdict that can occur, in the order common ground to open."""
        possible = [Verdict(case.value) for case, _ in self.cases] + [Verdict.OPEN]
        return [self._section(verdict) for verdict in possible]

    def _section(self, verdict: Verdict) -> Section:
        found = self.result.by_verdict(verdict)
        title, meaning = self._heading(verdict)
        return Section(
            verdict=verdict,
            word=words.verdict_word(verdict, self.result, self.tr),
            title=title,
            meaning=meaning,
            mark=Markup(verdict_mark(verdict)),  # noqa: S704  # our own SVG, escaped where it is made
            count=len(found),
            shown=tuple(self._entry(statement) for statement in found[:SHOWN]),
        )

    def _heading(self, verdict: Verdict) -> tuple[str, str]:
        _ = self.tr.gettext
        if not self.result.two_sided:
            return {
                Verdict.COMMON_GROUND: (_("Accepted"), _("Enough of those who take a stand agree.")),
                Verdict.COMMON_REJECTION: (_("Rejected"), _("Enough of those who take a stand disagree.")),
                Verdict.DIVIDED: (_("Undecided"), _("Neither agreement nor disagreement reaches the threshold.")),
                Verdict.OPEN: (_("Open"), _("Not sure enough, or too few stands: the verdict is withheld.")),
            }[verdict]
        return {
            Verdict.COMMON_GROUND: (_("Common ground"), _("Every side accepts.")),
            Verdict.COMMON_REJECTION: (_("Common rejection"), _("Every side rejects.")),
            Verdict.DIFFERENCE: (_("Differences"), _("At least one side accepts what another rejects.")),
            Verdict.DIVIDED: (
                _("Divided"),
                _("At least one side neither accepts nor rejects, and no two sides are opposed."),
            ),
            Verdict.OPEN: (_("Open"), _("Not sure enough, or too few stands: the verdict is withheld.")),
        }[verdict]

    def _entry(self, statement: StatementFinding) -> Entry:
        return Entry(
            id=statement.id,
            texts=_texts(statement, self.language),
            certainty=words.certainty(statement, self.result, self.tr),
            stands=tuple(self._stand(statement.sides[side], place, side) for place, side in enumerate(self.order)),
        )

    def _stand(self, finding: SideFinding, place: int, side: int) -> Stand:
        mirrored = len(self.order) == 2 and place == 0
        sentence = words.in_full(finding, self.names[side], self.tr)
        bar = support_bar(
            finding,
            place=place,
            threshold=self.threshold,
            title=sentence,
            mirrored=mirrored,
            language=self.language,
            standalone=False,
        )
        return Stand(
            name=self.names[side],
            css=side_class(place),
            mirrored=mirrored,
            bar=Markup(bar),  # noqa: S704  # our own SVG, escaped where it is made
            counted=words.counted(finding, self.tr),
            passed=words.passed(finding, self.tr),
            interval=words.interval(finding, self.tr),
        )

    def overview(self) -> Markup:
        """The picture of all statements."""
        texts = [_texts(statement, self.language)[0].text for statement in self.result.statements]
        drawn = overview(self.result, order=self.order, names=self.names, language=self.language, texts=texts)
        return Markup(drawn)  # noqa: S704  # our own SVG, escaped where it is made

    def map(self) -> Markup:
        """The opinion map, where groups were looked for."""
        if self.result.groups is None:
            return Markup()
        drawn = opinion_map(self.result.groups, names=self.group_names, language=self.language)
        return Markup(drawn)  # noqa: S704  # our own SVG, escaped where it is made

    @property
    def group_names(self) -> list[str]:
        """What the reader calls the groups of the map; they are the sides where the sides are groups."""
        sizes = self.result.groups.sizes if self.result.groups else ()
        if self.result.sides_from == "groups":
            return self.names[: len(sizes)]
        name = self.tr.gettext("Group {number}")
        return [name.format(number=i + 1) for i in range(len(sizes))]

    def rows(self) -> list[Row]:
        """The table of all numbers, in the order of the input."""
        exact = can_be_exact(self.result)
        marks = {verdict: Markup(verdict_mark(verdict)) for verdict in Verdict}  # noqa: S704  # our own SVG
        return [
            Row(
                id=statement.id,
                text=_texts(statement, self.language)[0],
                mark=marks[statement.verdict],
                word=words.verdict_word(statement.verdict, self.result, self.tr),
                probabilities=tuple(percent(statement.probability[case], exact=exact) for case, _ in self.cases),
                sides=tuple(
                    self._side_row(statement.sides[side], place, side) for place, side in enumerate(self.order)
                ),
            )
            for statement in self.result.statements
        ]

    def _side_row(self, finding: SideFinding, place: int, side: int) -> SideRow:
        return SideRow(
            name=self.names[side],
            css=side_class(place),
            finding=finding,
            support="–" if finding.support is None else f"{finding.support:.0%}",
            interval=words.interval(finding, self.tr) or "–",
        )

    def left_out(self) -> list[str]:
        """What was met on the way in and not counted, a sentence each."""
        ngettext = self.tr.ngettext
        intake = self.result.intake
        counts = [
            (self.result.without_side, ngettext("{count} participant belongs to no side and is not counted.",
                                         "{count} participants belong to no side and are not counted.",
                                         self.result.without_side)),
            (intake.duplicates, ngettext("{count} vote was replaced by a later one of the same person.",
                                  "{count} votes were replaced by later ones of the same persons.",
                                  intake.duplicates)),
            (intake.rejected, ngettext("{count} statement rejected by moderation was left out.",
                                "{count} statements rejected by moderation were left out.",
                                intake.rejected)),
            (intake.rejected_votes, ngettext("{count} vote was on a statement left out.",
                                      "{count} votes were on statements left out.",
                                      intake.rejected_votes)),
            (intake.unknown_participants, ngettext("{count} participant is named in one file only.",
                                            "{count} participants are named in one file only.",
                                            intake.unknown_participants)),
            (intake.unknown_statements, ngettext("{count} statement is named in one file only.",
                                          "{count} statements are named in one file only.",
                                          intake.unknown_statements)),
            (intake.empty_rows, ngettext("{count} row was empty.", "{count} rows were empty.", intake.empty_rows)),
        ]  # fmt: skip
        return [sentence.format(count=f"{count:,}") for count, sentence in counts if count]

    def notices(self) -> list[str]:
        """What the reader must see before believing the rest."""
        return [notice.render(self.tr.gettext) for notice in self.result.intake.notices]


def _reading_order(result: CommonGround, own_side: str | None) -> list[int]:
    order = list(range(len(result.sides)))
    if own_side is None:
        return order
    names = [side.name for side in result.sides]
    if own_side not in names:
        raise InputError("There is no side “{side}”; there are: {known}.", side=own_side, known=", ".join(names))
    own = names.index(own_side)
    return [own, *(i for i in order if i != own)]


def _texts(statement: StatementFinding, language: str) -> tuple[Run, ...]:
    """The statement in the reader's language, then in the others it has; its id where it has no text."""
    present = [tag for tag in statement.texts if statement.texts[tag]]
    first = next((tag for tag in (language, "und", *present) if tag in present), None)
    if first is None:
        return (Run(statement.id, None),)
    rest: Sequence[str] = sorted(tag for tag in present if tag not in {first, "und"})
    return tuple(Run(statement.texts[tag], None if tag == "und" else tag) for tag in (first, *rest))
