from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.analysis import NO_SIDE, Ballots, Intake, Tallies
from isthmus.language import InputError

pytestmark = pytest.mark.unit


def sheet(rows: list[tuple[int, int, int]], people: int = 3, statements: int = 2, **more: object) -> Ballots:
    participant, statement, vote = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    return Ballots.from_votes(
        participant,
        statement,
        vote,
        participants=[f"m{i}" for i in range(people)],
        statements=[f"s{j}" for j in range(statements)],
        **more,  # type: ignore[arg-type]
    )


def test_last_vote_of_a_person_on_a_statement_counts() -> None:
    ballots = sheet([(0, 0, 1), (1, 0, 1), (0, 0, -1), (0, 0, 0)])

    assert ballots.votes.tolist() == [0, 1]
    assert ballots.intake == Intake(rows=4, duplicates=2)


def test_last_vote_is_the_latest_in_time_and_of_equal_times_the_later_row() -> None:
    ballots = sheet([(0, 0, 1), (0, 0, -1), (1, 0, 1), (1, 0, 0)], time=[5, 3, 7, 7])

    assert ballots.votes.tolist() == [1, 0]


def test_votes_are_sorted_by_participant_then_statement() -> None:
    ballots = sheet([(2, 1, 1), (0, 1, -1), (2, 0, 0)])

    assert ballots.starts.tolist() == [0, 1, 1, 3]
    assert ballots.columns.tolist() == [1, 0, 1]
    assert ballots.rows().tolist() == [0, 2, 2]


def test_a_vote_of_seven_is_refused() -> None:
    with pytest.raises(InputError, match="1 \\(agree\\), −1 \\(disagree\\) or 0 \\(pass\\); found 7"):
        sheet([(0, 0, 7)])


@pytest.mark.parametrize(("vote", "told"), [(0.5, "found 0.5"), (float("nan"), "found nan")])
def test_a_vote_between_is_refused(vote: float, told: str) -> None:
    with pytest.raises(InputError, match=told):
        Ballots.from_votes([0], [0], [vote], participants=["ann"], statements=["s1"])


def test_an_index_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="participant is out of range"):
        sheet([(3, 0, 1)])


def test_no_votes_at_all_make_empty_tallies() -> None:
    tallies = sheet([], side=[0, 0, NO_SIDE], sides=("Elm",)).tallies()

    assert tallies.agree.tolist() == [[0, 0]]
    assert tallies.sizes.tolist() == [2]
    assert tallies.votes == 0


def test_tallies_count_by_side_and_leave_out_people_without_one() -> None:
    rows = [(0, 0, 1), (1, 0, 1), (2, 0, -1), (0, 1, 0), (2, 1, -1)]
    tallies = sheet(rows, side=[0, NO_SIDE, 1], sides=("Elm", "Birch")).tallies()

    assert tallies.agree.tolist() == [[1, 0], [0, 0]]
    assert tallies.disagree.tolist() == [[0, 0], [1, 1]]
    assert tallies.passes.tolist() == [[0, 1], [0, 0]]
    assert tallies.sizes.tolist() == [1, 1]


def test_more_votes_than_people_are_refused_by_name() -> None:
    ones = np.ones((1, 1), np.int64)
    with pytest.raises(InputError, match="Statement “s0” has more votes from side “Elm” than the side has people"):
        Tallies(("s0",), ("Elm",), np.array([2]), ones, ones, ones)


def test_counts_below_zero_are_refused() -> None:
    ones = np.ones((1, 1), np.int64)
    with pytest.raises(InputError, match="below zero"):
        Tallies(("s0",), ("Elm",), np.array([2]), -ones, ones, ones)


def test_from_table_reads_nan_as_not_voted() -> None:
    ballots = Ballots.from_table(np.array([[1, np.nan], [0, -1]]))

    assert ballots.columns.tolist() == [0, 0, 1]
    assert ballots.votes.tolist() == [1, 0, -1]


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.sampled_from([-1, 0, 1])), max_size=80),
)
def test_tallies_are_those_of_a_dictionary(rows: list[tuple[int, int, int]]) -> None:
    side = [i % 2 for i in range(7)]
    last = {(i, j): v for i, j, v in rows}
    tallies = sheet(rows, people=7, statements=5, side=side, sides=("Elm", "Birch")).tallies()

    for g in (0, 1):
        for j in range(5):
            mine = [v for (i, s), v in last.items() if s == j and side[i] == g]
            assert tallies.agree[g, j] == mine.count(1)
            assert tallies.disagree[g, j] == mine.count(-1)
            assert tallies.passes[g, j] == mine.count(0)
