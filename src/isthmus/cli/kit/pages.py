"""`isthmus kit serve`: the kit as a page, on this computer only."""

from __future__ import annotations

from typing import Annotated

import typer
import waitress  # type: ignore[import-untyped]  # it has no types

from isthmus.cli.kit import options
from isthmus.cli.kit.telling import tell
from isthmus.kit.pages.app import make_app
from isthmus.kit.pages.guard import Guard
from isthmus.language import InputError, Message

ADDRESS = "127.0.0.1"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8700,
    server: options.Address = None,
    kit: options.Folder = options.PLACE,
    unlock: options.Unlock = None,
    language: options.Tongue = None,
) -> None:
    """Show the kit as a page in the browser of this computer, until Ctrl-C."""
    opened = options.open_kit(kit, unlock, server=server, language=language)
    guard = Guard.generate(port)
    try:
        running = waitress.create_server(make_app(opened, guard), host=ADDRESS, port=port, threads=4, ident=None)
    except OSError as problem:
        raise InputError(
            "Port {port} on {host} cannot be used: {reason}. Choose another with --port.",
            port=port,
            host=ADDRESS,
            reason=problem.strerror or problem,
        ) from problem
    tell(Message("Open this address in a browser on this computer; Ctrl-C ends it:"))
    typer.echo(guard.address)
    try:
        running.run()
    finally:
        running.close()
