"""All statements at a glance: support on one side against support on the other, or one strip per side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from isthmus.analysis import CommonGround, SideFinding, StatementFinding, Verdict
from isthmus.charts._svg import element, number, picture, text
from isthmus.charts.marks import verdict_shape
from isthmus.charts.palette import INK, VERDICTS, side_class, side_colour
from isthmus.language import translator

PLOT: Final = 400.0
MARGIN: Final = 56.0
FULL_MARKS: Final = 400  # beyond, a mark per statement would be unreadable and the picture heavy
_GRID: Final = 50


def overview(
    result: CommonGround,
    *,
    order: Sequence[int],
    names: Sequence[str],
    language: str,
    texts: Sequence[str] | None = None,
) -> str:
    """One mark per statement, its shape and colour telling the verdict.

    With two sides, support on the first of `order` runs to the right and on the second upwards, so that the
    picture with the sides swapped is this one mirrored at its diagonal. Otherwise one strip per side.

    Parameters
    ----------
    result
        The findings. A statement on which some side has neither votes nor estimate is left out.
    order
        Places of the sides in `result.sides`, in the reader's order.
    names
        What the reader calls each side, in the same order as `result.sides`.
    texts
        Text of each statement, shown when pointed at.
    """
    if len(order) == 2:
        return _square(result, order, names, language, texts)
    return _strips(result, order, names, language)


def plotted_support(side: SideFinding) -> float | None:
    """The support that a picture places a mark by: the estimate, which the rules speak of, else the count."""
    return side.support if side.estimate is None else side.estimate


def _square(
    result: CommonGround, order: Sequence[int], names: Sequence[str], language: str, texts: Sequence[str] | None
) -> str:
    tr = translator(language)
    first, second = order
    parts = [_zones(float(result.rules.threshold), language), *_axes(names[first], names[second], language)]
    parts += _marks(
        [
            (s, x, y, texts[i] if texts else s.id)
            for i, s in enumerate(result.statements)
            if (x := plotted_support(s.sides[first])) is not None
            and (y := plotted_support(s.sides[second])) is not None
        ]
    )
    size = PLOT + MARGIN + 24
    title = tr.gettext("All statements by support: {first} to the right, {second} upwards").format(
        first=names[first], second=names[second]
    )
    description = tr.gettext(
        "Each mark is a statement. Towards the top right both sides agree, towards the bottom left both disagree, "
        "towards the other corners they differ."
    )
    return picture(size, size, title, description, parts, language=language)


def _at(x: float, y: float) -> tuple[float, float]:
    return MARGIN + x * PLOT, 12 + (1 - y) * PLOT


def _zones(threshold: float, language: str) -> str:
    """Tinted corners in which sides accept and reject, and the dashed thresholds."""
    tr = translator(language)
    low = 1 - threshold
    side = low * PLOT
    corners = [
        (Verdict.COMMON_GROUND, threshold, 1.0, tr.gettext("both accept")),
        (Verdict.COMMON_REJECTION, 0.0, low, tr.gettext("both reject")),
        (Verdict.DIFFERENCE, 0.0, 1.0, tr.gettext("they differ")),
        (Verdict.DIFFERENCE, threshold, low, tr.gettext("they differ")),
    ]
    parts = []
    for verdict, x, y, word in corners:
        left, top = _at(x, y)
        kind, colour = f"verdict-{verdict.value}", VERDICTS[verdict]
        parts.append(
            element(
                "rect",
                class_=kind,
                color=colour,
                x=left,
                y=top,
                width=side,
                height=side,
                fill="currentColor",
                fill_opacity=0.07,
            )
        )
        if side >= 90:
            parts.append(
                element(
                    "text",
                    text(word),
                    class_=kind,
                    color=colour,
                    fill="currentColor",
                    font_size=12,
                    x=left + side / 2,
                    y=top + (side - 9 if y > 0.5 else 18),
                    text_anchor="middle",
                )
            )
    for share in (low, threshold):
        (x0, y0), (x1, y1) = _at(share, 0), _at(share, 1)
        parts.append(_line(x0, y0, x1, y1, "ink-soft", "3 3"))
        (x0, y0), (x1, y1) = _at(0, share), _at(1, share)
        parts.append(_line(x0, y0, x1, y1, "ink-soft", "3 3"))
    return "".join(parts)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str = "line", dashes: str | None = None) -> str:
    kind = "svg-soft" if colour == "ink-soft" else "svg-line"
    return element(
        "line",
        class_=kind,
        color=INK[colour],
        stroke="currentColor",
        stroke_dasharray=dashes,
        x1=x1,
        y1=y1,
        x2=x2,
        y2=y2,
    )


def _label(x: float, y: float, words: str, *, anchor: str = "middle", turn: str | None = None, **more: str) -> str:
    given = {"class_": "svg-soft", "color": INK["ink-soft"], **more}
    return element(
        "text", text(words), x=x, y=y, fill="currentColor", font_size=13, text_anchor=anchor, transform=turn, **given
    )


def _axes(right: str, up: str, language: str) -> list[str]:
    tr = translator(language)
    parts = []
    for share in (0.0, 0.5, 1.0):
        (x0, y0), (x1, y1) = _at(share, 0), _at(share, 1)
        parts.append(_line(x0, y0, x1, y1))
        parts.append(_label(x0, y0 + 18, f"{share:.0%}"))
        (x0, y0), (x1, y1) = _at(0, share), _at(1, share)
        parts.append(_line(x0, y0, x1, y1))
        parts.append(_label(x0 - 8, y0 + 4.5, f"{share:.0%}", anchor="end"))
    middle, bottom = _at(0.5, 0)
    words = tr.gettext("support in {side}")
    parts.append(
        _label(middle, bottom + 38, words.format(side=shorten(right)), class_=side_class(0), color=side_colour(0))
    )
    left, height = 14.0, 12 + PLOT / 2
    parts.append(
        _label(
            left,
            height,
            words.format(side=shorten(up)),
            turn=f"rotate(-90 {number(left)} {number(height)})",
            class_=side_class(1),
            color=side_colour(1),
        )
    )
    return parts


def shorten(words: str, width: int = 36) -> str:
    """`words` cut to about `width` Latin letters; a Chinese character counts for two."""
    used = 0
    for i, letter in enumerate(words):
        used += 2 if ord(letter) > 0x2E7F else 1
        if used > width:
            return words[:i] + "…"
    return words


def _marks(points: Sequence[tuple[StatementFinding, float, float, str]]) -> list[str]:
    """A mark per statement with its text; of very many statements one small mark per place and verdict."""
    if len(points) <= FULL_MARKS:
        return [
            verdict_shape(s.verdict, *_at(x, y), 7, element("title", text(shorten(words, 240))))
            for s, x, y, words in sorted(points, key=lambda p: p[0].verdict is not Verdict.OPEN)
        ]
    places = dict.fromkeys((s.verdict, round(x * _GRID) / _GRID, round(y * _GRID) / _GRID) for s, x, y, _ in points)
    return [verdict_shape(verdict, *_at(x, y), 3.5) for verdict, x, y in sorted(places)]


def _strips(result: CommonGround, order: Sequence[int], names: Sequence[str], language: str) -> str:
    tr = translator(language)
    height, top = 92.0, 18.0
    width, left = 520.0, 14.0
    parts: list[str] = []
    for row, side in enumerate(order):
        base = top + (row + 1) * height - 24
        parts.append(
            _label(
                left,
                base - height + 32,
                shorten(names[side], 52),
                anchor="start",
                class_=side_class(row),
                color=side_colour(row),
            )
        )
        parts.append(_line(left, base, width - left, base))
        threshold = float(result.rules.threshold)
        for share in (1 - threshold, threshold):
            x = left + share * (width - 2 * left)
            parts.append(_line(x, base - height + 40, x, base, "ink-soft", "3 3"))
        parts += _pile(result.statements, side, left, width - 2 * left, base)
    base = top + len(order) * height - 24
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        parts.append(_label(left + share * (width - 2 * left), base + 18, f"{share:.0%}", anchor=anchor))
    title = tr.gettext("All statements by support, one strip per side")
    description = tr.gettext("Each mark is a statement; the further to the right, the more of the side agree.")
    return picture(width, top + len(order) * height + 4, title, description, parts, language=language)


def _pile(statements: Sequence[StatementFinding], side: int, left: float, width: float, base: float) -> list[str]:
    """Marks along a strip, piled up where several have the same support."""
    columns: dict[int, list[Verdict]] = {}
    for s in statements:
        support = plotted_support(s.sides[side])
        if support is not None:
            columns.setdefault(round(support * _GRID), []).append(s.verdict)
    parts = []
    for column, verdicts in sorted(columns.items()):
        step = min(11.0, 48.0 / len(verdicts))
        shown = sorted(verdicts)[:: max(1, len(verdicts) // 24)]
        parts += [
            verdict_shape(verdict, left + column / _GRID * width, base - 7 - i * step, 5)
            for i, verdict in enumerate(shown)
        ]
    return parts
