"""Invented conversations to look at, loaded through the same actions as real ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import Final

import numpy as np
from django.db import transaction

from isthmus.analysis import Population, Rules
from isthmus.server.demo.models import LoadedSample
from isthmus.server.exchange.actions import Files, Plan, import_conversation
from isthmus.server.exchange.models import Conversation, SidesMode
from isthmus.server.exchange.rules import OPERATOR
from isthmus.server.exchange.sheets import File

DIALOGUE: Final = "votes.csv"
CONSULTATION: Final = "consultation.csv"

PEOPLE, TOPICS = 600, 40
SEED: Final = 15

_SUBJECTS: Final = (
    ("The town library", "市图书馆"),
    ("The weekly market", "每周集市"),
    ("The swimming pool", "游泳馆"),
    ("The night bus", "夜班公交"),
    ("The music school", "音乐学校"),
    ("The riverside park", "滨河公园"),
    ("The repair workshop", "维修工坊"),
    ("The community garden", "社区花园"),
)
_WISHES: Final = (
    ("should stay open longer on weekdays.", "工作日应当延长开放时间。"),
    ("should be free for everyone under 25.", "应当对25岁以下的人免费。"),
    ("should be run by volunteers.", "应当由志愿者管理。"),
    ("should be paid for by a local levy.", "应当由本地专项收费出资。"),
    ("should get a second site in the north of the town.", "应当在城北增设一处。"),
)


@transaction.atomic
def load_samples() -> list[Conversation]:
    """Import each sample once, so that one that was deleted stays deleted; those that were imported now."""
    before = set(LoadedSample.objects.values_list("source", flat=True))
    loaders = {CONSULTATION: _load_consultation, DIALOGUE: _load_dialogue}
    now = {source: load() for source, load in loaders.items() if source not in before}
    LoadedSample.objects.bulk_create(LoadedSample(source=source) for source in now)
    return list(now.values())


def _load_dialogue() -> Conversation:
    return import_conversation(
        actor=OPERATOR,
        files=Files(_sample(DIALOGUE), _sample("sides.csv"), _sample("statements.csv")),
        plan=Plan(Rules(population=Population.CLOSED)),
        titles={"en": "Second Birch–Elm Track 1.5 Dialogue: sounding", "zh-Hans": "第二届桦榆1.5轨对话：意向征询"},
        demonstration=True,
    )


def _load_consultation() -> Conversation:
    return import_conversation(
        actor=OPERATOR,
        files=Files(
            File(CONSULTATION, io.BytesIO(consultation_votes())),
            texts=File("statements.csv", io.BytesIO(consultation_texts())),
        ),
        plan=Plan(sides=SidesMode.GROUPS),
        titles={
            "en": "What should the town do next? A public consultation",
            "zh-Hans": "本市下一步做什么？公众意见征集",
        },
        demonstration=True,
    )


def _sample(name: str) -> File:
    return File(name, io.BytesIO(resources.files(__package__).joinpath("sample", name).read_bytes()))


def consultation_texts() -> bytes:
    """The statements of the consultation: every wish for every subject."""
    texts = [(f"{thing} {wish}", f"{thing_zh}{wish_zh}") for thing, thing_zh in _SUBJECTS for wish, wish_zh in _WISHES]
    return _csv(["statement", "text:en", "text:zh-Hans"], [(j + 1, *text) for j, text in enumerate(texts)])


def consultation_votes() -> bytes:
    """Votes of 600 people in two camps that nobody declared; the same at every call.

    On a third of the statements the camps agree, on a third they reject, on a third they are opposed; one vote in
    five is noise, and each person saw about half of the statements.
    """
    rng = np.random.default_rng(SEED)
    camp = rng.random(PEOPLE) < 0.45
    lean = rng.choice([0.9, 0.1, np.nan], size=TOPICS)
    first = rng.choice([0.1, 0.9], size=TOPICS)
    share = np.where(np.isnan(lean), np.where(camp[:, None], first, 1 - first), lean)
    share = np.where(rng.random((PEOPLE, TOPICS)) < 0.2, 0.5, share)
    words = np.where(rng.random((PEOPLE, TOPICS)) < share, "agree", "disagree")
    words[rng.random((PEOPLE, TOPICS)) < 0.1] = "pass"
    seen = rng.random((PEOPLE, TOPICS)) < 0.5
    rows = [(f"{i + 1}", f"{j + 1}", str(words[i, j])) for i, j in np.argwhere(seen)]
    return _csv(["participant", "statement", "vote"], rows)


def _csv(header: list[str], rows: Iterable[Sequence[object]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()
