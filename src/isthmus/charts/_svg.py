"""SVG as text: elements with every value escaped, numbers short and the same on every machine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape, quoteattr

# Characters that XML 1.0 cannot hold at all, not even escaped.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """`text` with what XML cannot hold shown as U+FFFD."""
    return _NOT_XML.sub("\ufffd", text)


def number(value: float) -> str:
    """A coordinate with at most two decimals and no trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(tag: str, *children: str, **attributes: str | float | None) -> str:
    """One element; `children` are elements already, use `text` for words.

    Attributes are written in the order given, `class_` as class, `stroke_width` as stroke-width; None leaves
    one out.
    """
    parts = [tag]
    for name, value in attributes.items():
        if value is not None:
            shown = clean(value) if isinstance(value, str) else number(value)
            parts.append(f"{name.rstrip('_').replace('_', '-')}={quoteattr(shown)}")
    content = "".join(children)
    return f"<{' '.join(parts)}>{content}</{tag}>" if content else f"<{' '.join(parts)}/>"


def text(words: str) -> str:
    """Words as content of an element."""
    return escape(clean(words))


def picture(
    width: float, height: float, title: str, description: str, children: Iterable[str], *, language: str
) -> str:
    """The `<svg>` of one picture: a name and a description for those who do not see it, then its parts."""
    return element(
        "svg",
        element("title", text(title)),
        element("desc", text(description)) if description else "",
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=width,
        height=height,
        role="img",
        lang=language,
        font_family="system-ui, 'PingFang SC', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif",
    )
