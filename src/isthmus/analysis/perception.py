"""Perception gap: how far a side's prediction of another side's support is from that support.

A side's prediction of a statement is the median of what its people predicted. What is not known of it is
filled by the Pólya posterior (Ghosh and Meeden, Bayesian Methods for Finite Population Sampling, 1997): in a
closed population the missing predictions are drawn from an urn that starts with the known ones; in an open one
the urn never ends, which is the Bayesian bootstrap (Rubin, Annals of Statistics 9, 1981).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.analysis.findings import CommonGround, Population, SideFinding
from isthmus.language import InputError

Floats = NDArray[np.float64]

DRAWS: Final = 2_000
FEWEST: Final = 5
TAILS: Final = (0.05, 0.95)
Z90: Final = 1.6448536269514722


@dataclass(frozen=True, eq=False)
class Predictions:
    """One row per prediction; all columns of shape (rows,).

    by, about: index of the side that predicts and of the side predicted. statement: its index. value: predicted
    support, 0 to 1. A person predicts a side's support of a statement once.
    """

    by: NDArray[np.int64]
    about: NDArray[np.int64]
    statement: NDArray[np.int64]
    value: Floats

    @classmethod
    def from_rows(cls, by: ArrayLike, about: ArrayLike, statement: ArrayLike, value: ArrayLike) -> Predictions:
        """Predictions from columns; a value outside 0 to 1, or of a side about itself, is refused.

        Raises
        ------
        InputError
            Naming the row, counted from 1.
        """
        made = cls(
            np.asarray(by, np.int64),
            np.asarray(about, np.int64),
            np.asarray(statement, np.int64),
            np.asarray(value, float),
        )
        wrong = np.flatnonzero(~((made.value >= 0.0) & (made.value <= 1.0)))
        if wrong.size:
            raise InputError(
                "Prediction {row}: the support predicted is a share from 0 to 1; got {value}.",
                row=int(wrong[0]) + 1,
                value=float(made.value[wrong[0]]),
            )
        own = np.flatnonzero(made.by == made.about)
        if own.size:
            raise InputError("Prediction {row}: a side predicts another side, not itself.", row=int(own[0]) + 1)
        return made


@dataclass(frozen=True, slots=True)
class PerceptionGap:
    """A side's prediction of another side's support of one statement.

    by, about: indices of the sides; statement: id. predictors: people who predicted. predicted: their median.
    support: the other side's (estimate). gap: predicted − support, above 0 where the other side is thought to
    agree more than it does. low, high: 90 % interval of the gap; None with fewer than five predictors.
    """

    by: int
    about: int
    statement: str
    predictors: int
    predicted: float
    support: float
    gap: float
    low: float | None
    high: float | None

    @property
    def surely(self) -> float:
        """How large the gap is at least, in either direction; 0 where its sign is not sure."""
        if self.low is None or self.high is None or self.low <= 0.0 <= self.high:
            return 0.0
        return min(abs(self.low), abs(self.high))


def perception_gaps(predictions: Predictions, found: CommonGround, *, seed: int = 0) -> tuple[PerceptionGap, ...]:
    """Gaps for every pair of sides and statement that was predicted, in order of sides and statements.

    A statement on which the other side certainly takes no stand has no support, and so no gap.
    """
    gaps = []
    for by in range(len(found.sides)):
        for about in range(len(found.sides)):
            pair = (predictions.by == by) & (predictions.about == about)
            for j in np.unique(predictions.statement[pair]):
                target = found.statements[j].sides[about]
                values = np.sort(predictions.value[pair & (predictions.statement == j)])
                if target.estimate is not None:
                    gaps.append(_gap(found, by, about, int(j), values, seed))
    return tuple(gaps)


def most_misjudged(gaps: Sequence[PerceptionGap], count: int = 5) -> tuple[PerceptionGap, ...]:
    """The statements misjudged most: by the gap that is sure, then by the gap found."""
    return tuple(sorted(gaps, key=lambda gap: (-gap.surely, -abs(gap.gap)))[:count])


def _gap(found: CommonGround, by: int, about: int, j: int, values: Floats, seed: int) -> PerceptionGap:
    target = found.statements[j].sides[about]
    support = target.estimate or 0.0
    predicted = float(np.median(values))
    low = high = None
    if len(values) >= FEWEST:
        rng = np.random.default_rng(seed)
        closed = found.rules.population is Population.CLOSED
        missing = max(0, found.sides[by].participants - len(values)) if closed else None
        draws = _median_draws(values, missing, rng) - _support_draws(target, rng)
        low, high = (float(q) for q in np.quantile(draws, TAILS))
    return PerceptionGap(
        by, about, found.statements[j].id, len(values), predicted, support, predicted - support, low, high
    )


def _median_draws(values: Floats, missing: int | None, rng: np.random.Generator) -> Floats:
    """Medians of populations completed by the Pólya posterior; `missing` None means without end. (DRAWS,)."""
    if missing == 0:
        return np.full(DRAWS, np.median(values))
    weight = rng.dirichlet(np.ones(len(values)), DRAWS)
    if missing is not None:
        more = np.stack([rng.multinomial(missing, w) for w in weight])
        weight = (1.0 + more) / (len(values) + missing)
    reached = np.cumsum(weight, axis=1)
    lower = values[(reached < 0.5 - 1e-12).sum(1)]
    upper = values[np.minimum((reached < 0.5 + 1e-12).sum(1), len(values) - 1)]
    return np.asarray((lower + upper) / 2.0)


def _support_draws(target: SideFinding, rng: np.random.Generator) -> Floats:
    """Draws of a support from its estimate and interval, as a beta distribution of that centre and spread."""
    mean, low, high = target.estimate or 0.0, target.low or 0.0, target.high or 0.0
    variance = ((high - low) / (2.0 * Z90)) ** 2
    if variance <= 1e-12 or not 0.0 < mean < 1.0:
        return np.full(DRAWS, mean)
    worth = max(mean * (1.0 - mean) / variance - 1.0, 1e-3)
    return rng.beta(mean * worth, (1.0 - mean) * worth, DRAWS)
