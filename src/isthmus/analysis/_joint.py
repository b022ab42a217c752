"""From each side's stand to the four cases, with the correlation that the posterior leaves between the sides.

The posterior of e (one normal number per side) is written as a common factor and what is each side's own:
e_g = mean_g + sd_g (r_g c + sqrt(1 - r_g²) d_g). Given c the sides are independent, whatever their number.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from isthmus.analysis._finals import GRID, Stand
from isthmus.analysis.findings import Case

Floats = NDArray[np.float64]

FACTOR: Final = np.linspace(-4.0, 4.0, 33)
FACTOR_WEIGHTS: Final = np.exp(-0.5 * FACTOR**2) / np.exp(-0.5 * FACTOR**2).sum()
MOST: Final = 0.93  # of r: keeps what is a side's own wider than the steps of the grid


def factor_shares(covariance: Floats) -> Floats:
    """Shares r (S, G) of the one-factor form nearest to each correlation matrix; exact for two sides.

    Found by principal factors: the leading eigenvector of the correlations with the diagonal replaced by r².
    """
    sides = covariance.shape[1]
    sd = np.sqrt(np.einsum("sgg->sg", covariance))
    correlation = covariance / (sd[:, :, None] * sd[:, None, :])
    if sides == 1:
        return np.zeros((len(covariance), 1))
    if sides == 2:
        rho = np.clip(correlation[:, 0, 1], -1.0, 1.0)
        root = np.sqrt(np.abs(rho))
        return np.asarray(np.clip(np.stack([root, np.sign(rho) * root], 1), -MOST, MOST))
    share = np.zeros((len(covariance), sides))
    reduced = correlation.copy()
    diagonal = np.arange(sides)
    reduced[:, diagonal, diagonal] = (np.abs(correlation).sum(2) - 1.0) / (sides - 1)
    for _ in range(10):
        values, vectors = np.linalg.eigh(reduced)
        share = vectors[:, :, -1] * np.sqrt(np.maximum(values[:, -1:], 0.0))
        share = np.clip(share, -MOST, MOST)
        reduced[:, diagonal, diagonal] = share**2
    return share


def given_factor(stand: Stand, share: Floats) -> tuple[Floats, Floats]:
    """A side's accepts and rejects given the common factor, (S, len(FACTOR)), from those on the grid of e."""
    own = np.sqrt(1.0 - share**2)[:, None, None]
    weight = np.exp(-0.5 * ((GRID - share[:, None, None] * FACTOR[:, None]) / own) ** 2)
    weight /= weight.sum(2, keepdims=True)
    return (
        np.einsum("sck,sk->sc", weight, stand.accepts, optimize=True),
        np.einsum("sck,sk->sc", weight, stand.rejects, optimize=True),
    )


def beyond(mean: Floats, sd: Floats, share: Floats, limit: Floats, blur: Floats) -> Floats:
    """P(e > limit + noise of sd `blur`) given the common factor, (S, len(FACTOR)); arguments (S,)."""
    own = np.sqrt(sd**2 * (1.0 - share**2) + blur**2)
    place = mean[:, None] + (sd * share)[:, None] * FACTOR
    result: Floats = ndtr((place - limit[:, None]) / own[:, None])
    return result


def cases(accept: Floats, reject: Floats) -> dict[Case, Floats]:
    """Probabilities of the four cases (S,), from accepts and rejects given the factor, (G, S, len(FACTOR))."""
    undecided = np.clip(1.0 - accept - reject, 0.0, 1.0)
    all_accept = accept.prod(0)
    all_reject = reject.prod(0)
    both = 1.0 - (1.0 - accept).prod(0) - (1.0 - reject).prod(0) + undecided.prod(0)
    found = {
        Case.COMMON_GROUND: all_accept @ FACTOR_WEIGHTS,
        Case.COMMON_REJECTION: all_reject @ FACTOR_WEIGHTS,
        Case.DIFFERENCE: np.maximum(both, 0.0) @ FACTOR_WEIGHTS,
    }
    total = found[Case.COMMON_GROUND] + found[Case.COMMON_REJECTION] + found[Case.DIFFERENCE]
    found[Case.DIVIDED] = np.maximum(1.0 - total, 0.0)
    scale = total + found[Case.DIVIDED]
    return {case: values / scale for case, values in found.items()}
