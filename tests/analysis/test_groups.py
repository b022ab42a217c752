from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from isthmus.analysis import Ballots, find_groups
from isthmus.analysis.groups import adjusted_rand, cluster
from isthmus.analysis.opinion_map import VoteTable, positions

pytestmark = pytest.mark.unit


def flips(share: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    return np.where(np.random.default_rng(seed).random(share.shape) < share, 1.0, -1.0)


def camps(seed: int = 1) -> NDArray[np.float64]:
    share = np.full((30, 50), 0.5)
    share[:15, :25], share[15:, :25] = 0.85, 0.15
    return flips(share, seed)


def test_two_camps_are_found_and_sized() -> None:
    found = find_groups(Ballots.from_table(camps()))

    assert found.sizes == (15, 15)
    assert len(set(found.membership[:15])) == len(set(found.membership[15:])) == 1
    assert found.stability is not None
    assert found.stability > 0.8


def test_three_camps_are_found() -> None:
    share = np.full((45, 60), 0.2)
    for camp in range(3):
        share[15 * camp : 15 * camp + 15, 20 * camp : 20 * camp + 20] = 0.85

    assert find_groups(Ballots.from_table(flips(share, 2))).sizes == (15, 15, 15)


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_one_group(seed: int) -> None:
    found = find_groups(Ballots.from_table(flips(np.full((30, 50), 0.5), seed)))

    assert found.sizes == (30,)
    assert found.stability is None
    assert set(found.membership) == {0}


@pytest.mark.parametrize("seed", range(5))
def test_readiness_to_agree_makes_no_groups(seed: int) -> None:
    """Some people say yes to most things; that is a habit, not a camp."""
    rng = np.random.default_rng(seed)
    share = 1 / (1 + np.exp(-(rng.normal(0.4, 0.6, 50) + rng.normal(0, 0.7, (40, 1)))))

    assert find_groups(Ballots.from_table(flips(share, seed))).sizes == (40,)


def test_people_with_few_votes_stand_in_no_group() -> None:
    votes = camps()
    votes[0, 6:] = np.nan

    found = find_groups(Ballots.from_table(votes))

    assert found.membership[0] == -1
    assert np.isnan(found.position[0]).all()
    assert found.unplaced == 1
    assert sum(found.sizes) == 29


def test_order_and_names_change_nothing() -> None:
    votes = camps(4)
    rng = np.random.default_rng(5)
    people, statements = rng.permutation(30), rng.permutation(50)
    one = find_groups(Ballots.from_table(votes), seed=3)
    other = find_groups(
        Ballots.from_table(votes[people][:, statements], participants=[f"renamed {i}" for i in range(30)]), seed=3
    )

    assert one.sizes == other.sizes
    assert one.stability == pytest.approx(other.stability)
    np.testing.assert_allclose(one.position[people], other.position, atol=1e-4)
    assert adjusted_rand(one.membership[people], other.membership) == 1.0


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 3), (5, 50)])
def test_too_little_to_group_is_one_group(shape: tuple[int, int]) -> None:
    found = find_groups(Ballots.from_table(np.ones(shape)))

    assert found.sizes == (shape[0],)


def test_nobody_with_enough_votes_is_no_group() -> None:
    found = find_groups(Ballots.from_table(np.full((4, 9), np.nan)))

    assert found.sizes == ()
    assert found.unplaced == 4


def test_map_is_that_of_a_dense_singular_value_decomposition() -> None:
    votes = camps(6)
    centred = votes - votes.mean(0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    expected = centred @ axes[:2].T
    found = positions(VoteTable.of(Ballots.from_table(votes)))

    for axis in range(2):
        sign = np.sign(found[:, axis] @ expected[:, axis])
        np.testing.assert_allclose(found[:, axis], sign * expected[:, axis], atol=0.05 * np.abs(expected).max())


def test_missing_votes_weigh_nothing_and_the_table_stays_sparse() -> None:
    votes = camps(7)
    votes[np.random.default_rng(0).random(votes.shape) < 0.5] = np.nan
    table = VoteTable.of(Ballots.from_table(votes))

    assert table.cells.nnz == (~np.isnan(votes)).sum()
    np.testing.assert_allclose(table.cells.sum(0), 0.0, atol=1e-5)


def test_adjusted_rand_worked_by_hand() -> None:
    """Hubert and Arabie: pairs together in both 2, in the first 4, in the second 4, of 15: (2 − 16/15)/(4 − 16/15)."""
    first = np.array([0, 0, 0, 1, 1, 2], np.int32)
    second = np.array([0, 0, 1, 1, 1, 2], np.int32)

    assert adjusted_rand(first, second) == pytest.approx((2 - 16 / 15) / (4 - 16 / 15))
    assert adjusted_rand(first, first) == 1.0
    assert adjusted_rand(first, np.zeros(6, np.int32)) == 0.0


def test_cluster_separates_what_is_far_apart() -> None:
    spots = np.array([[0.0, 0], [0, 1], [10, 0], [10, 1], [0, 20], [1, 20]])

    labels = cluster(spots, 3)

    assert labels[0] == labels[1]
    assert labels[2] == labels[3]
    assert labels[4] == labels[5]
    assert len(set(labels)) == 3


def test_everybody_alike_is_one_group() -> None:
    for votes in (np.ones((50, 20)), np.zeros((40, 12))):
        assert find_groups(Ballots.from_table(votes)).sizes == (len(votes),)


@pytest.mark.parametrize("camps", [2, 3])
def test_camps_of_one_mind_are_found_whole_and_none_is_empty(camps: int) -> None:
    minds = np.sign(np.random.default_rng(7).normal(size=(camps, 24)))

    found = find_groups(Ballots.from_table(np.repeat(minds, 20, axis=0)))

    assert found.sizes == (20,) * camps
    assert found.stability == pytest.approx(1.0)


@pytest.mark.parametrize("people", [8, 80])
def test_camps_that_mirror_one_another_do_not_stop_the_search(people: int) -> None:
    mind = np.repeat([1.0, -1.0], 8)

    found = find_groups(Ballots.from_table(np.where(np.arange(people)[:, None] % 2, mind, -mind)))

    assert sum(found.sizes) == people
    assert found.sizes in {(people,), (people // 2, people // 2)}


def test_a_handful_is_no_group() -> None:
    """Three who vote against all others are outliers, not a side that could accept anything."""
    share = np.full((40, 50), 0.85)
    share[:3] = 0.02

    found = find_groups(Ballots.from_table(flips(share, 8)))

    assert min(found.sizes) >= 5
