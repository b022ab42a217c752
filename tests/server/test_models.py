from __future__ import annotations

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from isthmus.server.core.identifiers import new_id
from isthmus.server.core.models import RecordClass
from isthmus.server.exchange.models import Analysis, Conversation, State

OURS = [model for model in apps.get_models() if model.__module__.startswith("isthmus.")]


@pytest.mark.unit
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_model_declares_how_it_is_kept(model: type[models.Model]) -> None:
    assert "record_class" in vars(model), "declared by the model itself, not by a parent"
    assert isinstance(vars(model)["record_class"], RecordClass)


@pytest.mark.unit
def test_there_are_models_of_ours() -> None:
    assert {model.__name__ for model in OURS} >= {"Conversation", "Upload", "VoteStore", "Analysis"}


@pytest.mark.unit
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_no_model_overrides_save(model: type[models.Model]) -> None:
    assert model.save is models.Model.save


@pytest.mark.unit
def test_identifiers_are_long_and_never_the_same() -> None:
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(name) == 26 and name.isalnum() and name == name.lower() for name in made)


@pytest.mark.integration
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "values"),
    [
        (State.DONE, {}),
        (State.QUEUED, {"result": "{}"}),
        (State.FAILED, {}),
        (State.DONE, {"result": "{}", "error": {}}),
    ],
)
def test_the_database_refuses_a_state_without_its_outcome(state: State, values: dict[str, object]) -> None:
    conversation = Conversation.objects.create(titles={"und": "x"}, source="x", digest="0" * 64)
    with pytest.raises(IntegrityError), transaction.atomic():
        Analysis.objects.create(
            conversation=conversation,
            threshold="3/5",
            least_stands=5,
            confidence=0.9,
            population="open",
            sides="declared",
            state=state,
            **values,
        )
