"""The result of an analysis as CSV: one row per statement and side."""

from __future__ import annotations

import csv
import io
from typing import Final

from isthmus.analysis import Case, CommonGround
from isthmus.formats.analysis_json import to_dict

HEADER: Final = (
    "statement",
    "text",
    "verdict",
    *(f"p_{case.value}" for case in Case),
    "side",
    "agree",
    "disagree",
    "pass",
    "support",
    "estimate",
    "support_low",
    "support_high",
    "accepts",
    "rejects",
)
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write_csv(result: CommonGround) -> str:
    """The numbers of `write_json` as a table; an empty cell where there is no number."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(HEADER)
    for statement in to_dict(result)["statements"]:
        head = [
            _cell(statement["id"]),
            _cell(statement["text"] or ""),
            statement["verdict"],
            *statement["probability"].values(),
        ]
        for name, side in statement["sides"].items():
            rows.writerow([*head, _cell(name), *side.values()])
    return out.getvalue()


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP, “CSV injection”); numbers stay as they are."""
    if not text.startswith(FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
