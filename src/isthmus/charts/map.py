"""The opinion map: people who vote alike stand near one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from isthmus.analysis import OpinionGroups
from isthmus.charts._svg import element, picture, text
from isthmus.charts.overview import shorten
from isthmus.charts.palette import INK, group_path, side_class, side_colour
from isthmus.language import translator

WIDTH: Final = 520.0
HEIGHT: Final = 380.0
MARGIN: Final = 16.0
DOTS: Final = 2000  # people up to this many are drawn one by one, more are counted in cells
CELLS: Final = 32  # cells along the longer side
_LINE: Final = 22.0


def opinion_map(groups: OpinionGroups, *, names: Sequence[str], language: str) -> str:
    """A map of the people by how they voted, groups told apart by shape and colour.

    Up to 2,000 people are drawn one by one; beyond, marks stand for cells and their area grows with the
    number of people in them. The size of the picture is bounded however many people there are. The axes have
    no meaning of their own and bear no numbers; people without a place are left out.

    Parameters
    ----------
    groups
        Positions, shape (n, 2), NaN for people without a place; membership, shape (n,).
    names
        What the reader calls each group, as many as there are in `groups.sizes`.
    """
    tr = translator(language)
    placed = (groups.membership >= 0) & np.isfinite(groups.position).all(axis=1)
    member = groups.membership[placed]
    height = HEIGHT + _LINE * len(names) + 8
    points = _fit(groups.position[placed])
    parts = [
        element(
            "rect",
            class_="svg-line",
            color=INK["line"],
            x=0.5,
            y=0.5,
            width=WIDTH - 1,
            height=HEIGHT - 1,
            fill="none",
            stroke="currentColor",
        )
    ]
    crowd = len(member) > DOTS
    for place in range(len(names)):
        own = points[member == place]
        data = _cells(own, place) if crowd else _dots(own, place)
        parts.append(_marks(place, data, 0.6 if crowd else 0.75))
    parts += [_legend(groups, place, name, language) for place, name in enumerate(names)]
    title = tr.gettext("Opinion map")
    description = (
        tr.gettext(
            "Each mark stands for people at that place, the larger the more; those who voted alike stand close together."
        )
        if crowd
        else tr.gettext("Each mark is a person; those who voted alike stand close together.")
    )
    return picture(WIDTH, height, title, description, parts, language=language)


def _legend(groups: OpinionGroups, place: int, name: str, language: str) -> str:
    """The line below the map that tells whose mark this is, and how many they are."""
    y = HEIGHT + 8 + _LINE * (place + 0.5)
    size = groups.sizes[place]
    words = (
        translator(language)
        .ngettext("{group}: {count} person", "{group}: {count} people", size)
        .format(group=shorten(name, 48), count=f"{size:,}")
    )
    return _marks(place, group_path(place, 10, y, 5), 1.0) + element(
        "text", text(words), class_="svg-ink", color=INK["ink"], fill="currentColor", font_size=14, x=24, y=y + 5
    )


def _fit(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Positions in the picture: one scale for both axes, so that distances stay true."""
    if not len(positions):
        return positions
    low, high = positions.min(axis=0), positions.max(axis=0)
    room = np.array([WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN])
    span = np.maximum(high - low, 1e-9)
    scale = float((room / span).min()) if (high > low).any() else 0.0
    fitted = (positions - (low + high) / 2) * scale * np.array([1.0, -1.0])
    placed: NDArray[np.float64] = np.round(fitted + np.array([WIDTH, HEIGHT]) / 2, 1)
    return placed


def _dots(points: NDArray[np.float64], place: int) -> str:
    # Sorted by place, so that the picture says nothing about the order of the answer sheets.
    order = np.lexsort((points[:, 0], points[:, 1]))
    return "".join(group_path(place, float(x), float(y), 3.6) for x, y in points[order])


def _cells(points: NDArray[np.float64], place: int) -> str:
    cell = WIDTH / CELLS
    codes = np.floor(points / cell).astype(np.int64)
    keys, counts = np.unique(codes[:, 1] * CELLS + codes[:, 0], return_counts=True)
    most = counts.max(initial=1)
    radii = np.round(cell / 2 * np.sqrt(counts / most), 1).clip(1.0)
    return "".join(
        group_path(place, float((key % CELLS + 0.5) * cell), float((key // CELLS + 0.5) * cell), float(r))
        for key, r in zip(keys, radii, strict=True)
    )


def _marks(place: int, data: str, opacity: float) -> str:
    if not data:
        return ""
    return element(
        "path", class_=side_class(place), color=side_colour(place), fill="currentColor", fill_opacity=opacity, d=data
    )
