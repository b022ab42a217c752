"""The result of an analysis as JSON, schema 1: `docs/reference/analysis-json.md`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from isthmus.analysis import Case, CommonGround, OpinionGroups, SideFinding, StatementFinding

SCHEMA: Final = 1
DECIMALS: Final = 6


def write_json(result: CommonGround) -> str:
    """The result as JSON text: the same bytes for the same result, and no number that is not finite."""
    return json.dumps(to_dict(result), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def to_dict(result: CommonGround) -> dict[str, Any]:
    """The result in plain values, as they stand in the JSON."""
    rules = result.rules
    names = [side.name for side in result.sides]
    return {
        "schema": SCHEMA,
        "input": _input(result),
        "population": rules.population.value,
        "threshold": _rounded(float(rules.threshold)),
        "threshold_fraction": str(rules.threshold),
        "least_stands": rules.least_stands,
        "confidence": _rounded(rules.confidence),
        "two_sided": result.two_sided,
        "sides_from": result.sides_from,
        "sides": [{"name": side.name, "participants": side.participants} for side in result.sides],
        "statements": [_statement(statement, result, names) for statement in result.statements],
        "groups": None if result.groups is None else _groups(result.groups),
    }


def _input(result: CommonGround) -> dict[str, Any]:
    intake = result.intake
    return {
        "participants": result.participants,
        "statements": len(result.statements),
        "votes": result.votes,
        "rows": intake.rows,
        "duplicates": intake.duplicates,
        "rejected": intake.rejected,
        "rejected_votes": intake.rejected_votes,
        "unknown_participants": intake.unknown_participants,
        "unknown_statements": intake.unknown_statements,
        "empty_rows": intake.empty_rows,
        "without_side": result.without_side,
        "notices": [notice.render() for notice in intake.notices],
    }


def _statement(statement: StatementFinding, result: CommonGround, names: list[str]) -> dict[str, Any]:
    texts = {language: text for language, text in statement.texts.items() if text}
    return {
        "id": statement.id,
        "text": texts.get("und") or next(iter(texts.values()), None),
        "texts": texts,
        "verdict": statement.verdict.value,
        "probability": rounded_to_one(statement.probability),
        "short_of_stands": [names[g] for g in result.short_of_stands(statement)],
        "sides": {name: _side(side) for name, side in zip(names, statement.sides, strict=True)},
    }


def _side(side: SideFinding) -> dict[str, Any]:
    return {
        "agree": side.agree,
        "disagree": side.disagree,
        "pass": side.passes,
        "support": _rounded(side.support),
        "estimate": _rounded(side.estimate),
        "support_low": _rounded(side.low),
        "support_high": _rounded(side.high),
        "accepts": _rounded(side.accepts),
        "rejects": _rounded(side.rejects),
    }


def _groups(groups: OpinionGroups) -> dict[str, Any]:
    return {
        "count": len(groups.sizes),
        "sizes": list(groups.sizes),
        "stability": _rounded(groups.stability),
        "unplaced": groups.unplaced,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), DECIMALS)


def rounded_to_one(probability: Mapping[Case, float]) -> dict[str, float]:
    """Probabilities to six decimals that still sum to 1: what rounding leaves over goes where it cut most."""
    unit = 10**DECIMALS
    exact = [probability[case] * unit for case in Case]
    parts = [int(value) for value in exact]
    left = unit - sum(parts)
    for index in sorted(range(len(exact)), key=lambda i: parts[i] - exact[i])[: max(left, 0)]:
        parts[index] += 1
    return {case.value: part / unit for case, part in zip(Case, parts, strict=True)}
