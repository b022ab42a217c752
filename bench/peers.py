"""red-dwarf, the Polis method in Python, on the same votes, in an environment that is thrown away."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import csv, json, sys, time
from reddwarf.implementations.polis import run_pipeline
number = lambda text: int(text.lstrip("ps"))
with open(sys.argv[1]) as file:
    votes = [{"participant_id": number(r["participant"]), "statement_id": number(r["statement"]), "vote": int(r["vote"])}
             for r in csv.DictReader(file)]
start = time.process_time()
run_pipeline(votes=votes, random_state=1)
used = time.process_time() - start
peak = int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) / 1000
print(json.dumps({"analysis": used, "peak": peak}))
"""


def install(folder: Path) -> Path | None:
    """An environment with red-dwarf; None where it cannot be had."""
    python = folder / "peers" / "bin" / "python"
    steps = (
        [sys.executable, "-m", "venv", str(folder / "peers")],
        [str(python), "-m", "pip", "install", "--quiet", "red-dwarf"],
    )
    for step in steps:
        if subprocess.run(step, capture_output=True, check=False).returncode:
            return None
    return python


def measure(python: Path, votes: Path) -> dict[str, float]:
    """CPU seconds and peak memory for the votes of a CSV file."""
    done = subprocess.run(
        [str(python), "-W", "ignore", "-c", SCRIPT, str(votes)], capture_output=True, text=True, check=True
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures
