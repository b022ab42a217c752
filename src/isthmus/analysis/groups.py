"""Groups of people who vote alike, where no sides were declared, and how far they can be trusted.

Groups are clusters on the opinion map (k-means, Lloyd 1982). Whether they are more than noise is asked of
votes that had no part in making them: the statements are dealt into two halves at random, people are grouped
by each half alone, and the two groupings are compared (adjusted Rand index, Hubert and Arabie 1985). Noise
gives 0 on average, groups that everybody's every vote confirms give 1. If no number of groups is found again
well enough, the answer is one group.

People who agree with nearly everything and people who agree with little would pass for groups, though they may
hold the same views. So groups on the plain map count only if they are far apart; else each person's mean is
taken off and groups are looked for in what remains.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from isthmus.analysis._canonical import canonical_order
from isthmus.analysis.ballots import Ballots
from isthmus.analysis.findings import OpinionGroups
from isthmus.analysis.opinion_map import FEWEST_PEOPLE, FEWEST_STATEMENTS, FLAT, VoteTable, positions

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

VOTES_TO_BE_PLACED: Final = 7  # as in Polis; fewer where there are fewer statements
VOTES_A_HALF: Final = 3
MOST_GROUPS: Final = 5
LEAST_IN_A_GROUP: Final = 5  # the least stands of the rules: fewer people could accept nothing
FOUND_AGAIN: Final = 0.2  # mean adjusted Rand index from which groups are said to exist
WELL_APART: Final = 0.6  # the same, while differences in readiness to agree could explain them
AS_GOOD: Final = 0.05  # more groups are preferred to fewer if they are found again nearly as well
SPLITS: Final = 16
SPLITS_TO_GIVE_UP: Final = 5  # after so many, less than half of what is asked for is hopeless
PEOPLE_IN_A_SPLIT: Final = 1_000
ROUNDS: Final = 100


def find_groups(
    ballots: Ballots, *, seed: int = 0, progress: Callable[[float], None] = lambda _share: None
) -> OpinionGroups:
    """Opinion map and groups of the people who voted on enough statements.

    Returns one group, with no stability, where no structure is found again in held-out votes. Deterministic
    under `seed`; the order of people and statements and their names change nothing.
    """
    count = len(ballots.participants)
    enough = np.diff(ballots.starts) >= min(VOTES_TO_BE_PLACED, len(ballots.statements))
    placed = np.flatnonzero(enough)
    membership: Labels = np.full(count, -1, np.int32)
    place = np.full((count, 2), np.nan)
    if not placed.size:
        return OpinionGroups((), None, membership, place)
    order, statements = canonical_order(ballots)
    row = np.cumsum(enough) - 1
    deal = _Deal(row[order[enough[order]]], statements, seed)
    table = VoteTable.of(ballots, enough)
    spots, labels, stability = _grouped(table, WELL_APART, deal, lambda share: progress(0.45 * share))
    if stability is None:
        level = table.without_person_means()
        found = _grouped(level, FOUND_AGAIN, deal, lambda share: progress(0.45 + 0.45 * share))
        spots, labels, stability = found if found[2] is not None else (spots, labels, None)
    sizes = np.bincount(labels)
    rank = np.empty(len(sizes), np.int32)
    rank[np.lexsort((np.arange(len(sizes)), -sizes))] = np.arange(len(sizes))
    membership[placed] = rank[labels]
    place[placed] = spots
    return OpinionGroups(tuple(sorted(map(int, sizes), reverse=True)), stability, membership, place)


@dataclass(frozen=True, eq=False)
class _Deal:
    """What chance works on: people and statements in the order that their votes give them, and the seed."""

    people: NDArray[np.intp]
    statements: NDArray[np.intp]
    seed: int


def _grouped(
    table: VoteTable, least: float, deal: _Deal, progress: Callable[[float], None]
) -> tuple[Floats, Labels, float | None]:
    """Places, groups and their stability; one group and None if none are found again or one is a mere handful."""
    again = _found_again(table, deal, least, progress)
    spots = positions(table)
    best = max(again.values(), default=0.0)
    for groups in sorted(again, reverse=True):
        if again[groups] >= max(least, best - AS_GOOD):
            labels = cluster(spots, groups)
            if np.bincount(labels, minlength=groups).min() >= LEAST_IN_A_GROUP:
                return spots, labels, again[groups]
    return spots, np.zeros(len(spots), np.int32), None


def _found_again(table: VoteTable, deal: _Deal, least: float, progress: Callable[[float], None]) -> dict[int, float]:
    """How well each number of groups is found again in held-out statements; nothing where there is no hope."""
    rng = np.random.default_rng(deal.seed)
    people, statements = table.cells.shape
    if people < FEWEST_PEOPLE or statements < 2 * FEWEST_STATEMENTS:
        return {}
    if people > PEOPLE_IN_A_SPLIT:
        some = deal.people[rng.choice(people, PEOPLE_IN_A_SPLIT, replace=False)]
        table = VoteTable(table.cells[some], table.counts[some])
        people = PEOPLE_IN_A_SPLIT
    candidates = range(2, min(MOST_GROUPS, people // LEAST_IN_A_GROUP) + 1)
    again: dict[int, list[float]] = {k: [] for k in candidates}
    for split in range(SPLITS):
        half = np.zeros(statements, bool)
        half[deal.statements[rng.permutation(statements)[: statements // 2]]] = True
        parts = [table.columns(half), table.columns(~half)]
        both = np.flatnonzero(np.minimum(parts[0].counts, parts[1].counts) >= VOTES_A_HALF)
        spots = [positions(part) for part in parts]
        for k in candidates:
            first, second = (cluster(spot, k) for spot in spots)
            parted = first.max() == second.max() == k - 1
            again[k].append(adjusted_rand(first[both], second[both]) if parted else 0.0)
        progress((split + 1) / SPLITS)
        if split + 1 == SPLITS_TO_GIVE_UP and max(map(np.mean, again.values()), default=0.0) < least / 2:
            return {}
    return {k: float(np.mean(found)) for k, found in again.items()}


def cluster(spots: Floats, groups: int) -> Labels:
    """k-means on places (n, d) without chance: start from successive splits of the widest cluster at its mean.

    Labels count from 0 without a gap; there are fewer than `groups` where fewer places differ.
    """
    labels: Labels = np.zeros(len(spots), np.int32)
    least = FLAT * float(((spots - spots.mean(0)) ** 2).sum())
    for new in range(1, groups):
        if not _split_widest(spots, labels, new, least):
            groups = new
            break
    for _ in range(ROUNDS):
        sizes = np.bincount(labels, minlength=groups)
        totals: Floats = np.stack([np.bincount(labels, axis, minlength=groups) for axis in spots.T], 1)
        centres = totals / np.maximum(sizes, 1)[:, None]
        distance = (centres**2).sum(1) - 2.0 * spots @ centres.T
        nearest = distance.argmin(1).astype(np.int32)
        if (nearest == labels).all():
            break
        labels = nearest
    return np.unique(labels, return_inverse=True)[1].astype(np.int32)


def _split_widest(spots: Floats, labels: Labels, new: int, least: float) -> bool:
    """Principal direction divisive partitioning (Boley 1998): one step, in place; False where all is of one place."""
    scatter = [float(((spots[labels == k] - spots[labels == k].mean(0)) ** 2).sum()) for k in range(new)]
    if max(scatter) <= least:
        return False
    inside = np.flatnonzero(labels == int(np.argmax(scatter)))
    off = spots[inside] - spots[inside].mean(0)
    _, _, axes = np.linalg.svd(off.T @ off)
    labels[inside[off @ axes[0] > 0]] = new
    return True


def adjusted_rand(first: Labels, second: Labels) -> float:
    """Agreement of two groupings: 1 the same, 0 as by chance. Two groupings into one group each agree in nothing."""
    if not first.size:
        return 0.0
    table = np.zeros((int(first.max()) + 1, int(second.max()) + 1))
    np.add.at(table, (first, second), 1.0)
    pairs = (table * (table - 1.0) / 2.0).sum()
    rows, columns = table.sum(1), table.sum(0)
    row_pairs, column_pairs = (rows * (rows - 1.0) / 2.0).sum(), (columns * (columns - 1.0) / 2.0).sum()
    every = len(first) * (len(first) - 1.0) / 2.0
    chance = row_pairs * column_pairs / max(every, 1.0)
    most = (row_pairs + column_pairs) / 2.0
    return float((pairs - chance) / (most - chance)) if most > chance else 0.0
