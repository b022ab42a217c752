"""The table of all cases: `python -m bench [--large] [--peers]`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import peers
from bench.synthetic import write_conversation


@dataclass(frozen=True)
class Case:
    """A measurement, and the figures it must stay within: CPU seconds, and MB at the peak."""

    title: str
    kind: str
    data: str
    suffix: str = ".parquet"
    seconds: float | None = None
    memory: float | None = None


DATA = {
    "delegates": (30, 60, 40),
    "town": (1921, 197, 26),
    "city": (100_000, 500, 50),
    "country": (1_000_000, 1_000, 50),
}
CASES = (
    Case("30 × 60, 1,200 votes, closed", "closed", "delegates", seconds=0.3),
    Case("1,921 × 197, 50,000 votes, sides given", "given", "town", seconds=0.3),
    Case("1,921 × 197, 50,000 votes, groups", "groups", "town"),
    Case("100,000 × 500, 5 million votes, sides given", "given", "city", seconds=3, memory=500),
    Case("100,000 × 500, 5 million votes, groups", "groups", "city", seconds=10, memory=500),
    Case("reading 5 million rows of CSV", "read", "city", suffix=".csv", seconds=5),
    Case("reading 5 million rows of Parquet", "read", "city", seconds=1),
)
LARGE = (
    Case("1,000,000 × 1,000, 50 million votes, sides given", "given", "country", seconds=30, memory=2_500),
    Case("1,000,000 × 1,000, 50 million votes, groups", "groups", "country", seconds=30, memory=2_500),
)
PEERS = ("town", "city")


def measure(case: Case, folder: Path) -> dict[str, Any]:
    """The figures of a case, taken in a fresh process."""
    command = [sys.executable, "-m", "bench.measure", case.kind, str(folder / f"{case.data}{case.suffix}")]
    done = subprocess.run(
        [*command, str(folder / f"{case.data}-sides.csv")], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{case.title}: {done.stderr.strip()}")
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def row(case: Case, figures: dict[str, Any]) -> list[str]:
    judged = figures["reading"] if case.kind == "read" else figures["analysis"]
    kept = (case.seconds is None or judged <= case.seconds) and (case.memory is None or figures["peak"] <= case.memory)
    limits = [f"{case.seconds:g} s" if case.seconds else "", f"{case.memory:,.0f} MB" if case.memory else ""]
    return [
        case.title,
        *(f"{figures[name]:.2f}" if name in figures else "" for name in ("reading", "analysis", "counting")),
        f"{figures['peak']:,.0f}",
        ", ".join(part for part in limits if part),
        ("yes" if kept else "NO") if any(limits) else "",
    ]


def compare(folder: Path, table: Table) -> None:
    """Add red-dwarf's figures, or say why there are none."""
    python = peers.install(folder)
    if python is None:
        print("red-dwarf cannot be installed here (no package index?), so it is not compared.")
        return
    for name in PEERS:
        figures = peers.measure(python, folder / f"{name}.csv")
        people, statements, _ = DATA[name]
        table.add_row(
            f"red-dwarf: {people:,} × {statements:,}", "", f"{figures['analysis']:.2f}", "", f"{figures['peak']:,.0f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--large", action="store_true", help="a million people too: minutes, and 3 GB of memory")
    parser.add_argument("--peers", action="store_true", help="red-dwarf on the same votes: up to ten minutes")
    asked = parser.parse_args()
    cases = (*CASES, *(LARGE if asked.large else ()))
    table = Table(
        "case", "reading s", "analysis s", "counting s", "peak MB", "at most", "kept", title="CPU time after imports"
    )
    with tempfile.TemporaryDirectory(prefix="isthmus-bench-") as name:
        folder = Path(name)
        for data in dict.fromkeys(case.data for case in cases):
            people, statements, each = DATA[data]
            write_conversation(folder, data, people, statements, each, csv=data != "country")
        for case in cases:
            print(f"… {case.title}", file=sys.stderr, flush=True)
            table.add_row(*row(case, measure(case, folder)))
        if asked.peers:
            compare(folder, table)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
