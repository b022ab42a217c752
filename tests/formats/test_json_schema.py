"""The documented schema describes what is written; a few words of JSON Schema are all it takes to check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from isthmus.analysis import Rules, analyse
from isthmus.formats import Limits, read_polis, read_votes, sided, write_json
from tests.formats.conftest import Write

pytestmark = pytest.mark.unit

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "docs" / "reference" / "analysis.schema.json").read_text(encoding="utf-8")
)
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def faults(value: Any, schema: dict[str, Any], where: str = "$") -> list[str]:
    """Where a value is not as the schema says."""
    if "$ref" in schema:
        return faults(value, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], where)
    kinds = schema.get("type", [])
    found = [] if _is_one_of(value, [kinds] if isinstance(kinds, str) else kinds) else [f"{where}: type"]
    if value not in schema.get("enum", [schema.get("const", value)]):
        found.append(f"{where}: {value}")
    if isinstance(value, (int, float)) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        found.append(f"{where}: {value}")
    if isinstance(value, list):
        return found + [
            fault for i, item in enumerate(value) for fault in faults(item, schema["items"], f"{where}[{i}]")
        ]
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        found += [f"{where}.{name}: missing" for name in schema.get("required", ()) if name not in value]
        for name, item in value.items():
            inner = known.get(name, others)
            found += faults(item, inner, f"{where}.{name}") if inner else [f"{where}.{name}: unknown"]
    return found


def _is_one_of(value: Any, kinds: list[str]) -> bool:
    return not kinds or any(
        isinstance(value, TYPES[kind]) and (kind == "boolean") == isinstance(value, bool) for kind in kinds
    )


@pytest.mark.parametrize("how", ["none", "polis", "groups", "tallies"])
def test_every_kind_of_result_is_as_documented(export: Path, write: Write, how: str) -> None:
    tallies = write(
        "t.csv", "statement,side,agree,disagree,pass,size\na,Elm,9,1,0,12\na,Birch,0,0,0,9\nb,Elm,2,8,1,12\n"
    )
    votes = read_votes(tallies if how == "tallies" else export, limits=Limits())
    ready = sided(votes, {"polis": read_polis(export).groups, "groups": "groups"}.get(how))
    told = json.loads(write_json(analyse(ready.votes, Rules(), sides_from=ready.sides_from, groups=ready.groups)))
    assert faults(told, SCHEMA) == []


def test_the_check_sees_faults() -> None:
    assert faults({"schema": 2, "extra": 1}, SCHEMA)[-2:] == ["$.schema: 2", "$.extra: unknown"]
