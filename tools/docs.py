"""Write the generated pages of docs/ again, or with --check say whether they are out of date.

docs/reference/commands.md holds the help of every command as the program prints it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ROOT / "docs" / "reference" / "commands.md"
PLAIN = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "TYPER_USE_RICH": "0", "LC_ALL": "C.UTF-8"}


def help_of(*command: str) -> str:
    """What `isthmus COMMAND --help` prints, without decoration."""
    done = subprocess.run(
        [Path(sys.executable).with_name("isthmus"), *command, "--help"],
        env=PLAIN,
        capture_output=True,
        text=True,
        check=True,
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())


EXIT_CODES = (
    "This page is written by `./dev docs`. Exit codes: 0 done; 1 a fault of the program, of `verify` a record that is "
    "not in order, of `take` a parcel that was refused; 2 bad input."
)


def names_in(told: str) -> list[str]:
    """The commands that a help text lists."""
    listed = told.partition("Commands:")[2].splitlines()
    return [line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "]


def section(*command: str) -> list[str]:
    """The help of a command, and of the commands below it."""
    told = help_of(*command)
    parts = [f"{'#' * (2 + len(command) // 2)} {' '.join(['isthmus', *command])}", f"```text\n{told}\n```"]
    for name in names_in(told):
        parts += section(*command, name)
    return parts


def commands() -> str:
    """The page of commands."""
    parts = [
        "# Commands",
        EXIT_CODES,
        *section(),
    ]
    return "\n\n".join(parts) + "\n"


def main(arguments: list[str]) -> int:
    """Write the pages; with --check change nothing and return 1 if any is out of date."""
    wanted = commands()
    if "--check" not in arguments:
        COMMANDS.parent.mkdir(parents=True, exist_ok=True)
        COMMANDS.write_text(wanted, encoding="utf-8")
        print(f"{COMMANDS.relative_to(ROOT)} written")
        return 0
    if not COMMANDS.exists() or COMMANDS.read_text(encoding="utf-8") != wanted:
        print(f"{COMMANDS.relative_to(ROOT)} is out of date; run ./dev docs")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
