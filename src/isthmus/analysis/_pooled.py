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


def _hazard(e: Floats) -> Floats:
    return np.exp(-0.5 * e * e - 0.9189385332046727 - log_ndtr(e))


def _tilted(centre: Floats, variance: Floats, agree: Floats, disagree: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of N(centre, variance) × the binomial likelihood, elementwise."""
    mode = centre.copy()
    for _ in range(8):
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


def fit_counts(agree: Counts, disagree: Counts, prior: PooledPrior | None = None) -> Latent:
    """Posterior of e from counts of shape (sides, statements)."""
    prior = prior or PooledPrior()
    a, d = agree.T.astype(float), disagree.T.astype(float)
    count, sides = a.shape
    expected = _exchangeable(sides, prior.variance, prior.correlation)
    sigma = expected.copy()
    centre_cov = prior.mean_variance * np.ones((sides, sides)) + prior.side_variance * np.eye(sides)
    centre_precision = np.linalg.inv(centre_cov)
    tau = np.zeros_like(a)
    nu = np.zeros_like(a)
    heard = (a + d) > 0
    eye = np.eye(sides)
    for _ in range(SWEEPS):
        precision = np.linalg.inv(sigma)
        own = np.linalg.inv(precision + tau[:, :, None] * eye)
        share = own @ precision  # how far e_s follows mu
        pull = np.einsum("sgh,sh->sg", own, nu)
        mu_cov = np.linalg.inv(centre_precision + np.einsum("sg,sgh->gh", tau, share))
        mu = mu_cov @ (centre_precision.sum(1) * prior.mean + np.einsum("gh,sh->g", precision, pull))
        mean = pull + share @ mu
        covariance = own + share @ mu_cov @ share.transpose(0, 2, 1)
        spread = np.einsum("sgg->sg", covariance)
        cavity = 1.0 / np.maximum(1.0 / spread - tau, 1e-9)
        centre = cavity * (mean / spread - nu)
        new_mean, new_variance = _tilted(centre, cavity, a, d)
        new_tau = np.where(heard, np.maximum(1.0 / new_variance - 1.0 / cavity, 1e-9), 0.0)
        new_nu = np.where(heard, new_mean / new_variance - centre / cavity, 0.0)
        change = float(np.abs(mean - new_mean)[heard].max(initial=0.0))
        tau += DAMPING * (new_tau - tau)
        nu += DAMPING * (new_nu - nu)
        off = mean - mu
        loose = share - eye
        scatter = np.einsum("sg,sh->gh", off, off) + (own + loose @ mu_cov @ loose.transpose(0, 2, 1)).sum(0)
        learned = (scatter + prior.weight * expected) / (count + prior.weight)
        change = max(change, float(np.abs(learned - sigma).max()))
        sigma = learned
        if change < SETTLED:
            break
    return Latent(mean, covariance)
