"""A posterior from answer sheets, for groups of a delegation's size: who answers also tells how.

Agreeing, among those who take a stand, follows a probit with one latent dimension: a statement's own level, its
pull along the axis on which the sides and their members stand, and what is particular to a side; a person's
readiness to agree; means. Passing is a second probit of statement, side and person. What a missing answer will
be is predicted person by person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from isthmus.analysis._finals import GRID
from isthmus.analysis._probit import Axis, Block, Fit, Prior, Table, fit
from isthmus.analysis.ballots import Ballots

Floats = NDArray[np.float64]

MOST_PEOPLE_A_SIDE: Final = 32
MOST_CELLS: Final = 20_000


@dataclass(frozen=True, slots=True)
class SheetPrior:
    """What is expected of a small group's answers; variances on the probit scale. See docs/explanation/model.md.

    level, pull, particular: variance across statements of the level, of the pull along the axis, of what is a
    side's own; person: of people's readiness to agree; weight: of these, in observations. place: where sides
    stand on the axis, spread: variance of people around their side. middle: a pass counts as this fraction of
    an observation that the person stands in the middle.
    """

    level: float = 0.2
    pull: float = 0.4
    particular: float = 0.08
    person: float = 0.12
    weight: float = 2.0
    mean: float = 0.3
    mean_variance: float = 0.2
    side_variance: float = 0.05
    place: float = 1.2
    place_weight: float = 8.0
    spread: float = 0.5
    spread_weight: float = 15.0
    middle: float = 0.04


@dataclass(frozen=True, slots=True)
class PassPrior:
    """What is expected of passing, on the probit scale: it is a habit of persons much more than of statements."""

    statement: float = 0.01
    particular: float = 0.05
    person: float = 0.3
    weight: float = 40.0
    mean: float = -1.0
    mean_variance: float = 1.0
    side_variance: float = 0.05


@dataclass(frozen=True, eq=False)
class SideOutlook:
    """What is expected of one side.

    people: their indices. hidden: which answers are missing (n, S); of those, agree: P(agree | stand) given e on
    the grid (n, S, K), and passing: P(pass) (n, S).
    """

    people: NDArray[np.intp]
    hidden: NDArray[np.bool_]
    agree: Floats
    passing: Floats


@dataclass(frozen=True, eq=False)
class Outlook:
    """Posterior of e, and each side's missing answers.

    mean: (S, G). covariance: (S, G, G). scale: (S,); Phi(e / scale) is the support among people like the side's.
    """

    mean: Floats
    covariance: Floats
    scale: Floats
    sides: Sequence[SideOutlook]


def fits_sheets(ballots: Ballots) -> bool:
    """Whether the group is small enough for the model of sheets (in larger ones, counts say nearly all)."""
    sizes = np.bincount(ballots.side[ballots.with_side], minlength=len(ballots.sides))
    cells = int(sizes.sum()) * len(ballots.statements)
    return bool(sizes.max(initial=0) <= MOST_PEOPLE_A_SIDE and 0 < cells <= MOST_CELLS)


def answer_table(ballots: Ballots) -> tuple[NDArray[np.int8], NDArray[np.bool_], NDArray[np.int32]]:
    """Votes (n, S), which of them were cast, and the side, of the people who belong to a side."""
    shape = (len(ballots.participants), len(ballots.statements))
    votes = np.zeros(shape, np.int8)
    cast = np.zeros(shape, bool)
    rows = ballots.rows()
    votes[rows, ballots.columns] = ballots.votes
    cast[rows, ballots.columns] = True
    inside = ballots.with_side
    return votes[inside], cast[inside], ballots.side[inside]


def starting_places(votes: NDArray[np.int8], side: NDArray[np.int32], sides: int) -> Floats:
    """Places of the sides on the axis: the direction in which their mean answers differ most, of mean square 1."""
    if sides == 2:
        return np.array([-1.0, 1.0])
    total = np.zeros((sides, votes.shape[1]))
    np.add.at(total, side, votes)
    means = total / np.maximum(np.bincount(side, minlength=sides), 1)[:, None]
    means -= means.mean(0)
    values, vectors = np.linalg.eigh(means @ means.T)
    if values[-1] <= 1e-9:
        return np.zeros(sides)
    place: Floats = vectors[:, -1] * np.sqrt(sides)
    return place


def outlook(votes: NDArray[np.int8], cast: NDArray[np.bool_], side: NDArray[np.int32], sides: int) -> Outlook:
    """Fit both probits to an answer table and predict what is missing."""
    stands = _fit_stands(votes, cast, side, sides, SheetPrior())
    passing = _pass_probability(_fit_passes(votes, cast, side, sides, PassPrior()))
    directions = _directions(stands, sides)
    mean, covariance = _levels(stands, directions)
    people = [_side_outlook(stands, directions, mean, covariance, cast, passing, g) for g in range(sides)]
    scale = np.sqrt(1.0 + stands.person_variance + _axis_noise(stands, sides))
    return Outlook(mean, covariance, scale, people)


def _features(side: NDArray[np.int32], sides: int, place: Floats | None) -> Floats:
    n = len(side)
    member = np.zeros((n, sides))
    member[np.arange(n), side] = 1.0
    first = [np.ones((n, 1))] if place is None else [np.ones((n, 1)), place[side][:, None]]
    return np.concatenate([*first, member], axis=1)


def _fit_stands(
    votes: NDArray[np.int8], cast: NDArray[np.bool_], side: NDArray[np.int32], sides: int, prior: SheetPrior
) -> Fit:
    place = prior.place * starting_places(votes, side, sides)
    own = tuple(range(2, 2 + sides))
    return fit(
        Table(votes, cast & (votes == 0), _features(side, sides, place), side, sides),
        Prior(
            blocks=(
                Block((0,), prior.level, prior.weight),
                Block((1,), prior.pull, prior.weight),
                Block(own, prior.particular, 4 * prior.weight),
            ),
            person=Block((), prior.person, prior.weight),
            mean=prior.mean,
            mean_variance=prior.mean_variance,
            side_variance=prior.side_variance,
            middle=prior.middle,
        ),
        Axis(1, place, prior.place_weight, prior.spread, prior.spread_weight),
    )


def _fit_passes(
    votes: NDArray[np.int8], cast: NDArray[np.bool_], side: NDArray[np.int32], sides: int, prior: PassPrior
) -> Fit:
    answers = np.where(cast, np.where(votes == 0, 1, -1), 0).astype(np.int8)
    own = tuple(range(1, 1 + sides))
    return fit(
        Table(answers, np.zeros_like(cast), _features(side, sides, None), side, sides),
        Prior(
            blocks=(
                Block((0,), prior.statement, prior.weight),
                Block(own, prior.particular, 4 * prior.weight),
            ),
            person=Block((), prior.person, prior.weight),
            mean=prior.mean,
            mean_variance=prior.mean_variance,
            side_variance=prior.side_variance,
        ),
    )


def _pass_probability(fitted: Fit) -> Floats:
    """P(pass) of every person on every statement, (n, S)."""
    mean = fitted.x @ fitted.loadings.T
    spread = np.einsum("ip,spq,iq->is", fitted.x, fitted.covariance, fitted.x, optimize=True)
    for i in range(len(fitted.side)):
        rest = fitted.rest_of(i)
        mean[i] += fitted.rest[rest].sum()
        spread[i] += 2.0 * (fitted.cross[:, :, rest].sum(2) @ fitted.x[i]) + fitted.rest_cov[np.ix_(rest, rest)].sum()
    return np.asarray(ndtr(mean / np.sqrt(1.0 + spread)))


def _directions(fitted: Fit, sides: int) -> Floats:
    """Features of a side's average member, (G, p)."""
    sizes = np.bincount(fitted.side, minlength=sides)
    total = np.zeros((sides, fitted.x.shape[1]))
    np.add.at(total, fitted.side, fitted.x)
    return total / np.maximum(sizes, 1)[:, None]


