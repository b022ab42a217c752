from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from isthmus.analysis import Ballots, Case, Population, Rules, _sheets, analyse
from isthmus.analysis._probit import Block, Prior, Table, fit
from tests.analysis import gibbs
from tests.analysis.conftest import invented_votes

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("seed", "answered"), [(1, 0.35), (2, 0.6)])
def test_fast_model_agrees_with_sampling(seed: int, answered: float) -> None:
    table = invented_votes(seed, people=16, statements=10, answered=answered)
    side = (np.arange(16) % 2).astype(np.int32)
    ballots = Ballots.from_table(table, side=side, sides=("Elm", "Birch"))
    found = analyse(ballots, Rules(population=Population.CLOSED))
    fast = np.array([s.probability[Case.COMMON_GROUND] for s in found.statements])

    votes, cast, side = _sheets.answer_table(ballots)
    stands = _sheets._fit_stands(votes, cast, side, 2, _sheets.SheetPrior())
    prior = _sheets.SheetPrior()
    learned = gibbs.Variances(
        features=np.array([stands.variances[0], stands.variances[1], stands.variances[2], stands.variances[2]]),
        person=stands.person_variance,
        mean=prior.mean,
        mean_variance=prior.mean_variance,
        side_variance=prior.side_variance,
        centre=stands.centre,
        spread=stands.spread,
        middle=prior.middle,
    )
    start = np.concatenate([np.ones((16, 1)), stands.centre[side][:, None], np.eye(2)[side]], axis=1)
    stand_draws = gibbs.predictors(votes, cast & (votes == 0), start, side, learned, sweeps=4000, burn=500, seed=7)
    passes = np.where(cast, np.where(votes == 0, 1, -1), 0).astype(np.int8)
    habit = _sheets.PassPrior()
    pass_fit = _sheets._fit_passes(votes, cast, side, 2, habit)
    pass_draws = gibbs.predictors(
        passes,
        np.zeros_like(cast),
        np.concatenate([np.ones((16, 1)), np.eye(2)[side]], axis=1),
        side,
        gibbs.Variances(
            features=np.array([pass_fit.variances[0], pass_fit.variances[1], pass_fit.variances[1]]),
            person=pass_fit.person_variance,
            mean=habit.mean,
            mean_variance=habit.mean_variance,
            side_variance=habit.side_variance,
        ),
        sweeps=4000,
        burn=500,
        seed=8,
    )
    rules = Rules()
    slow = gibbs.common_ground(
        votes, cast, side, stand_draws, pass_draws, threshold=rules.threshold, least=rules.least_stands, seed=9
    )

    assert np.abs(fast - slow).max() < 0.06
    assert np.abs(fast - slow).mean() < 0.02


def test_probit_of_one_statement_and_person_is_that_of_quadrature() -> None:
    """One yes of one person: the posterior of the sum of all effects has a closed form in one dimension."""
    prior = Prior((Block((0,), 0.5, 1e9),), Block((), 0.25, 1e9), 0.2, 0.3, 0.1)
    fitted = fit(
        Table(np.array([[1]], np.int8), np.array([[False]]), np.ones((1, 1)), np.array([0], np.int32), 1), prior
    )
    variance = 0.5 + 0.25 + 0.3 + 0.1
    e = np.linspace(-8, 8, 20001)
    weight = np.exp(-0.5 * (e - 0.2) ** 2 / variance) * ndtr(e)
    expected = (weight * e).sum() / weight.sum()
    rest = fitted.rest_of(0)

    assert fitted.loadings[0, 0] + fitted.rest[rest].sum() == pytest.approx(expected, abs=1e-4)


def test_only_small_groups_are_read_sheet_by_sheet() -> None:
    small = Ballots.from_table(np.ones((30, 5)), side=[0, 1] * 15, sides=("Elm", "Birch"))
    large = Ballots.from_table(np.ones((90, 5)), side=[0, 1] * 45, sides=("Elm", "Birch"))

    assert _sheets.fits_sheets(small)
    assert not _sheets.fits_sheets(large)
