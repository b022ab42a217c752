"""Templates of the account, and the page that stands alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from isthmus.analysis import CommonGround
from isthmus.charts import isthmus_mark, patterns
from isthmus.formats.report._view import Account
from isthmus.language import translator

STATIC: Final = Path(__file__).resolve().parent / "static"
_STYLES: Final = ("isthmus.css", "findings.css")


def render_account(result: CommonGround, *, language: str, own_side: str | None = None) -> str:
    """The account of an analysis as an HTML fragment, for a page that has the stylesheets and an `<h1>`.

    Parameters
    ----------
    result
        What `isthmus.analysis.analyse` found.
    language
        Tag of the reader's language, one of `isthmus.language.LANGUAGES`.
    own_side
        Name of the reader's own side, which then comes first; without it the sides stand as in `result`.

    Raises
    ------
    InputError
        If the language is not known, or there is no side of that name.
    """
    account = Account(result, language, own_side)
    return _environment(language).get_template("account.html.j2").render(account=account)


def render_report(
    result: CommonGround, *, language: str, title: str, own_side: str | None = None, demonstration: bool = False
) -> str:
    """The account as one self-contained, printable HTML file: no script, nothing fetched.

    Parameters are those of `render_account`; `title` is the heading of the page, and `demonstration` says on
    it that everything told is invented.
    """
    return (
        _environment(language)
        .get_template("report.html.j2")
        .render(
            account=Account(result, language, own_side),
            title=title,
            demonstration=demonstration,
            styles=Markup(_styles()),  # noqa: S704  # our own files, without markup
        )
    )


@cache
def _styles() -> str:
    return "\n".join((STATIC / "isthmus" / name).read_text(encoding="utf-8") for name in _STYLES)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("isthmus.formats.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    tr = translator(language)
    environment.install_gettext_translations(tr, newstyle=True)  # type: ignore[attr-defined]  # added by ext.i18n
    environment.globals.update(
        mark=Markup(isthmus_mark()),  # noqa: S704  # our own SVG
        patterns=Markup(patterns()),  # noqa: S704  # our own SVG
    )
    environment.filters["grouped"] = lambda number: f"{number:,}"
    return environment
