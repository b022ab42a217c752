from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import isthmus.analysis
import isthmus.charts
import isthmus.formats
import isthmus.language
import isthmus.ledger

ROOT = Path(__file__).resolve().parent.parent
ISTHMUS = Path(sys.executable).with_name("isthmus")


def blocks(page: str, language: str) -> list[str]:
    """Code blocks of one language in a page of the documentation."""
    return re.findall(
        rf"^```{language}\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


@pytest.mark.unit
def test_python_in_the_readme_runs_and_finds_common_ground() -> None:
    names: dict[str, object] = {}
    for block in blocks("README.md", "python"):
        exec(block, names)
    found = names["found"]

    assert isinstance(found, isthmus.analysis.CommonGround)
    assert [side.name for side in found.sides] == ["Elm", "Birch"]
    assert len(found.statements) == 2


@pytest.mark.integration
def test_tables_and_commands_of_the_tutorial_work(tmp_path: Path) -> None:
    page = "docs/tutorial/first-analysis.md"
    votes, sides = blocks(page, "csv")
    (tmp_path / "votes.csv").write_text(votes, encoding="utf-8")
    (tmp_path / "sides.csv").write_text(sides, encoding="utf-8")
    commands = [line for block in blocks(page, "sh") for line in block.splitlines()]
    assert len(commands) == 3

    for command in commands:
        program, *words = command.split()
        assert program == "isthmus"
        done = subprocess.run([ISTHMUS, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.html").exists()
    assert 'lang="zh-Hans"' in (tmp_path / "报告.html").read_text(encoding="utf-8")


@pytest.mark.unit
def test_every_decision_is_listed_and_every_page_reachable() -> None:
    listed = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")

    assert {path.name for path in (ROOT / "docs/decisions").glob("0*.md")} == set(re.findall(r"\((0.*?\.md)\)", listed))
    for folder in ("tutorial", "how-to", "reference", "explanation"):
        for path in (ROOT / "docs" / folder).glob("*.md"):
            assert f"({folder}/{path.name})" in index


@pytest.mark.unit
@pytest.mark.parametrize(
    "package", [isthmus.analysis, isthmus.charts, isthmus.formats, isthmus.language, isthmus.ledger]
)
def test_exported_names_exist_once_and_are_documented(package: object) -> None:
    names: list[str] = package.__all__  # type: ignore[attr-defined]

    assert len(names) == len(set(names))
    for name in names:
        thing = getattr(package, name)
        if getattr(thing, "__module__", "").startswith("isthmus"):
            assert thing.__doc__, name


@pytest.mark.unit
def test_examples_in_docstrings_run() -> None:
    modules = [
        importlib.import_module(found.name)
        for package in (isthmus.analysis, isthmus.charts, isthmus.formats, isthmus.language)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    results = [doctest.testmod(module) for module in modules]

    assert sum(result.attempted for result in results) > 0
    assert sum(result.failed for result in results) == 0
