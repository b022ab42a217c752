"""What a witness cosigns, and what makes it raise the alarm: for each side alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from isthmus.kit.alarm import Alarm
from isthmus.kit.checking import export, verify_mirror
from isthmus.kit.kit import Kit
from isthmus.kit.mirror import ANCHORED
from isthmus.kit.mirroring import take_in
from isthmus.kit.witness import anchor, cosign_newest
from isthmus.language import InputError
from isthmus.ledger import read_record, verify_record
from isthmus.ledger.checkpoint import open_checkpoint
from tests.kit.shown import MarkedSeries, Shown, kit_of
from tests.ledger.series import key

pytestmark = pytest.mark.unit
SIDES = ("elm", "birch")


@pytest.fixture
def series() -> MarkedSeries:
    made = MarkedSeries()
    made.found()
    made.decide(round_=1)
    return made


@pytest.fixture(params=SIDES)
def kit(request: pytest.FixtureRequest, series: MarkedSeries, tmp_path: Path) -> Kit:
    return kit_of(series, str(request.param), tmp_path)


def other(kit: Kit) -> str:
    return SIDES[1 - SIDES.index(kit.side)]


def cosigned(kit: Kit, shown: Shown) -> str:
    """Mirror and cosign; the note that is sent."""
    told = cosign_newest(kit, take_in(kit, shown))
    assert told.parcel is not None, told.reason
    return str(told.parcel["checkpoint"])


def alarm(act: Callable[[], object]) -> str:
    with pytest.raises(Alarm) as raised:
        act()
    return raised.value.message.render()


def test_it_cosigns_what_it_verified(kit: Kit, series: MarkedSeries) -> None:
    note = cosigned(kit, Shown(series))
    checkpoint, given = open_checkpoint(note, series.log.verifier, [series.sides[kit.side].witness.verifier])
    assert (checkpoint.size, len(given)) == (len(series.entries), 1)
    series.append("remark", {"text": "more"})
    assert cosigned(kit, Shown(series)) != note
    report = verify_mirror(kit)
    assert (report.good, report.complete_to, report.size) == (True, 0, 6)
    assert verify_record(read_record(b"".join(export(kit)))).good


def test_with_every_witness_it_is_complete(kit: Kit, series: MarkedSeries, tmp_path: Path) -> None:
    mine, theirs = cosigned(kit, Shown(series)), cosigned(kit_of(series, other(kit), tmp_path), Shown(series))
    take_in(kit, Shown(series, notes={kit.side: mine, other(kit): theirs}))
    report = verify_mirror(kit)
    assert (report.good, report.complete_to) == (True, 5)


def test_contents_are_checked_kept_and_destroyed(kit: Kit, series: MarkedSeries) -> None:
    take_in(kit, Shown(series))
    name = series.state.decisions[1].text.texts["en"]
    assert kit.mirror.content(name) == series.contents[name]
    series.decide("contents.erase", {"digests": [name]})
    take_in(kit, Shown(series))
    assert kit.mirror.content(name) is None
    changed = MarkedSeries()
    changed.found()
    changed.decide()
    wrong = changed.state.decisions[1].text.texts["zh-Hans"]
    changed.contents[wrong] = (changed.contents[wrong][0], b"other")
    with pytest.raises(InputError, match="was changed: it does not fit its digest"):
        take_in(kit_of(changed, kit.side, kit.mirror.path.parent / "new"), Shown(changed))


def test_an_entry_that_may_not_be_there(kit: Kit, series: MarkedSeries) -> None:
    take_in(kit, Shown(series))
    number = series.propose(kit.side)
    series.sign(number, kit.side)
    series.keep(series.event("decision.executed", {"decision": number}).to_bytes())
    with pytest.raises(InputError, match=f"Entry 7 does not verify: .* without a signature of {other(kit)}"):
        take_in(kit, Shown(series))
    assert kit.mirror.size() == 5
    assert verify_mirror(kit).good


def test_a_rollback(kit: Kit, series: MarkedSeries) -> None:
    cosigned(kit, Shown(series))
    assert "shows 3 entries, fewer than the 5" in alarm(lambda: take_in(kit, Shown(series, size=3)))
    assert take_in(kit, Shown(series, size=3, live=False)).size == 5  # an older file is no lie
    assert len(kit.mirror.alarms()) == 1


def fork(series: MarkedSeries, *, last: str) -> MarkedSeries:
    """The same sides and log with another last entry."""
    made = MarkedSeries()
    made.found()
    made.decide(round_=1)
    made.append("remark", {"text": last})
    assert made.entries[:5] == series.entries[:5]
    return made


def test_a_rewritten_entry(kit: Kit, series: MarkedSeries) -> None:
    one, two = fork(series, last="yes"), fork(series, last="no")
    cosigned(kit, Shown(one))
    assert "the first entry that differs is 5" in alarm(lambda: take_in(kit, Shown(two)))
    two.append("remark", {"text": "and on"})
    assert "the first entry that differs is 5" in alarm(lambda: take_in(kit, Shown(two)))
    assert kit.mirror.size() == 6


def test_a_split_view(kit: Kit, series: MarkedSeries, tmp_path: Path) -> None:
    """Each side is shown its own record; the other's cosignature gives it away."""
    one, two = fork(series, last="yes"), fork(series, last="no")
    theirs = cosigned(kit_of(two, other(kit), tmp_path), Shown(two))
    take_in(kit, Shown(one))
    said = alarm(lambda: take_in(kit, Shown(one, notes={other(kit): theirs})))
    assert f"the witness of {other(kit)} has cosigned another root for 6 entries" in said
    assert "another root than this mirror has" in alarm(lambda: anchor(kit, theirs))


