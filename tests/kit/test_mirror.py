"""The mirror is whole after every interruption."""

from __future__ import annotations

import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from isthmus.kit.mirror import Cosigned, Mirror, RaisedAlarm
from isthmus.language import InputError, Message
from isthmus.ledger.tree import leaf_hash

pytestmark = pytest.mark.integration
WRITER = """
import sys
from pathlib import Path
from isthmus.kit.mirror import Cosigned, Mirror
from isthmus.ledger.tree import leaf_hash
mirror = Mirror(Path(sys.argv[1]))
while True:
    start = mirror.size()
    entries = [(b"%d" % number, leaf_hash(b"%d" % number)) for number in range(start, start + 7)]
    mirror.append(start, entries, f"note {start + 7}")
    mirror.keep_cosigned(Cosigned(start + 7, bytes(32), start))
    print(start + 7, flush=True)
"""


def test_killed_in_a_loop_of_writes(tmp_path: Path) -> None:
    path, dice, acknowledged = tmp_path / "mirror.sqlite3", random.Random(7), {0}
    for _ in range(6):
        with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            acknowledged.add(int(process.stdout.readline()))
            time.sleep(dice.random() / 5)
            process.send_signal(signal.SIGKILL)
            acknowledged |= {int(line) for line in process.stdout.read().split()}
        mirror = Mirror(path)
        size = mirror.size()
        assert size >= max(acknowledged)
        assert size % 7 == 0
        assert [content for content, _ in mirror.entries()] == [b"%d" % number for number in range(size)]
        assert mirror.checkpoint(size) == f"note {size}"
        assert {cosigned.size for cosigned in mirror.cosigned()} >= acknowledged - {0}


@pytest.mark.parametrize("content", [b"hello", b"SQLite format 3\0" + bytes(200), bytes(5000)])
def test_a_file_that_is_no_mirror(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mirror.sqlite3"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"cannot be used: .* cosigns nothing until it is anchored"):
        Mirror(path).size()


def test_entries_follow_those_that_are_there(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.sqlite3")
    mirror.append(0, [(b"a", leaf_hash(b"a"))], "note")
    with pytest.raises(InputError, match="at the same time"):
        mirror.append(0, [(b"b", leaf_hash(b"b"))], "note")
    assert [content for content, _ in mirror.entries()] == [b"a"]


def test_one_root_for_a_size(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.sqlite3")
    mirror.keep_cosigned(Cosigned(3, b"a" * 32, 1))
    mirror.keep_cosigned(Cosigned(3, b"a" * 32, 2))
    with pytest.raises(InputError, match="another root for 3 entries"):
        mirror.keep_cosigned(Cosigned(3, b"b" * 32, 3))
    assert mirror.cosigned() == [Cosigned(3, b"a" * 32, 2)]


def test_destroyed_contents_leave_no_trace(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.sqlite3")
    mirror.keep_contents({"one": (0, bytes(32), b"the secret of the harvest"), "two": (1, bytes(32), b"other")})
    mirror.erase_contents(["one"])
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert (b"harvest" in kept, b"other" in kept, mirror.content_names()) == (False, True, {"two"})


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    return Mirror(tmp_path / "mirror.sqlite3")


def entry(number: int) -> tuple[bytes, bytes]:
    content = b"%d" % number
    return content, leaf_hash(content)


def test_entries_come_back_in_order_and_in_parts(mirror: Mirror) -> None:
    mirror.append(0, [entry(0), entry(1)], "two")
    mirror.append(2, [entry(2)], "three")
    assert list(mirror.entries()) == [entry(0), entry(1), entry(2)]
    assert list(mirror.entries(1, 2)) == [entry(1)]
    assert mirror.checkpoints() == [(2, "two"), (3, "three")]
    assert stat.S_IMODE(mirror.path.stat().st_mode) == 0o600


def test_entries_of_a_kind_the_newest_first(mirror: Mirror) -> None:
    kinds = ["a.b", "c", "a.b", "xc"]
    contents = [f'{{"number":{n},"type":"{kind}"}}'.encode() for n, kind in enumerate(kinds)]
    mirror.append(0, [(content, leaf_hash(content)) for content in contents], "note")
    assert mirror.newest("a.b", 10, 0) == [(2, contents[2]), (0, contents[0])]
    assert mirror.newest("c", 10, 0) == [(1, contents[1])]
    assert [number for number, _ in mirror.newest("", 2, 1)] == [2, 1]


def test_contents_facts_and_alarms(mirror: Mirror) -> None:
    mirror.keep_contents({"b": (2, b"salt", b"two"), "a": (0, b"salt", b"one")})
    assert list(mirror.contents()) == [("a", 0, b"salt", b"one"), ("b", 2, b"salt", b"two")]
    assert list(mirror.contents([2])) == [("b", 2, b"salt", b"two")]
    assert mirror.content("a") == (b"salt", b"one")
    mirror.erase_contents(["a"])
    assert mirror.content("a") is None
    assert mirror.content_names() == {"b"}
    mirror.keep_fact("name", "old")
    mirror.keep_fact("name", "new")
    assert (mirror.fact("name"), mirror.fact("other")) == ("new", None)
    told = Message("{what} happened.", {"what": Message("Nothing")})
    mirror.keep_alarm(RaisedAlarm(7, told, "evidence"))
    assert mirror.alarms() == [RaisedAlarm(7, Message("{what} happened.", {"what": "Nothing"}), "evidence")]
