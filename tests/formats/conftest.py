from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[[str, str | bytes], Path]

COMMENTS = """\
timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
1,d,2,0,2,1,1,"The reading room opens earlier, on Sundays too."
2,d,0,0,3,0,1,The orchard path is lit.
3,d,1,1,1,0,-1,Rejected by moderation.
4,d,10,1,0,2,0,The pond is closed in winter.
"""
VOTES = """\
timestamp,datetime,comment-id,voter-id,vote
10,d,0,0,1
11,d,0,1,1
12,d,0,2,-1
20,d,0,2,1
13,d,2,0,1
14,d,2,1,-1
15,d,2,2,1
16,d,1,0,1
17,d,10,1,-1
18,d,10,2,-1
"""
PEOPLE = """\
participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1,2,10
0,1,1,3,3,0,1,1,1,
1,0,1,3,1,2,1,,-1,-1
2,,0,3,2,1,1,,1,-1
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file in a folder of the test."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def export(write: Write) -> Path:
    """A small Polis export: three people, four statements of which one is rejected, one vote overtaken."""
    write("export/comments.csv", COMMENTS)
    write("export/participants-votes.csv", PEOPLE)
    return write("export/votes.csv", VOTES).parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data, which is not part of the repository."""
    folder = Path(os.environ.get("ISTHMUS_SHARED", Path(__file__).parents[2].parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip("real data is not here (ISTHMUS_SHARED names its folder)")
    return folder
