"""An order of people and statements that depends on the votes alone, not on how the input listed them.

With it a seeded computation gives the same answer for the same votes in any order and under any names. Colour
refinement, as in the first step of graph isomorphism tests (Weisfeiler and Leman 1968): each person's mark is
hashed from the marks of the statements voted on and the votes, and the other way round, three times over. Sums
of 64-bit hashes do not depend on the order of the terms. Who ends with equal marks is, but for collisions,
interchangeable.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from isthmus.analysis.ballots import Ballots

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
    rows, columns = ballots.rows(), ballots.columns
    vote = (ballots.votes.astype(np.int64) + 2).astype(np.uint64) * np.uint64(0xA24BAED4963EE407)
    people: Marks = np.zeros(len(ballots.participants), np.uint64)
    statements: Marks = np.zeros(len(ballots.statements), np.uint64)
    for _ in range(ROUNDS):
        fresh = np.zeros_like(statements)
        np.add.at(fresh, columns, _mix(people[rows] + vote))
        statements = _mix(fresh + statements)
        fresh = np.zeros_like(people)
        np.add.at(fresh, rows, _mix(statements[columns] + vote))
        people = _mix(fresh + people)
    return np.argsort(people, kind="stable"), np.argsort(statements, kind="stable")


def reordered(ballots: Ballots, people: NDArray[np.intp], statements: NDArray[np.intp]) -> Ballots:
    """The ballots with participants and statements listed in the orders given."""
    row = np.empty_like(people)
    row[people] = np.arange(len(people))
    column = np.empty_like(statements)
    column[statements] = np.arange(len(statements))
    moved = Ballots.from_votes(
        row[ballots.rows()],
        column[ballots.columns],
        ballots.votes,
        participants=ballots.participants[people],
        statements=[ballots.statements[j] for j in statements],
        side=ballots.side[people],
        sides=ballots.sides,
    )
    return replace(moved, intake=ballots.intake)
