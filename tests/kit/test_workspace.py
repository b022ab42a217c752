"""The side's own papers."""

from __future__ import annotations

import pytest

from isthmus.kit.following import follow
from isthmus.kit.workspace import Kind, Paper, Workspace
from isthmus.language import InputError
from tests.kit.dialogue import Town

pytestmark = pytest.mark.unit


def test_papers_are_added_changed_and_deleted(town: Town, order: tuple[str, str]) -> None:
    workspace = Workspace(town.kits[order[0]].keyring)
    assert workspace.papers() == []
    one = workspace.put(Kind.RED_LINE, {"text": " Not before the harvest. "})
    two = workspace.put(Kind.NOMINATION, {"name_zh": "代表一", "title": "Head", "stranger": "x"})
    assert one == Paper(one.id, Kind.RED_LINE, {"text": "Not before the harvest."})
    assert two.fields == {"name_en": "", "name_zh": "代表一", "title": "Head", "note": ""}
    changed = workspace.put(Kind.RED_LINE, {"text": "收获之前不行。"}, one.id)
    assert workspace.papers() == [changed, two]
    workspace.delete(two.id)
    assert workspace.papers() == [changed]


def test_empty_long_and_vanished_papers_are_refused(town: Town, order: tuple[str, str]) -> None:
    workspace = Workspace(town.kits[order[0]].keyring)
    paper = workspace.put(Kind.INSTRUCTION, {"text": "Ask first."})
    with pytest.raises(InputError, match="Write something first"):
        workspace.put(Kind.NOMINATION, {"title": "Head", "note": "Only a note."})
    with pytest.raises(InputError, match="at most 4000"):
        workspace.put(Kind.INSTRUCTION, {"text": "x" * 4001})
    for lost in (lambda: workspace.delete("x"), lambda: workspace.put(Kind.RED_LINE, {"text": "x"}, paper.id)):
        with pytest.raises(InputError, match="not there any more"):
            lost()
    assert workspace.papers() == [paper]


def test_nothing_of_it_is_sent(town: Town, order: tuple[str, str]) -> None:
    kit = town.kits[order[0]]
    Workspace(kit.keyring).put(Kind.RED_LINE, {"text": "SECRET-RED-LINE"})
    follow(kit)
    assert "SECRET-RED-LINE" not in repr(town.server.parcels) + repr(town.server.asked)
    assert b"SECRET-RED-LINE" not in kit.mirror.path.read_bytes()
