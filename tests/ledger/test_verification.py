"""A record is accepted whole, or what is wrong with it is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from isthmus.language import InputError
from isthmus.ledger import (
    Checkpoint,
    Event,
    Record,
    Report,
    describe,
    read_record,
    sign_checkpoint,
    verify_record,
    write_record,
)
from isthmus.ledger.tree import leaf_hash, root_of
from tests.ledger.series import ORIGIN, Series, usual

pytestmark = pytest.mark.unit
ORDERS = [("elm", "birch"), ("birch", "elm")]


def written(record: Record) -> bytes:
    return b"".join(write_record(record))


def faults(report: Report) -> list[tuple[int | None, int | None, str]]:
    return [(fault.entry, fault.until, fault.message.render()) for fault in report.faults]


@pytest.fixture(params=ORDERS)
def series(request: pytest.FixtureRequest) -> Series:
    return usual(*request.param)


def test_a_good_record(series: Series) -> None:
    record = series.record(round_=1)
    read = read_record(written(record))
    assert read == record
    report = verify_record(read)
    assert faults(report) == []
    assert (report.good, report.size, report.complete_to, report.pinned) == (True, 12, 12, False)
    assert {side: seen and seen.size for side, seen in report.witnessed.items()} == {"elm": 12, "birch": 12}
    assert verify_record(read, series.state.founded().digest).pinned


def test_sides_mirror() -> None:
    """The same acts with the sides exchanged give the same report with the sides exchanged."""
    one, two = (verify_record(usual(*order).record()) for order in ORDERS)

    def told(report: Report) -> list[str]:
        return [message.render() for message in describe(report, usual().at + timedelta(hours=3))]

    assert sorted(told(one)) == sorted(told(two))


def test_another_genesis_than_expected(series: Series) -> None:
    report = verify_record(series.record(), "sha256:" + "0" * 64)
    assert [fault.entry for fault in report.faults] == [0]
    assert "another one than expected" in report.faults[0].message.render()


def test_what_the_witnesses_did_not_cosign_is_told() -> None:
    series = usual()
    series.append("remark", {"text": "later"})
    series.mark("elm")
    report = verify_record(series.record())
    assert (report.good, report.complete_to, report.size) == (True, 12, 13)
    lines = [message.render() for message in describe(report, series.at + timedelta(hours=3))]
    assert "Complete to entry 11: every side cosigned this." in lines
    assert "birch cosigned up to entry 11, 3.0 h ago; 1 further entries it did not." in lines
    early = [message.render() for message in describe(report, series.at - timedelta(hours=2))]
    ahead = "elm cosigned up to entry 12, by a clock that is 2.0 h ahead of this one; 0 further entries it did not."
    assert ahead in early
    assert "elm cosigned up to entry 12, 3.0 h ago; 0 further entries it did not." in lines


def rewrite(series: Series, change: Callable[[list[bytes]], object], *, cover: bool = False) -> Record:
    """What a server that changes its entries would hand out; cover: with hashes that fit, and its own checkpoint."""
    record = series.record(round_=1)
    entries = list(record.entries)
    change(entries)
    checkpoints, hashes = list(record.checkpoints), [leaf_hash(entry) for entry in entries]
    if cover:
        head = Checkpoint(ORIGIN, len(entries), root_of(hashes))
        checkpoints = [sign_checkpoint(head, series.log).format()]
    return replace(record, entries=entries, leaf_hashes=hashes, checkpoints=checkpoints)


def at(entries: list[bytes], number: int, **fields: object) -> None:
    """Write an entry anew with other fields."""
    entries[number] = replace(Event.from_bytes(entries[number]), **fields).to_bytes()  # type: ignore[arg-type]


def test_a_rewritten_entry(series: Series) -> None:
    record = series.record(round_=1)
    changed = Event.from_bytes(record.entries[11])
    entries = [*record.entries[:11], replace(changed, payload={"round": 2, "text": "denied"}).to_bytes()]
    kept = replace(record, entries=entries)  # with the leaf hashes of the record
    assert faults(verify_record(kept)) == [(11, None, "The bytes of this entry do not fit its leaf hash.")]
    hidden = replace(kept, leaf_hashes=[leaf_hash(entry) for entry in entries])
    expected = "The entries do not give the root that the checkpoint of size 12 names."
    assert faults(verify_record(hidden)) == [(5, 12, expected)]


def test_a_rewritten_entry_under_a_new_checkpoint_of_the_server(series: Series) -> None:
    """The server alone can sign a checkpoint; without the witnesses nothing of it is complete."""
    record = rewrite(series, lambda entries: at(entries, 11, payload={"round": 2, "text": "denied"}), cover=True)
    report = verify_record(record)
    assert (report.good, report.complete_to) == (True, 0)
    assert "Not complete to any entry" in "\n".join(message.render() for message in describe(report, series.at))


def test_dropped_reordered_and_appended_entries(series: Series) -> None:
    dropped = verify_record(rewrite(series, lambda entries: entries.pop(7), cover=True))
    assert faults(dropped)[0][:2] == (7, None)
    swapped = verify_record(rewrite(series, lambda entries: entries.insert(6, entries.pop(7)), cover=True))
    assert faults(swapped)[0] == (6, None, "It says that it is entry 7.")
    appended = verify_record(rewrite(series, lambda entries: entries.append(entries[-1])))
    assert faults(appended)[0][:2] == (12, None)


@pytest.mark.parametrize("side", ["elm", "birch"])
def test_a_decision_carried_out_on_one_key(side: str) -> None:
    series = Series().found()
    number = series.propose(side)
    series.sign(number, side)
    series.keep(Event(len(series.entries), series.at, "decision.executed", {"decision": number}).to_bytes())
    series.mark()
    report = verify_record(series.record())
    assert faults(report)[0][:2] == (3, None)
    assert "without a signature" in faults(report)[0][2]


def test_checkpoints_of_strangers_do_not_count(series: Series) -> None:
    record = series.record()
    strangers = Series("elm", "birch", "alder")
    strangers.entries, strangers.frontier = series.entries, series.frontier
    cosigned = strangers.checkpoint("elm", "alder")
    report = verify_record(replace(record, checkpoints=[cosigned]))
    assert [message for _, _, message in faults(report)] == [
        "A checkpoint does not verify: It bears a signature of a key that is not in force."
    ]


def test_contents_fit_are_there_and_are_no_more_than_that(series: Series) -> None:
    record = series.record(round_=1)
    name, (salt, content) = next(iter(sorted(record.contents.items())))
    entry = series.state.sealed[name].entry
    changed = replace(record, contents=record.contents | {name: (salt, content + b"!")})
    assert faults(verify_record(changed)) == [(entry, None, "A content does not fit any digest in the record.")]
    less = {other: value for other, value in record.contents.items() if other != name}
    assert faults(verify_record(replace(record, contents=less)))[0][0] == entry
    other_round = next(key for key, sealed in series.state.sealed.items() if sealed.round == 2)
    more = record.contents | {other_round: series.contents[other_round]}
    assert [text for _, _, text in faults(verify_record(replace(record, contents=more)))] == [
        "A content belongs to another round."
    ]


def test_destroyed_contents_may_be_missing_and_may_not_be_there(series: Series) -> None:
    name = next(iter(series.state.decisions[1].text.texts.values()))
    series.decide("contents.erase", {"digests": [name]})
    series.mark()
    record = series.record(round_=1)
    assert name not in record.contents
    assert faults(verify_record(record)) == []
    kept = replace(record, contents=record.contents | {name: series.contents[name]})
    assert [text for _, _, text in faults(verify_record(kept))] == ["A content is there that was to be destroyed."]


def accepted(data: bytes) -> bool:
    try:
        return verify_record(read_record(data)).good
    except InputError:
        return False


def small() -> bytes:
    series = Series().found()
    series.decide()
    series.mark()
    return written(series.record())


def test_any_changed_byte_is_found() -> None:
    data = small()
    assert accepted(data)
    slipped = [
        place for place in range(len(data)) if accepted(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    ]
    assert slipped == []


def test_any_cut_is_found() -> None:
    data = small()
    assert [end for end in range(len(data)) if accepted(data[:end])] == []
    assert not accepted(data + b"\n")
    assert not accepted(data + data)


def test_a_record_cut_in_half_says_where_it_ends() -> None:
    data = written(usual().record(round_=1))
    cut = data[: data.index(b'"number":5,') + 5]
    report = verify_record(read_record(cut))
    assert report.faults[0].entry == 5
    assert "missing" in "\n".join(text for _, _, text in faults(report))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not a record"),
        (b"hello", "not a record"),
        (b"\x00" * 100, "not a record"),
        (b'{"format":"isthmus record v1"}\n', "“checkpoints” is missing"),
    ],
)
def test_what_is_no_record_is_said_so(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_record(data)


def test_changed_line_endings_are_said_so() -> None:
    with pytest.raises(InputError, match="line endings"):
        read_record(small().replace(b"\n", b"\r\n"))
