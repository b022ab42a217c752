"""Pictures of findings as SVG text: no script, no style attribute, nothing fetched, the same bytes each time."""

from isthmus.charts.map import opinion_map
from isthmus.charts.marks import isthmus_mark, verdict_mark
from isthmus.charts.overview import overview
from isthmus.charts.palette import patterns, side_class
from isthmus.charts.support import support_bar

__all__ = ["isthmus_mark", "opinion_map", "overview", "patterns", "side_class", "support_bar", "verdict_mark"]
