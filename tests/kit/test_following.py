"""Following the server: what is cosigned and handed in, and how often."""

from __future__ import annotations

from datetime import timedelta

import pytest

from isthmus.kit.alarm import Alarm
from isthmus.kit.following import Followed, follow
from isthmus.kit.mirror import Cosigned
from isthmus.kit.standing import standing
from isthmus.ledger import Note, open_checkpoint
from isthmus.ledger.tree import leaf_hash
from tests.kit.dialogue import Town

pytestmark = pytest.mark.unit


def reason(followed: Followed) -> str:
    assert followed.cosigning is not None
    if followed.cosigning.reason is None:
        return ""
    assert followed.cosigning.parcels == []
    return followed.cosigning.reason.render()


def test_the_cosignature_is_that_of_the_side_at_that_moment(town: Town, order: tuple[str, str]) -> None:
    assert reason(follow(town.kits[order[0]])) == ""
    (parcel,) = town.server.parcels
    assert (parcel["kind"], parcel["series"]) == ("cosign", "series-1")
    key = town.series.sides[order[0]].witness.verifier
    checkpoint, (given,) = open_checkpoint(parcel["checkpoint"], town.series.log.verifier, [key])
    assert (checkpoint.size, given.time) == (1, int(town.server.now.timestamp()))
    assert len(Note.parse(parcel["checkpoint"]).signatures) == 2


def test_a_fresh_cosignature_is_not_renewed_until_it_ages_or_the_server_lost_it(
    town: Town, order: tuple[str, str]
) -> None:
    kit = town.kits[order[0]]
    follow(kit)
    town.later(seconds=60)
    assert reason(follow(kit)) == "Cosigned already, 60 s ago."
    town.server.seen.clear()
    assert reason(follow(kit)) == ""
    town.later(minutes=11)
    assert reason(follow(kit)) == ""
    assert len(town.server.parcels) == 3


@pytest.mark.parametrize(("minutes", "cosigned"), [(9, True), (-9, True), (11, False), (-11, False)])
def test_clocks_that_are_apart_keep_it_from_cosigning(
    town: Town, order: tuple[str, str], minutes: int, cosigned: bool
) -> None:
    town.server.ahead = timedelta(minutes=minutes)
    told = reason(follow(town.kits[order[0]]))
    assert (told == "") is cosigned
    if not cosigned:
        assert "the clocks are 11 minutes apart. Here it is 2026-11-25T03:00:00Z, on the server 2026-11-25T0" in told
        assert town.server.parcels == []


def test_what_the_other_side_cosigned_last_becomes_complete(town: Town, order: tuple[str, str]) -> None:
    own, other = order
    follow(town.kits[other])
    town.series.append("theme.noted", {})
    follow(town.kits[own])
    assert [cosigned.size for cosigned in town.kits[own].mirror.cosigned()] == [1, 2]
    assert [standing(town.kits[own]).complete_to, standing(town.kits[other]).complete_to] == [1, 0]
    town.later(minutes=1)
    follow(town.kits[own])
    assert len(town.server.parcels) == 3


def test_a_mirror_that_was_moved_away_is_anchored_anew(town: Town, order: tuple[str, str]) -> None:
    kit = town.kits[order[0]]
    follow(kit)
    kit.mirror.path.rename(kit.mirror.path.with_suffix(".old"))
    again = town.kit(order[0], anchored=False)
    assert "Not cosigned: this kit did not sign the genesis in this folder" in reason(follow(again))


def test_an_older_copy_of_the_folder_learns_what_it_cosigned(town: Town, order: tuple[str, str]) -> None:
    own = order[0]
    follow(town.kits[own])
    town.series.decide()
    follow(town.kits[own])
    older = town.kit(own, name="older")
    town.server.now += timedelta(minutes=1)
    follow(older)
    assert [cosigned.size for cosigned in older.mirror.cosigned()] == [5]


def test_a_root_that_contradicts_what_was_cosigned_is_an_alarm(town: Town, order: tuple[str, str]) -> None:
    kit = town.kits[order[0]]
    kit.mirror.keep_cosigned(Cosigned(1, leaf_hash(b"other"), 0))
    with pytest.raises(Alarm, match="has cosigned 1 entries with a root that this record does not have"):
        follow(kit)
    assert town.server.parcels == []
