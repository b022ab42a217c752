"""The state of every record model is what the log derives, and a change beside the log is seen."""

from __future__ import annotations

import pytest

from isthmus.server.core.checks import record_models
from isthmus.server.core.derivation import derived_models, differences, dump, rebuild
from isthmus.server.core.models import Erasure
from isthmus.server.dialogues.models import Decision, DecisionSignature, KeySet, Series, Side
from tests.ledger.series import Side as Keys
from tests.server.dialogues.hosts import Founded, found, take

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def founded() -> Founded:
    """A series with rows in every record model, and decisions in every phase."""
    made = found()
    decided = made.all_sign(made.rules("elm"))
    take(made.hosts["birch"].reject(made.rules("elm", 8)))
    made.all_sign(made.rules("birch", 9))
    made.rules("birch", 10)
    made.all_sign(made.rules("elm", 11))  # the one before lapses
    text = next(line for line in decided.text.splitlines() if line.startswith("text en ")).split(" ")[2]
    asked = take(made.hosts["elm"].propose(made.series, "contents.erase", {"digests": [text]}))
    made.all_sign(made.decision(int(str(asked.told["decision"]))))
    take(made.hosts["birch"].freeze(made.series))
    data = {"side": "birch", "keys": Keys("birch", 2).keys()}
    spare = made.hosts["birch"].keys.spare
    asked = take(made.hosts["birch"].propose(made.series, "keys.replace", data, spare))  # type: ignore[arg-type]
    replacement = made.decision(int(str(asked.told["decision"])))
    take(made.hosts["birch"].sign(replacement, spare))
    take(made.hosts["elm"].sign(replacement))
    return made


def test_every_record_model_is_derived_and_holds_what_the_log_says(founded: Founded) -> None:
    assert record_models() == []
    assert {*derived_models()} == {Decision, DecisionSignature, Erasure, KeySet, Series, Side}
    before = dump(founded.log)
    assert [name for name, rows in before.items() if not rows] == ["core.Subtree"]  # it takes 256 entries
    assert {row["phase"] for row in before["dialogues.Decision"]} == {"executed", "rejected", "lapsed"}
    assert differences(founded.log) == []
    Series.objects.all().delete()
    Erasure.objects.all().delete()
    assert differences(founded.log) != []
    rebuild(founded.log)
    assert dump(founded.log) == before


def test_a_change_beside_the_log_is_seen(founded: Founded) -> None:
    Decision.objects.filter(number=2).update(phase="executed")
    assert differences(founded.log) == ["dialogues.Decision"]
    Side.objects.filter(name="elm").update(frozen=True)
    assert sorted(differences(founded.log)) == [
        "dialogues.Decision",
        "dialogues.Side",
    ]
    rebuild(founded.log)
    assert differences(founded.log) == []
