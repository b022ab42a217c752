"""One side's support for one statement as a bar."""

from __future__ import annotations

from typing import Final

from isthmus.analysis import SideFinding
from isthmus.charts._svg import element, picture
from isthmus.charts.palette import INK, pattern_definitions, side_class, side_colour, side_fill

WIDTH: Final = 200.0
HEIGHT: Final = 24.0
_EDGE: Final = 2.0
_BAR_TOP, _BAR = 4.0, 10.0
_RANGE = 19.5


def support_bar(
    finding: SideFinding,
    *,
    place: int,
    threshold: float,
    title: str,
    description: str = "",
    mirrored: bool = False,
    language: str = "en",
    standalone: bool = True,
) -> str:
    """A bar of the support as counted; below it the 90 % interval; across it the thresholds.

    The long dashed line stands at `threshold`, from which the side accepts, the short one at 1 − `threshold`,
    up to which it rejects. Counted support and interval are separate marks, since with few votes they may lie
    apart. Where nobody took a stand there is no bar.

    Parameters
    ----------
    finding
        The side's numbers for the statement.
    place
        Place of the side in the reader's order, from 0: it chooses colour and pattern.
    threshold
        Share of stands, above 1/2 and at most 1.
    title, description
        What the picture says, in words, for those who do not see it.
    mirrored
        Grow from right to left, for the side that stands to the left of the statement.
    standalone
        Define the patterns inside the picture; False where the page holds `palette.patterns()`.
    """

    def across(share: float) -> float:
        length = share * (WIDTH - 2 * _EDGE)
        return WIDTH - _EDGE - length if mirrored else _EDGE + length

    parts = [pattern_definitions() if standalone else "", _span(across(0), across(1), 7.0, 4.0, "track", "svg-track")]
    if finding.support is not None:
        bar = _box(across(0), across(finding.support), _BAR_TOP, _BAR)
        # A bar of no length would not be seen: nobody agreeing is a finding too.
        bar["width"] = max(bar["width"], 1.5)
        if mirrored:
            bar["x"] = across(0) - bar["width"]
        parts.append(element("rect", class_=side_class(place), color=side_colour(place), fill=side_fill(place), **bar))
    if finding.low is not None and finding.high is not None:
        parts.append(_interval(across(finding.low), across(finding.high)))
    parts += [_tick(across(threshold), 0.0, 18.0), _tick(across(1 - threshold), 3.0, 15.0)]
    return picture(WIDTH, HEIGHT, title, description, parts, language=language)


def _box(start: float, end: float, top: float, height: float) -> dict[str, float]:
    return {"x": min(start, end), "y": top, "width": abs(end - start), "height": height}


def _span(start: float, end: float, top: float, height: float, colour: str, kind: str) -> str:
    return element("rect", class_=kind, color=INK[colour], fill="currentColor", **_box(start, end, top, height))


def _interval(low: float, high: float) -> str:
    # Caps keep an interval of no length visible.
    path = f"M{low:.2f} {_RANGE}H{high:.2f}M{low:.2f} {_RANGE - 2.5}v5M{high:.2f} {_RANGE - 2.5}v5"
    return element(
        "path", class_="svg-ink", color=INK["ink"], stroke="currentColor", stroke_width=1.5, fill="none", d=path
    )


def _tick(x: float, top: float, bottom: float) -> str:
    return element(
        "line",
        class_="svg-ink",
        color=INK["ink"],
        x1=x,
        x2=x,
        y1=top,
        y2=bottom,
        stroke="currentColor",
        stroke_width=1.2,
        stroke_dasharray="2 2",
    )
