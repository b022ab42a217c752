"""Small signs: of the program and of the verdicts."""

from __future__ import annotations

from typing import Final

from isthmus.analysis import Verdict
from isthmus.charts._svg import element
from isthmus.charts.palette import VERDICTS, verdict_path

# Two lands and the strip that joins them; the same turned by half, so that neither comes first.
ISTHMUS_PATH: Final = (
    "M5 3h3c4.2 0 5 4.2 5 7.5 0 1.7.8 2.5 2.3 2.5h1.4c1.5 0 2.3-.8 2.3-2.5C19 7.2 19.8 3 24 3h3a2 2 0 0 1 2 2v22"
    "a2 2 0 0 1-2 2h-3c-4.2 0-5-4.2-5-7.5 0-1.7-.8-2.5-2.3-2.5h-1.4c-1.5 0-2.3.8-2.3 2.5 0 3.3-.8 7.5-5 7.5H5"
    "a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z"
)


def isthmus_mark() -> str:
    """The program's mark, in the colour of the text around it; beside its name, so hidden from readers aloud."""
    return element(
        "svg",
        element("path", fill="currentColor", d=ISTHMUS_PATH),
        xmlns="http://www.w3.org/2000/svg",
        viewBox="0 0 32 32",
        class_="mark",
        aria_hidden="true",
        focusable="false",
    )


def verdict_mark(verdict: Verdict) -> str:
    """The mark of a verdict, to stand beside its word."""
    return element(
        "svg",
        verdict_shape(verdict, 10, 10, 9),
        xmlns="http://www.w3.org/2000/svg",
        viewBox="0 0 20 20",
        width=20,
        height=20,
        class_=f"verdict-mark verdict-{verdict.value}",
        color=VERDICTS[verdict],
        aria_hidden="true",
        focusable="false",
    )


def verdict_shape(verdict: Verdict, x: float, y: float, r: float, *children: str) -> str:
    """A verdict's mark as one path around (x, y), for a place inside a picture."""
    return element(
        "path",
        *children,
        class_=f"verdict-{verdict.value}",
        color=VERDICTS[verdict],
        d=verdict_path(verdict, x, y, r),
        stroke="currentColor",
        stroke_width=max(1.1, r * 0.22),
        fill="none",
    )
