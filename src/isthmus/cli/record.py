"""`isthmus verify`: check a record, on any computer, without a server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from isthmus.cli._language import reader_translate
from isthmus.language import InputError, Message
from isthmus.ledger import Report, describe, is_digest, read_record, verify_record, words

BAD_RECORD = 1


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(verify)


def verify(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A record, as “isthmus export record” writes it.")],
    *,
    genesis: Annotated[
        str | None,
        typer.Option(metavar="DIGEST", help="The digest of the genesis, as the sides compared it: sha256:…"),
    ] = None,
) -> None:
    """Check a record: bytes, order and approvals. Exit code 1 names the first bad entry, 2 is no record."""
    if genesis is not None and not is_digest(genesis):
        raise InputError("“{text}” is no digest; one is written sha256: and 64 digits from 0-9 and a-f.", text=genesis)
    report = verify_record(read_record(read_file(path)), genesis)
    translate = reader_translate()
    for message in [*_pinned(report, genesis), *describe(report, datetime.now(UTC))]:
        typer.echo(message.render(translate))
    if not report.good:
        raise typer.Exit(BAD_RECORD)


def _pinned(report: Report, genesis: str | None) -> list[Message]:
    if not report.genesis:
        return []
    told = [Message("Genesis: {digest}", {"digest": report.genesis})]
    if genesis is None:
        compare = " ".join(words(report.genesis, "en"))
        told.append(
            Message(
                "Unpinned: nobody said which genesis this record has to have. Compare these words with both sides: "
                "{words}",
                {"words": f"{compare} / {' '.join(words(report.genesis, 'zh-Hans'))}"},
            )
        )
    if report.state.genesis is not None and report.state.genesis.demonstration:
        told.append(Message("A demonstration: its keys are marked as not for real use."))
    return told


def read_file(path: Path) -> bytes:
    """The bytes of a file.

    Raises
    ------
    InputError
        If it is not there or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as problem:
        raise InputError("{path}: there is no such file.", path=path) from problem
    except OSError as problem:
        raise InputError("{path} cannot be read: {reason}.", path=path, reason=problem.strerror or problem) from problem
