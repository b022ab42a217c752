"""From votes to verdicts: what every side accepts, what every side rejects, where they differ, and how sure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from isthmus.analysis._joint import cases
from isthmus.analysis._stands import SideOdds, side_odds
from isthmus.analysis.ballots import Ballots, Tallies
from isthmus.analysis.findings import (
    Case,
    CommonGround,
    OpinionGroups,
    Population,
    Rules,
    Side,
    SideFinding,
    StatementFinding,
    Verdict,
)

Floats = NDArray[np.float64]
Progress = Callable[[float], None]

PROBABILITY_STEP = 1e-9  # finer differences are rounding, not evidence


def analyse(
    votes: Ballots | Tallies,
    rules: Rules | None = None,
    *,
    sides_from: str = "file",
    groups: OpinionGroups | None = None,
    progress: Progress = lambda _share: None,
) -> CommonGround:
    """Find what the sides accept and reject, statement by statement.

    Parameters
    ----------
    votes
        Answer sheets, or counts. Sheets of small groups are used person by person; otherwise counts.
    rules
        Threshold, least number of stands, confidence and population (see `Rules`).
    sides_from, groups
        Where the sides come from, passed on to the result.
    progress
        Told the share that is done, from 0 to 1.

    Returns
    -------
    CommonGround
        Statements in the order of the input. Deterministic; invariant, up to rounding, under permutation of
        participants, statements and sides.
    """
    if not votes.sides:
        raise ValueError("votes of no side cannot be compared; put everyone on one side with `with_sides`")
    rules = rules or Rules()
    tallies = votes.tallies() if isinstance(votes, Ballots) else votes
    progress(0.2)
    odds = side_odds(votes, tallies, rules)
    progress(0.9)
    probability = cases(np.stack([side.accept for side in odds]), np.stack([side.reject for side in odds]))
    people = len(votes.participants) if isinstance(votes, Ballots) else int(tallies.sizes.sum())
    progress(1.0)
    return CommonGround(
        rules=rules,
        sides=tuple(Side(name, int(size)) for name, size in zip(tallies.sides, tallies.sizes, strict=True)),
        statements=tuple(
            _statement(tallies, rules, j, {case: _rounded(p[j]) for case, p in probability.items()}, odds)
            for j in range(len(tallies.statements))
        ),
        participants=people,
        votes=tallies.votes,
        sides_from=sides_from,
        without_side=people - int(tallies.sizes.sum()),
        groups=groups,
        intake=tallies.intake,
    )


def _rounded(probability: float) -> float:
    return min(1.0, max(0.0, round(float(probability) / PROBABILITY_STEP) * PROBABILITY_STEP))


def _statement(
    tallies: Tallies, rules: Rules, j: int, probability: Mapping[Case, float], odds: list[SideOdds]
) -> StatementFinding:
    return StatementFinding(
        id=tallies.statements[j],
        verdict=_verdict(tallies, rules, j, probability),
        probability=probability,
        sides=tuple(_side(tallies, g, j, side) for g, side in enumerate(odds)),
        texts={language: texts[j] for language, texts in tallies.texts.items()},
    )


def _verdict(tallies: Tallies, rules: Rules, j: int, probability: Mapping[Case, float]) -> Verdict:
    """The case that is probable enough. Of an open population nothing is said on fewer stands than the rules ask."""
    if rules.population is Population.OPEN and (tallies.stands[:, j] < rules.least_stands).any():
        return Verdict.OPEN
    likeliest = max(Case, key=lambda case: probability[case])
    return Verdict(likeliest.value) if probability[likeliest] >= rules.confidence else Verdict.OPEN


def _side(tallies: Tallies, g: int, j: int, odds: SideOdds) -> SideFinding:
    agree, disagree = int(tallies.agree[g, j]), int(tallies.disagree[g, j])
    support = odds.support
    silent = bool(np.isnan(support.estimate[j]))
    return SideFinding(
        agree=agree,
        disagree=disagree,
        passes=int(tallies.passes[g, j]),
        support=agree / (agree + disagree) if agree + disagree else None,
        estimate=None if silent else float(support.estimate[j]),
        low=None if silent else float(support.low[j]),
        high=None if silent else float(support.high[j]),
        accepts=_rounded(odds.accepts[j]),
        rejects=_rounded(odds.rejects[j]),
    )
