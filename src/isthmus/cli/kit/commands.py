"""The commands of the kit, put together."""

from __future__ import annotations

import typer

from isthmus.cli.kit import decisions, founding, keys, pages, record

app = typer.Typer(
    help="What a co-host does on its own computer: keys, mirror, verification, signing, workspace.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
for part in (founding, record, decisions, keys, pages):
    part.register(app)


@app.callback()
def kit() -> None:
    """What a co-host does on its own computer: keys, mirror, verification, signing, workspace."""
