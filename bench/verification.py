"""Verifying a record of 100,000 entries, beside the least that any check of it does.

    python -m bench.verification [ENTRIES]

The record: decisions of two sides, each with its proposal, two signatures and its execution, so that half of all
entries bear a signature. Beside it, in the same process: reading the JSON of all entries, the leaf hashes and the
root with hashlib; and the same number of signatures checked with `cryptography` alone.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from rich.table import Table

from bench.peak import peak
from isthmus.ledger import read_record, verify_record, write_record
from tests.ledger.series import Series

ENTRIES = 100_000
SECONDS = 20  # of CPU that the check may take
EVERY = 50  # decisions between two checkpoints


def write(path: Path, entries: int) -> None:
    """An invented record."""
    series = Series().found()
    while len(series.entries) < entries:
        if len(series.entries) // 4 % EVERY == EVERY - 1:
            series.mark()
        series.decide(round_=1)
    series.mark()
    with path.open("wb") as stream:
        stream.writelines(write_record(series.record(round_=1)))


def measure(path: Path) -> dict[str, float]:
    """CPU seconds of the check, and of what is beside it; peak memory with reading, in MB."""
    start = time.process_time()
    report = verify_record(read_record(path.read_bytes()))
    checked = time.process_time()
    assert report.good
    assert report.complete_to == report.size
    figures = {"entries": float(report.size), "verify": checked - start, "peak": peak()}
    signed = report.state.types["decision.signed"]
    figures["signatures"] = float(signed)
    figures["hashing"] = _hashing(path)
    figures["signing"] = _signatures(signed)
    return figures


def _hashing(path: Path) -> float:
    start = time.process_time()
    lines = path.read_bytes().split(b"\n")
    count = json.loads(lines[0])["entries"]
    row = []
    for line in lines[1 : count + 1]:
        entry = line[45:]
        json.loads(entry)
        row.append(hashlib.sha256(b"\0" + entry).digest())
    while len(row) > 1:
        pairs = [hashlib.sha256(b"\1" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
        row = [*pairs, *row[2 * len(pairs) :]]  # the last of an odd number goes up as it is
    return time.process_time() - start


def _signatures(count: int) -> float:
    key, text = Ed25519PrivateKey.generate(), b"x" * 500
    public, signature = key.public_key(), key.sign(text)
    start = time.process_time()
    for _ in range(count):
        public.verify(signature, text)
    return time.process_time() - start


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--measure"]:
        print(json.dumps(measure(Path(arguments[1]))))
        return
    with tempfile.TemporaryDirectory(prefix="isthmus-bench-") as folder:
        path = Path(folder) / "record"
        write(path, int(arguments[0]) if arguments else ENTRIES)
        command = [sys.executable, "-m", "bench.verification", "--measure", str(path)]
        figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        size = path.stat().st_size / 1e6
    table = Table("", "CPU s", "peak MB", "at most", "kept", title=f"A record of {size:.0f} MB")
    kept = "yes" if figures["verify"] <= SECONDS else "NO"
    entries, signatures = f"{figures['entries']:,.0f}", f"{figures['signatures']:,.0f}"
    table.add_row(
        f"verify {entries} entries", f"{figures['verify']:.2f}", f"{figures['peak']:,.0f}", f"{SECONDS} s", kept
    )
    table.add_row(f"JSON, SHA-256 and root of {entries} entries", f"{figures['hashing']:.2f}", "", "", "")
    table.add_row(f"{signatures} Ed25519 signatures, cryptography", f"{figures['signing']:.2f}", "", "", "")
    Console(width=100).print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
