from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence

from isthmus.language import LANGUAGES, translator


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language to speak: that of `--language` if it is one of ours, else the terminal's, else English."""
    for index, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--language":
            asked = value or next(iter(arguments[index + 1 :]), "")
            if asked in LANGUAGES:
                return asked
    return _of_locale(
        next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    )


def _of_locale(name: str) -> str:
    """`zh-Hans` for a locale in simplified Chinese, such as zh_CN.UTF-8 or zh_SG."""
    language, _, region = name.partition(".")[0].partition("_")
    return "zh-Hans" if language == "zh" and region not in {"TW", "HK", "MO"} else "en"


def reader_translate() -> Callable[[str], str]:
    """What puts a message into the language of whoever runs the command."""
    return translator(language_of(sys.argv[1:], os.environ)).gettext
