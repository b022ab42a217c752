"""`isthmus analyse`: votes from a file or folder; the result on the terminal, as JSON, as CSV, as a page."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import typer
from rich.console import Console
from rich.text import Text

from isthmus.analysis import Ballots, CommonGround, Population, Rules, Tallies
from isthmus.analysis import analyse as find_common_ground
from isthmus.cli import options
from isthmus.cli._language import language_of
from isthmus.cli._progress import Step, progress_on
from isthmus.cli._text import printable
from isthmus.cli.table import print_result
from isthmus.formats import (
    Roster,
    SideSizes,
    check_writable,
    read_polis,
    read_sides,
    read_texts,
    read_votes,
    sided,
    with_texts,
    write_csv,
    write_file,
    write_json,
)
from isthmus.language import InputError, translator

STANDARD_OUTPUT: Final = "-"
SidesFound: TypeAlias = Roster | SideSizes | Literal["groups"] | None


class Language(StrEnum):
    """What `--language` takes: the tags of `LANGUAGES`, which the command line needs as a fixed choice."""

    EN = "en"
    ZH_HANS = "zh-Hans"


@dataclass(frozen=True, slots=True)
class Request:
    """What to read, and how."""

    path: Path
    sides: str | None
    texts: Path | None
    encoding: str
    agree_is: int
    seed: int


def analyse(  # noqa: PLR0913  # one parameter for each option
    path: options.VotesPath,
    *,
    sides: options.Sides = None,
    population: options.People = Population.OPEN,
    threshold: options.Threshold = "3/5",
    least_stands: options.LeastStands = 5,
    confidence: options.Confidence = "0.9",
    seed: options.Seed = 0,
    encoding: options.Encoding = "utf-8",
    texts: options.Texts = None,
    agree_is: options.AgreeSign = options.AgreeIs.PLUS,
    json: Annotated[str | None, typer.Option(metavar="FILE|-", help="Write JSON; - is standard output.")] = None,
    csv: Annotated[str | None, typer.Option(metavar="FILE|-", help="Write a table; - is standard output.")] = None,
    html: Annotated[str | None, typer.Option(metavar="FILE|-", help="Write a page with pictures, in one file.")] = None,
    language: Annotated[Language | None, typer.Option(help="Of the table and the page.")] = None,
) -> None:
    """Find what every side accepts, what every side rejects, where they differ, and how sure that is."""
    rules = options.rules_of(
        threshold=threshold, least_stands=least_stands, confidence=confidence, population=population
    )
    _check_targets([target for target in (json, csv, html) if target is not None])
    tongue = language.value if language else language_of([], os.environ)
    with progress_on(Console(stderr=True)) as begin:
        result = _result(Request(path, sides, texts, encoding, int(agree_is), seed), rules, begin, tongue)
    if json is None and csv is None and html is None:
        print_result(result, Console(highlight=False), language=tongue)
        return
    warn(result, tongue)
    if json is not None:
        _deliver(write_json(result), json)
    if csv is not None:
        _deliver(write_csv(result), csv)
    if html is not None:
        from isthmus.formats.report import render_report  # noqa: PLC0415  # the templates only where a page is wanted

        _deliver(render_report(result, language=tongue, title=path.name if path.is_dir() else path.stem), html)


def warn(result: CommonGround, language: str) -> None:
    """Say on standard error what must not be missed where the result goes to a file."""
    say = translator(language).gettext
    for notice in result.intake.notices:
        sentence = say("Mind: {notice}").format(notice=printable(notice.render(say)))
        Console(stderr=True, soft_wrap=True, highlight=False).print(Text(f"isthmus: {sentence}"))


def _check_targets(targets: list[str]) -> None:
    """Refuse, before any work is done, outputs that cannot be written or would overwrite one another."""
    for target in targets:
        if targets.count(target) > 1:
            raise InputError("{path} is named for two outputs; each needs a place of its own.", path=target)
        if target != STANDARD_OUTPUT:
            check_writable(Path(target))


def _result(request: Request, rules: Rules, begin: Step, language: str) -> CommonGround:
    say = translator(language).gettext
    begin(say("Reading"))
    votes, sides = _read(request)
    told = begin(say("Finding groups")) if sides == "groups" else None
    ready = sided(votes, sides, population=rules.population, seed=request.seed, **({"progress": told} if told else {}))
    return find_common_ground(
        ready.votes, rules, sides_from=ready.sides_from, groups=ready.groups, progress=begin(say("Analysing"))
    )


def _read(request: Request) -> tuple[Ballots | Tallies, SidesFound]:
    """The votes, and the sides that were asked for."""
    votes: Ballots | Tallies
    sides: SidesFound = None
    if request.sides == "polis":
        export = read_polis(request.path, encoding=request.encoding, agree_is=request.agree_is)
        votes, sides = export.ballots, export.groups
        if sides is None:
            raise InputError("{path}: the export has no groups (participants-votes.csv).", path=str(request.path))
    else:
        votes = read_votes(request.path, encoding=request.encoding, agree_is=request.agree_is)
    if request.sides == "groups":
        sides = "groups"
    elif request.sides is not None and sides is None:
        sides = read_sides(request.sides, encoding=request.encoding)
    if request.texts is not None:
        votes = with_texts(votes, read_texts(request.texts, encoding=request.encoding))
    return votes, sides


def _deliver(text: str, target: str) -> None:
    if target == STANDARD_OUTPUT:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()  # a reader that has gone away is met here, not when the program ends
    else:
        write_file(Path(target), text)
