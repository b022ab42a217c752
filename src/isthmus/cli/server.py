"""`isthmus serve` and `isthmus import`: the server on this machine."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from isthmus.analysis import Population, Rules
from isthmus.cli.analyse import AgreeIs, threshold_of
from isthmus.language import InputError

if TYPE_CHECKING:
    from isthmus.server.exchange.sheets import File

# The server and Django are imported where they are used: `isthmus analyse` works, and starts fast, without them.

EXPORT: Final = ("votes.csv", "votes-derived.csv", "comments.csv", "participants-votes.csv")

Data = Annotated[Path, typer.Option(metavar="DIR", envvar="ISTHMUS_DATA", help="The data folder of the server.")]


def register(app: typer.Typer) -> None:
    """Add the commands of the server."""
    app.command()(serve)
    app.command("import")(import_votes)


def serve(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    data: Data = Path("var"),
    demo: Annotated[bool, typer.Option(help="Load the invented samples that are not there.")] = True,
) -> None:
    """Serve the pages and do the analyses, until Ctrl-C."""
    _need_server()
    from isthmus.cli import _launch as launch  # noqa: PLC0415  # see above

    launch.check_port(host, port)
    if host not in {"0.0.0.0", "::"}:  # noqa: S104  # every address: then ISTHMUS_HOSTS has to say the names
        os.environ.setdefault("ISTHMUS_HOSTS", f"localhost,127.0.0.1,[::1],{host}")
    launch.prepare(data)
    if demo:
        from isthmus.server.demo.samples import load_samples  # noqa: PLC0415  # models need Django to be set up

        load_samples()
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    launch.serve(host, port, lambda: typer.echo(f"Isthmus: {address}  (Ctrl-C ends it)"))


def import_votes(  # noqa: PLR0913  # one parameter for each option
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="Votes: a table or tallies (CSV, Parquet), or a Polis export.")
    ],
    *,
    data: Data = Path("var"),
    title: Annotated[str | None, typer.Option(help="Its title; the name of the file if left out.")] = None,
    sides: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|groups|polis", help="A file participant,side; discovered groups; the export's groups."
        ),
    ] = None,
    population: Annotated[
        Population, typer.Option(help="The people of a roster, or those whom a sample stands for.")
    ] = Population.OPEN,
    threshold: Annotated[
        str, typer.Option(metavar="SHARE", help="Share of stands that accepts or rejects, such as 3/5 or 0.6.")
    ] = "3/5",
    least_stands: Annotated[
        int, typer.Option(metavar="N", help="Stands below which a side neither accepts nor rejects.")
    ] = 5,
    confidence: Annotated[
        float, typer.Option(metavar="P", help="Probability from which a case becomes the verdict.")
    ] = 0.9,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="For what is drawn at random.")] = 0,
    encoding: Annotated[str, typer.Option(metavar="E", help="Of the text in CSV files.")] = "utf-8",
    texts: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Texts: statement,text or statement,text:en,text:zh-Hans.")
    ] = None,
    agree_is: Annotated[AgreeIs, typer.Option(help="The number that means agreement.")] = AgreeIs.PLUS,
    address: Annotated[str, typer.Option(help="Where the server is, for the address that is printed.")] = (
        "http://127.0.0.1:8000"
    ),
) -> None:
    """Import a conversation into the server; its analysis runs as soon as the server does."""
    _need_server()
    from isthmus.cli import _launch as launch  # noqa: PLC0415  # see above

    rules = Rules(
        threshold=threshold_of(threshold), least_stands=least_stands, confidence=confidence, population=population
    )
    launch.prepare(data)
    from isthmus.server.core.languages import UNKNOWN  # noqa: PLC0415  # these need Django to be set up
    from isthmus.server.exchange.actions import Files, Plan, import_conversation  # noqa: PLC0415
    from isthmus.server.exchange.models import SidesMode  # noqa: PLC0415
    from isthmus.server.exchange.rules import OPERATOR  # noqa: PLC0415

    mode = SidesMode(sides) if sides in {"groups", "polis"} else SidesMode.DECLARED
    roster = _file(Path(sides)) if sides is not None and mode is SidesMode.DECLARED else None
    files = Files(_file(path), roster, None if texts is None else _file(texts), encoding, int(agree_is))
    made = import_conversation(
        actor=OPERATOR, files=files, plan=Plan(rules, mode, seed), titles=None if title is None else {UNKNOWN: title}
    )
    typer.echo(f"{address.rstrip('/')}/conversations/{made.pk}/")


def _need_server() -> None:
    try:
        import django  # noqa: F401, PLC0415  # asked for at the moment of use: the extra may be missing
        import granian  # noqa: F401, PLC0415
    except ImportError as missing:
        raise InputError('The server needs more packages: pip install "isthmus[server]".') from missing


def _file(path: Path) -> File:
    """A file as the server takes it in; the folder of a Polis export becomes a zip archive of its files."""
    from isthmus.server.exchange.sheets import File  # noqa: PLC0415  # see above

    try:
        if not path.is_dir():
            return File(path.name, path.read_bytes())
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in EXPORT:
                if (path / name).is_file():
                    archive.write(path / name, name)
    except FileNotFoundError as problem:
        raise InputError("{path}: there is no such file.", path=path) from problem
    except OSError as problem:
        raise InputError("{path} cannot be read: {reason}.", path=path, reason=problem.strerror or problem) from problem
    return File(f"{path.absolute().name}.zip", stream.getvalue())
