"""A posterior from counts alone: support per side and statement, pooled across statements and sides.

    agree_gs ~ Binomial(stands_gs, Phi(e_gs)),   e_s ~ N(mu, Sigma) over the sides,   mu ~ N(mean, ...)

Sigma and mu are learned, so that a conversation in which the sides agree with most things, or with one
another, lends that to statements with few votes. The binomial likelihood enters by expectation propagation;
a site's tilted moments are taken by Gauss-Hermite quadrature around the tilted mode (Naylor and Smith 1982).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

SWEEPS: Final = 80
SETTLED: Final = 1e-5
DAMPING: Final = 0.9
NEWTON_STEPS: Final = 15
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
LOG_WEIGHTS: Final = np.log(WEIGHTS) + 0.5 * NODES**2


@dataclass(frozen=True, slots=True)
class PooledPrior:
    """What is expected of a conversation before it is read, and how many statements' worth that is.

    variance, correlation: of e across statements, and between two sides. weight: of both, in statements.
    mean, mean_variance: of the mean over all sides; side_variance: of a side's mean around it.
    """

    variance: float = 0.6
    correlation: float = 0.25
    weight: float = 3.0
    mean: float = 0.3
    mean_variance: float = 0.25
    side_variance: float = 0.05


@dataclass(frozen=True, slots=True)
class Latent:
    """Normal posterior of e: mean (S, G) and covariance (S, G, G); Phi(e) is the support."""

    mean: Floats
    covariance: Floats


def _log_likelihood(e: Floats, agree: Floats, disagree: Floats) -> Floats:
    return agree * log_ndtr(e) + disagree * log_ndtr(-e)


def _inverse(matrices: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrices), np.float64)


def _hazard(e: Floats) -> Floats:
    return np.exp(-0.5 * e * e - 0.9189385332046727 - log_ndtr(e))


def _tilted(centre: Floats, variance: Floats, agree: Floats, disagree: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of N(centre, variance) × the binomial likelihood, elementwise."""
    mode = centre.copy()
    for _ in range(NEWTON_STEPS):
        up, down = _hazard(mode), _hazard(-mode)
        slope = agree * up - disagree * down - (mode - centre) / variance
        curve = agree * up * (mode + up) + disagree * down * (down - mode) + 1.0 / variance
        mode = mode + np.clip(slope / curve, -1.0, 1.0)
    up, down = _hazard(mode), _hazard(-mode)
    width = 1.0 / np.sqrt(agree * up * (mode + up) + disagree * down * (down - mode) + 1.0 / variance)
    e = mode[..., None] + width[..., None] * NODES
    log_density = _log_likelihood(e, agree[..., None], disagree[..., None])
    log_density -= 0.5 * (e - centre[..., None]) ** 2 / variance[..., None]
    log_density += LOG_WEIGHTS
    density = np.exp(log_density - log_density.max(-1, keepdims=True))
    density /= density.sum(-1, keepdims=True)
    mean = (density * e).sum(-1)
    return mean, (density * (e - mean[..., None]) ** 2).sum(-1)


def _exchangeable(sides: int, variance: float, correlation: float) -> Floats:
    lowest = -1.0 / max(1, sides - 1)
    rho = max(correlation, 0.95 * lowest)
    return variance * ((1.0 - rho) * np.eye(sides) + rho * np.ones((sides, sides)))


