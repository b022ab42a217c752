"""An analysis as lines for a terminal: statements by verdict, a bar of support for each side.

Bars are of plain letters: box-drawing characters are one cell wide in some terminals and two in others,
Chinese ones above all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from isthmus.analysis import CommonGround, Population, SideFinding, StatementFinding, Verdict
from isthmus.cli._text import padded, printable
from isthmus.formats.percent import can_be_exact, percent
from isthmus.formats.side_names import side_names
from isthmus.language import translator

WIDEST: Final = 100  # cells of a line of text, however wide the terminal is
INDENT: Final = 4
Translate = Callable[[str], str]


def print_result(result: CommonGround, console: Console, *, language: str) -> None:
    """Print the result: what was asked, the verdicts in numbers, every statement, what was left out."""
    view = _View(result, translator(language).gettext, language, min(console.width, WIDEST))
    for line in view.lines():
        console.print(line, overflow="fold")


class _View:
    def __init__(self, result: CommonGround, translate: Translate, language: str, width: int) -> None:
        self._result = result
        self._say = translate
        self._language = language
        self._width = width
        names = [printable(name) for name in side_names(result, translator(language))]
        widest = max((cell_len(name) for name in names), default=0)
        self._names = [padded(name, min(widest, max(8, width // 4))) for name in names]
        self._bar = max(11, min(41, width - INDENT - min(widest, max(8, width // 4)) - 36) | 1)

    def lines(self) -> Iterator[Text | Padding]:
        yield from self._head()
        for verdict in Verdict:
            yield from self._section(verdict)
        yield from self._foot()

    def _head(self) -> Iterator[Text]:
        result, rules, say = self._result, self._result.rules, self._say
        asked = say("Participants: {participants}, statements: {statements}, votes: {votes}.")
        yield Text(
            asked.format(participants=result.participants, statements=len(result.statements), votes=result.votes),
            "bold",
        )
        if rules.population is Population.CLOSED:
            said = say("Closed population: the verdicts are about these people, once all have answered.")
        else:
            said = say("Open population: the verdicts are about the people these participants stand for.")
        yield Text(said)
        accepts = say(
            "A side accepts where at least {share} of at least {least} stands agree; a verdict needs {confidence}."
        )
        yield Text(
            accepts.format(
                share=_share(rules.threshold), least=rules.least_stands, confidence=f"{100 * rules.confidence:.4g}%"
            )
        )
        if not result.two_sided:
            yield Text(
                say("Everyone is on one side here, so nothing can be concluded about common ground between sides."),
                "bold",
            )
        verdicts = [verdict for verdict in Verdict if result.two_sided or verdict is not Verdict.DIFFERENCE]
        counts = [f"{self._title(verdict)} {len(result.by_verdict(verdict))}" for verdict in verdicts]
        for notice in result.intake.notices:
            yield Text(say("Mind: {notice}").format(notice=printable(notice.render(say))), "bold yellow")
        yield Text()
        yield Text(" | ".join(counts), "bold")

    def _title(self, verdict: Verdict) -> str:
        say = self._say
        two = self._result.two_sided
        return {
            Verdict.COMMON_GROUND: say("Common ground") if two else say("Accepted"),
            Verdict.COMMON_REJECTION: say("Common rejection") if two else say("Rejected"),
            Verdict.DIFFERENCE: say("Difference"),
            Verdict.DIVIDED: say("Divided") if two else say("Undecided"),
            Verdict.OPEN: say("Open (verdict withheld)"),
        }[verdict]

    def _section(self, verdict: Verdict) -> Iterator[Text | Padding]:
        found = self._result.by_verdict(verdict)
        if not found:
            return
        yield Text()
        yield Text(f"{self._title(verdict)} ({len(found)})", "bold underline")
        for statement in found:
            yield Text()
            yield from self._statement(statement)

    def _statement(self, statement: StatementFinding) -> Iterator[Text | Padding]:
        name, text = printable(statement.id), printable(statement.text(self._language, "und"))
        shown = Text(name, "bold")
        case = max(statement.probability, key=lambda c: statement.probability[c])
        below = self._result.rules.confidence if statement.verdict is Verdict.OPEN else 1.0
        sure = self._say("{case}: {percent}").format(
            case=self._title(Verdict(case.value)),
            percent=percent(statement.probability[case], exact=can_be_exact(self._result), below=below),
        )
        if short := self._result.short_of_stands(statement):
            sure = self._say("{sure}, but fewer than {least} stands: {sides}").format(
                sure=sure,
                least=self._result.rules.least_stands,
                sides=", ".join(self._names[g].strip() for g in short),
            )
        shown.append(f"  ({sure})", "not bold dim")
        yield shown
        if text != name:
            yield Padding(Text(text), (0, 0, 0, INDENT), expand=False)
        for side, finding in zip(self._names, statement.sides, strict=True):
            yield Text(" " * INDENT + f"{side} {self._drawn(finding)} {self._counted(finding)}")

    def _drawn(self, finding: SideFinding) -> str:
        """Support from 0 to 1: the interval as dashes, the estimate as o, the thresholds as bars."""
        last = self._bar - 1
        cells = [" "] * self._bar
        if finding.estimate is not None and finding.low is not None and finding.high is not None:
            for i in range(round(finding.low * last), round(finding.high * last) + 1):
                cells[i] = "-"
        for share in (self._result.rules.threshold, 1 - self._result.rules.threshold):
            cells[round(share * last)] = "|"
        if finding.estimate is not None:
            cells[round(finding.estimate * last)] = "o"
        return f"[{''.join(cells)}]"

    def _counted(self, finding: SideFinding) -> str:
        stands = finding.agree + finding.disagree
        if not stands:
            return self._say("no stands, {passes} passed").format(passes=finding.passes)
        said = self._say("{agree} of {stands} agree, {passes} passed")
        return said.format(agree=finding.agree, stands=stands, passes=finding.passes)

    def _foot(self) -> Iterator[Text]:
        say, result, intake = self._say, self._result, self._result.intake
        yield Text()
        yield Text(
            say("[ |-o-| ]: support from 0 to 100%; - 90% interval, o estimate, | the shares that accept and reject.")
        )
        if result.groups is not None:
            yield from self._groups()
        left_out = (
            (say("Votes overtaken by a later one: {count}."), intake.duplicates),
            (say("Rejected statements left out: {count}."), intake.rejected),
            (say("Participants without a side, not counted: {count}."), result.without_side),
            (say("Participants named in one file only: {count}."), intake.unknown_participants),
            (say("Statements named in one file only: {count}."), intake.unknown_statements),
            (say("Rows without a vote: {count}."), intake.empty_rows),
        )
        for sentence, count in left_out:
            if count:
                yield Text(sentence.format(count=count))
        if result.sides_from == "polis" and result.two_sided:
            yield Text(
                say("The sides are groups found in the same votes, so differences between them are partly built in.")
            )

    def _groups(self) -> Iterator[Text]:
        groups = self._result.groups
        if groups is None:
            return
        if groups.stability is None:
            yield Text(self._say("No groups were found: the participants stand as one."))
            return
        said = self._say(
            "The sides are groups found in the same votes, so differences between them are partly built in. "
            "Stability: {stability} (grouped by two random halves of the statements: 1 the same, 0 no more alike than by "
            "chance). Too few votes to be placed: {unplaced}."
        )
        yield Text(said.format(stability=f"{groups.stability:.2f}", unplaced=groups.unplaced))


def _share(share: Fraction) -> str:
    return f"{share.numerator}/{share.denominator}"
