"""`isthmus serve` and `isthmus import`: the server on this machine."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Final

import typer

from isthmus.analysis import Population
from isthmus.cli import options
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
    demo: Annotated[bool, typer.Option(help="Load the invented samples, once.")] = True,
) -> None:
    """Serve the pages and do the analyses, until Ctrl-C."""
    need_server()
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
    path: options.VotesPath,
    *,
    data: Data = Path("var"),
    title: Annotated[str | None, typer.Option(help="Its title; the name of the file if left out.")] = None,
    sides: options.Sides = None,
    population: options.People = Population.OPEN,
    threshold: options.Threshold = "3/5",
    least_stands: options.LeastStands = 5,
    confidence: options.Confidence = "0.9",
    seed: options.Seed = 0,
    encoding: options.Encoding = "utf-8",
    texts: options.Texts = None,
    agree_is: options.AgreeSign = options.AgreeIs.PLUS,
    address: Annotated[str, typer.Option(help="Where the server is, for the address that is printed.")] = (
        "http://127.0.0.1:8000"
    ),
) -> None:
    """Import a conversation into the server; its analysis runs as soon as the server does."""
    need_server()
    from isthmus.cli import _launch as launch  # noqa: PLC0415  # see above

    rules = options.rules_of(
        threshold=threshold, least_stands=least_stands, confidence=confidence, population=population
    )
    if not path.exists():
        raise InputError("{path}: there is no such file.", path=path)
    launch.prepare(data)
    from isthmus.server.core.actors import OPERATOR  # noqa: PLC0415
    from isthmus.server.core.languages import UNKNOWN  # noqa: PLC0415  # these need Django to be set up
    from isthmus.server.exchange.actions import Files, Plan, import_conversation  # noqa: PLC0415
    from isthmus.server.exchange.models import SidesMode  # noqa: PLC0415

    mode = SidesMode(sides) if sides in {"groups", "polis"} else SidesMode.DECLARED
    with ExitStack() as opened:
        roster = _file(Path(sides), opened) if sides is not None and mode is SidesMode.DECLARED else None
        further = None if texts is None else _file(texts, opened)
        files = Files(_file(path, opened), roster, further, encoding, int(agree_is))
        named = path.absolute().name if title is None and path.is_dir() else title
        titles = None if named is None else {UNKNOWN: named}
        made = import_conversation(actor=OPERATOR, files=files, plan=Plan(rules, mode, seed), titles=titles, wait=True)
    typer.echo(f"{address.rstrip('/')}/conversations/{made.pk}/")


def need_server() -> None:
    """Stop where the server is not installed.

    Raises
    ------
    InputError
        If it is not.
    """
    try:
        import django  # noqa: F401, PLC0415  # asked for at the moment of use: the extra may be missing
        import granian  # noqa: F401, PLC0415
    except ImportError as missing:
        raise InputError('The server needs more packages: pip install "isthmus[server]".') from missing


def _file(path: Path, opened: ExitStack) -> File:
    """A file as the server takes it in; the folder of a Polis export becomes a zip archive of its files."""
    from isthmus.server.exchange.sheets import File  # noqa: PLC0415  # see above

    if path.exists() and not (path.is_file() or path.is_dir()):
        raise InputError("{path} is not a regular file.", path=path)  # a pipe could be read only once
    try:
        if not path.is_dir():
            return File(path.name, opened.enter_context(path.open("rb")))
        return File(f"{path.absolute().name}.zip", opened.enter_context(_packed(path)))
    except FileNotFoundError as problem:
        raise InputError("{path}: there is no such file.", path=path) from problem
    except OSError as problem:
        raise InputError("{path} cannot be read: {reason}.", path=path, reason=problem.strerror or problem) from problem


@contextmanager
def _packed(folder: Path) -> Iterator[IO[bytes]]:
    """The files of an export as one zip archive."""
    with tempfile.TemporaryFile() as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in EXPORT:
                if (folder / name).is_file():
                    archive.write(folder / name, name)
        yield stream
