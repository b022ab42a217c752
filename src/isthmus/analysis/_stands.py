"""Each side's stand on each statement: how probably it accepts and rejects, by the model that fits the input.

Everyone in: integers alone. A group of a delegation's size with its answer sheets: the model of sheets.
Otherwise: counts. For many missing answers the final share is normal around Phi(e), and what remains of chance
in it becomes a blur of the limit that e must pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from isthmus.analysis import _finals, _joint
from isthmus.analysis._finals import Stand, Support
from isthmus.analysis._joint import FACTOR, FACTOR_WEIGHTS
from isthmus.analysis._pooled import fit_counts
from isthmus.analysis._sheets import Outlook, answer_table, fits_sheets, outlook
from isthmus.analysis.ballots import Ballots, Tallies
from isthmus.analysis.findings import Population, Rules

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Outcomes = Callable[[NDArray[np.intp]], Floats]

EXACT_UP_TO: Final = 32  # missing answers of a side on a statement, up to which every outcome is counted
Z90: Final = 1.6448536269514722  # half of an equal-tailed 90 % interval, in standard deviations
CHUNK: Final = 128  # statements whose outcomes are held at once
PASS_WEIGHT: Final = 8.0  # a statement's rate of passes is drawn to the side's as if by so many answers


@dataclass(frozen=True, eq=False)
class SideOdds:
    """One side: accepts and rejects given the common factor, (S, factor), and its support."""

    accept: Floats
    reject: Floats
    support: Support

    @property
    def accepts(self) -> Floats:
        """P(accepts), (S,)."""
        return np.asarray(self.accept @ FACTOR_WEIGHTS)

    @property
    def rejects(self) -> Floats:
        """P(rejects), (S,)."""
        return np.asarray(self.reject @ FACTOR_WEIGHTS)


@dataclass(frozen=True, eq=False)
class _Level:
    """Posterior of one side's e: mean, sd, share of the common factor, scale of the support; all (S,)."""

    mean: Floats
    sd: Floats
    share: Floats
    scale: Floats


def side_odds(votes: Ballots | Tallies, tallies: Tallies, rules: Rules) -> list[SideOdds]:
    """Accepts and rejects of every side, in the order of `tallies.sides`."""
    closed = rules.population is Population.CLOSED
    missing = tallies.sizes[:, None] - tallies.stands - tallies.passes
    if closed and not missing.any():
        return [_certain(tallies, g, rules) for g in range(len(tallies.sides))]
    sheets: Outlook | None = None
    if isinstance(votes, Ballots) and fits_sheets(votes):
        sheets = outlook(*answer_table(votes), len(tallies.sides))
        mean, covariance, scale = sheets.mean, sheets.covariance, sheets.scale
    else:
        latent = fit_counts(tallies.agree, tallies.disagree)
        mean, covariance, scale = latent.mean, latent.covariance, np.ones(len(latent.mean))
    share = _joint.factor_shares(covariance)
    odds = []
    for g in range(len(tallies.sides)):
        level = _Level(mean[:, g], np.sqrt(covariance[:, g, g]), share[:, g], scale)
        if not closed:
            odds.append(_open(level, rules))
        else:
            odds.append(_closed(tallies, g, missing[g], level, rules, sheets))
    return odds


def _certain(tallies: Tallies, g: int, rules: Rules) -> SideOdds:
    """Everyone is in: the counts decide."""
    agree, disagree, stands = tallies.agree[g], tallies.disagree[g], tallies.stands[g]
    flat = np.ones(len(FACTOR))
    with np.errstate(invalid="ignore"):
        share = np.where(stands > 0, agree / np.maximum(stands, 1), np.nan)
    return SideOdds(
        _finals.accepts(agree, stands, rules)[:, None] * flat,
        _finals.accepts(disagree, stands, rules)[:, None] * flat,
        Support(share, share, share),
    )


