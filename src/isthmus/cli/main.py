"""The command `isthmus`."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from isthmus import __version__
from isthmus.cli import kit, record, series, server
from isthmus.cli._language import language_of
from isthmus.cli._text import printable
from isthmus.cli.analyse import analyse
from isthmus.language import InputError, translator

DEBUG: Final = "ISTHMUS_DEBUG"
BAD_INPUT: Final = 2
FAULT: Final = 1

app = typer.Typer(
    name="isthmus",
    help="Two sides as equals: what both accept and where they differ, and one record of what they decide.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(analyse)
server.register(app)
series.register(app)
record.register(app)
kit.register(app)


def _version(asked: bool) -> None:  # noqa: FBT001  # typer hands the flag over by position
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Two sides as equals: what both accept and where they differ, and one record of what they decide."""


def run() -> None:
    """Run the command line; every failure is one message on stderr and an exit code."""
    translate = translator(language_of(sys.argv[1:], os.environ)).gettext
    try:
        app()
    except InputError as problem:
        _fail(problem.message.render(translate), BAD_INPUT)
    except MemoryError:
        _fail(translate("There is not enough memory for this much input."), FAULT)
    except Exception as fault:
        if os.environ.get(DEBUG):
            raise
        reason = f"{type(fault).__name__}: {fault}" if str(fault) else type(fault).__name__
        sentence = translate(
            "Something went wrong inside the program ({reason}). Run again with {debug}=1 to see where."
        )
        _fail(sentence.format(reason=reason, debug=DEBUG), FAULT)


def _fail(sentence: str, code: int) -> NoReturn:
    Console(stderr=True, soft_wrap=True, highlight=False).print(Text(f"isthmus: {printable(sentence)}"))
    raise SystemExit(code)
