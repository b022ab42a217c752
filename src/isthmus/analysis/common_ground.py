"""PLACEHOLDER being replaced: from votes to verdicts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats

from isthmus.analysis.ballots import Ballots, Tallies
from isthmus.analysis.findings import (
    Case,
    CommonGround,
    OpinionGroups,
    Population,
    Rules,
    Side,
    SideFinding,
    StatementFinding,
    Verdict,
)


def analyse(
    votes: Ballots | Tallies,
    rules: Rules | None = None,
    *,
    sides_from: str = "file",
    groups: OpinionGroups | None = None,
    seed: int = 0,
    progress: Callable[[float], None] = lambda _share: None,
) -> CommonGround:
    """Verdicts for every statement. `progress` is told the share done, 0 to 1."""
    rules = rules or Rules()
    t = votes.tallies() if isinstance(votes, Ballots) else votes
    th = float(rules.threshold)
    out = []
    for j, sid in enumerate(t.statements):
        sides = []
        for g in range(len(t.sides)):
            a, d, p = int(t.agree[g, j]), int(t.disagree[g, j]), int(t.passes[g, j])
            b = stats.beta(a + 1, d + 1)
            n = a + d
            acc, rej = float(b.sf(th)), float(b.cdf(1 - th))
            sides.append(SideFinding(a, d, p, a / n if n else None, float(b.mean()), float(b.ppf(0.05)), float(b.ppf(0.95)), acc, rej))
        acc = np.array([s.accepts for s in sides])
        rej = np.array([s.rejects for s in sides])
        cg, cr = float(acc.prod()), float(rej.prod())
        df = float(1 - (1 - acc).prod() - (1 - rej).prod() + (1 - acc - rej).prod())
        probability = {Case.COMMON_GROUND: cg, Case.COMMON_REJECTION: cr, Case.DIFFERENCE: df, Case.DIVIDED: max(0.0, 1 - cg - cr - df)}
        best = max(probability, key=lambda c: probability[c])
        verdict = Verdict(best.value) if probability[best] >= rules.confidence else Verdict.OPEN
        out.append(StatementFinding(sid, verdict, probability, tuple(sides), {k: v[j] for k, v in t.texts.items()}))
    progress(1.0)
    people = len(votes.participants) if isinstance(votes, Ballots) else int(t.sizes.sum())
    return CommonGround(
        rules, tuple(Side(s, int(n)) for s, n in zip(t.sides, t.sizes)), tuple(out), people, t.votes, sides_from,
        people - int(t.sizes.sum()), groups, t.intake,
    )
