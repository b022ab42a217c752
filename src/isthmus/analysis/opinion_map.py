"""A map on which people who vote alike stand close together, from the sparse table of votes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.linalg import ArpackError, svds

from isthmus.analysis.ballots import Ballots

Floats = NDArray[np.float64]

FEWEST_STATEMENTS: Final = 4
FEWEST_PEOPLE: Final = 6
PRECISION: Final = 1e-2  # of singular values, relative: far below what sampling leaves open
FLAT: Final = 1e-5  # what rounding leaves of votes that are all the same
PERSON_WEIGHT: Final = 2.0  # votes in the middle that everybody is taken to have cast besides


@dataclass(frozen=True, eq=False)
class VoteTable:
    """Votes with each statement's mean taken off, sparse: a cell that was never voted on is exactly 0.

    cells: (people, statements). counts: votes per person, (people,).
    """

    cells: csr_array
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, ballots: Ballots, people: NDArray[np.bool_] | None = None) -> VoteTable:
        """The table of all participants, or of some."""
        shape = (len(ballots.participants), len(ballots.statements))
        # indices of 32 bits while they suffice: scipy widens all indices to the widest it is given
        starts = ballots.starts.astype(np.int32) if ballots.starts[-1] < np.iinfo(np.int32).max else ballots.starts
        cells = csr_array((ballots.votes.astype(np.float32), ballots.columns, starts), shape=shape)
        if people is not None and not people.all():
            cells = cells[np.flatnonzero(people)]
        cast = np.bincount(cells.indices, minlength=shape[1])
        total = np.bincount(cells.indices, cells.data, minlength=shape[1])
        mean = (total / np.maximum(cast, 1)).astype(np.float32)
        cells.data -= mean[cells.indices]
        return cls(cells, np.diff(cells.indptr).astype(np.int64))

    def without_person_means(self) -> VoteTable:
        """The table with each person's mean taken off too, a little short of it for people with few votes."""
        cells = self.cells
        mean = np.asarray(cells.sum(1)).ravel() / (self.counts + PERSON_WEIGHT)
        level = cells.data - np.repeat(mean, self.counts).astype(cells.data.dtype)
        return VoteTable(csr_array((level, cells.indices, cells.indptr), shape=cells.shape), self.counts)

    def columns(self, keep: NDArray[np.bool_]) -> VoteTable:
        """The table of some statements only."""
        part = self.cells[:, np.flatnonzero(keep)]
        return VoteTable(part, np.diff(part.indptr).astype(np.int64))


def positions(table: VoteTable) -> Floats:
    """Places on the first two principal components, (people, 2); who voted on little is scaled up to match.

    As in Polis (Small et al., Recerca 2021), a person's place is multiplied by the square root of statements
    over votes, so that people do not sit near the middle only because they answered less. Signs are fixed by
    the third moment of the places, which no reordering changes.
    """
    people, statements = table.cells.shape
    if min(people, statements) < FEWEST_STATEMENTS or not np.abs(table.cells.data).max(initial=0.0) > FLAT:
        return np.zeros((people, 2))
    start = _norms(table, by_statement=statements <= people)
    try:
        _, size, axes = svds(table.cells, k=2, v0=start, tol=PRECISION)
    except ArpackError:  # camps that mirror one another exactly: what is looked for lies across the start
        blurred = start * (1.0 + 0.5 * np.random.default_rng(0).standard_normal(start.size))
        _, size, axes = svds(table.cells, k=2, v0=blurred, tol=PRECISION)
    axes = axes[np.argsort(-size)]
    place = table.cells @ axes.T * np.sqrt(statements / np.maximum(table.counts, 1))[:, None]
    skew = (place**3).sum(0)
    return np.asarray(place * np.where(skew < 0, -1.0, 1.0))


def _norms(table: VoteTable, *, by_statement: bool) -> Floats:
    """Lengths of the columns, or of the rows: a start for the iteration that no reordering changes."""
    people, statements = table.cells.shape
    square = table.cells.data.astype(np.float64) ** 2
    index = table.cells.indices if by_statement else np.repeat(np.arange(people), table.counts)
    return np.asarray(np.sqrt(np.bincount(index, square, minlength=statements if by_statement else people)) + 1e-9)
