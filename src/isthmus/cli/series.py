"""`isthmus invite`, `take`, `export` and `restored`: what the operator of a server does for the sides.

The operator holds no key: these commands begin a founding, carry files between the server and the kits of hosts
without a network, and hand out the record.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from isthmus.cli._language import reader_translate
from isthmus.cli.options import by_language
from isthmus.cli.record import read_file
from isthmus.cli.server import Data, need_server
from isthmus.formats import check_writable, write_file
from isthmus.language import InputError, Message
from isthmus.ledger import Invitation, SeriesRules, canonical, is_record, read_record, verify_record, write_record

if TYPE_CHECKING:
    from isthmus.server.core.models import Log

# The server and Django are imported where they are used: other commands work, and start fast, without them.

PARTLY: Final = 1  # exit code: some parcels were refused

Out = Annotated[Path, typer.Option(metavar="FILE", help="Where to write it.")]
SeriesId = Annotated[str | None, typer.Option(metavar="ID", help="Which series, where the server has several.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(invite)
    app.command()(take)
    app.command()(restored)
    exports = typer.Typer(help="Hand out what stands on the server, as a file.", no_args_is_help=True)
    exports.command("record")(export_record)
    exports.command("founding")(export_founding)
    app.add_typer(exports, name="export")


def invite(
    *,
    title: Annotated[list[str], typer.Option(metavar="LANGUAGE=TEXT", help="Its title, once for each language.")],
    data: Data = Path("var"),
    hosts: Annotated[int, typer.Option(help="How many sides there are.")] = 2,
    language: Annotated[
        list[str] | None, typer.Option(help="A language of its texts; en and zh-Hans if left out.")
    ] = None,
    decision_days: Annotated[int, typer.Option(help="Days that a decision stays open.")] = 14,
    server: Annotated[str, typer.Option(help="Where the hosts' kits reach this server.")] = "http://127.0.0.1:8000",
) -> None:
    """Begin to found a series: print one invitation for each host. Give each host its own; they are shown once."""
    titles = by_language(title, "--title")
    rules = SeriesRules.from_json(
        {"languages": sorted({*(language or SeriesRules().languages)}), "decision_days": decision_days}
    )
    _prepare(data)
    from isthmus.server.core.actors import OPERATOR  # noqa: PLC0415  # these need Django to be set up
    from isthmus.server.dialogues.actions.founding import issue_invitations  # noqa: PLC0415

    made = issue_invitations(actor=OPERATOR, titles=titles, rules=rules, hosts=hosts)
    translate = reader_translate()
    typer.echo(Message("Series: {series}", {"series": made.founding.pk}).render(translate))
    for number, code in enumerate(made.codes, 1):
        typer.echo(
            Message("Invitation {number}: {text}", {"number": number, "text": Invitation(server, code).text}).render(
                translate
            )
        )


def take(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="What kits wrote: parcels, or records to be returned.")
    ],
    *,
    data: Data = Path("var"),
) -> None:
    """Take in what kits wrote to files: answers, signatures, rejections, cosignatures; entries that were lost."""
    read = [(path, read_file(path)) for path in paths]
    _prepare(data)
    from isthmus.server.dialogues.parcels import parcels_of, take_parcels  # noqa: PLC0415  # Django has to be set up

    translate = reader_translate()
    listed = [
        (path, content, None if is_record(content) else parcels_of(_json(path, content))) for path, content in read
    ]
    refused = False
    for path, content, parcels in listed:
        if parcels is None:
            told = Message("entries returned: {count}", {"count": _return(content)})
            typer.echo(f"{path}: {told.render(translate)}")
            continue
        for outcome in take_parcels(parcels):
            refused = refused or not outcome.done
            told = outcome.message or Message("done")
            typer.echo(f"{path}: {outcome.kind}: {told.render(translate)}", err=not outcome.done)
    if refused:
        raise typer.Exit(PARTLY)


def _return(content: bytes) -> int:
    """Put back entries that a kit has and a restored server lacks."""
    from isthmus.server.core.models import Log  # noqa: PLC0415  # Django has to be set up
    from isthmus.server.core.restoring import return_entries  # noqa: PLC0415
    from isthmus.server.dialogues.queries import witnesses  # noqa: PLC0415

    genesis = verify_record(read_record(content)).state.founded()
    log = Log.objects.filter(pk=genesis.series).first()
    if log is None:
        raise InputError("There is no such series in this data folder.")
    return return_entries(log=log, record_file=content, witnesses=witnesses(log.pk))


def _json(path: Path, content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as broken:
        raise InputError("{path} is not a file of parcels: it is no JSON.", path=path) from broken


def export_record(
    *,
    out: Out,
    data: Data = Path("var"),
    round_: Annotated[int, typer.Option("--round", metavar="N", min=0, help="The round whose contents it holds.")] = 0,
    series: SeriesId = None,
) -> None:
    """Write the record of a series, for “isthmus verify” and for kits without a network."""
    check_writable(out)
    _prepare(data)
    from isthmus.server.dialogues.export import record_of  # noqa: PLC0415  # Django has to be set up

    write_file(out, b"".join(write_record(record_of(_log(series, founded=True), round_))).decode())


def export_founding(*, out: Out, data: Data = Path("var"), series: SeriesId = None) -> None:
    """Write what the hosts have to sign to found a series, for kits without a network."""
    check_writable(out)
    _prepare(data)
    from isthmus.server.dialogues.founding import view_of  # noqa: PLC0415  # Django has to be set up
    from isthmus.server.dialogues.models import Founding  # noqa: PLC0415

    founding = Founding.objects.get(pk=_log(series, founded=False).pk)
    write_file(out, canonical(view_of(founding).to_json()).decode() + "\n")


def restored(*, data: Data = Path("var"), series: SeriesId = None) -> None:
    """Say that the data come from a backup: nothing is written until the kit of every side has cosigned them anew."""
    _prepare(data)
    from isthmus.server.core.restoring import mark_restored  # noqa: PLC0415  # Django has to be set up

    mark_restored(_log(series, founded=True))


def _log(series: str | None, *, founded: bool) -> Log:
    """The log of the series that is meant: the one that is named, or the only one."""
    from isthmus.server.core.models import Log  # noqa: PLC0415  # Django has to be set up

    logs = Log.objects.filter(size__gt=0) if founded else Log.objects.filter(size=0)
    found = [*(logs if series is None else logs.filter(pk=series))[:2]]
    if not found:
        raise InputError("There is no such series in this data folder.")
    if len(found) > 1:
        known = ", ".join(logs.values_list("pk", flat=True)[:20])
        raise InputError("There are several series here; say which one with --series: {known}.", known=known)
    return found[0]


def _prepare(data: Path) -> None:
    need_server()
    from isthmus.cli import _launch as launch  # noqa: PLC0415  # see above

    launch.prepare(data)
