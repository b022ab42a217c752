from __future__ import annotations

import sys

import pytest

from isthmus.cli import main
from isthmus.cli._language import language_of
from isthmus.cli._text import padded, printable

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh-Hans"),
        ([], {"LANG": "zh_TW.UTF-8"}, "en"),
        ([], {"LANG": "zh_CN", "LC_ALL": "de_DE.UTF-8"}, "en"),
        (["x", "--language", "zh-Hans"], {}, "zh-Hans"),
        (["--language=en"], {"LANG": "zh_CN"}, "en"),
        (["--language", "xx"], {"LANG": "zh_CN"}, "zh-Hans"),
        (["--language"], {}, "en"),
    ],
)
def test_the_language_is_asked_for_or_the_terminals(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    assert language_of(arguments, environment) == language


def test_text_from_files_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[31m\nb\x9b") == "a [31m b "


def test_padding_counts_the_cells_of_a_terminal() -> None:
    assert padded("榆方", 6) == "榆方  "
    assert padded("桦树林", 5) == "桦树~"


def test_a_fault_of_ours_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["isthmus", "analyse", "x", "--encoding", "utf-8"])
    monkeypatch.setattr(main, "app", lambda: 1 // 0)
    monkeypatch.delenv(main.DEBUG, raising=False)
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert "ISTHMUS_DEBUG=1" in told
    assert len(told.splitlines()) == 1
    monkeypatch.setenv(main.DEBUG, "1")
    with pytest.raises(ZeroDivisionError):
        main.run()
