"""Probabilities as people read them: whole percent, and never surer than they are."""

from __future__ import annotations

import math
from typing import Final

from isthmus.analysis import CommonGround, Population

CERTAIN: Final = 1 - 1e-9


def can_be_exact(result: CommonGround) -> bool:
    """Whether probabilities of 0 and 1 can occur: with a roster, never about people who were not asked."""
    return result.rules.population is Population.CLOSED


def percent(share: float, *, exact: bool, below: float = 1.0) -> str:
    """A probability in whole percent; 0% and 100% only where it can be `exact`, as once everyone has answered.

    One that fell short of a confidence (`below`) is not rounded up to it.
    """
    if share < below < 1.0 and round(share, 2) >= round(below, 2):
        return f"{math.floor(1000 * share) / 10:.1f}%"
    if share >= 0.995 and not (exact and share >= CERTAIN):
        return ">99%"
    if share < 0.005 and not (exact and share <= 1 - CERTAIN):
        return "<1%"
    return f"{share:.0%}"
