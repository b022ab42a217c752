"""Two hosts who are invited found a series; nobody else can, and nothing is half-done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from isthmus.ledger import SeriesRules
from isthmus.server.core import clock
from isthmus.server.core.actors import Actor
from isthmus.server.core.derivation import differences
from isthmus.server.core.models import Entry, Log
from isthmus.server.core.reading import entries
from isthmus.server.dialogues.actions.founding import issue_invitations
from isthmus.server.dialogues.founding import reader_side, view_for_code
from isthmus.server.dialogues.models import Invitation, Reader, Series
from tests.ledger.series import NAMES, Side, key
from tests.server.dialogues.hosts import TITLES, Host, found, invited, said, take

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]
ORDERS = [("elm", "birch"), ("birch", "elm")]


@pytest.mark.parametrize("order", ORDERS)
def test_two_hosts_found_a_series(order: tuple[str, str]) -> None:
    founded = found(*order)
    assert sorted(founded.series.sides.values_list("name", flat=True)) == ["birch", "elm"]
    assert founded.log.size == 1
    assert differences(founded.log) == []
    assert {host.name: reader_side(founded.series.pk, host.token) for host in founded.hosts.values()} == {
        "elm": "elm",
        "birch": "birch",
    }
    assert founded.series.genesis.encode() in entries(founded.log, 0, 1)[0]


def test_three_hosts_found_a_series() -> None:
    assert found("elm", "birch", "alder").series.sides.count() == 3


def test_only_the_operator_invites() -> None:
    with pytest.raises(PermissionDenied):
        issue_invitations(actor=Actor("member of elm", "", "elm"), titles=TITLES, rules=SeriesRules())
    assert Log.objects.count() == 0


def test_codes_are_not_kept() -> None:
    hosts = invited("elm", "birch")
    kept = str([*Invitation.objects.values()])
    assert [host.code for host in hosts if host.code in kept] == []
    assert view_for_code(hosts[0].code) is not None
    assert view_for_code("x" + hosts[0].code[1:]) is None


def test_an_answer_sent_again_changes_nothing_and_another_is_refused() -> None:
    host, _ = invited("elm", "birch")
    parcel = host.pair()
    assert take(parcel) == take(parcel)
    assert said(host.pair(side="birch")) == "This invitation was answered before; ask the operator for a new one."
    assert Invitation.objects.exclude(side="").count() == 1


def test_an_invitation_that_is_not_known_or_over() -> None:
    host, _ = invited("elm", "birch")
    expected = "This invitation is not known here, or its time is up; ask the operator for a new one."
    assert said(Host("elm", "a" * 32).pair()) == expected
    with clock.set_to(clock.now() + timedelta(days=31)):
        assert said(host.pair()) == expected


def test_two_hosts_cannot_bear_one_name_or_one_key() -> None:
    one, two = invited("elm", "birch")
    take(one.pair())
    again = Host("elm", two.code)
    again.keys = Side("elm", 2)
    assert said(again.pair()) == "Another host has named its side “elm”; choose another word."
    two.keys.encryption = one.keys.encryption
    assert said(two.pair()) == "Two keys are the same; every side makes its own."
    assert Invitation.objects.exclude(side="").count() == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"side": "Elm!"}, "side: a side is named with at most 31 small letters, digits and hyphens, such as elm."),
        ({"names": {"en": "Elm Institute"}}, "names: the text in zh-Hans is missing."),
        ({"names": NAMES["elm"] | {"en": "Elm\nInstitute"}}, "names.en: it holds a character that cannot be seen or"),
        ({"reader": "secret"}, "reader: a digest was expected."),
        ({"witness": "elm/witness+00000000+BA="}, "not exact Base64"),
        ({"extra": 1}, "pair: there is no field “extra”."),
    ],
)
def test_an_answer_with_a_wrong_field(changes: dict[str, object], expected: str) -> None:
    host, _ = invited("elm", "birch")
    assert expected in said(host.pair(**changes))  # type: ignore[arg-type]
    assert Invitation.objects.exclude(side="").count() == 0


def test_an_answer_has_to_be_signed_by_its_keys() -> None:
    host, _ = invited("elm", "birch")
    parcel, other = host.pair(), Host("elm", host.code)
    other.keys = Side("elm", 2)
    assert said(parcel | {"note": other.pair()["note"]}) == "The answer is not signed by the keys that it names."


def test_marked_keys_are_for_demonstrations_only(settings: pytest.FixtureRequest) -> None:
    host, _ = invited("elm", "birch")
    host.keys.decision = key("elm/decision/demonstration")
    host.keys.spare = key("elm/spare/demonstration")
    host.keys.witness = key("elm/witness/demonstration", host.keys.witness.algorithm)
    assert said(host.pair()) == "These keys are marked for demonstrations; a real server refuses them."
    settings.ISTHMUS_DEMONSTRATION = True  # type: ignore[attr-defined]
    assert take(host.pair()).done
    assert "takes only keys that are marked so" in said(Host("birch", _.code).pair())


def test_nothing_is_signed_before_all_have_answered() -> None:
    one, two = invited("elm", "birch")
    take(one.pair())
    series = view_for_code(one.code)
    assert series is not None
    assert (series.stage, series.document) == ("waiting", None)
    parcel = {"kind": "genesis", "series": series.series, "note": one.pair()["note"]}
    assert "Not every host has answered" in said(parcel)
    take(two.pair())
    assert take(one.genesis()).told == {"founded": False}
    assert (Series.objects.count(), Entry.objects.count(), Reader.objects.count()) == (0, 0, 0)
    assert take(two.genesis()).told == {"founded": True}
    assert take(one.genesis()).told == {"founded": True}
    assert Entry.objects.count() == 1


def test_another_genesis_is_not_accepted() -> None:
    one, two = invited("elm", "birch")
    take(one.pair())
    take(two.pair())
    text = str(one.genesis()["note"]).replace("localhost", "otherhost")
    assert "another genesis" in said(one.genesis() | {"note": text})
    stranger = str(one.genesis()["note"]).replace("elm/decision", "oak/decision")
    assert said(one.genesis() | {"note": stranger}) == "No side has signed this with the key that it named."
