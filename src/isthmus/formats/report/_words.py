"""Numbers, verdicts and names in the reader's words."""

from __future__ import annotations

import re
from typing import Final

from isthmus.analysis import Case, CommonGround, Population, SideFinding, StatementFinding, Verdict
from isthmus.language import Translator

_CERTAIN: Final = 1 - 1e-9
_NUMBERED_GROUP: Final = re.compile(r"group (\d+)", re.IGNORECASE)


def percent(share: float, *, exact: bool) -> str:
    """A probability in whole percent; 0% and 100% only where it can be `exact`, as once everyone has answered."""
    if share >= 0.995 and not (exact and share >= _CERTAIN):
        return ">99%"
    if share < 0.005 and not (exact and share <= 1 - _CERTAIN):
        return "<1%"
    return f"{share:.0%}"


def can_be_exact(result: CommonGround) -> bool:
    """Whether probabilities of 0 and 1 can occur: with a roster, never about people who were not asked."""
    return result.rules.population is Population.CLOSED


def interval(side: SideFinding, tr: Translator) -> str:
    """The 90 % interval of a side's support in whole percent, or nothing where there is none."""
    if side.low is None or side.high is None:
        return ""
    low, high = round(100 * side.low), round(100 * side.high)
    if low == high:
        return f"{low}%"
    # Translators: a range of percentages
    return tr.gettext("{low}–{high}%").format(low=low, high=high)


def counted(side: SideFinding, tr: Translator) -> str:
    """How many agree of those who took a stand."""
    stands = side.agree + side.disagree
    if not stands:
        return tr.gettext("nobody took a stand")
    return tr.gettext("{agree} of {stands} agree").format(agree=f"{side.agree:,}", stands=f"{stands:,}")


def passed(side: SideFinding, tr: Translator) -> str:
    """How many passed, or nothing where nobody did."""
    if not side.passes:
        return ""
    return tr.ngettext("{count} passed", "{count} passed", side.passes).format(count=f"{side.passes:,}")


def in_full(side: SideFinding, name: str, tr: Translator) -> str:
    """One side's numbers for one statement as a sentence."""
    stands = side.agree + side.disagree
    if not stands:
        return tr.gettext("{side}: nobody took a stand.").format(side=name)
    return tr.ngettext(
        "{side}: {agree} of the {stands} who took a stand agrees.",
        "{side}: {agree} of the {stands} who took a stand agree.",
        side.agree,
    ).format(side=name, agree=f"{side.agree:,}", stands=f"{stands:,}")


def case_word(case: Case, result: CommonGround, tr: Translator) -> str:
    """A case by name, as it stands in a table."""
    return verdict_word(Verdict(case.value), result, tr)


def verdict_word(verdict: Verdict, result: CommonGround, tr: Translator) -> str:
    """A verdict by name; of a single side only what it accepts and rejects can be said."""
    if result.two_sided:
        return {
            Verdict.COMMON_GROUND: tr.gettext("common ground"),
            Verdict.COMMON_REJECTION: tr.gettext("common rejection"),
            Verdict.DIFFERENCE: tr.gettext("difference"),
            Verdict.DIVIDED: tr.gettext("divided"),
            Verdict.OPEN: tr.gettext("open"),
        }[verdict]
    return {
        Verdict.COMMON_GROUND: tr.gettext("accepted"),
        Verdict.COMMON_REJECTION: tr.gettext("rejected"),
        Verdict.DIFFERENCE: tr.gettext("difference"),
        Verdict.DIVIDED: tr.gettext("undecided"),
        Verdict.OPEN: tr.gettext("open"),
    }[verdict]


def certainty(statement: StatementFinding, result: CommonGround, tr: Translator) -> str:
    """How sure the verdict is; of a verdict withheld, which case is likeliest."""
    exact = can_be_exact(result)
    if statement.verdict is not Verdict.OPEN:
        probability = statement.probability[Case(statement.verdict.value)]
        if exact and probability >= _CERTAIN:
            return tr.gettext("certain")
        return tr.gettext("{percent} sure").format(percent=percent(probability, exact=exact))
    case, probability = max(statement.probability.items(), key=lambda item: item[1])
    return tr.gettext("likeliest: {case}, {percent}").format(
        case=case_word(case, result, tr), percent=percent(probability, exact=exact)
    )


def side_names(result: CommonGround, tr: Translator) -> list[str]:
    """What the reader calls each side: its own name, or a translated one where the program gave it."""
    if result.sides_from == "none":
        return [tr.gettext("Everyone") for _ in result.sides]
    if result.sides_from not in {"groups", "polis"}:
        return [side.name for side in result.sides]
    found = [_NUMBERED_GROUP.fullmatch(side.name) for side in result.sides]
    return [
        tr.gettext("Group {number}").format(number=match.group(1)) if match else side.name
        for match, side in zip(found, result.sides, strict=True)
    ]
