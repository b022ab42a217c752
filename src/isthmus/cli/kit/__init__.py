"""`isthmus kit …`: what a co-host does on its own computer."""

from __future__ import annotations

from typing import Any

import typer
import typer.core
import typer.main

from isthmus.language import InputError


class _KitGroup(typer.core.TyperGroup):
    """The commands of the kit, imported when one is asked for: other commands work, and start fast, without them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of the commands, in their order."""
        return _commands().list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by its name."""
        return _commands().get_command(ctx, cmd_name)


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        cls=_KitGroup,
        help="What a co-host does on its own computer: keys, mirror, verification, signing, workspace.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.callback()(_kit)
    app.add_typer(group, name="kit")


def _kit() -> None:
    """What a co-host does on its own computer: keys, mirror, verification, signing, workspace."""


def _commands() -> typer.core.TyperGroup:
    try:
        from isthmus.cli.kit.commands import app  # noqa: PLC0415  # see the class; the extra may be missing
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in {"flask", "httpx", "pyrage", "waitress"}:
            raise
        raise InputError('The kit needs more packages: pip install "isthmus[kit]".') from missing
    return typer.main.get_group(app)
