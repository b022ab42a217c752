"""Colours, patterns and shapes of sides, groups and verdicts.

Each colour stands twice: as a class (`side-1` … `side-6`, `verdict-open`, `svg-ink` …), through which a page's
stylesheet sets it for light, dark and paper, and as a presentation attribute, so that a picture looks right
on its own. Colour never stands alone: sides differ in pattern, groups and verdicts in shape.
"""

from __future__ import annotations

from typing import Final

from isthmus.analysis import Verdict
from isthmus.charts._svg import element, number

SIDES: Final = ("#3b5b92", "#9a6414", "#87476f", "#5f6a1e", "#2b6a80", "#6a52a3")
VERDICTS: Final = {
    Verdict.COMMON_GROUND: "#2e6f5e",
    Verdict.COMMON_REJECTION: "#1c2430",
    Verdict.DIFFERENCE: "#9a3412",
    Verdict.DIVIDED: "#4f5c78",
    Verdict.OPEN: "#62676f",
}
INK: Final = {
    "ink": "#1c2430",
    "ink-soft": "#565d68",
    "line": "#d9d6cf",
    "sunk": "#f1eee6",
    "track": "#e3dfd5",
    "paper": "#fbfaf7",
}

# What lies over the solid colour in each pattern: direction of the stripes, or dots. The first side is solid.
_STRIPES: Final = {
    2: "M-1 6 6-1M5 7l2-2M-1 1l2-2",
    3: "M1.500 1.500h.01M4.500 4.500h.01",
    4: "M1.500 0v6M4.500 0v6",
    5: "M0 0l6 6M6 0l-6 6",
    6: "M0 1.500h6M0 4.500h6",
}


def side_class(place: int) -> str:
    """Class of the side or group that stands at `place` (0, 1, …) in the reader's order."""
    return f"side-{place % len(SIDES) + 1}"


def side_colour(place: int) -> str:
    """Colour of the side at `place` where no stylesheet says otherwise."""
    return SIDES[place % len(SIDES)]


def side_fill(place: int) -> str:
    """What a bar of the side at `place` is filled with; needs `patterns` once in the same document."""
    kind = place % len(SIDES) + 1
    return f"url(#isthmus-side-{kind})" if kind in _STRIPES else "currentColor"


def patterns() -> str:
    """An unseen `<svg>` that defines the sides' patterns, once for a page with many pictures."""
    return element(
        "svg",
        pattern_definitions(),
        xmlns="http://www.w3.org/2000/svg",
        class_="patterns",
        width=0,
        height=0,
        aria_hidden="true",
        focusable="false",
    )


def pattern_definitions() -> str:
    """The `<defs>` with one pattern per side."""
    return element("defs", *(_pattern(kind, lines) for kind, lines in _STRIPES.items()))


def _pattern(kind: int, lines: str) -> str:
    dots = kind == 3
    return element(
        "pattern",
        element("rect", width=6, height=6, fill="currentColor"),
        element(
            "path",
            d=lines,
            class_="svg-paper",
            color=INK["paper"],
            stroke="currentColor",
            stroke_width=2 if dots else 1.4,
            stroke_opacity=0.55,
            stroke_linecap="round" if dots else None,
        ),
        id=f"isthmus-side-{kind}",
        class_=f"side-{kind}",
        color=SIDES[kind - 1],
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    )


def _ring(x: float, y: float, r: float) -> str:
    n = number
    return f"M{n(x - r)} {n(y)}a{n(r)} {n(r)} 0 1 0 {n(2 * r)} 0a{n(r)} {n(r)} 0 1 0 {n(-2 * r)} 0z"


def group_path(place: int, x: float, y: float, r: float) -> str:
    """Path data of the marker of the group at `place`, of about the same area for every shape."""
    n = number
    kind = place % len(SIDES)
    if kind == 0:
        return _ring(x, y, r)
    if kind == 1:
        s = r * 0.9
        return f"M{n(x - s)} {n(y - s)}h{n(2 * s)}v{n(2 * s)}h{n(-2 * s)}z"
    if kind == 2:
        s = r * 1.3
        return f"M{n(x)} {n(y - s)}l{n(s)} {n(1.75 * s)}h{n(-2 * s)}z"
    if kind == 3:
        s = r * 1.3
        return f"M{n(x)} {n(y - s)}l{n(s)} {n(s)}l{n(-s)} {n(s)}l{n(-s)} {n(-s)}z"
    if kind == 4:
        s = r * 1.3
        return f"M{n(x)} {n(y + s)}l{n(s)} {n(-1.75 * s)}h{n(-2 * s)}z"
    s, t = r * 1.25, r * 0.45
    return (
        f"M{n(x - t)} {n(y - s)}h{n(2 * t)}v{n(s - t)}h{n(s - t)}v{n(2 * t)}h{n(t - s)}v{n(s - t)}"
        f"h{n(-2 * t)}v{n(t - s)}h{n(t - s)}v{n(-2 * t)}h{n(s - t)}z"
    )


def verdict_path(verdict: Verdict, x: float, y: float, r: float) -> str:
    """Path data of a verdict's mark, to be stroked and filled by the even-odd rule, within r of (x, y).

    Common ground is two rings that share ground, difference a ring and a disc apart, common rejection a ring
    struck through, divided a disc cut in two, open a small empty ring.
    """
    n = number
    if verdict is Verdict.COMMON_GROUND:
        return _ring(x - 0.38 * r, y, 0.6 * r) + _ring(x + 0.38 * r, y, 0.6 * r)
    if verdict is Verdict.DIFFERENCE:
        return _ring(x - 0.55 * r, y, 0.42 * r) + _ring(x + 0.6 * r, y, 0.34 * r) + _ring(x + 0.6 * r, y, 0.12 * r)
    if verdict is Verdict.COMMON_REJECTION:
        s = 0.55 * r
        return (
            _ring(x, y, 0.8 * r)
            + f"M{n(x - s)} {n(y - s)}l{n(2 * s)} {n(2 * s)}M{n(x + s)} {n(y - s)}l{n(-2 * s)} {n(2 * s)}"
        )
    if verdict is Verdict.DIVIDED:
        s = 0.75 * r
        return _ring(x, y, s) + f"M{n(x)} {n(y - s)}v{n(2 * s)}"
    return _ring(x, y, 0.5 * r)
