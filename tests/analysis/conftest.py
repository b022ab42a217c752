from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from isthmus.analysis import Ballots


def invented_votes(seed: int, people: int = 16, statements: int = 12, answered: float = 0.6) -> NDArray[np.float64]:
    """Votes of two invented sides of equal size that differ on every third statement."""
    rng = np.random.default_rng(seed)
    side = np.arange(people) % 2
    level = rng.normal(0.4, 0.6, statements)
    pull = np.where(np.arange(statements) % 3 == 0, 1.2, 0.1)
    share = 1 / (1 + np.exp(-1.7 * (level + pull * np.where(side == 0, -1, 1)[:, None])))
    votes = np.where(rng.random(share.shape) < share, 1.0, -1.0)
    votes[rng.random(share.shape) < 0.1] = 0.0
    votes[rng.random(share.shape) > answered] = np.nan
    return votes


@pytest.fixture
def elm_and_birch() -> Ballots:
    """Sixteen people, eight a side, twelve statements, three fifths of the votes in."""
    return Ballots.from_table(invented_votes(3), side=np.arange(16) % 2, sides=("Elm", "Birch"))
