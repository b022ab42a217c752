from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.special import log_ndtr, ndtri

from isthmus.analysis._pooled import PooledPrior, fit_counts

pytestmark = pytest.mark.unit


def test_counts_agree_with_weighted_draws_from_the_prior() -> None:
    """Sigma held fast by its weight; mu and e drawn from the prior and weighted by the binomial likelihood."""
    agree = np.array([[4, 1, 6], [2, 0, 5]])
    disagree = np.array([[1, 4, 0], [3, 2, 1]])
    prior = PooledPrior(variance=0.7, correlation=0.4, weight=1e9)
    rng = np.random.default_rng(1)
    draws = 400_000
    sigma = 0.7 * np.array([[1.0, 0.4], [0.4, 1.0]])
    centre = rng.multivariate_normal(
        np.full(2, prior.mean), prior.mean_variance * np.ones((2, 2)) + prior.side_variance * np.eye(2), draws
    )
    e = centre[:, None] + rng.multivariate_normal(np.zeros(2), sigma, (draws, 3))
    log_weight = (agree.T * log_ndtr(e) + disagree.T * log_ndtr(-e)).sum((1, 2))
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    mean = np.einsum("n,nsg->sg", weight, e)
    off = e - mean
    covariance = np.einsum("n,nsg,nsh->sgh", weight, off, off)

    fast = fit_counts(agree, disagree, prior)

    np.testing.assert_allclose(fast.mean, mean, atol=0.03)
    np.testing.assert_allclose(fast.covariance, covariance, atol=0.03)


@pytest.mark.parametrize("votes", [1, 1_000, 10_000_000])
def test_unanimous_sides_of_any_size_are_read_without_a_warning(votes: int) -> None:
    agree = np.array([[votes, 0, votes], [0, votes, votes], [votes, votes, 0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fit_counts(agree, votes - agree)

    assert np.isfinite(found.mean).all()
    assert (np.linalg.eigvalsh(found.covariance) > 0).all()
    assert ((found.mean > 0) == (agree.T > 0)).all() or votes == 1


def test_many_votes_leave_the_support_that_was_counted() -> None:
    agree = np.array([[600_000, 300_000], [450_000, 900_000]])
    found = fit_counts(agree, 1_000_000 - agree)

    np.testing.assert_allclose(np.exp(log_ndtr(found.mean)), agree.T / 1e6, atol=1e-4)
    sd = np.sqrt(np.einsum("sgg->sg", found.covariance))
    assert (sd < 0.002).all()


def test_coin_flips_are_drawn_together() -> None:
    agree = np.random.default_rng(2).binomial(15, 0.5, (2, 50))
    found = fit_counts(agree, 15 - agree)

    counted = ndtri((agree + 0.5) / 16).std()
    assert found.mean.std() < 0.6 * counted
