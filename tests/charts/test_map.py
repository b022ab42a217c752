from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from isthmus.analysis import OpinionGroups
from isthmus.charts import opinion_map
from isthmus.charts.map import CELLS, DOTS, HEIGHT, WIDTH
from tests.charts.samples import opinion_groups

pytestmark = pytest.mark.unit

SVG = "{http://www.w3.org/2000/svg}"


def clouds(svg: str) -> list[str]:
    """Path data of the groups' marks, without those of the legend."""
    paths = [node.attrib["d"] for node in ET.fromstring(svg).iter(f"{SVG}path")]
    return paths[: len(paths) // 2]


def test_each_placed_person_is_a_dot() -> None:
    groups = opinion_groups(40)
    drawn = clouds(opinion_map(groups, names=["a", "b"], language="en"))
    assert [path.count("M") for path in drawn] == list(groups.sizes)
    assert groups.unplaced == 1


def test_groups_differ_in_shape() -> None:
    svg = opinion_map(opinion_groups(60, 6), names=list("abcdef"), language="en")
    shapes = {re.sub(r"^[\d.]+ [\d.]+", "", path.split("M")[1]) for path in clouds(svg)}
    assert len(shapes) == 6


def test_order_of_people_does_not_show() -> None:
    groups = opinion_groups(50)
    turn = np.random.default_rng(3).permutation(50)
    other = OpinionGroups(groups.sizes, groups.stability, groups.membership[turn], groups.position[turn])
    assert opinion_map(other, names=["a", "b"], language="en") == opinion_map(groups, names=["a", "b"], language="en")


def test_distances_are_true_in_both_directions() -> None:
    position = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 1.0], [4.0, 1.0]])
    groups = OpinionGroups((4,), None, np.zeros(4, np.int32), position)
    (path,) = clouds(opinion_map(groups, names=["a"], language="en"))
    starts = [[float(v) for v in mark.split("a")[0].split()] for mark in path.split("M")[1:]]
    xs, ys = {x for x, _ in starts}, {y for _, y in starts}
    assert (max(xs) - min(xs)) == pytest.approx(4 * (max(ys) - min(ys)), abs=0.5)


@pytest.mark.parametrize("people", [DOTS + 2, 300_000])
def test_a_crowd_is_counted_in_cells_and_stays_small(people: int) -> None:
    everywhere = np.random.default_rng(5).uniform(size=(people, 2))
    member = (np.arange(people) % 6).astype(np.int32)
    groups = OpinionGroups(tuple(np.bincount(member).tolist()), 0.9, member, everywhere)
    svg = opinion_map(groups, names=list("abcdef"), language="en")
    assert len(svg.encode()) < 300_000
    assert 0 < sum(path.count("M") for path in clouds(svg)) <= 6 * (CELLS + 1) ** 2


def test_everyone_in_one_place_stands_in_the_middle() -> None:
    groups = OpinionGroups((3,), None, np.zeros(3, np.int32), np.ones((3, 2)))
    (path,) = clouds(opinion_map(groups, names=["a"], language="en"))
    assert path.startswith(f"M{WIDTH / 2 - 3.6:g} {HEIGHT / 2:g}")


def test_sizes_are_told_in_words() -> None:
    words = [
        n.text
        for n in ET.fromstring(opinion_map(opinion_groups(3), names=["a", "b"], language="en")).iter(f"{SVG}text")
    ]
    assert words == ["a: 2 people", "b: 0 people"]
