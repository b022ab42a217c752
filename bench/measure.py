"""One measurement in a process of its own: `python -m bench.measure KIND FILE [SIDES]`, figures as JSON."""

from __future__ import annotations

import json
import sys
import time
from typing import cast

import numpy as np
import polars as pl  # noqa: F401  # loaded before the clock starts, as numpy and scipy are

from bench.peak import peak
from isthmus.analysis import Ballots, Population, Rules, analyse
from isthmus.formats import Roster, read_sides, read_votes, sided


def main(kind: str, votes: str, sides: str = "") -> dict[str, float]:
    start = time.process_time()
    ballots = read_votes(votes)
    assert isinstance(ballots, Ballots)
    read = time.process_time()
    figures: dict[str, float] = {}
    if kind != "read":
        population = Population.CLOSED if kind == "closed" else Population.OPEN
        roster = cast("Roster", read_sides(sides))
        declared = sided(ballots, roster, population=population)
        read = time.process_time()
        ready = sided(ballots, "groups") if kind == "groups" else declared
        analyse(ready.votes, Rules(population=population), sides_from=ready.sides_from, groups=ready.groups)
        figures["analysis"] = time.process_time() - read
        figures["peak"] = peak()
        assert isinstance(declared.votes, Ballots)
        figures["counting"] = counting(declared.votes)
    figures["reading"] = read - start
    figures.setdefault("peak", peak())
    return figures


def counting(ballots: Ballots) -> float:
    """CPU seconds of the least that any analysis does: count each kind of vote by side and statement."""
    start = time.process_time()
    side = ballots.side[ballots.rows()].astype(np.int64)
    cell = (side * 3 + ballots.votes + 1) * len(ballots.statements) + ballots.columns
    np.bincount(cell[side >= 0])
    return time.process_time() - start


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
