"""`isthmus kit freeze`, `replace` and `reader`: when a key or a computer is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from isthmus.cli.kit import options
from isthmus.cli.kit.telling import check_out, deliver, tell
from isthmus.kit.files import read_file
from isthmus.kit.following import follow_file
from isthmus.kit.keyring import Reading, open_spare
from isthmus.kit.kit import Kit
from isthmus.kit.replacing import pin, replace_parcel
from isthmus.kit.server import check_address
from isthmus.kit.signing import freeze_parcel, reader_parcel
from isthmus.language import InputError, Message
from isthmus.ledger.record import read_record
from isthmus.ledger.verification import describe_fault, verify_record
from isthmus.ledger.words import WORD_LISTS, words

Spare = Annotated[Path, typer.Option("--spare", metavar="FILE", help="The spare key whose public half is in force.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (freeze, replace, reader):
        app.command()(command)


def freeze(
    *,
    spare: Spare,
    server: options.Address = None,
    out: options.Out = None,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    passphrase_file: options.PassphraseFile = None,
    language: options.Tongue = None,
) -> None:
    """Stop this side's keys at once, because one may be in other hands. The spare key alone does it."""
    check_out(out)
    opened = options.open_kit(kit, unlock, server=server, language=language)
    key = options.spare_key(opened, spare, passphrase_file)
    deliver(opened, [freeze_parcel(opened, key)], out)


def replace(  # noqa: PLR0913  # one parameter for each option
    *,
    spare: Spare,
    new_spare: Annotated[
        Path | None, typer.Option("--new-spare", metavar="FILE", help="The new spare key, to see that it opens.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="RECORD", help="A record of the series, from the other side.")
    ] = None,
    series: Annotated[str | None, typer.Option(metavar="ID", help="The series, where there is no record.")] = None,
    genesis: Annotated[str | None, typer.Option(metavar="DIGEST", help="The digest of its genesis.")] = None,
    server: options.Address = None,
    out: options.Out = None,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    passphrase_file: options.PassphraseFile = None,
    language: options.Tongue = None,
) -> None:
    """In a new kit of the same side: propose that its keys take the place of the lost ones."""
    check_out(out)
    opened = options.open_kit(kit, unlock, server=server, language=language)
    if server is not None:
        opened.change(server=check_address(server, demonstration=opened.settings.demonstration))
    if source is not None:
        _take_record(opened, source, genesis)
    elif series and genesis:
        pin(opened, series=series, genesis=genesis)
    if new_spare is not None:
        _try_new_spare(opened, new_spare)
    key = options.spare_key(opened, spare, passphrase_file)
    deliver(opened, [replace_parcel(opened, key)], out)
    tell(Message("Next: mirror, and sign this decision with the old spare key: isthmus kit sign N --spare FILE"))


def reader(
    *,
    server: options.Address = None,
    out: options.Out = None,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    passphrase_file: options.PassphraseFile = None,
    language: options.Tongue = None,
) -> None:
    """Register a new reading token with the server, once this kit's keys are in force."""
    check_out(out)
    opened = options.open_kit(kit, unlock, server=server, language=language)
    if not opened.settings.genesis:
        raise InputError("This kit belongs to no series yet: pair it, then sign the genesis.")
    if server is not None:
        opened.change(server=check_address(server, demonstration=opened.settings.demonstration))
    key, fresh = options.decision_key(opened, passphrase_file), Reading.generate()
    parcel = reader_parcel(opened, fresh.token_digest, key)
    if out is not None:
        opened.keyring.keep_reading(fresh)  # what is written may be taken in at any time
    deliver(opened, [parcel], out)
    opened.keyring.keep_reading(fresh)


def _take_record(kit: Kit, source: Path, genesis: str | None) -> None:
    data = read_file(source)
    report = verify_record(read_record(data), genesis)
    if report.faults or report.state.genesis is None:
        fault = describe_fault(report.faults[0]) if report.faults else Message("It is empty.")
        raise InputError("This record does not verify. {what}", what=fault)
    pin(kit, series=report.state.genesis.series, genesis=report.genesis)
    follow_file(kit, data, cosign=False)
    for language in sorted(WORD_LISTS):
        tell(Message("Words: {words}", {"words": " ".join(words(report.genesis, language))}))
    if genesis is None:
        tell(Message("Compare these words with what was written down at the founding."))


def _try_new_spare(kit: Kit, path: Path) -> None:
    opened = open_spare(path, options.ask_passphrase(Message("Passphrase of the new spare key"), None))
    if opened.verifier != kit.settings.keys.spare:
        raise InputError("The new spare key is not the one that was made with this kit.")
