"""Votes in, common ground out: a pure library (numpy and scipy; no server, no clock, no network)."""

from isthmus.analysis.ballots import NO_SIDE, Ballots, Intake, Tallies, Vote
from isthmus.analysis.common_ground import analyse
from isthmus.analysis.findings import (
    Case,
    CommonGround,
    OpinionGroups,
    Population,
    Rules,
    Side,
    SideFinding,
    StatementFinding,
    Verdict,
)
from isthmus.analysis.groups import find_groups
from isthmus.analysis.perception import PerceptionGap, Predictions, most_misjudged, perception_gaps

__all__ = [
    "NO_SIDE",
    "Ballots",
    "Case",
    "CommonGround",
    "Intake",
    "OpinionGroups",
    "PerceptionGap",
    "Population",
    "Predictions",
    "Rules",
    "Side",
    "SideFinding",
    "StatementFinding",
    "Tallies",
    "Verdict",
    "Vote",
    "analyse",
    "find_groups",
    "most_misjudged",
    "perception_gaps",
]
