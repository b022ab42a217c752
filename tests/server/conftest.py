from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from isthmus.server.core.actors import OPERATOR
from isthmus.server.exchange.actions import Files, Plan, import_conversation
from isthmus.server.exchange.models import Conversation
from isthmus.server.exchange.sheets import File


@pytest.fixture(scope="session")
def votes_csv() -> bytes:
    """Six people a side and four statements: all agree, all disagree, the sides differ, all pass."""
    rows = ["participant,statement,vote,side"]
    for side, third in (("Elm", "agree"), ("Birch", "disagree")):
        for person in range(6):
            words = ("agree", "disagree", third, "pass")
            rows += [f"{side[0]}{person},{j + 1},{word},{side}" for j, word in enumerate(words)]
    return "\n".join([*rows, ""]).encode()


@pytest.fixture
def imported(db: None, votes_csv: bytes) -> Callable[..., Conversation]:
    """Imports the small conversation, through the action."""

    def make(
        title: str = "Round two", content: bytes = votes_csv, name: str = "votes.csv", plan: Plan | None = None
    ) -> Conversation:
        files = Files(File(name, io.BytesIO(content)))
        return import_conversation(actor=OPERATOR, files=files, plan=plan or Plan(), titles={"und": title})

    return make


@pytest.fixture
def work_off(transactional_db: None, tmp_path: Path) -> Callable[[], None]:
    """Does all jobs there are, as the worker does them: with transactions of its own."""
    from isthmus.server.core.jobs import work  # noqa: PLC0415  # models need Django to be set up

    return lambda: work(tmp_path, until_empty=True)


@pytest.fixture
def done(imported: Callable[..., Conversation], work_off: Callable[[], None]) -> Conversation:
    """The small conversation with its analysis done."""
    made = imported()
    work_off()
    return made
