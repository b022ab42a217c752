from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from isthmus.analysis import Ballots, Verdict, analyse, find_groups
from isthmus.formats import read_votes, with_groups
from isthmus.server.core.actors import OPERATOR
from isthmus.server.demo import samples
from isthmus.server.exchange import actions, queries
from isthmus.server.exchange.models import Conversation, State


def rows(name: str) -> list[dict[str, str]]:
    path = resources.files(samples.__package__).joinpath("sample", name)
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_samples_are_loaded_once_and_analysed(work_off: Callable[[], None]) -> None:
    assert len(samples.load_samples()) == 2
    assert samples.load_samples() == []
    work_off()
    for conversation in Conversation.objects.all():
        assert conversation.demonstration
        assert set(conversation.titles) == {"en", "zh-Hans"}
        analysis = queries.latest_analysis(conversation)
        assert (analysis.state, analysis.error) == (State.DONE, None)
        result = queries.result_of(analysis)
        assert result is not None
        found = {statement.verdict for statement in result.statements}
        assert {Verdict.COMMON_GROUND, Verdict.COMMON_REJECTION, Verdict.DIFFERENCE} <= found
        assert len(result.sides) == 2
        assert all(set(statement.texts) == {"en", "zh-Hans"} for statement in result.statements)


@pytest.mark.integration
@pytest.mark.django_db
def test_a_sample_that_was_deleted_stays_deleted() -> None:
    deleted, kept = samples.load_samples()
    actions.delete_conversation(actor=OPERATOR, conversation=deleted)
    assert samples.load_samples() == []
    assert list(Conversation.objects.all()) == [kept]


@pytest.mark.unit
def test_the_dialogue_has_two_sides_of_fifteen_and_texts_in_both_languages() -> None:
    sides = [row["side"] for row in rows("sides.csv")]
    assert {side: sides.count(side) for side in sides} == {"Elm 榆方": 15, "Birch 桦方": 15}
    statements = rows("statements.csv")
    assert len(statements) == 24
    assert all(row["text:en"] and row["text:zh-Hans"] for row in statements)
    assert {row["participant"] for row in rows("votes.csv")} <= {row["participant"] for row in rows("sides.csv")}


@pytest.mark.unit
def test_the_consultation_is_the_same_each_time() -> None:
    assert samples.consultation_votes() == samples.consultation_votes()
    votes = list(csv.DictReader(io.StringIO(samples.consultation_votes().decode())))
    assert len({vote["participant"] for vote in votes}) == samples.PEOPLE
    statements = rows("consultation-statements.csv")
    assert len(statements) == 40
    assert all(row["text:en"] and row["text:zh-Hans"] for row in statements)
    assert {vote["statement"] for vote in votes} == {row["statement"] for row in statements}


@pytest.mark.integration
def test_the_consultation_shows_every_verdict_as_it_was_planted(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_bytes(samples.consultation_votes())
    votes = read_votes(path)
    assert isinstance(votes, Ballots)
    groups = find_groups(votes)
    assert len(groups.sizes) == 2
    assert groups.stability is not None
    assert groups.stability > 0.5
    result = analyse(with_groups(votes, groups), groups=groups)
    verdicts = {statement.id: statement.verdict for statement in result.statements}
    assert verdicts == {row["statement"]: planted(row) for row in rows("consultation-support.csv")}
    assert Counter(verdicts.values()) == {
        Verdict.COMMON_GROUND: 12,
        Verdict.COMMON_REJECTION: 6,
        Verdict.DIFFERENCE: 8,
        Verdict.DIVIDED: 6,
        Verdict.OPEN: 8,
    }


def planted(row: dict[str, str]) -> Verdict:
    """The verdict that the planted support asks for; open where it is on the threshold, or few saw the statement."""
    support = [float(row["first"]), float(row["second"])]
    if float(row["seen"]) < 0.1 or 0.6 in support:
        return Verdict.OPEN
    if any(0.4 < share < 0.6 for share in support):
        return Verdict.DIVIDED
    accepted = [share > 0.6 for share in support]
    if all(accepted):
        return Verdict.COMMON_GROUND
    return Verdict.DIFFERENCE if any(accepted) else Verdict.COMMON_REJECTION
