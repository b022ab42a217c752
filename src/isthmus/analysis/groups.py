"""PLACEHOLDER being replaced: opinion map and groups."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from isthmus.analysis.ballots import Ballots
from isthmus.analysis.findings import OpinionGroups


def find_groups(ballots: Ballots, *, seed: int = 0, progress: Callable[[float], None] = lambda _share: None) -> OpinionGroups:
    """Opinion map and groups."""
    n = len(ballots.participants)
    rng = np.random.default_rng(seed)
    member = (np.arange(n) % 2).astype(np.int32)
    return OpinionGroups((int((member == 0).sum()), int((member == 1).sum())), 0.9, member, rng.normal(size=(n, 2)) + member[:, None] * 3)
