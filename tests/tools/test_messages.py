from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Message as Entry

from tools import messages

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]


def test_catalogue_of_the_pure_packages_is_whole() -> None:
    assert messages.check("zh_Hans", messages.DOMAINS[0]) == []


def test_collecting_finds_every_kind_of_sentence() -> None:
    ids = {entry.id for entry in messages.collect(messages.DOMAINS[0])}
    assert "The least number of stands is 1 or more; got {value}." in ids  # InputError
    assert "Common ground" in ids  # gettext in Python
    assert "How this was worked out" in ids  # trans in a template
    assert ("%(shown)s vote", "%(shown)s votes") in ids  # with a plural


def test_django_template_is_read() -> None:
    template = b"""{% load i18n %}<p>{% translate "Look again" %}</p>
      {% blocktranslate trimmed count n=n %}
        {{ n }} vote
      {% plural %}
        {{ n }} votes
      {% endblocktranslate %}"""
    found = [
        [text for text in texts if text] if isinstance(texts, tuple) else texts
        for _, _, texts, _ in messages.extract_django(io.BytesIO(template), messages.KEYWORDS, [], {})
    ]
    assert found == ["Look again", ["%(n)s vote", "%(n)s votes"]]


@pytest.mark.parametrize(
    ("english", "translated", "flags", "wanted"),
    [
        ("{a} of {b}", "{b} 中 {a}", (), []),
        ("{a} of {b}", "", (), ["untranslated"]),
        ("{a} of {b}", "{a}", (), ["other fields than the English"]),
        ("90%% of %(a)s", "%(a)s 的 90%%", (), []),
        ("90%% of %(a)s", "90%%", (), ["other fields than the English"]),
        (("{n} vote", "{n} votes"), ("{n} 票",), (), []),
        (("{n} vote", "{n} votes"), ("",), (), ["untranslated"]),
        ("yes", "是", ("fuzzy",), ["fuzzy"]),
    ],
)
def test_faults_are_named(
    english: str | tuple[str, str], translated: str | tuple[str, ...], flags: tuple[str, ...], wanted: list[str]
) -> None:
    assert list(messages.faults(Entry(english, translated, flags=flags))) == wanted


def test_wrong_argument_explains_itself() -> None:
    done = subprocess.run(
        [sys.executable, "tools/messages.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--check" in done.stdout
