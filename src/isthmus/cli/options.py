"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import re
from contextlib import suppress
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from isthmus.analysis import Population, Rules
from isthmus.language import InputError

SHARE: Final = re.compile(
    r"[0-9.]{1,40}(e-?[0-9]{1,2})?|[0-9]{1,40}/[0-9]{1,40}", re.IGNORECASE
)  # 1e999999 fills memory


class AgreeIs(StrEnum):
    """The number that stands for agreement in a file."""

    PLUS = "1"
    MINUS = "-1"


VotesPath: TypeAlias = Annotated[
    Path, typer.Argument(metavar="PATH", help="Votes: a table or tallies (CSV, Parquet), or a Polis export.")
]
Sides: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--sides",
        metavar="FILE|groups|polis",
        help="A file participant,side; discovered groups; the export's groups.",
    ),
]
People: TypeAlias = Annotated[
    Population,
    typer.Option("--population", help="The people of a roster, or those whom a sample stands for."),
]
Threshold: TypeAlias = Annotated[
    str,
    typer.Option("--threshold", metavar="SHARE", help="Share of stands that accepts or rejects, such as 3/5 or 0.6."),
]
LeastStands: TypeAlias = Annotated[
    int, typer.Option("--least-stands", metavar="N", help="Stands below which a side neither accepts nor rejects.")
]
Confidence: TypeAlias = Annotated[
    str,
    typer.Option("--confidence", metavar="P", help="Probability from which a case becomes the verdict, such as 0.9."),
]
Seed: TypeAlias = Annotated[int, typer.Option("--seed", metavar="N", min=0, help="For what is drawn at random.")]
Encoding: TypeAlias = Annotated[str, typer.Option("--encoding", metavar="E", help="Of the text in CSV files.")]
Texts: TypeAlias = Annotated[
    Path | None,
    typer.Option("--texts", metavar="FILE", help="Texts: statement,text or statement,text:en,text:zh-Hans."),
]
AgreeSign: TypeAlias = Annotated[AgreeIs, typer.Option("--agree-is", help="The number that means agreement.")]


def rules_of(*, threshold: str, least_stands: int, confidence: str, population: Population) -> Rules:
    """The rules that the options say.

    Raises
    ------
    InputError
        If a value makes no sense; it is shown as it was written.
    """
    return Rules(
        threshold=threshold_of(threshold),
        least_stands=least_stands,
        confidence=confidence_of(confidence),
        population=population,
    )


def by_language(given: list[str], option: str) -> dict[str, str]:
    """Texts that were given one by one as LANGUAGE=TEXT.

    Raises
    ------
    InputError
        If one is written otherwise, or a language is there twice.
    """
    texts: dict[str, str] = {}
    for part in given:
        language, sign, text = part.partition("=")
        if not sign or language in texts:
            raise InputError(
                "{option} is written LANGUAGE=TEXT, once for each language; got {value}.", option=option, value=part
            )
        texts[language] = text
    return texts


def threshold_of(text: str) -> Fraction:
    """A share written as a fraction or a decimal number.

    >>> threshold_of("3/5") == threshold_of("0.6")
    True
    """
    share = _number(text)
    if share is None or not Fraction(1, 2) < share <= 1:
        raise InputError(
            "The threshold is a share of stands above 1/2 and at most 1, such as 3/5; got {value}.", value=text
        )
    return share


def confidence_of(text: str) -> float:
    """A probability written as a fraction or a decimal number."""
    probability = _number(text)
    if probability is None or not Fraction(1, 2) <= probability < 1:
        raise InputError("The confidence is a probability from 0.5 to below 1, such as 0.9; got {value}.", value=text)
    return float(probability)


def _number(text: str) -> Fraction | None:
    if SHARE.fullmatch(text):
        with suppress(ValueError, ZeroDivisionError):
            return Fraction(text)
    return None
