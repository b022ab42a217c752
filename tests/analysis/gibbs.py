"""The model of answer sheets by sampling: slow, and plain enough to be read against its definition.

    stand of i on s:  sign(level_s + pull_s · place_i + own_{g(i),s} + person_i + mean + mean_{g(i)} + noise)

Given variances, every effect is normal given the latent values behind the answers, and those are truncated
normals given the effects (Albert and Chib, JASA 88, 1993). What is missing is drawn and the final sheet judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Variances:
    """What the sampler is told: all the fast fit learned about spreads, nothing about effects."""

    features: Floats  # per column of x
    person: float
    mean: float
    mean_variance: float
    side_variance: float
    centre: Floats | None = None  # of the sides on the axis, column 1 of x
    spread: float = 0.0
    middle: float = 0.0


def truncated(mean: Floats, positive: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """Draw from N(mean, 1) above 0 where `positive`, below 0 elsewhere."""
    cut = ndtr(-mean)
    u = rng.random(mean.shape)
    at = np.where(positive, cut + u * (1 - cut), u * cut)
    return mean + ndtri(np.clip(at, 1e-12, 1 - 1e-12))


def draw_normal(precision: Floats, pull: Floats, rng: np.random.Generator) -> Floats:
    root = np.linalg.cholesky(precision)
    mean = np.linalg.solve(precision, pull)
    return np.asarray(mean + np.linalg.solve(root.T, rng.normal(size=len(pull))), float)


def predictors(
    answers: NDArray[np.int8],
    middle: NDArray[np.bool_],
    x: Floats,
    side: NDArray[np.int32],
    v: Variances,
    *,
    sweeps: int,
    burn: int,
    seed: int,
) -> Floats:
    """Draws of the predictor of every cell, (sweeps − burn, people, statements)."""
    rng = np.random.default_rng(seed)
    n, m = answers.shape
    p, sides = x.shape[1], int(side.max()) + 1
    x = x.copy()
    size = m * p + n + 1 + sides
    people, statements = np.nonzero((answers != 0) | (middle & (v.middle > 0)))
    stand = answers[people, statements] != 0
    weight = np.where(stand, 1.0, v.middle)
    prior = np.concatenate(
        [
            np.tile(1 / v.features, m),
            np.full(n, 1 / v.person),
            [1 / v.mean_variance],
            np.full(sides, 1 / v.side_variance),
        ]
    )
    prior_pull = np.zeros(size)
    prior_pull[m * p + n] = v.mean / v.mean_variance
    effects = np.zeros(size)
    kept = []
    for sweep in range(sweeps):
        design = np.zeros((len(people), size))
        rows = np.arange(len(people))
        for k in range(p):
            design[rows, statements * p + k] = x[people, k]
        design[rows, m * p + people] = 1
        design[rows, m * p + n] = 1
        design[rows, m * p + n + 1 + side[people]] = 1
        latent = truncated(design @ effects, answers[people, statements] > 0, rng)
        latent[~stand] = 0.0
        effects = draw_normal(
            design.T @ (design * weight[:, None]) + np.diag(prior), design.T @ (weight * latent) + prior_pull, rng
        )
        loadings = effects[: m * p].reshape(m, p)
        if v.centre is not None:
            rest = latent - (design @ effects - x[people, 1] * loadings[statements, 1])
            precision = 1 / v.spread + np.bincount(people, weight * loadings[statements, 1] ** 2, minlength=n)
            pull = v.centre[side] / v.spread + np.bincount(people, weight * loadings[statements, 1] * rest, minlength=n)
            x[:, 1] = pull / precision + rng.normal(size=n) / np.sqrt(precision)
        if sweep >= burn:
            own = effects[m * p : m * p + n] + effects[m * p + n] + effects[m * p + n + 1 + side]
            kept.append(x @ loadings.T + own[:, None])
    return np.array(kept)


def common_ground(
    votes: NDArray[np.int8],
    cast: NDArray[np.bool_],
    side: NDArray[np.int32],
    stands: Floats,
    passes: Floats,
    *,
    threshold: Fraction,
    least: int,
    seed: int,
) -> Floats:
    """P(every side accepts) per statement: draw what is missing from both predictors, judge in integers."""
    rng = np.random.default_rng(seed)
    total = np.zeros(votes.shape[1])
    for agree, passing in zip(stands, passes, strict=True):
        drawn = np.where(rng.normal(size=agree.shape) + agree > 0, 1, -1)
        drawn = np.where(rng.normal(size=agree.shape) + passing > 0, 0, drawn)
        final = np.where(cast, votes, drawn)
        every = np.ones(votes.shape[1], bool)
        for g in range(int(side.max()) + 1):
            yes = (final[side == g] == 1).sum(0)
            count = (final[side == g] != 0).sum(0)
            every &= (count >= least) & (yes * threshold.denominator >= threshold.numerator * count)
        total += every
    return total / len(stands)
