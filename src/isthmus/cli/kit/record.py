"""`isthmus kit mirror`, `return`, `verify`, `export`, `checkpoint` and `anchor`: this side's copy of the record."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from isthmus.cli.kit import options
from isthmus.cli.kit.telling import alarms, check_out, deliver, progress, tell
from isthmus.formats import write_file
from isthmus.kit.checking import export, verify_mirror
from isthmus.kit.files import read_file, read_text
from isthmus.kit.following import Followed, follow, follow_file, give_back, watch
from isthmus.kit.founding import Draft
from isthmus.kit.kit import Kit
from isthmus.kit.mirroring import Mirrored
from isthmus.kit.witness import anchor as anchor_to
from isthmus.language import InputError, Message
from isthmus.ledger.verification import describe
from isthmus.ledger.words import WORD_LISTS, words

BAD_RECORD: Final = 1

Minutes = Annotated[
    float | None, typer.Option("--watch", metavar="SECONDS", min=1, help="Do it again and again, until Ctrl-C.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(mirror)
    app.command("return")(return_)
    app.command()(verify)
    app.command("export")(export_)
    app.command()(checkpoint)
    app.command()(anchor)


def mirror(
    *,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="A record, or a founding, in place of the server.")
    ] = None,
    every: Minutes = None,
    server: options.Address = None,
    out: options.Out = None,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    language: options.Tongue = None,
) -> None:
    """Fetch what is new, verify it whole, and cosign it if it continues all that was cosigned before."""
    check_out(out)
    opened = options.open_kit(kit, unlock, server=server, language=language)
    with alarms():
        if every is not None and source is None:
            _watch(opened, every)
            return
        with progress() as shown:
            if source is None:
                followed = follow(opened, shown)
            else:
                followed = follow_file(opened, read_file(source), shown, cosign=out is not None)
    _tell_followed(followed)
    if source is not None and followed.cosigning is not None and followed.cosigning.parcels:
        deliver(opened, followed.cosigning.parcels, out)


def return_(
    *,
    server: options.Address = None,
    out: options.Out = None,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    language: options.Tongue = None,
) -> None:
    """Give a server that was restored from a backup the entries that it lacks."""
    check_out(out)
    opened = options.open_kit(kit, unlock, server=server, language=language)
    if out is not None:
        _write(opened, out, None)
        return
    with alarms():
        count = give_back(opened)
    tell(Message("Entries returned: {count}. Next: “isthmus kit mirror”, on every side.", {"count": count}))


def verify(
    *, kit: options.Folder = options.PLACE, unlock: options.Unlock = None, language: options.Tongue = None
) -> None:
    """Check the mirror from the first byte to the last, offline. Exit code 1 names the first bad entry."""
    opened = options.open_kit(kit, unlock, language=language)
    report = verify_mirror(opened)
    if report.genesis:
        tell(Message("Genesis: {digest}", {"digest": report.genesis}))
    for message in describe(report, opened.now()):
        tell(message)
    if not report.good:
        raise typer.Exit(BAD_RECORD)


def export_(
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write it.")],
    round_: Annotated[
        int | None, typer.Option("--round", metavar="N", min=0, help="The round whose contents it holds; the newest.")
    ] = None,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    language: options.Tongue = None,
) -> None:
    """Write the mirror as a record, for “isthmus verify” and for other kits."""
    check_out(out)
    _write(options.open_kit(kit, unlock, language=language), out, round_)


def checkpoint(
    *,
    out: options.Out = None,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    language: options.Tongue = None,
) -> None:
    """Print the last checkpoint that this side's witness cosigned, for the other side to compare."""
    check_out(out)
    opened = options.open_kit(kit, unlock, language=language)
    cosigned = opened.mirror.cosigned()
    note = opened.mirror.checkpoint(cosigned[-1].size) if cosigned else None
    if note is None:
        raise InputError("This witness has cosigned nothing yet.")
    if out is None:
        typer.echo(note, nl=False)
    else:
        write_file(out, note)


def anchor(
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="The other side's last checkpoint; - is standard input.")
    ],
    *,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    language: options.Tongue = None,
) -> None:
    """Compare the mirror with the other side's last checkpoint; from then on this kit cosigns.

    It has to come from that side by another way than the server: by telephone, on paper, on a stick.
    """
    opened = options.open_kit(kit, unlock, language=language)
    text = sys.stdin.read() if file == "-" else read_text(Path(file))
    with alarms():
        compared = anchor_to(opened, text.strip("\n") + "\n")
    tell(Message("Anchored at {size} entries: both sides hold the same record.", {"size": compared.size}))


def _write(kit: Kit, out: Path, round_: int | None) -> None:
    write_file(out, b"".join(export(kit, round_)).decode())
    tell(Message("The record is in {path}.", {"path": out}))


def _watch(kit: Kit, seconds: float) -> None:
    with progress() as shown:
        for followed in watch(kit, seconds, time.sleep, shown):
            if isinstance(followed, InputError):
                tell(followed.message, error=True)
            else:
                _tell_followed(followed)


def _tell_followed(followed: Followed) -> None:
    if followed.draft is not None:
        _tell_draft(followed.draft)
    if followed.mirrored is not None:
        _tell_mirrored(followed.mirrored)
    if followed.cosigning is not None:
        tell(followed.cosigning.reason or Message("Cosigned."))


def _tell_draft(draft: Draft) -> None:
    if draft.genesis is None:
        tell(Message("Not every side has answered its invitation yet."))
        return
    tell(Message("The genesis can be signed: {digest}", {"digest": draft.genesis.digest}))
    for language in sorted(WORD_LISTS):
        tell(Message("Words: {words}", {"words": " ".join(words(draft.genesis.digest, language))}))
    tell(
        Message(
            "Compare the words with the other side, face to face; then “isthmus kit sign genesis”. Signed: {sides}",
            {"sides": ", ".join(draft.signed) or "—"},
        )
    )


def _tell_mirrored(mirrored: Mirrored) -> None:
    tell(
        Message(
            "Entries: {size}, of these new: {entries}; new contents: {contents}. All verified.",
            {"size": mirrored.size, "entries": mirrored.entries, "contents": mirrored.contents},
        )
    )
    if mirrored.missing:
        tell(
            Message(
                "Contents that were not to be had: {count}. What they belong to cannot be signed.",
                {"count": len(mirrored.missing)},
            ),
            error=True,
        )
