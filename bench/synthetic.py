"""Votes made up by a seed: two sides, 60 to 40, whose people answer by a logistic model, in order of time."""

from __future__ import annotations

from math import gcd
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray


def conversation(people: int, statements: int, each: int, *, seed: int = 1) -> pl.DataFrame:
    """A long table; every person votes once on each of `each` different statements."""
    rng = np.random.default_rng(seed)
    side = np.arange(people) % 5 >= 3
    view = np.where(side, -1.0, 1.0) + rng.normal(0, 0.7, people)
    slope, ease = rng.normal(0, 0.9, statements), rng.normal(0.3, 0.9, statements)
    first = rng.integers(0, statements, people)
    steps = np.array([step for step in range(1, statements) if gcd(step, statements) == 1])
    step = rng.choice(steps, people)
    rounds = [_round(rng, (first + turn * step) % statements, view, slope, ease) for turn in range(each)]
    participant, statement, vote = (np.concatenate(part) for part in zip(*rounds, strict=True))
    return pl.DataFrame({"participant": participant, "statement": statement, "vote": vote}).with_columns(
        pl.format("p{}", "participant").alias("participant"), pl.format("s{}", "statement").alias("statement")
    )


def _round(
    rng: np.random.Generator,
    statement: NDArray[np.int64],
    view: NDArray[np.float64],
    slope: NDArray[np.float64],
    ease: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]:
    """One vote of everybody, in an order of its own."""
    order = rng.permutation(view.size)
    asked = statement[order]
    agrees = rng.random(view.size) < 1 / (1 + np.exp(-(ease[asked] + slope[asked] * view[order])))
    vote = np.where(rng.random(view.size) < 0.1, 0, np.where(agrees, 1, -1))
    return order.astype(np.int32), asked.astype(np.int32), vote.astype(np.int8)


def write_conversation(folder: Path, name: str, people: int, statements: int, each: int, *, csv: bool = False) -> None:
    """The votes as Parquet (and CSV), and who belongs to which side."""
    frame = conversation(people, statements, each)
    frame.write_parquet(folder / f"{name}.parquet")
    if csv:
        frame.write_csv(folder / f"{name}.csv")
    index = pl.DataFrame({"index": np.arange(people)})
    index.select(
        pl.format("p{}", "index").alias("participant"),
        pl.when(pl.col("index") % 5 >= 3).then(pl.lit("Birch")).otherwise(pl.lit("Elm")).alias("side"),
    ).write_csv(folder / f"{name}-sides.csv")
