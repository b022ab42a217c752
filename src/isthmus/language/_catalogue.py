from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path
from typing import Final

from isthmus.language._message import InputError

LOCALE: Final = Path(__file__).resolve().parent.parent / "locale"

# Language tag (BCP 47) -> the folder of its catalogue; English is the language of the texts themselves.
LANGUAGES: Final[dict[str, str | None]] = {"en": None, "zh-Hans": "zh_Hans"}

Translator = gettext.NullTranslations


@cache
def translator(language: str) -> Translator:
    """The catalogue for a language tag of `LANGUAGES`: its `gettext`, `ngettext`, `pgettext` translate.

    Raises
    ------
    InputError
        If the language is not one of `LANGUAGES`.
    """
    if language not in LANGUAGES:
        raise InputError(
            "“{language}” is not a language of this program; there are: {known}.",
            language=language,
            known=", ".join(LANGUAGES),
        )
    folder = LANGUAGES[language]
    if folder is None:
        return gettext.NullTranslations()
    catalogue = gettext.translation("isthmus", LOCALE, languages=[folder], fallback=True)
    # Messages of the server's actions are read on the command line too.
    catalogue.add_fallback(gettext.translation("django", LOCALE, languages=[folder], fallback=True))
    return catalogue
