from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.analysis import (
    NO_SIDE,
    Ballots,
    Case,
    CommonGround,
    Population,
    Rules,
    Tallies,
    Verdict,
    _stands,
    analyse,
)
from isthmus.language import InputError
from tests.analysis.conftest import invented_votes

pytestmark = pytest.mark.unit

CLOSED = Rules(population=Population.CLOSED)
OPEN = Rules()


def counts(agree: list[list[int]], disagree: list[list[int]], sizes: list[int], passes: int = 0) -> Tallies:
    a, d = np.array(agree), np.array(disagree)
    return Tallies(
        statements=[f"s{j}" for j in range(a.shape[1])],
        sides=("Elm", "Birch", "Cedar")[: len(sizes)],
        sizes=np.array(sizes),
        agree=a,
        disagree=d,
        passes=np.full(a.shape, passes),
    )


def numbers(found: CommonGround) -> dict[str, tuple[float, ...]]:
    """All the numbers of a result, by statement, sides in the order of their names."""
    order = sorted(range(len(found.sides)), key=lambda g: found.sides[g].name)
    return {
        s.id: (
            *(s.probability[case] for case in Case),
            *(
                value if value is not None else -1.0
                for g in order
                for value in (
                    s.sides[g].estimate,
                    s.sides[g].low,
                    s.sides[g].high,
                    s.sides[g].support,
                    s.sides[g].accepts,
                    s.sides[g].rejects,
                )
            ),
        )
        for s in found.statements
    }


def assert_same(one: dict[str, tuple[float, ...]], other: dict[str, tuple[float, ...]]) -> None:
    assert one.keys() == other.keys()
    for key, values in one.items():
        assert values == pytest.approx(other[key], abs=1e-6), key


# Everyone in: worked by hand. Threshold 3/5, least stands 5, sides of 15.


@pytest.mark.parametrize(
    ("elm", "birch", "verdict"),
    [
        ((9, 6), (15, 0), Verdict.COMMON_GROUND),  # 9·5 = 45 = 3·15: just accepts
        ((8, 7), (15, 0), Verdict.DIVIDED),  # 40 < 45 and 35 < 45: undecided
        ((6, 9), (0, 15), Verdict.COMMON_REJECTION),
        ((9, 6), (6, 9), Verdict.DIFFERENCE),
        ((8, 5), (3, 2), Verdict.COMMON_GROUND),  # 2 and 10 passed: 40 ≥ 39, 15 ≥ 15
        ((4, 0), (15, 0), Verdict.DIVIDED),  # 4 stands are fewer than 5
        ((0, 0), (15, 0), Verdict.DIVIDED),
    ],
)
def test_closed_and_complete_is_exact(elm: tuple[int, int], birch: tuple[int, int], verdict: Verdict) -> None:
    a, d = np.array([[elm[0]], [birch[0]]]), np.array([[elm[1]], [birch[1]]])
    tallies = Tallies(("s",), ("Elm", "Birch"), np.array([15, 15]), a, d, 15 - a - d)

    found = analyse(tallies, CLOSED)
    statement = found.statements[0]

    assert statement.verdict is verdict
    assert statement.probability[Case(verdict.value)] == 1.0
    assert sum(statement.probability.values()) == 1.0
    side = statement.sides[0]
    assert side.support == (elm[0] / sum(elm) if sum(elm) else None)
    assert side.low == side.high == side.estimate == side.support


def test_threshold_is_compared_in_integers() -> None:
    """Two thirds of three is two, which no floating-point comparison is asked to find."""
    tallies = counts([[2], [2]], [[1], [1]], [3, 3])
    rules = Rules(threshold=Fraction(2, 3), least_stands=3, population=Population.CLOSED)

    assert analyse(tallies, rules).statements[0].verdict is Verdict.COMMON_GROUND


@pytest.mark.parametrize("digits", [16, 17, 30])
def test_a_threshold_of_many_digits_is_compared_in_integers(digits: int) -> None:
    just_below = Rules(threshold=Fraction("0." + "6" * digits), population=Population.CLOSED)
    just_above = Rules(threshold=Fraction("0." + "6" * (digits - 1) + "7"), population=Population.CLOSED)
    tallies = counts([[100, 200], [1, 200]], [[0, 100], [0, 100]], sizes=[300, 300], passes=0)
    tallies = replace(tallies, passes=300 - tallies.stands)
    verdicts = [[s.verdict for s in analyse(tallies, rules).statements] for rules in (just_below, just_above)]
    assert verdicts == [[Verdict.DIVIDED, Verdict.COMMON_GROUND], [Verdict.DIVIDED, Verdict.DIVIDED]]


