"""How the commands of the kit speak: sentences in the reader's language, which no text can turn into anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from isthmus.cli._language import reader_translate
from isthmus.cli._progress import progress_on
from isthmus.cli._text import printable
from isthmus.formats import check_writable, write_file
from isthmus.kit.alarm import Alarm
from isthmus.kit.api import Outcome, parcel_file, send_parcels
from isthmus.kit.kit import Kit
from isthmus.kit.mirroring import Progress
from isthmus.language import Message
from isthmus.ledger.canonical import Json


def tell(message: Message, *, error: bool = False) -> None:
    """Say a sentence."""
    typer.echo(printable(message.render(reader_translate())), err=error)


def tell_text(text: str) -> None:
    """Show a text line by line; characters that cannot be seen become blanks."""
    for line in text.splitlines():
        typer.echo("    " + printable(line))


def deliver(kit: Kit, parcels: list[dict[str, Json]], out: Path | None) -> list[Outcome]:
    """Write parcels to a file, or send them; says what became of them."""
    if out is not None:
        write_file(out, parcel_file(parcels).decode())
        tell(Message("Written to {path}; have it taken to the server.", {"path": out}))
        return []
    outcomes = send_parcels(kit.need_server(), parcels)
    for outcome in outcomes:
        tell(_outcome(outcome))
    return outcomes


def check_out(out: Path | None) -> None:
    """Refuse, before anybody is asked for a passphrase, a file that cannot be written."""
    if out is not None:
        check_writable(out)


@contextmanager
def progress() -> Iterator[Progress]:
    """Bars on a terminal, nothing elsewhere."""
    translate = reader_translate()
    with progress_on(Console(stderr=True)) as begin:
        bars: dict[str, Callable[[float], None]] = {}

        def show(what: Message, done: int, all_: int) -> None:
            if what.text not in bars:
                bars[what.text] = begin(what.render(translate))
            bars[what.text](done / max(1, all_))

        yield show


@contextmanager
def alarms() -> Iterator[None]:
    """Show an alarm so that it cannot be overlooked, before it ends the command."""
    try:
        yield
    except Alarm:
        translate = reader_translate()
        title = Text(Message("ALARM").render(translate), style="bold")
        body = Text(Message("This kit cosigns and signs nothing of what was just shown.").render(translate))
        Console(stderr=True, highlight=False).print(Panel(body, title=title, border_style="bold red"))
        raise


def _outcome(outcome: Outcome) -> Message:
    told = outcome.told
    if outcome.kind == "genesis":
        if told.get("founded"):
            return Message("Signed. Every side has signed: the series is founded.")
        return Message("Signed. The series is founded as soon as every side has signed.")
    if outcome.kind == "propose":
        return Message("Proposed as decision {number}.", {"number": told.get("decision")})
    if outcome.kind == "sign":
        number = {"number": told.get("decision")}
        if told.get("phase") == "executed":
            return Message("Decision {number}: signed and carried out.", number)
        return Message("Decision {number}: signed.", number)
    if outcome.kind == "reject":
        return Message("Decision {number}: rejected.", {"number": told.get("decision")})
    return Message("Handed in.")
