"""Invented findings, made directly so that a test of pictures and pages does not hang on the analysis."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from isthmus.analysis import (
    Case,
    CommonGround,
    Intake,
    OpinionGroups,
    Population,
    Rules,
    Side,
    SideFinding,
    StatementFinding,
    Verdict,
)

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>&' {{ 7 * 7 }} %(x)s {0} \x07"

TEXTS = (
    ("The two libraries lend to each other's readers.", "两家图书馆向对方读者开放借阅。"),
    ("Students may spend one term with the other side.", "学生可以到对方学习一个学期。"),
    ("Every meeting is held in the mountains.", "每次会议都在山里举行。"),
    ("The joint newsletter appears every week.", "联合通讯每周出版一期。"),
    ("Night trains stop in both towns.", "夜班列车在两座城镇都停靠。"),
    ("The shared garden is open to visitors.", "共用花园向游客开放。"),
)
SHARES = (
    (Verdict.COMMON_GROUND, (0.9, 0.8)),
    (Verdict.COMMON_REJECTION, (0.1, 0.15)),
    (Verdict.DIFFERENCE, (0.85, 0.1)),
    (Verdict.DIVIDED, (0.5, 0.75)),
    (Verdict.OPEN, (0.62, 0.58)),
    (Verdict.OPEN, (0.7, None)),
)
NAMES = ("Elm 榆方", "Birch 桦方", "Ash", "Fir", "Oak", "Yew")


def side_finding(share: float | None, stands: int = 20, passes: int = 3) -> SideFinding:
    if share is None:
        return SideFinding(0, 0, passes, None, 0.5, 0.2, 0.8, 0.3, 0.3)
    agree = round(share * stands)
    low, high = max(0.0, share - 0.12), min(1.0, share + 0.1)
    return SideFinding(agree, stands - agree, passes, agree / stands, share, low, high, share, 1 - share)


def probabilities(verdict: Verdict) -> dict[Case, float]:
    if verdict is Verdict.OPEN:
        return {Case.COMMON_GROUND: 0.6, Case.COMMON_REJECTION: 0.0, Case.DIFFERENCE: 0.1, Case.DIVIDED: 0.3}
    return {case: 0.97 if case.value == verdict.value else 0.01 for case in Case}


def statement(
    number: int, sides: int, *, texts: dict[str, str] | None = None, id_: str | None = None
) -> StatementFinding:
    verdict, shares = SHARES[number % len(SHARES)]
    if sides == 1 and verdict is Verdict.DIFFERENCE:
        verdict = Verdict.DIVIDED
    english, chinese = TEXTS[number % len(TEXTS)]
    return StatementFinding(
        id=id_ or str(number + 1),
        verdict=verdict,
        probability=probabilities(verdict),
        sides=tuple(side_finding(shares[i % 2]) for i in range(sides)),
        texts={"en": english, "zh-Hans": chinese} if texts is None else texts,
    )


def findings(
    sides: int = 2,
    statements: int = 6,
    *,
    names: tuple[str, ...] = NAMES,
    population: Population = Population.OPEN,
    sides_from: str = "file",
    groups: OpinionGroups | None = None,
    intake: Intake | None = None,
    texts: dict[str, str] | None = None,
    id_: str | None = None,
) -> CommonGround:
    return CommonGround(
        rules=Rules(threshold=Fraction(3, 5), population=population),
        sides=tuple(Side(names[i], 23) for i in range(sides)),
        statements=tuple(statement(j, sides, texts=texts, id_=id_) for j in range(statements)),
        participants=23 * sides,
        votes=20 * sides * statements,
        sides_from=sides_from,
        groups=groups,
        intake=intake or Intake(),
    )


def swapped(result: CommonGround) -> CommonGround:
    return CommonGround(
        rules=result.rules,
        sides=result.sides[::-1],
        statements=tuple(
            StatementFinding(s.id, s.verdict, s.probability, s.sides[::-1], s.texts) for s in result.statements
        ),
        participants=result.participants,
        votes=result.votes,
        sides_from=result.sides_from,
    )


def opinion_groups(people: int, groups: int = 2, *, stability: float | None = 0.83) -> OpinionGroups:
    """People in round clouds side by side; the last person has no place."""
    rng = np.random.default_rng(7)
    member = (np.arange(people) * groups // max(people, 1)).astype(np.int32)
    position = rng.normal(size=(people, 2)) + np.c_[member * 3.0, np.zeros(people)]
    if people > 1:
        member[-1], position[-1] = -1, np.nan
    sizes = tuple(int(n) for n in np.bincount(member[member >= 0], minlength=groups))
    return OpinionGroups(sizes, stability, member, position)
