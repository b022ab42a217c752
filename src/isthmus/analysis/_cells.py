from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


def last_votes(
    participant: NDArray[np.integer],
    statement: NDArray[np.integer],
    vote: NDArray[np.number],
    people: int,
    statements: int,
    time: NDArray[np.number] | None,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int8], int]:
    """Sort votes by participant and statement, keep the last of each pair.

    Returns the rows' starts (people + 1), the statement and the vote of each kept cell, and how many were
    overtaken. Sorts in linear time, by statement and then by participant, each time keeping the order of
    equals (a radix sort whose two digits are those; scipy's change from triples to rows does one).
    """
    count = vote.size
    for name, index, limit in (("participant", participant, people), ("statement", statement, statements)):
        if count and (index.min() < 0 or index.max() >= limit):
            raise ValueError(f"an index of a {name} is out of range: there are {limit}")
    votes = vote.astype(np.int8)
    if time is not None and count and (time[1:] < time[:-1]).any():
        order = np.argsort(time, kind="stable")
        participant, statement, votes = participant[order], statement[order], votes[order]
    _, participant, statement, votes = _sorted_by(statement, participant, votes, statements, people)
    starts, statement, _, votes = _sorted_by(participant, statement, votes, people, statements)
    last = np.ones(count, bool)
    last[:-1] = statement[1:] != statement[:-1]
    last[starts[1:][starts[1:] > 0] - 1] = True  # the end of a row, whatever the next row begins with
    if last.all():
        return starts, statement, votes, 0
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(last)])
    return before[starts], statement[last], votes[last], int(count - last.sum())


def _sorted_by(
    key: NDArray[np.integer], other: NDArray[np.integer], vote: NDArray[np.int8], keys: int, others: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]:
    """Votes in the order of `key`, equals as they were: starts of the keys, the other index, the key, the vote."""
    table = sparse.coo_array((vote, (key, other)), shape=(keys, others))
    table.has_canonical_format = True  # so that scipy does not add up votes on the same cell
    rows = table.tocsr()
    starts = rows.indptr.astype(np.int64)
    expanded = np.repeat(np.arange(keys, dtype=np.int32), np.diff(starts))
    return starts, rows.indices.astype(np.int32, copy=False), expanded, rows.data
