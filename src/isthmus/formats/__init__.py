"""Readers and writers: vote tables, tallies, Polis exports, sides; results as JSON, CSV and report.

The report lives in `isthmus.formats.report`, which is imported by itself (it brings templates along).
"""

from isthmus.formats._atomic import check_writable, write_file
from isthmus.formats._source import Limits, SizeLimitError
from isthmus.formats.analysis_csv import write_csv
from isthmus.formats.analysis_json import write_json
from isthmus.formats.polis import PolisExport, read_polis
from isthmus.formats.sides import (
    Roster,
    Sided,
    SideSizes,
    as_one_side,
    read_sides,
    sided,
    with_groups,
    with_roster,
    with_sizes,
)
from isthmus.formats.texts import Texts, read_texts, with_texts
from isthmus.formats.votes import read_votes

__all__ = [
    "Limits",
    "PolisExport",
    "Roster",
    "SideSizes",
    "Sided",
    "SizeLimitError",
    "Texts",
    "as_one_side",
    "check_writable",
    "read_polis",
    "read_sides",
    "read_texts",
    "read_votes",
    "sided",
    "with_groups",
    "with_roster",
    "with_sizes",
    "with_texts",
    "write_csv",
    "write_file",
    "write_json",
]
