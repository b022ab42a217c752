"""An order of people and statements that depends on the votes alone, not on how the input listed them.

With it a seeded computation gives the same answer for the same votes in any order and under any names. Colour
refinement, as in the first step of graph isomorphism tests (Weisfeiler and Leman 1968): each person's mark is
hashed from the marks of the statements voted on and the votes, and the other way round, three times over. Sums
of 64-bit hashes do not depend on the order of the terms. Who ends with equal marks is, but for collisions,
interchangeable.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from isthmus.analysis.ballots import PEOPLE_AT_ONCE, Ballots

Marks = NDArray[np.uint64]
ROUNDS: Final = 3


def _mix(marks: Marks) -> Marks:
    """A fixed scrambling of 64-bit numbers (the finaliser of SplitMix64, Steele et al. 2014)."""
    x = marks + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def canonical_order(ballots: Ballots) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Orders of participants and statements (indices into the input)."""
    people: Marks = np.zeros(len(ballots.participants), np.uint64)
    statements: Marks = np.zeros(len(ballots.statements), np.uint64)
    for _ in range(ROUNDS):
        met: Marks = np.zeros_like(statements)
        for rows, columns, vote in _pieces(ballots):
            np.add.at(met, columns, _mix(people[rows] + vote))
        statements = _mix(met + statements)
        met = np.zeros_like(people)
        for rows, columns, vote in _pieces(ballots):
            np.add.at(met, rows, _mix(statements[columns] + vote))
        people = _mix(met + people)
    return np.argsort(people, kind="stable"), np.argsort(statements, kind="stable")


def _pieces(ballots: Ballots) -> Iterator[tuple[NDArray[np.intp], NDArray[np.int32], Marks]]:
    """The votes, some people at a time: rows, columns, and a number for the vote."""
    for low in range(0, len(ballots.participants), PEOPLE_AT_ONCE):
        high = min(len(ballots.participants), low + PEOPLE_AT_ONCE)
        cut = slice(int(ballots.starts[low]), int(ballots.starts[high]))
        rows = np.repeat(np.arange(low, high), np.diff(ballots.starts[low : high + 1]))
        vote = (ballots.votes[cut].astype(np.int64) + 2).astype(np.uint64) * np.uint64(0xA24BAED4963EE407)
        yield rows, ballots.columns[cut], vote
