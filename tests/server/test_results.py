from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from isthmus.analysis import Ballots, CommonGround, Intake, OpinionGroups, analyse
from isthmus.language import Message
from isthmus.server.exchange.results import from_text, to_text

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def result() -> CommonGround:
    table = np.array([[1, -1, np.nan]] * 6 + [[1, 1, 0]] * 6)
    votes = Ballots.from_table(
        table,
        side=[0] * 6 + [1] * 6,
        sides=["Elm", "Birch"],
        texts={"zh-Hans": ["一", "二", "三"], "en": ["a", "b", "c"]},
    )
    notices = (Message("{count} rows of {path}", {"count": 3, "path": "a.csv"}),)
    groups = OpinionGroups((7, 4), 0.8, np.array([0] * 7 + [1] * 4 + [-1], np.int32), np.full((12, 2), 0.25))
    groups.position[11] = np.nan
    made = analyse(votes)
    return replace(made, groups=groups, intake=replace(made.intake, notices=notices))


def test_a_result_comes_back_as_it_was(result: CommonGround) -> None:
    again = from_text(to_text(result))
    plain = [field.name for field in fields(CommonGround) if field.name != "groups"]
    for name in plain:
        assert getattr(again, name) == getattr(result, name), name
    assert [list(s.texts) for s in again.statements] == [list(s.texts) for s in result.statements]
    assert again.groups is not None
    assert result.groups is not None
    for field in fields(OpinionGroups):
        np.testing.assert_array_equal(getattr(again.groups, field.name), getattr(result.groups, field.name))


def test_a_result_without_groups(result: CommonGround) -> None:
    assert from_text(to_text(replace(result, groups=None, intake=Intake()))).groups is None


def test_the_same_result_is_the_same_text(result: CommonGround) -> None:
    assert to_text(from_text(to_text(result))) == to_text(result)