def _open(level: _Level, rules: Rules) -> SideOdds:
    """A sample: the claim is about Phi(e / scale), the chance that a member who takes a stand agrees."""
    limit = ndtri(float(rules.threshold)) * level.scale
    none = np.zeros_like(limit)
    ends = [level.mean, level.mean - Z90 * level.sd, level.mean + Z90 * level.sd]
    return SideOdds(
        _joint.beyond(level.mean, level.sd, level.share, limit, none),
        _joint.beyond(-level.mean, level.sd, -level.share, limit, none),
        Support(*(ndtr(end / level.scale) for end in ends)),
    )


def _closed(tallies: Tallies, g: int, missing: Ints, level: _Level, rules: Rules, sheets: Outlook | None) -> SideOdds:
    """A roster: the claim is about its final tallies."""
    passes, stands = tallies.passes[g], tallies.stands[g]
    rate = (passes.sum() + 1.0) / (passes.sum() + stands.sum() + 8.0)
    pass_a, pass_b = PASS_WEIGHT * rate + passes, PASS_WEIGHT * (1.0 - rate) + stands
    odds = _many_missing(tallies, g, missing, level, rules, pass_a / (pass_a + pass_b))

    def outcomes(rows: NDArray[np.intp]) -> Floats:
        if sheets is not None:
            side = sheets.sides[g]
            return _finals.outcomes_of_sheets(side.agree[:, rows], side.passing[:, rows], side.hidden[:, rows])
        e = level.mean[rows, None] + level.sd[rows, None] * _finals.GRID
        return _finals.outcomes_of_counts(ndtr(e), pass_a[rows], pass_b[rows], missing[rows])

    counted = np.flatnonzero(missing <= EXACT_UP_TO)
    for low in range(0, len(counted), CHUNK):
        rows = counted[low : low + CHUNK]
        table = outcomes(rows)
        agree, disagree = tallies.agree[g, rows], tallies.disagree[g, rows]
        stand: Stand = _finals.stand_of(table, agree, disagree, rules)
        odds.accept[rows], odds.reject[rows] = _joint.given_factor(stand, level.share[rows])
        support = _finals.support_of(table, agree, disagree)
        for whole, part in (
            (odds.support.estimate, support.estimate),
            (odds.support.low, support.low),
            (odds.support.high, support.high),
        ):
            whole[rows] = part
    return odds


def _many_missing(tallies: Tallies, g: int, missing: Ints, level: _Level, rules: Rules, passing: Floats) -> SideOdds:
    stands = tallies.stands[g]
    coming = missing * (1.0 - passing)  # stands still to come, on average
    reach = _finals.likely_stands(stands, missing, passing, rules.least_stands)[:, None]

    def wins(counted: Ints, sign: float) -> Floats:
        need = _finals.needed(rules.threshold, counted, stands, coming)
        inside = np.clip(need, 1e-9, 1.0 - 1e-9)
        limit = ndtri(inside)
        slope = np.exp(-0.5 * limit**2) / np.sqrt(2.0 * np.pi)
        blur = np.sqrt(inside * (1.0 - inside) / np.maximum(coming, 1e-9)) / slope
        passed = _joint.beyond(sign * level.mean, level.sd, sign * level.share, limit, blur)
        # settled is only what stays so even if nobody passes any more
        settled = _finals.needed(rules.threshold, counted, stands, missing.astype(float))[:, None]
        sure: Floats = np.where(settled <= 0.0, 1.0, np.where(settled > 1.0, 0.0, passed))
        return sure * reach

    e = np.stack([level.mean, level.mean - Z90 * level.sd, level.mean + Z90 * level.sd])
    share, total = ndtr(e), np.maximum(stands + coming, 1e-9)
    estimate, low, high = (tallies.agree[g] + coming * share) / total
    luck = Z90 * np.sqrt(coming * share[0] * (1.0 - share[0])) / total  # of the answers to come, given their chance
    support = Support(
        estimate,
        np.maximum(estimate - np.hypot(estimate - low, luck), tallies.agree[g] / np.maximum(stands + missing, 1)),
        np.minimum(
            estimate + np.hypot(high - estimate, luck),
            (tallies.agree[g] + missing) / np.maximum(stands + missing, 1),
        ),
    )
    return SideOdds(wins(tallies.agree[g], 1.0), wins(tallies.disagree[g], -1.0), support)
