"""The mirror is whole after every interruption."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from isthmus.kit.mirror import Cosigned, Mirror
from isthmus.language import InputError
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
    path, dice, acknowledged = tmp_path / "mirror.sqlite3", random.Random(7), 0
    for _ in range(6):
        with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            acknowledged = max(acknowledged, int(process.stdout.readline()))
            time.sleep(dice.random() / 5)
            process.send_signal(signal.SIGKILL)
            acknowledged = max([acknowledged, *(int(line) for line in process.stdout.read().split())])
        mirror = Mirror(path)
        size = mirror.size()
        assert size >= acknowledged
        assert size % 7 == 0
        assert [content for content, _ in mirror.entries()] == [b"%d" % number for number in range(size)]
        assert mirror.checkpoint(size) == f"note {size}"
        assert {cosigned.size for cosigned in mirror.cosigned()} >= set(range(7, acknowledged + 1, 7))


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
