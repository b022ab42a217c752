"""What an analysis finds: per statement and side the support, per statement the verdict, and how sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from isthmus.analysis.ballots import Intake
from isthmus.language import InputError


class Population(StrEnum):
    """What a claim is about: a known roster and its final tallies, or the people a sample stands for."""

    CLOSED = "closed"
    OPEN = "open"


class Case(StrEnum):
    """The four ways a statement can stand between the sides; their probabilities sum to 1."""

    COMMON_GROUND = "common_ground"
    COMMON_REJECTION = "common_rejection"
    DIFFERENCE = "difference"
    DIVIDED = "divided"


class Verdict(StrEnum):
    """The case that is probable enough, or `open`: a verdict withheld."""

    COMMON_GROUND = "common_ground"
    COMMON_REJECTION = "common_rejection"
    DIFFERENCE = "difference"
    DIVIDED = "divided"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Rules:
    """The measures both sides agreed on before the asking.

    threshold: share of stands, above 1/2 and at most 1, from which a side accepts (or rejects). least_stands:
    stands below which a side does neither. confidence: probability from which a case becomes the verdict.
    """

    threshold: Fraction = Fraction(3, 5)
    least_stands: int = 5
    confidence: float = 0.9
    population: Population = Population.OPEN

    def __post_init__(self) -> None:
        if not Fraction(1, 2) < self.threshold <= 1:
            raise InputError(
                "The threshold is a share of stands above 1/2 and at most 1, such as 3/5; got {value}.",
                value=str(self.threshold),
            )
        if self.threshold == 1 and self.population is Population.OPEN:
            raise InputError(
                "Of an open population it can never be said that all agree; the threshold is below 1 there, such as 9/10."
            )
        if self.least_stands < 1:
            raise InputError("The least number of stands is 1 or more; got {value}.", value=self.least_stands)
        if not 0.5 <= self.confidence < 1:
            raise InputError(
                "The confidence is a probability from 0.5 to below 1, such as 0.9; got {value}.", value=self.confidence
            )


@dataclass(frozen=True, slots=True)
class SideFinding:
    """How one side stands on one statement.

    agree, disagree, passes: votes counted. support: agree among agree + disagree as counted, None where nobody
    took a stand. estimate, low, high: median and equal-tailed 90 % interval of the support that the rules speak
    of (the roster's final one if closed, the population's if open); None where that is certain to have no
    stands. They borrow strength from the other statements, so with few votes the counted support may lie
    outside. accepts, rejects: probabilities.
    """

    agree: int
    disagree: int
    passes: int
    support: float | None
    estimate: float | None
    low: float | None
    high: float | None
    accepts: float
    rejects: float


@dataclass(frozen=True, slots=True)
class StatementFinding:
    """One statement: its verdict, the probabilities of the four cases, and each side in the order of the sides."""

    id: str
    verdict: Verdict
    probability: Mapping[Case, float]
    sides: tuple[SideFinding, ...]
    texts: Mapping[str, str] = field(default_factory=dict)

    def text(self, *languages: str) -> str:
        """The text in the first of `languages` that there is, else in any, else the id."""
        for language in (*languages, *self.texts):
            if self.texts.get(language):
                return self.texts[language]
        return self.id


@dataclass(frozen=True, slots=True)
class Side:
    """A side and the number of its people."""

    name: str
    participants: int


@dataclass(frozen=True, eq=False)
class OpinionGroups:
    """Groups found in the votes, and the map they were found on.

    sizes: people in each group, largest first; one group means that no structure was found. stability: mean
    adjusted Rand index between groupings by two random halves of the statements (0 no more alike than by chance,
    1 the same); None for one group. membership: index of the group per participant, −1 for people with
    too few votes. position: place on the map per participant, shape (n, 2), NaN where there is none.
    """

    sizes: tuple[int, ...]
    stability: float | None
    membership: NDArray[np.int32]
    position: NDArray[np.float64]

    @property
    def unplaced(self) -> int:
        """People with too few votes to stand in a group."""
        return int((self.membership < 0).sum())


@dataclass(frozen=True, eq=False)
class CommonGround:
    """The result of `analyse`: what the sides accept and reject, statement by statement, and how sure that is.

    sides_from: "file" (declared), "groups" (discovered), "polis" (the export's groups) or "none" (everyone is
    one side). participants, votes: those counted. without_side: participants who belong to no side.
    """

    rules: Rules
    sides: tuple[Side, ...]
    statements: tuple[StatementFinding, ...]
    participants: int
    votes: int
    sides_from: str = "file"
    without_side: int = 0
    groups: OpinionGroups | None = None
    intake: Intake = field(default_factory=Intake)

    @property
    def two_sided(self) -> bool:
        """Whether anything can be said about common ground at all."""
        return len(self.sides) > 1

    def short_of_stands(self, statement: StatementFinding) -> tuple[int, ...]:
        """Indices of the sides on whose few stands nothing is said of an open population, however probable."""
        if self.rules.population is Population.CLOSED:
            return ()
        least = self.rules.least_stands
        return tuple(g for g, side in enumerate(statement.sides) if side.agree + side.disagree < least)

    def by_verdict(self, verdict: Verdict) -> Sequence[StatementFinding]:
        """Statements of one verdict, the surest first, then in order of the input."""
        found = [s for s in self.statements if s.verdict is verdict]
        if verdict is Verdict.OPEN:
            return found
        return sorted(found, key=lambda s: -s.probability[Case(verdict.value)])
