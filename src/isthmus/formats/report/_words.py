"""Numbers, verdicts and names in the reader's words."""

from __future__ import annotations

from isthmus.analysis import Case, CommonGround, SideFinding, StatementFinding, Verdict
from isthmus.formats.percent import CERTAIN, can_be_exact, percent
from isthmus.formats.side_names import side_names
from isthmus.language import Translator


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
        if exact and probability >= CERTAIN:
            return tr.gettext("certain")
        return tr.gettext("{percent} sure").format(percent=percent(probability, exact=exact))
    case, probability = max(statement.probability.items(), key=lambda item: item[1])
    likeliest = tr.gettext("likeliest: {case}, {percent}").format(
        case=case_word(case, result, tr), percent=percent(probability, exact=exact, below=result.rules.confidence)
    )
    if short := result.short_of_stands(statement):
        names = side_names(result, tr)
        return tr.gettext("{likeliest}, but fewer than {least} stands: {sides}").format(
            likeliest=likeliest,
            least=result.rules.least_stands,
            sides=tr.pgettext("between items of a list", ", ").join(names[g] for g in short),
        )
    return likeliest