def test_what_cannot_change_any_more_is_certain() -> None:
    """12 of 15 agree, 3 are missing: even 12 of 15 is four fifths. 1 of 15 agrees: at most 4 of 15."""
    found = analyse(counts([[12, 1], [12, 12]], [[0, 11], [0, 0]], [15, 15]), CLOSED)

    assert found.statements[0].probability[Case.COMMON_GROUND] == pytest.approx(1.0)
    assert found.statements[1].probability[Case.DIFFERENCE] == pytest.approx(1.0)


@pytest.mark.parametrize("rules", [CLOSED, OPEN])
def test_probabilities_sum_to_one_and_intervals_hold_their_estimate(elm_and_birch: Ballots, rules: Rules) -> None:
    for votes in (elm_and_birch, elm_and_birch.tallies()):
        for statement in analyse(votes, rules).statements:
            assert sum(statement.probability.values()) == pytest.approx(1.0, abs=1e-8)
            for side in statement.sides:
                assert side.low is not None
                assert side.high is not None
                assert side.estimate is not None
                assert side.low <= side.estimate <= side.high
                assert side.accepts + side.rejects <= 1 + 1e-9


@pytest.mark.parametrize("rules", [CLOSED, OPEN])
@pytest.mark.parametrize("sheets", [True, False])
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_swapping_sides_permuting_rows_and_renaming_changes_nothing(rules: Rules, sheets: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = invented_votes(seed % 50, people=14, statements=8)
    side = np.arange(14) % 2
    people, statements = rng.permutation(14), rng.permutation(8)
    one = Ballots.from_table(table, side=side, sides=("Elm", "Birch"))
    other = Ballots.from_table(
        table[people][:, statements],
        side=1 - side[people],
        sides=("Birch", "Elm"),
        participants=[f"renamed {i}" for i in people],
        statements=[str(j) for j in statements],
    )
    votes = [v if sheets else v.tallies() for v in (one, other)]

    assert_same(numbers(analyse(votes[0], rules)), numbers(analyse(votes[1], rules)))


@pytest.mark.parametrize("rules", [CLOSED, OPEN])
@pytest.mark.parametrize("sheets", [True, False])
def test_three_sides_in_any_order_give_the_same_numbers(rules: Rules, sheets: bool) -> None:
    table = invented_votes(5, people=21, statements=8)
    side = np.arange(21) % 3
    names = np.array(["Elm", "Birch", "Cedar"])
    one = Ballots.from_table(table, side=side, sides=tuple(names))
    order = np.array([2, 0, 1])
    other = Ballots.from_table(table, side=np.argsort(order)[side], sides=tuple(names[order]))
    votes = [v if sheets else v.tallies() for v in (one, other)]

    assert_same(numbers(analyse(votes[0], rules)), numbers(analyse(votes[1], rules)))


def test_saying_no_instead_of_yes_turns_acceptance_into_rejection() -> None:
    """But for the prior, which expects a little more agreement: so with many votes."""
    yes, no = [[70, 50], [80, 20]], [[30, 50], [20, 80]]
    one, other = analyse(counts(yes, no, [200, 200]), OPEN), analyse(counts(no, yes, [200, 200]), OPEN)

    for a, b in zip(one.statements, other.statements, strict=True):
        assert a.probability[Case.COMMON_GROUND] == pytest.approx(b.probability[Case.COMMON_REJECTION], abs=0.02)
        assert a.probability[Case.DIFFERENCE] == pytest.approx(b.probability[Case.DIFFERENCE], abs=0.02)


def test_pass_is_no_disagreement() -> None:
    passed = counts([[12], [12]], [[0], [0]], [15, 15], passes=3)
    refused = counts([[12], [12]], [[3], [3]], [15, 15])

    assert analyse(passed, CLOSED).statements[0].sides[0].support == 1.0
    assert analyse(refused, CLOSED).statements[0].sides[0].support == 0.8


def test_missing_is_not_pass() -> None:
    """Ten have passed and five agree: accepted. The ten have not voted yet: open."""
    passed = analyse(counts([[5], [15]], [[0], [0]], [15, 15], passes=0), CLOSED)
    a, d = np.array([[5], [15]]), np.zeros((2, 1), np.int64)
    complete = analyse(Tallies(("s",), ("Elm", "Birch"), np.array([15, 15]), a, d, 15 - a), CLOSED)

    assert complete.statements[0].verdict is Verdict.COMMON_GROUND
    assert passed.statements[0].probability[Case.COMMON_GROUND] < 1.0


def test_few_votes_borrow_from_the_other_statements() -> None:
    """Two of two agree. Where everything else is rejected that says less than where everything is accepted."""
    agreeing = analyse(counts([[2, *[14] * 20], [2, *[14] * 20]], [[0, *[1] * 20], [0, *[1] * 20]], [99, 99]), OPEN)
    rejecting = analyse(counts([[2, *[1] * 20], [2, *[1] * 20]], [[0, *[14] * 20], [0, *[14] * 20]], [99, 99]), OPEN)

    one, other = agreeing.statements[0].sides[0], rejecting.statements[0].sides[0]
    assert one.estimate is not None
    assert other.estimate is not None
    assert one.estimate > 0.85
    assert other.estimate < 0.65


def test_open_population_says_nothing_on_fewer_stands_than_asked() -> None:
    few = [[4, *[100] * 30], [400, *[100] * 30]]
    found = analyse(counts(few, [[0] * 31] * 2, [1000, 1000]), OPEN)

    assert found.statements[0].probability[Case.COMMON_GROUND] > 0.9
    assert found.statements[0].verdict is Verdict.OPEN
    assert found.statements[1].verdict is Verdict.COMMON_GROUND


def test_side_of_too_few_people_can_never_accept() -> None:
    found = analyse(counts([[4], [15]], [[0], [0]], [4, 15]), CLOSED)

    assert found.statements[0].verdict is Verdict.DIVIDED


def test_statement_on_which_nobody_takes_a_stand_has_no_support() -> None:
    found = analyse(counts([[0], [9]], [[0], [6]], [15, 15], passes=0), Rules(population=Population.CLOSED))
    silent = Tallies(
        ("s",),
        ("Elm", "Birch"),
        np.array([6, 6]),
        np.array([[0], [6]]),
        np.zeros((2, 1), np.int64),
        np.array([[6], [0]]),
    )

    assert found.statements[0].sides[0].support is None
    assert found.statements[0].sides[0].estimate is not None  # fifteen answers are still to come
    side = analyse(silent, CLOSED).statements[0].sides[0]
    assert (side.support, side.estimate, side.low, side.high) == (None, None, None, None)


def test_nobody_voted() -> None:
    empty = Ballots.from_table(np.full((6, 2), np.nan), side=[0, 1] * 3, sides=("Elm", "Birch"))

    for rules in (CLOSED, OPEN):
        found = analyse(empty, rules)
        assert found.votes == 0
        assert {s.verdict for s in found.statements} <= {Verdict.OPEN, Verdict.DIVIDED}


def test_one_side_makes_no_two_sided_result() -> None:
    ballots = Ballots.from_table(np.ones((20, 3)), side=np.zeros(20, int), sides=("Everyone",))

    found = analyse(ballots, OPEN, sides_from="none")

    assert not found.two_sided
    assert all(s.probability[Case.DIFFERENCE] == 0 for s in found.statements)


@pytest.mark.parametrize("rules", [CLOSED, OPEN])
def test_a_side_of_nobody_takes_no_stand(rules: Rules) -> None:
    votes = Ballots.from_table([[1, 1, np.nan]] * 6, side=[0, 0, 0, 1, 1, 1], sides=("Elm", "Birch", "Cedar"))

    found = analyse(votes, rules)

    assert {s.verdict for s in found.statements} == {Verdict.DIVIDED if rules is CLOSED else Verdict.OPEN}
    assert all(np.isfinite([*s.probability.values()]).all() for s in found.statements)


def test_votes_of_no_side_are_refused() -> None:
    with pytest.raises(ValueError, match="votes of no side"):
        analyse(Ballots.from_table([[1, -1]]))


def test_people_without_a_side_are_counted_and_left_out() -> None:
    ballots = Ballots.from_table(np.ones((7, 1)), side=[0, 0, 0, 1, 1, 1, NO_SIDE], sides=("Elm", "Birch"))

    found = analyse(ballots, OPEN)

    assert found.without_side == 1
    assert found.votes == 6
    assert found.participants == 7


@pytest.mark.parametrize("missing", [33, 60])
def test_a_large_roster_is_read_as_if_every_outcome_were_counted(missing: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the number of missing answers up to which outcomes are counted, the same within a few hundredths."""
    sizes = [70 + missing, 70 + missing]
    votes = counts([[40, 65, 3], [40, 60, 5]], [[25, 0, 62], [25, 5, 60]], sizes, passes=5)
    quick = analyse(votes, CLOSED)
    monkeypatch.setattr(_stands, "EXACT_UP_TO", missing)
    exact = analyse(votes, CLOSED)
    for one, other in zip(quick.statements, exact.statements, strict=True):
        assert one.probability == pytest.approx(other.probability, abs=0.03)
        for side, same in zip(one.sides, other.sides, strict=True):
            assert (side.low, side.estimate, side.high) == pytest.approx((same.low, same.estimate, same.high), abs=0.02)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"threshold": Fraction(7)}, "above 1/2 and at most 1"),
        ({"threshold": Fraction(1, 2)}, "above 1/2 and at most 1"),
        ({"threshold": Fraction(1)}, "never be said that all agree"),
        ({"least_stands": 0}, "1 or more"),
        ({"confidence": 1.0}, "from 0.5 to below 1"),
        ({"confidence": float("nan")}, "from 0.5 to below 1"),
    ],
)
def test_rules_that_make_no_sense_are_refused(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Rules(**settings)  # type: ignore[arg-type]


def test_progress_runs_from_little_to_all(elm_and_birch: Ballots) -> None:
    told: list[float] = []
    analyse(elm_and_birch, CLOSED, progress=told.append)

    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize("sheets", [True, False])
def test_noise_is_not_called(sheets: bool) -> None:
    """Coin flips of 15 + 15 on 50 statements, ten times over: at most 3 of 500 called (Polis's rules flag 100)."""
    rng = np.random.default_rng(11)
    called = 0
    for _ in range(10):
        ballots = Ballots.from_table(
            np.where(rng.random((30, 50)) < 0.5, 1.0, -1.0), side=np.arange(30) % 2, sides=("Elm", "Birch")
        )
        found = analyse(ballots if sheets else ballots.tallies(), OPEN)
        called += sum(s.verdict not in (Verdict.OPEN, Verdict.DIVIDED) for s in found.statements)

    assert called <= 3


def test_strong_agreement_is_called() -> None:
    rng = np.random.default_rng(12)
    votes = np.where(rng.random((30, 50)) < 0.9, 1.0, -1.0)
    found = analyse(Ballots.from_table(votes, side=np.arange(30) % 2, sides=("Elm", "Birch")), OPEN)

    assert len(found.by_verdict(Verdict.COMMON_GROUND)) >= 40


@pytest.mark.parametrize("sheets", [True, False])
def test_hidden_votes_are_called_rightly(sheets: bool) -> None:
    """On invented conversations with half of the votes hidden, nine of ten calls at 0.9 prove right."""
    called = right = 0
    for seed in range(20):
        full = invented_votes(seed, people=30, statements=20, answered=1.0)
        side = np.arange(30) % 2
        rng = np.random.default_rng(seed)
        seen = np.where(rng.random(full.shape) < 0.5, full, np.nan)
        truth = analyse(Ballots.from_table(full, side=side, sides=("Elm", "Birch")), CLOSED)
        ballots = Ballots.from_table(seen, side=side, sides=("Elm", "Birch"))
        found = analyse(ballots if sheets else ballots.tallies(), CLOSED)
        for guess, final in zip(found.statements, truth.statements, strict=True):
            called += guess.verdict is not Verdict.OPEN
            right += guess.verdict is not Verdict.OPEN and guess.verdict.value == final.verdict.value

    assert called >= 100
    assert right >= 0.9 * called
