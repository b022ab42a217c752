"""Expectation propagation for a probit model of a table of yes-or-no answers.

The model of the answer of person i to statement s (yes = 1, no = −1):

    y_is = sign(x_i · b_s + u_i + mean + mean_g(i) + noise),   noise ~ N(0, 1)

with features x_i of the person (a constant, a place on an axis, membership of a side), loadings b_s of the
statement, and an effect u_i of the person. All effects are normal around zero; the variance of each block is
learned from the table (expectation maximisation, with a weak prior). Places on the axis may be learned too.

Expectation propagation: Minka, UAI 2001; the probit site in closed form: Rasmussen and Williams, Gaussian
Processes for Machine Learning (2006), section 3.6. Sites are refined all at once, with damping. Loadings of
different statements are independent given the effects of persons and means, so that a sweep costs
statements × features × people² instead of a cube.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

Floats = NDArray[np.float64]

SWEEPS: Final = 24
DAMPING: Final = 0.8
SETTLED: Final = 1e-4
HALF_LOG_2PI: Final = 0.9189385332046727


@dataclass(frozen=True, slots=True)
class Block:
    """Features that share one variance: their columns, the variance expected, and in how many observations' worth."""

    columns: tuple[int, ...]
    variance: float
    weight: float


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis on which people stand: the column that holds the place, and the prior of places.

    start: place of each side before anything is known, shape (sides,). variance: of people around their side.
    """

    column: int
    start: Floats
    start_weight: float
    variance: float
    variance_weight: float


@dataclass(frozen=True, slots=True)
class Prior:
    """Prior of the model: blocks of loadings, effect of persons, mean over all, and of each side around it.

    middle: precision with which an answer known to be in the middle is taken for a predictor of 0.
    """

    blocks: tuple[Block, ...]
    person: Block
    mean: float
    mean_variance: float
    side_variance: float
    middle: float = 0.0


@dataclass(frozen=True, eq=False)
class Table:
    """What the model reads.

    answers: (n, S), 1, −1, and 0 where there is none. middle: (n, S), where it is known that the answer was
    neither. x: features (n, p). side: index of each person's side, (n,).
    """

    answers: NDArray[np.int8]
    middle: NDArray[np.bool_]
    x: Floats
    side: NDArray[np.int32]
    sides: int


@dataclass(eq=False)
class Fit:
    """The posterior.

    loadings: (S, p), their covariance (S, p, p) and covariance with the rest (S, p, q). rest: one effect per
    person, the mean and one mean per side (q,), and rest_cov (q, q). x: features (n, p) with the places learned,
    and place_variance (n,). axis_second: E[b²] on the axis (S,). Learned besides: person_variance, the variance
    of each block, the centre of each side on the axis (G,) and the spread of people around it.
    """

    x: Floats
    side: NDArray[np.int32]
    loadings: Floats
    covariance: Floats
    cross: Floats
    rest: Floats
    rest_cov: Floats
    place_variance: Floats
    axis_second: Floats
    person_variance: float
    variances: tuple[float, ...]
    centre: Floats
    spread: float

    def rest_of(self, person: int) -> NDArray[np.intp]:
        """Indices of a person's share of the rest: own effect, mean, mean of the side."""
        n = len(self.side)
        return np.array([person, n, n + 1 + int(self.side[person])])


def _inverse_mills(z: Floats) -> Floats:
    return np.exp(-0.5 * z * z - HALF_LOG_2PI - log_ndtr(z))


