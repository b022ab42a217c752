"""The account of an analysis as HTML: a fragment for a page, or one self-contained file."""

from isthmus.formats.report._page import STATIC, render_account, render_report

__all__ = ["STATIC", "render_account", "render_report"]
