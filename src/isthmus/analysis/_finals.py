"""Final tallies of a closed roster: from what is known and how the rest may answer, to accepts and rejects.

Everything here is for one side. `grid` is where a statement's e stands, in standard deviations from its mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, ndtr

from isthmus.analysis.findings import Rules

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# The trapezium rule on this grid integrates smooth functions against the normal density almost exactly.
GRID: Final = np.linspace(-4.0, 4.0, 21)
TAIL: Final = 0.05  # intervals are 90 %, equal-tailed


@dataclass(frozen=True, slots=True)
class Stand:
    """Probability that a side accepts and that it rejects, given e on the grid: shape (S, len(GRID)) each."""

    accepts: Floats
    rejects: Floats


@dataclass(frozen=True, slots=True)
class Support:
    """Median and 90 % interval of the support, shape (S,); NaN where there can be no stand."""

    estimate: Floats
    low: Floats
    high: Floats


def accepts(agree: Ints, stands: Ints, rules: Rules) -> NDArray[np.bool_]:
    """Whether final counts make a side accept, compared in integers. For rejecting, pass the disagreeing."""
    share = rules.threshold
    if share.denominator * int(stands.max(initial=0)) > np.iinfo(np.int64).max:
        agree, stands = agree.astype(object), stands.astype(object)  # Python's integers have no end
    return (stands >= rules.least_stands) & (agree * share.denominator >= share.numerator * stands)


def grid_weights() -> Floats:
    weight: Floats = np.exp(-0.5 * GRID**2)
    return np.asarray(weight / weight.sum())


def outcomes_of_sheets(agree: Floats, passing: Floats, hidden: NDArray[np.bool_]) -> Floats:
    """How many of the missing will agree and disagree, person by person: shape (S, K, h + 1, h + 1).

    agree: P(agree | stand) per person, statement and place on the grid (n, S, K). passing, hidden: (n, S).
    """
    n, count, grid = agree.shape
    most = int(hidden.sum(0).max(initial=0))
    table = np.zeros((count, grid, most + 1, most + 1))
    table[:, :, 0, 0] = 1.0
    for i in range(n):
        rows = np.flatnonzero(hidden[i])
        if not rows.size:
            continue
        old = table[rows]
        stand = (1.0 - passing[i, rows])[:, None]
        yes = (stand * agree[i, rows])[:, :, None, None]
        no = (stand * (1.0 - agree[i, rows]))[:, :, None, None]
        new = old * passing[i, rows][:, None, None, None]
        new[:, :, 1:] += old[:, :, :-1] * yes
        new[:, :, :, 1:] += old[:, :, :, :-1] * no
        table[rows] = new
    return table


def outcomes_of_counts(agree: Floats, pass_a: Floats, pass_b: Floats, missing: Ints) -> Floats:
    """The same from counts: passes beta-binomial(pass_a, pass_b), stands binomial. agree: (S, K); rest (S,)."""
    most = int(missing.max(initial=0))
    k = np.arange(most + 1)
    yes, no = np.meshgrid(k, k, indexing="ij")
    stands = yes + no
    h = missing[:, None, None]
    passes = h - stands
    possible = passes >= 0
    passes = np.maximum(passes, 0)
    a, b = pass_a[:, None, None], pass_b[:, None, None]
    ways = gammaln(h + 1.0) - gammaln(passes + 1.0) - gammaln(yes + 1.0) - gammaln(no + 1.0)
    log_pass = betaln(passes + a, np.where(possible, stands, 0) + b) - betaln(a, b)
    shared = np.where(possible, np.exp(np.where(possible, ways + log_pass, 0.0)), 0.0)
    share = np.clip(agree, 1e-12, 1.0 - 1e-12)[:, :, None, None]
    table: Floats = shared[:, None] * share**yes * (1.0 - share) ** no
    return table


def stand_of(outcomes: Floats, agree: Ints, disagree: Ints, rules: Rules) -> Stand:
    """Accepts and rejects given e, from counted (S,) and missing answers (S, K, h + 1, h + 1)."""
    yes, no = (part.astype(np.int64) for part in np.indices(outcomes.shape[2:]))
    final_yes = agree[:, None, None] + yes
    final_no = disagree[:, None, None] + no
    total = final_yes + final_no
    accept = accepts(final_yes, total, rules)
    reject = accepts(final_no, total, rules)
    return Stand(
        np.einsum("skab,sab->sk", outcomes, accept, optimize=True),
        np.einsum("skab,sab->sk", outcomes, reject, optimize=True),
    )


def support_of(outcomes: Floats, agree: Ints, disagree: Ints) -> Support:
    """Support of the final roster, over missing answers and e."""
    table = np.einsum("skab,k->sab", outcomes, grid_weights(), optimize=True)
    yes, no = np.indices(table.shape[1:])
    final = agree[:, None, None] + yes
    total = final + disagree[:, None, None] + no
    mass = np.where(total > 0, table, 0.0).reshape(len(agree), -1)
    share = (final / np.maximum(total, 1)).reshape(len(agree), -1)
    weight = mass.sum(1)
    certain_silence = weight <= 0.0
    mass = mass / np.where(certain_silence, 1.0, weight)[:, None]
    order = np.argsort(share, axis=1, kind="stable")
    sorted_share = np.take_along_axis(share, order, 1)
    reached = np.cumsum(np.take_along_axis(mass, order, 1), axis=1)
    quantiles = []
    for level in (0.5, TAIL, 1.0 - TAIL):
        at = (reached < level - 1e-12).sum(1).clip(max=share.shape[1] - 1)
        quantiles.append(np.where(certain_silence, np.nan, sorted_share[np.arange(len(agree)), at]))
    return Support(*quantiles)


def likely_stands(known: Ints, missing: Ints, passing: Floats, least: int) -> Floats:
    """P(a side reaches the least number of stands) for many missing answers, by a normal approximation."""
    mean = missing * (1.0 - passing)
    spread = np.sqrt(np.maximum(missing * passing * (1.0 - passing), 1e-9))
    reach: Floats = ndtr((known + mean - least + 0.5) / spread)
    return np.where(known >= least, 1.0, np.where(known + missing < least, 0.0, reach))


def needed(threshold: Fraction, agree: Ints, stands: Ints, missing_stands: Floats) -> Floats:
    """Share of the missing stands that must agree for the side to accept."""
    need = float(threshold) * (stands + missing_stands) - agree
    return need / np.maximum(missing_stands, 1e-9)
