from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.dialogue import SIDES, Town


@pytest.fixture(params=SIDES, ids=lambda order: order[0])
def order(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The sides, once in each order."""
    one, two = request.param
    return one, two


@pytest.fixture
def town(order: tuple[str, str], tmp_path: Path) -> Town:
    return Town(tmp_path, *order)