def test_another_series_or_another_server(kit: Kit, series: MarkedSeries, tmp_path: Path) -> None:
    strangers = MarkedSeries("elm", "birch", "alder")
    strangers.found()
    assert "begins with another genesis" in alarm(lambda: take_in(kit, Shown(strangers)))
    take_in(kit, Shown(series))
    impostor = MarkedSeries()
    impostor.log = type(impostor.log).generate(impostor.log.name)
    impostor.found()
    assert "not one of the log of this series" in alarm(lambda: take_in(kit, Shown(impostor)))


def test_a_kit_made_anew_cosigns_nothing_until_it_is_anchored(kit: Kit, series: MarkedSeries, tmp_path: Path) -> None:
    fresh = kit_of(series, kit.side, tmp_path / "new", anchored=False)
    told = cosign_newest(fresh, take_in(fresh, Shown(series)))
    assert told.parcel is None
    assert told.reason is not None
    assert "did not sign the genesis in this folder" in told.reason.render()
    own = cosigned(kit, Shown(series))
    with pytest.raises(InputError, match="no cosignature of another side"):
        anchor(fresh, own)
    theirs = cosigned(kit_of(series, other(kit), tmp_path), Shown(series))
    anchor(fresh, theirs)
    assert fresh.mirror.fact(ANCHORED) == "5"
    assert cosigned(fresh, Shown(series))


def test_a_shorter_view_than_the_other_side_has(kit: Kit, series: MarkedSeries, tmp_path: Path) -> None:
    fresh = kit_of(series, kit.side, tmp_path / "new", anchored=False)
    take_in(fresh, Shown(series, size=3))
    theirs = cosigned(kit_of(series, other(kit), tmp_path), Shown(series))
    with pytest.raises(InputError, match="covers 5 entries, the mirror only 3"):
        anchor(fresh, theirs)
    said = alarm(lambda: take_in(fresh, Shown(series, size=3, notes={other(kit): theirs})))
    assert "has cosigned 5 entries, this kit is shown only 3" in said


@pytest.mark.parametrize("hours", [-3, 3])
def test_clocks_that_are_hours_apart(kit: Kit, series: MarkedSeries, hours: int) -> None:
    told = cosign_newest(kit, take_in(kit, Shown(series, date=series.at + timedelta(hours=hours))))
    assert told.parcel is None
    assert told.reason is not None
    assert "180 minutes apart" in told.reason.render()
    assert cosigned(kit, Shown(series, date=series.at + timedelta(minutes=9)))


def test_a_clock_that_went_back(kit: Kit, series: MarkedSeries) -> None:
    cosigned(kit, Shown(series))
    series.append("remark", {"text": "more"})
    series.at -= timedelta(days=1)
    told = cosign_newest(kit, take_in(kit, Shown(series)))
    assert told.reason is not None
    assert "the clock of this computer says" in told.reason.render()


def test_another_key_does_not_cosign_for_this_side(kit: Kit, series: MarkedSeries) -> None:
    """A kit whose keys were replaced elsewhere stops."""
    take_in(kit, Shown(series))
    fresh = MarkedSeries().sides[kit.side]
    for role in ("decision", "spare"):
        setattr(fresh, role, key(f"{kit.side}/{role}/demonstration", salt="2"))
    fresh.witness = key(f"{kit.side}/witness/demonstration", fresh.witness.algorithm, salt="2")
    number = series.propose(kit.side, "keys.replace", {"side": kit.side, "keys": fresh.keys()})
    series.sign(number, kit.side, series.sides[kit.side].spare)
    series.sign(number, other(kit))
    series.execute(number)
    told = cosign_newest(kit, take_in(kit, Shown(series)))
    assert told.reason is not None
    assert told.reason.render() == "Not cosigned: the witness key of this kit is not the one in force."
