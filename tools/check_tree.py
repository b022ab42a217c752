"""Checks of the source tree that no linter makes: sizes, docstrings, locks, and words that do not belong here."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES_A_FILE = 400
MOST_LINES_A_FUNCTION = 60
DRAWERS = {"utils", "helpers", "common", "misc", "tools"}  # names under which anything is put


def tracked(*patterns: str) -> list[Path]:
    """Files that git tracks, and new ones that it does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in sorted(set(listed.stdout.split("\n"))) if name and (path := ROOT / name).is_file()]


def sizes(path: Path) -> Iterator[str]:
    """Files and functions past their limits."""
    source = path.read_text(encoding="utf-8")
    lines = source.count("\n")
    if lines > MOST_LINES_A_FILE:
        yield f"{path.relative_to(ROOT)}: {lines} lines; at most {MOST_LINES_A_FILE}, make it a folder"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_LINES_A_FUNCTION:
                yield (
                    f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has {length} lines; "
                    f"at most {MOST_LINES_A_FUNCTION}"
                )


def docstrings(path: Path) -> Iterator[str]:
    """Public modules, classes and functions of the source without a docstring."""
    if any(part.startswith("_") and part != "__init__.py" for part in path.parts[-3:]):
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not tree.body:
        return
    if not ast.get_docstring(tree):
        yield f"{path.relative_to(ROOT)}: no docstring says what this module is for"
    for node in tree.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has no docstring"


def locks() -> Iterator[str]:
    """Lock files name packages, versions and digests, never where they came from."""
    for path in tracked("requirements/*", "*package-lock.json"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if "://" in line:
                yield f"{path.relative_to(ROOT)}:{number}: a lock file holds an address"


def links() -> Iterator[str]:
    """Links between documents lead to a file."""
    for path in tracked("*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
                yield f"{path.relative_to(ROOT)}: the link to {target} leads nowhere"


def main() -> int:
    """Print what is wrong; 1 if anything is."""
    found: list[str] = [*locks(), *links()]
    for path in tracked("*.py", "dev"):
        name = path.relative_to(ROOT)
        if "migrations" in name.parts:
            continue
        found += sizes(path)
        if name.parts[0] == "src":
            found += docstrings(path)
            if DRAWERS & {name.stem, *name.parts[2:-1]}:
                found.append(f"{name}: a name that says what is inside, please")
    print("\n".join(found) or "the tree is in order")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
