"""What a kit takes in from a server, and where it stops."""

from __future__ import annotations

import pytest

from isthmus.kit.alarm import Alarm
from isthmus.kit.checking import export, verify_mirror
from isthmus.kit.following import follow, follow_file, give_back
from isthmus.kit.kit import Kit
from isthmus.kit.mirroring import take_in
from isthmus.language import InputError
from isthmus.ledger import Note, Record, Signature, read_record, sign_checkpoint, verify_record, write_record
from isthmus.ledger.checkpoint import Checkpoint
from isthmus.ledger.tree import leaf_hash, root_of
from tests.kit.dialogue import ServedSeries, Town
from tests.ledger.series import key

pytestmark = pytest.mark.unit


def record_bytes(record: Record) -> bytes:
    return b"".join(write_record(record))


def test_the_record_comes_home_and_is_cosigned_by_both(town: Town, order: tuple[str, str]) -> None:
    town.series.decide()
    for side in (*order, order[0]):
        follow(town.kits[side])
    for side in order:
        kit = town.kits[side]
        assert [content for content, _ in kit.mirror.entries()] == town.series.entries
        assert kit.mirror.content_names() == {*town.series.contents}
        assert kit.book().root(5) == town.series.root(5)
        assert [cosigned.size for cosigned in kit.mirror.cosigned()] == [5]
    assert {*town.server.seen} == {*order}
    assert [parcel["kind"] for parcel in town.server.parcels] == ["cosign", "cosign"]


@pytest.mark.parametrize("count", [254, 255, 256, 257, 513])
def test_entries_come_in_bundles_of_any_width(town: Town, order: tuple[str, str], count: int) -> None:
    kit = town.kits[order[0]]
    for _ in range(3):
        town.series.append("theme.noted", {"round": 1})
    follow(kit)
    while len(town.series.entries) < count:
        town.series.append("theme.noted", {"round": 1})
    follow(kit)
    assert [content for content, _ in kit.mirror.entries()] == town.series.entries


def test_a_server_that_shows_less_raises_an_alarm_that_names_both_sizes(town: Town, order: tuple[str, str]) -> None:
    kit = town.kits[order[0]]
    town.series.decide()
    follow(kit)
    town.server.size = 3
    town.server.seen.clear()
    with pytest.raises(Alarm, match=r"shows 3 entries, fewer than the 5"):
        follow(kit)
    assert kit.mirror.size() == 5
    (raised,) = kit.mirror.alarms()
    assert raised.evidence.count(town.series.log.name) == 4  # two notes: origin and name of the log's key


def test_a_restored_server_gets_back_what_it_lacks(town: Town, order: tuple[str, str]) -> None:
    kit = town.kits[order[0]]
    town.series.decide()
    town.series.decide(round_=2)
    follow(kit)
    town.server.size = 3
    assert give_back(kit) == 6 + 6  # the entries, told for each of the two rounds
    assert [read_record(data).round for data in town.server.returned] == [0, 2]
    assert {*read_record(town.server.returned[1]).contents} == {*town.series.contents}


def test_nothing_is_returned_to_a_server_with_another_history(town: Town, order: tuple[str, str]) -> None:
    kit = town.kits[order[0]]
    town.series.decide()
    follow(kit)
    rewrite(town.series, 2)
    town.server.size = 4
    with pytest.raises(Alarm, match="not the beginning of this mirror"):
        give_back(kit)


def files_of(kit: Kit) -> bytes:
    """The mirror's file and its journals."""
    return b"".join(path.read_bytes() for path in kit.mirror.path.parent.glob(f"{kit.mirror.path.name}*"))


def rewrite(series: ServedSeries, number: int) -> None:
    """What an operator would do who wants an entry to have been another: rewrite it, and sign the new root."""
    series.entries[number] = series.entries[number].replace(b"2026", b"2027", 1)


@pytest.mark.parametrize("further", [0, 1])
def test_an_exchanged_entry_is_named(town: Town, order: tuple[str, str], further: int) -> None:
    kit = town.kits[order[0]]
    town.series.decide()
    follow(kit)
    rewrite(town.series, 3)
    for _ in range(further):
        town.series.append("theme.noted", {})
    with pytest.raises(Alarm, match="first entry that differs is 3"):
        follow(kit)
    assert kit.mirror.size() == 5
    assert len(kit.mirror.alarms()) == 1


def test_two_roots_for_one_size_are_an_alarm_though_the_entries_are_the_same(
    town: Town, order: tuple[str, str]
) -> None:
    kit = town.kits[order[0]]
    town.series.append("theme.noted", {})
    follow(kit)
    true = town.series.root
    town.series.root = lambda size: leaf_hash(b"other") if size == 2 else true(size)  # type: ignore[method-assign]
    town.server.seen.clear()
    with pytest.raises(Alarm, match="for 2 entries the log has signed two different roots"):
        follow(kit)


def test_a_side_that_was_shown_more_or_other_entries_is_named(town: Town, order: tuple[str, str]) -> None:
    own, other = order
    town.series.decide()
    town.server.size = 3
    town.server.seen[other] = town.series.cosigned(other)
    with pytest.raises(Alarm, match="shows 3 entries, fewer than the 5 it has shown before"):
        follow(town.kits[own])  # what the other side cosigned is taken in first
    town.server.size = None
    rewrite(town.series, 4)
    town.server.seen[other] = town.series.cosigned(other)
    town.series.entries[4] = town.series.entries[4].replace(b"2027", b"2026", 1)
    with pytest.raises(Alarm, match=rf"{other} has cosigned another root for 5 entries"):
        follow(town.kits[own])