class _Sweeps:
    """The state of the iteration; one instance a fit."""

    def __init__(self, table: Table, prior: Prior, axis: Axis | None) -> None:
        self.y, self.x, self.side, self.sides = table.answers.astype(float), table.x.copy(), table.side, table.sides
        self.prior, self.axis = prior, axis
        n, self.count = self.y.shape
        self.seen = self.y != 0
        self.w = np.zeros((n, n + 1 + self.sides))
        self.w[np.arange(n), np.arange(n)] = 1.0
        self.w[:, n] = 1.0
        self.w[np.arange(n), n + 1 + self.side] = 1.0
        self.middle = np.where(table.middle, prior.middle, 0.0)
        self.tau = self.middle.copy()
        self.nu = np.zeros_like(self.y)
        self.variances = [block.variance for block in prior.blocks]
        self.person = prior.person.variance
        self.place_variance = np.full(n, axis.variance if axis else 0.0)
        self.centre = axis.start.copy() if axis else np.zeros(self.sides)
        self.spread = axis.variance if axis else 0.0

    def solve(self) -> None:
        """Posterior of loadings and rest, given the sites."""
        n, p = self.x.shape
        own = np.zeros(p)
        for block, variance in zip(self.prior.blocks, self.variances, strict=True):
            own[list(block.columns)] = 1.0 / variance
        inner = np.einsum("is,ip,iq->spq", self.tau, self.x, self.x, optimize=True)
        inner[:, np.arange(p), np.arange(p)] += own
        if self.axis is not None:  # the place is uncertain: its second moment exceeds the square of its mean
            k = self.axis.column
            inner[:, k, k] += self.tau.T @ self.place_variance
        outer = np.einsum("is,ip,iq->spq", self.tau, self.x, self.w, optimize=True)
        rest = np.einsum("i,ip,iq->pq", self.tau.sum(1), self.w, self.w, optimize=True)
        diagonal = np.concatenate(
            [
                np.full(n, 1.0 / self.person),
                [1.0 / self.prior.mean_variance],
                np.full(self.sides, 1.0 / self.prior.side_variance),
            ]
        )
        rest[np.arange(len(diagonal)), np.arange(len(diagonal))] += diagonal
        pull = self.x.T @ self.nu
        pull_rest = self.w.T @ self.nu.sum(1)
        pull_rest[n] += self.prior.mean / self.prior.mean_variance
        inverse = np.linalg.inv(inner)
        through = inverse @ outer
        self.rest_cov = np.linalg.inv(rest - np.einsum("spq,spr->qr", outer, through, optimize=True))
        own_pull = np.einsum("spq,qs->sp", inverse, pull)
        self.rest = self.rest_cov @ (pull_rest - np.einsum("spq,ps->q", through, pull))
        self.loadings = own_pull - through @ self.rest
        self.cross = -through @ self.rest_cov
        self.covariance = inverse - np.einsum("spq,srq->spr", self.cross, through, optimize=True)
        self.axis_second = np.zeros(self.count)
        if self.axis is not None:
            k = self.axis.column
            self.axis_second = self.loadings[:, k] ** 2 + self.covariance[:, k, k]

    def refine(self) -> float:
        """Refine the sites of all answers from the posterior; return the largest change."""
        self.mean = self.x @ self.loadings.T + (self.w @ self.rest)[:, None]
        spread = np.einsum("ip,spq,iq->is", self.x, self.covariance, self.x, optimize=True)
        self.with_rest = np.einsum("spq,iq->ips", self.cross, self.w, optimize=True)
        spread += 2.0 * np.einsum("ip,ips->is", self.x, self.with_rest)
        spread += np.einsum("iq,qr,ir->i", self.w, self.rest_cov, self.w, optimize=True)[:, None]
        spread += self.place_variance[:, None] * self.axis_second
        cavity = 1.0 / np.maximum(1.0 / spread - self.tau, 1e-6)
        centre = cavity * (self.mean / spread - self.nu)
        scale = np.sqrt(1.0 + cavity)
        z = self.y * centre / scale
        ratio = _inverse_mills(z)
        mean = centre + self.y * cavity * ratio / scale
        variance = cavity - cavity**2 * ratio / (1.0 + cavity) * (z + ratio)
        tau = np.where(self.seen, np.maximum(1.0 / variance - 1.0 / cavity, 1e-8), self.middle)
        nu = np.where(self.seen, mean / variance - centre / cavity, 0.0)
        change = float(np.abs(tau - self.tau).max(initial=0.0) + np.abs(nu - self.nu).max(initial=0.0))
        self.tau += DAMPING * (tau - self.tau)
        self.nu += DAMPING * (nu - self.nu)
        return change

    def move(self) -> None:
        """Places of people on the axis, given loadings; then the centres of the sides and the spread around them."""
        if self.axis is None:
            return
        k = self.axis.column
        b = self.loadings[:, k]
        rest = self.mean - self.x[:, [k]] * b
        # covariance of the loading on the axis with everything else in the predictor
        with_axis = np.einsum("spq,ip->isq", self.covariance[:, :, [k]], self.x, optimize=True)[:, :, 0]
        with_axis += self.with_rest[:, k, :]
        with_axis -= self.x[:, [k]] * self.covariance[:, k, k]
        precision = self.tau @ self.axis_second + 1.0 / self.spread
        pull = (self.nu * b - self.tau * (b * rest + with_axis)).sum(1) + self.centre[self.side] / self.spread
        self.place_variance = 1.0 / precision
        self.x[:, k] = pull / precision
        sizes = np.bincount(self.side, minlength=self.sides)
        total = np.bincount(self.side, self.x[:, k], minlength=self.sides)
        weight = self.axis.start_weight
        self.centre = (total + weight * self.axis.start) / (sizes + weight)
        scatter = (self.place_variance + (self.x[:, k] - self.centre[self.side]) ** 2).sum()
        more = self.axis.variance_weight
        self.spread = float((scatter + more * self.axis.variance) / (len(self.side) + more))

    def learn(self) -> None:
        """Variances of the blocks and of the persons' effects."""
        second = self.loadings**2 + self.covariance[:, np.arange(self.x.shape[1]), np.arange(self.x.shape[1])]
        for index, block in enumerate(self.prior.blocks):
            values = second[:, list(block.columns)]
            self.variances[index] = float((values.sum() + block.weight * block.variance) / (values.size + block.weight))
        n = len(self.side)
        values = self.rest[:n] ** 2 + np.diag(self.rest_cov)[:n]
        prior = self.prior.person
        self.person = float((values.sum() + prior.weight * prior.variance) / (n + prior.weight))


def fit(table: Table, prior: Prior, axis: Axis | None = None) -> Fit:
    """Fit the model. With an axis, the places in its column of the features are learned too."""
    sweeps = _Sweeps(table, prior, axis)
    for sweep in range(SWEEPS):
        sweeps.solve()
        change = sweeps.refine()
        if change < SETTLED and sweep > 3:
            break
        if sweep > 1:
            sweeps.move()
            sweeps.learn()
    sweeps.solve()
    return Fit(
        x=sweeps.x,
        side=table.side,
        loadings=sweeps.loadings,
        covariance=sweeps.covariance,
        cross=sweeps.cross,
        rest=sweeps.rest,
        rest_cov=sweeps.rest_cov,
        place_variance=sweeps.place_variance,
        axis_second=sweeps.axis_second,
        person_variance=sweeps.person,
        variances=tuple(sweeps.variances),
        centre=sweeps.centre,
        spread=sweeps.spread,
    )
