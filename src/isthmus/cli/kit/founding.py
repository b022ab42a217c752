"""`isthmus kit init` and `pair`: a side's keys, and its answer to an invitation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from isthmus.cli.kit import options
from isthmus.cli.kit.telling import check_out, deliver, tell
from isthmus.cli.options import by_language
from isthmus.kit.founding import pair_parcel, read_invitation
from isthmus.kit.keyring import Passphrases, make_kit
from isthmus.kit.secret_keys import SideSecrets
from isthmus.kit.server import HttpServer
from isthmus.language import InputError, Message
from isthmus.ledger.fields import side_of, texts_of
from isthmus.ledger.invitation import Invitation


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(pair)


def init(  # noqa: PLR0913  # one parameter for each option
    *,
    side: Annotated[str, typer.Option(metavar="WORD", help="The side's short name, such as elm.")],
    name: Annotated[list[str], typer.Option(metavar="LANGUAGE=TEXT", help="The host's name, once for each language.")],
    spare: Annotated[Path, typer.Option(metavar="FILE", help="Where the spare key goes, such as a USB stick.")],
    demonstration: Annotated[bool, typer.Option(help="Mark the keys as not for real use.")] = False,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    passphrase_file: options.PassphraseFile = None,
    spare_passphrase_file: options.SparePassphraseFile = None,
    language: options.Tongue = None,  # noqa: ARG001  # read from the command line as a whole
) -> None:
    """Make the keys of a side. The spare key's file is to be put away, apart from this computer."""
    folder = options.folder_of(kit, unlock)
    names = texts_of(by_language(name, "--name"), "--name")
    if folder.exists():
        raise InputError("There is a kit in {path} already; nothing is overwritten.", path=str(kit))
    own = options.ask_passphrase(Message("New passphrase of the decision key"), passphrase_file, new=True)
    spare_file = spare_passphrase_file or passphrase_file
    other = options.ask_passphrase(Message("New passphrase of the spare key"), spare_file, new=True)
    secret = SideSecrets.generate(side_of(side, "--side"), demonstration=demonstration)
    make_kit(folder, names=names, secret=secret, spare=spare, passphrases=Passphrases(own, other))
    tell(Message("The kit of {side} is in {path}.", {"side": side, "path": kit}))
    tell(Message("Its unlock file is {path}: with it the witness works unattended.", {"path": folder.unlock}))
    tell(
        Message(
            "Its spare key is {path}. Once the invitation is answered, put it away: it stops and replaces lost keys.",
            {"path": spare},
        )
    )


def pair(  # noqa: PLR0913  # one parameter for each option
    invitation: Annotated[str, typer.Argument(metavar="INVITATION", help="The invitation, or a file that holds it.")],
    *,
    spare: Annotated[Path | None, typer.Option(metavar="FILE", help="The spare key, if it was moved.")] = None,
    server: options.Address = None,
    out: options.Out = None,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    passphrase_file: options.PassphraseFile = None,
    spare_passphrase_file: options.SparePassphraseFile = None,
    language: options.Tongue = None,
) -> None:
    """Answer an invitation with this side's names and public keys, signed with its decision and spare keys."""
    check_out(out)
    opened = options.open_kit(kit, unlock, server=server, language=language)
    read = read_invitation(invitation)
    meant = Invitation(server or read.server, read.code)
    if out is None:
        opened.server = HttpServer(meant.server, demonstration=opened.settings.demonstration)
    decision = options.decision_key(opened, passphrase_file)
    spare_key = options.spare_key(opened, spare, spare_passphrase_file or passphrase_file)
    deliver(opened, [pair_parcel(opened, meant, decision, spare_key)], out)
    tell(Message("Next: “isthmus kit mirror” fetches the genesis, once every side has answered."))