def test_an_entry_that_may_not_be_there_is_refused_by_number(town: Town, order: tuple[str, str]) -> None:
    kit = town.kits[order[0]]
    follow(kit)
    number = town.series.propose(order[1])
    town.series.keep(town.series.event("decision.executed", {"decision": number}).to_bytes())
    with pytest.raises(InputError, match=r"Entry 2 does not verify: .*without a signature"):
        follow(kit)
    assert kit.mirror.size() == 1
    assert kit.book().size == 1
    assert kit.mirror.alarms() == []


def test_entries_that_do_not_fit_the_signed_root_are_refused(town: Town, order: tuple[str, str]) -> None:
    kit = town.kits[order[0]]
    follow(kit)
    town.series.append("theme.noted", {})
    true = town.series.root
    town.series.root = lambda size: leaf_hash(b"other") if size == 2 else true(size)  # type: ignore[method-assign]
    with pytest.raises(InputError, match="Entries 1 to 1 do not give the root") as refused:
        follow(kit)
    assert not isinstance(refused.value, Alarm)
    assert kit.mirror.size() == 1


def test_another_log_in_the_servers_place_is_an_alarm(
    town: Town, order: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = town.kits[order[0]]
    follow(kit)
    stranger = key("stranger.example/series/9")
    note = sign_checkpoint(Checkpoint(stranger.name, 1, town.series.root(1)), stranger)
    monkeypatch.setattr(town.series, "note", lambda _size=None: note)
    with pytest.raises(Alarm, match="not one of the log of this series"):
        follow(kit)


def test_another_genesis_is_an_alarm(town: Town, order: tuple[str, str]) -> None:
    kit = town.kits[order[0]]
    kit.change(genesis="sha256:" + "0" * 64)
    with pytest.raises(Alarm, match="another genesis than the one this side signed"):
        follow(kit)
    kit.change(genesis="")
    with pytest.raises(InputError, match="does not know the genesis"):
        follow(kit)


def test_a_changed_content_is_refused_and_a_missing_one_is_told(town: Town, order: tuple[str, str]) -> None:
    kit = town.kits[order[0]]
    town.series.propose(order[0])
    name, (salt, content) = next(iter(town.series.contents.items()))
    town.series.contents[name] = (salt, content + b"x")
    with pytest.raises(InputError, match="was changed: it does not fit its digest"):
        follow(kit)
    del town.series.contents[name]
    mirrored = take_in(kit, kit.api())
    assert mirrored.missing == [name]


def test_a_content_that_the_record_destroys_is_destroyed_at_home(town: Town, order: tuple[str, str]) -> None:
    kit = town.kits[order[0]]
    town.series.propose(order[0])
    follow(kit)
    marker = next(iter(town.series.contents.values()))[1]
    assert marker in files_of(kit)
    town.series.append("decision.rejected", town.series.rejection(1, order[1]))
    town.series.decide("contents.erase", {"digests": [*sorted(town.series.contents)]})
    follow(kit)
    assert {*town.series.state.erased} & kit.mirror.content_names() == set()
    assert marker not in files_of(kit)


def test_a_record_file_is_taken_in_like_the_server_and_an_older_one_is_no_alarm(
    town: Town, order: tuple[str, str]
) -> None:
    kit = town.kits[order[0]]
    town.series.mark()
    old = record_bytes(town.series.record())
    town.series.decide()
    town.series.mark(order[1])
    new = record_bytes(town.series.record())
    town.server.now = town.series.at
    assert follow_file(kit, new).cosigning is not None
    assert kit.mirror.size() == 5
    again = follow_file(kit, old)
    assert again.cosigning is not None
    assert again.cosigning.parcels == []
    assert kit.mirror.size() == 5
    assert kit.mirror.alarms() == []


def test_a_record_file_that_was_changed_is_refused_by_entry(town: Town, order: tuple[str, str]) -> None:
    town.series.decide()
    town.series.mark()
    data = record_bytes(town.series.record()).replace(b'"theme":"harvest"', b'"theme":"winters"')
    with pytest.raises(InputError, match=r"This record does not verify\. First bad entry: 1"):
        follow_file(town.kits[order[0]], data)


def test_a_cosignature_that_is_wrong_is_refused(town: Town, order: tuple[str, str]) -> None:
    own, other = order
    text = town.series.cosigned(other)
    note = Note.parse(text)
    line = note.signatures[1]
    wrong = Signature(line.name, line.key_id, line.value[:-1] + bytes([line.value[-1] ^ 1]))
    town.server.seen[other] = Note(note.text, (note.signatures[0], wrong)).format()
    with pytest.raises(InputError, match="is wrong"):
        follow(town.kits[own])


def test_the_book_has_every_root(town: Town, order: tuple[str, str]) -> None:
    for _ in range(20):
        town.series.append("theme.noted", {})
    kit = town.kits[order[0]]
    follow(kit)
    leaves = [leaf_hash(content) for content in town.series.entries]
    assert [kit.book().root(size) for size in range(22)] == [root_of(leaves[:size]) for size in range(22)]


def test_the_exported_record_verifies(town: Town, order: tuple[str, str]) -> None:
    town.series.decide()
    town.series.decide(round_=3)
    for side in (*order, order[0]):
        follow(town.kits[side])
    kit = town.kits[order[0]]
    report = verify_record(read_record(b"".join(export(kit))), kit.settings.genesis)
    assert report.faults == []
    assert (report.complete_to, report.pinned) == (9, True)
    checked = verify_mirror(kit)
    assert (checked.faults, checked.complete_to) == ([], 9)
