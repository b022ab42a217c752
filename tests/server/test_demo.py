from __future__ import annotations

import csv
import io
from collections.abc import Callable
from importlib import resources

import pytest

from isthmus.analysis import Verdict
from isthmus.server.demo import samples
from isthmus.server.exchange import actions, queries
from isthmus.server.exchange.models import Conversation, State
from isthmus.server.exchange.rules import OPERATOR


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
    folder = resources.files(samples.__package__).joinpath("sample")

    def rows(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(folder.joinpath(name).read_text(encoding="utf-8"))))

    sides = [row["side"] for row in rows("sides.csv")]
    assert {side: sides.count(side) for side in sides} == {"Elm 榆方": 15, "Birch 桦方": 15}
    statements = rows("statements.csv")
    assert len(statements) == 24
    assert all(row["text:en"] and row["text:zh-Hans"] for row in statements)
    assert {row["participant"] for row in rows("votes.csv")} <= {row["participant"] for row in rows("sides.csv")}


@pytest.mark.unit
def test_the_consultation_is_the_same_each_time() -> None:
    assert samples.consultation_votes() == samples.consultation_votes()
    lines = samples.consultation_votes().decode().splitlines()
    assert len({line.split(",")[0] for line in lines[1:]}) == samples.PEOPLE
    assert len(samples.consultation_texts().splitlines()) == samples.TOPICS + 1
