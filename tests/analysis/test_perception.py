from __future__ import annotations

import numpy as np
import pytest

from isthmus.analysis import (
    CommonGround,
    Population,
    Predictions,
    Rules,
    Tallies,
    analyse,
    most_misjudged,
    perception_gaps,
)
from isthmus.analysis.perception import _median_draws
from isthmus.language import InputError

pytestmark = pytest.mark.unit


def complete(population: Population = Population.CLOSED) -> CommonGround:
    """Ten a side, all in. Elm supports s0 by 0.8 and s1 by 0.2; Birch both by 0.5."""
    agree = np.array([[8, 2], [5, 5]])
    tallies = Tallies(("s0", "s1"), ("Elm", "Birch"), np.array([10, 10]), agree, 10 - agree, np.zeros_like(agree))
    return analyse(tallies, Rules(population=population))


def predicted(by: int, about: int, statement: int, values: list[float]) -> Predictions:
    n = len(values)
    return Predictions.from_rows([by] * n, [about] * n, [statement] * n, values)


def test_everyone_in_leaves_no_uncertainty() -> None:
    gap = perception_gaps(predicted(1, 0, 0, [0.3] * 4 + [0.5] * 6), complete())[0]

    assert (gap.by, gap.about, gap.statement, gap.predictors) == (1, 0, "s0", 10)
    assert gap.predicted == 0.5
    assert gap.gap == pytest.approx(-0.3)
    assert gap.low == pytest.approx(-0.3)
    assert gap.high == pytest.approx(-0.3)
    assert gap.surely == pytest.approx(0.3)


def test_missing_predictions_widen_the_interval() -> None:
    values = [0.2, 0.3, 0.4, 0.6, 0.7]
    some = perception_gaps(predicted(1, 0, 0, values), complete())[0]
    all_in = perception_gaps(predicted(1, 0, 0, values * 2), complete())[0]

    assert some.low is not None
    assert some.high is not None
    assert some.low < some.gap < some.high
    assert all_in.low == all_in.high


def test_fewer_than_five_predictors_give_no_interval() -> None:
    gap = perception_gaps(predicted(1, 0, 0, [0.3, 0.4]), complete())[0]

    assert gap.gap == pytest.approx(0.35 - 0.8)
    assert (gap.low, gap.high, gap.surely) == (None, None, 0.0)


def test_median_of_an_endless_population_by_a_known_rule() -> None:
    """The Bayesian bootstrap's median of 0, 0, 0, 1, 1 exceeds ½ with P(Beta(2, 3) > ½) = 5/16."""
    values = [0.0, 0.0, 0.0, 1.0, 1.0]
    found = complete(Population.OPEN)
    draws = _median_draws(np.array(values), None, np.random.default_rng(1))

    assert (draws > 0.5).mean() == pytest.approx(5 / 16, abs=0.03)
    assert len(perception_gaps(predicted(0, 1, 1, values), found)) == 1


def test_swapping_the_sides_swaps_the_gaps() -> None:
    found = complete()
    mirrored = analyse(
        Tallies(
            ("s0", "s1"),
            ("Birch", "Elm"),
            np.array([10, 10]),
            np.array([[5, 5], [8, 2]]),
            np.array([[5, 5], [2, 8]]),
            np.zeros((2, 2), np.int64),
        ),
        Rules(population=Population.CLOSED),
    )
    values = [0.1, 0.2, 0.3, 0.4, 0.9, 0.9]
    one = perception_gaps(predicted(1, 0, 0, values), found)[0]
    other = perception_gaps(predicted(0, 1, 0, values), mirrored)[0]

    assert (one.gap, one.low, one.high) == (other.gap, other.low, other.high)


def test_order_of_predictions_changes_nothing() -> None:
    values = [0.1, 0.2, 0.3, 0.4, 0.9, 0.9]

    assert perception_gaps(predicted(1, 0, 0, values), complete()) == perception_gaps(
        predicted(1, 0, 0, values[::-1]), complete()
    )


def test_most_misjudged_is_what_is_surely_wrong_first() -> None:
    found = complete()
    sure = predicted(1, 0, 0, [0.4] * 10)
    wild = predicted(1, 0, 1, [0.0, 0.0, 0.2, 0.9, 1.0])
    both = Predictions(
        *(np.concatenate([getattr(sure, f), getattr(wild, f)]) for f in ("by", "about", "statement", "value"))
    )

    first = most_misjudged(perception_gaps(both, found), 1)

    assert [gap.statement for gap in first] == ["s0"]


@pytest.mark.parametrize("value", [1.5, -0.1, float("nan")])
def test_a_prediction_outside_zero_to_one_is_refused_by_row(value: float) -> None:
    with pytest.raises(InputError, match="Prediction 2: the support predicted is a share from 0 to 1"):
        Predictions.from_rows([0, 0], [1, 1], [0, 0], [0.5, value])


def test_a_side_does_not_predict_itself() -> None:
    with pytest.raises(InputError, match="Prediction 1: a side predicts another side"):
        Predictions.from_rows([0], [0], [0], [0.5])
