"""Invented conversations to look at, loaded through the same actions as real ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import Final

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from isthmus.analysis import Population, Rules
from isthmus.server.core.actors import OPERATOR
from isthmus.server.demo.models import LoadedSample
from isthmus.server.exchange.actions import Files, Plan, import_conversation
from isthmus.server.exchange.models import Conversation, SidesMode
from isthmus.server.exchange.sheets import File

DIALOGUE: Final = "votes.csv"
CONSULTATION: Final = "consultation.csv"

PEOPLE: Final = 600
SEED: Final = 18  # under which no statement strays from the verdict that it was planted for


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
            texts=_sample("consultation-statements.csv"),
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


def consultation_votes() -> bytes:
    """Votes of 600 people in two camps that nobody declared; the same at every call.

    For each statement `consultation-support.csv` gives the share of agreement among the stands of either camp, and
    the share of people who saw it: seven in ten, far fewer where a statement came late.
    """
    statements, support, seen = _planted()
    rng = np.random.default_rng(SEED)
    camp = (rng.random(PEOPLE) < 0.45).astype(int)
    size = (PEOPLE, len(statements))
    words = np.where(rng.random(size) < support[camp], "agree", "disagree")
    words[rng.random(size) < 0.1] = "pass"
    rows = [(f"{i + 1}", statements[j], str(words[i, j])) for i, j in np.argwhere(rng.random(size) < seen)]
    return _csv(["participant", "statement", "vote"], rows)


def _planted() -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """Statements, their support in either camp (2 × statements), and the share of people who saw them."""
    rows = list(csv.DictReader(io.TextIOWrapper(_sample("consultation-support.csv").stream, encoding="utf-8")))
    support = np.array([[float(row[camp]) for row in rows] for camp in ("first", "second")])
    return [row["statement"] for row in rows], support, np.array([float(row["seen"]) for row in rows])


def _csv(header: list[str], rows: Iterable[Sequence[object]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()