def _levels(fitted: Fit, directions: Floats) -> tuple[Floats, Floats]:
    """Mean (S, G) and covariance (S, G, G) of e: how a side's average member stands on each statement."""
    sides = len(directions)
    n = len(fitted.side)
    means = np.zeros((sides, len(fitted.rest)))
    means[:, n] = 1.0
    means[np.arange(sides), n + 1 + np.arange(sides)] = 1.0
    cross = np.einsum("gp,spq,hq->sgh", directions, fitted.cross, means, optimize=True)
    covariance = np.einsum("gp,spq,hq->sgh", directions, fitted.covariance, directions, optimize=True)
    covariance += cross + cross.transpose(0, 2, 1) + means @ fitted.rest_cov @ means.T
    return fitted.loadings @ directions.T + means @ fitted.rest, covariance


def _axis_noise(fitted: Fit, sides: int) -> Floats:
    sizes = np.maximum(np.bincount(fitted.side, minlength=sides), 1)
    centre = np.bincount(fitted.side, fitted.x[:, 1], minlength=sides) / sizes
    spread = float((fitted.place_variance + (fitted.x[:, 1] - centre[fitted.side]) ** 2).mean())
    return fitted.axis_second * spread


def _side_outlook(
    fitted: Fit,
    directions: Floats,
    mean: Floats,
    covariance: Floats,
    cast: NDArray[np.bool_],
    passing: Floats,
    side: int,
) -> SideOutlook:
    people = np.flatnonzero(fitted.side == side)
    x = fitted.x[people]
    count = mean.shape[0]
    rest = np.stack([fitted.rest_of(int(i)) for i in people]) if people.size else np.zeros((0, 3), np.intp)
    cross = fitted.cross[:, :, rest].sum(3).transpose(2, 0, 1)  # (n, S, p): loadings with the person's rest
    own = fitted.rest_cov[rest[:, :, None], rest[:, None, :]].sum((1, 2))
    level = x @ fitted.loadings.T + fitted.rest[rest].sum(1)[:, None]
    spread = np.einsum("ip,spq,iq->is", x, fitted.covariance, x, optimize=True)
    spread += 2.0 * np.einsum("ip,isp->is", x, cross) + own[:, None]
    spread += fitted.place_variance[people][:, None] * fitted.axis_second
    # covariance of each person's predictor with e of the side
    d = directions[side]
    n = len(fitted.side)
    common = fitted.cross[:, :, [n, n + 1 + side]].sum(2)
    with_e = np.einsum("ip,spq,q->is", x, fitted.covariance, d, optimize=True) + cross @ d + (common @ x.T).T
    with_e += fitted.rest_cov[rest][:, :, [n, n + 1 + side]].sum((1, 2))[:, None]
    variance = covariance[:, side, side]
    slope = with_e / variance
    left = np.maximum(spread - slope * with_e, 1e-9)
    step = np.sqrt(variance)[:, None] * GRID  # (S, K)
    agree = ndtr((level[:, :, None] + slope[:, :, None] * step) / np.sqrt(1.0 + left)[:, :, None])
    return SideOutlook(people, ~cast[people] & np.ones((1, count), bool), np.asarray(agree), passing[people])
