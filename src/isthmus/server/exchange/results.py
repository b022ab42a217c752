"""Results of analyses as they are kept: everything in them, exactly, as JSON text.

The published JSON (`isthmus.formats.write_json`) rounds and leaves the opinion map out; the pages need it all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple
from fractions import Fraction
from typing import Any

import numpy as np

from isthmus.analysis import (
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
from isthmus.server.exchange.sheets import intake_from_json, intake_to_json


def to_text(result: CommonGround) -> str:
    """A result as text."""
    kept = {
        "rules": {
            "threshold": str(result.rules.threshold),
            "least_stands": result.rules.least_stands,
            "confidence": result.rules.confidence,
            "population": result.rules.population.value,
        },
        "sides": [astuple(side) for side in result.sides],
        "statements": [_statement_to_json(statement) for statement in result.statements],
        "participants": result.participants,
        "votes": result.votes,
        "sides_from": result.sides_from,
        "without_side": result.without_side,
        "groups": None if result.groups is None else _groups_to_json(result.groups),
        "intake": intake_to_json(result.intake),
    }
    return json.dumps(kept, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def from_text(text: str) -> CommonGround:
    """The result that `to_text` wrote down."""
    kept: dict[str, Any] = json.loads(text)
    rules = kept["rules"]
    return CommonGround(
        rules=Rules(
            threshold=Fraction(rules["threshold"]),
            least_stands=rules["least_stands"],
            confidence=rules["confidence"],
            population=Population(rules["population"]),
        ),
        sides=tuple(Side(*side) for side in kept["sides"]),
        statements=tuple(_statement_from_json(statement) for statement in kept["statements"]),
        participants=kept["participants"],
        votes=kept["votes"],
        sides_from=kept["sides_from"],
        without_side=kept["without_side"],
        groups=None if kept["groups"] is None else _groups_from_json(kept["groups"]),
        intake=intake_from_json(kept["intake"]),
    )


def _statement_to_json(statement: StatementFinding) -> dict[str, Any]:
    return {
        "id": statement.id,
        "verdict": statement.verdict.value,
        "probability": {case.value: share for case, share in statement.probability.items()},
        "sides": [astuple(side) for side in statement.sides],
        "texts": dict(statement.texts),
    }


def _statement_from_json(kept: Mapping[str, Any]) -> StatementFinding:
    return StatementFinding(
        id=kept["id"],
        verdict=Verdict(kept["verdict"]),
        probability={Case(case): share for case, share in kept["probability"].items()},
        sides=tuple(SideFinding(*side) for side in kept["sides"]),
        texts=kept["texts"],
    )


def _groups_to_json(groups: OpinionGroups) -> dict[str, Any]:
    placed = np.isfinite(groups.position)
    position = np.where(placed, groups.position, 0.0).round(6)
    return {
        "sizes": list(groups.sizes),
        "stability": groups.stability,
        "membership": groups.membership.tolist(),
        "position": [
            point if known else None for point, known in zip(position.tolist(), np.all(placed, axis=1), strict=True)
        ],
    }


def _groups_from_json(kept: Mapping[str, Any]) -> OpinionGroups:
    nowhere = [np.nan, np.nan]
    return OpinionGroups(
        sizes=tuple(kept["sizes"]),
        stability=kept["stability"],
        membership=np.array(kept["membership"], np.int32),
        position=np.array([nowhere if point is None else point for point in kept["position"]], float).reshape(-1, 2),
    )