@dataclass(eq=False)
class _Pool:
    """The normal part of the model: mu and Sigma, and the evidence of each statement as normal sites.

    tau, nu: precision of the sites and precision × mean, (S, G). mu_precision, mu_pull: what all statements and
    the prior say of mu; of which own_precision (S, G, G) and own_pull (S, G) come from each statement.
    """

    sigma: Floats
    tau: Floats
    nu: Floats
    centre_precision: Floats
    centre_pull: Floats

    def pool(self) -> None:
        """What the statements say of mu, from their sites."""
        self.precision = _inverse(self.sigma)
        self.own = _inverse(self.precision + self.tau[:, :, None] * np.eye(len(self.sigma)))
        self.share = self.own @ self.precision  # how far e_s follows mu
        self.pull = np.einsum("sgh,sh->sg", self.own, self.nu)
        self.own_precision = self.tau[:, :, None] * self.share
        self.own_pull = self.pull @ self.precision
        self.mu_precision = self.centre_precision + self.own_precision.sum(0)
        self.mu_pull = self.centre_pull + self.own_pull.sum(0)

    def expected(self) -> tuple[Floats, Floats]:
        """Mean (S, G) and precision (S, G, G) of e_s before its own votes are read: from all other statements.

        Taken from what the others say rather than by taking the own part off the posterior: with a million votes
        that difference would be lost in rounding.
        """
        others = _inverse(self.mu_precision - self.own_precision)
        mean = np.einsum("sgh,sh->sg", others, self.mu_pull - self.own_pull)
        return mean, _inverse(self.sigma + others)

    def learn(self, expected: Floats, weight: float) -> float:
        """Sigma from the scatter of e around mu, with the prior's weight; returns the largest change."""
        mu_cov = _inverse(self.mu_precision)
        mu = mu_cov @ self.mu_pull
        loose = self.share - np.eye(len(self.sigma))
        off = self.pull + loose @ mu
        scatter = np.einsum("sg,sh->gh", off, off) + (self.own + loose @ mu_cov @ loose.transpose(0, 2, 1)).sum(0)
        learned = (scatter + weight * expected) / (len(self.tau) + weight)
        change = float(np.abs(learned - self.sigma).max())
        self.sigma = learned
        return change


def fit_counts(agree: Counts, disagree: Counts, prior: PooledPrior | None = None) -> Latent:
    """Posterior of e from counts of shape (sides, statements)."""
    prior = prior or PooledPrior()
    a, d = agree.T.astype(float), disagree.T.astype(float)
    sides = a.shape[1]
    expected = _exchangeable(sides, prior.variance, prior.correlation)
    centre = _inverse(prior.mean_variance * np.ones((sides, sides)) + prior.side_variance * np.eye(sides))
    pool = _Pool(expected, np.zeros_like(a), np.zeros_like(a), centre, centre.sum(1) * prior.mean)
    for _ in range(SWEEPS):
        pool.pool()
        mean, precision = pool.expected()
        change = max(_refine(pool, a, d, mean, precision), pool.learn(expected, prior.weight))
        if change < SETTLED:
            break
    pool.pool()
    mean, precision = pool.expected()
    covariance = _inverse(precision + pool.tau[:, :, None] * np.eye(sides))
    return Latent(np.einsum("sgh,sh->sg", covariance, np.einsum("sgh,sh->sg", precision, mean) + pool.nu), covariance)


def _refine(pool: _Pool, agree: Floats, disagree: Floats, mean: Floats, precision: Floats) -> float:
    """Refine the sites side by side from the votes; returns the largest change, relative."""
    pull = np.einsum("sgh,sh->sg", precision, mean)
    sides = agree.shape[1]
    new_tau, new_nu = np.zeros_like(pool.tau), np.zeros_like(pool.nu)
    for g in range(sides):
        without = pool.tau.copy()
        without[:, g] = 0.0
        towards = pull + pool.nu
        towards[:, g] = pull[:, g]
        cavity_cov = _inverse(precision + without[:, :, None] * np.eye(sides))
        cavity = cavity_cov[:, g, g]
        centre = np.einsum("sh,sh->s", cavity_cov[:, g], towards)
        tilted_mean, tilted_variance = _tilted(centre, cavity, agree[:, g], disagree[:, g])
        new_tau[:, g] = np.maximum(1.0 / tilted_variance - 1.0 / cavity, 0.0)
        new_nu[:, g] = tilted_mean * (new_tau[:, g] + 1.0 / cavity) - centre / cavity
    heard = (agree + disagree) > 0
    new_tau, new_nu = np.where(heard, new_tau, 0.0), np.where(heard, new_nu, 0.0)
    scale = np.sqrt(new_tau + 1e-9)
    change = float((np.abs(new_nu - pool.nu) / (scale + np.abs(new_nu))).max(initial=0.0))
    pool.tau += DAMPING * (new_tau - pool.tau)
    pool.nu += DAMPING * (new_nu - pool.nu)
    return change
