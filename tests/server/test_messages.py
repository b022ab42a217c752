from __future__ import annotations

import gettext

import pytest
from django.utils import translation

from isthmus.language import Message, translator
from isthmus.language._catalogue import LOCALE
from isthmus.server.core.messages import from_json, read_out, to_json

pytestmark = pytest.mark.unit

OURS = Message("The votes are no Polis export with groups; choose other sides.")


def test_what_the_server_says_is_read_in_the_reader_s_language_everywhere() -> None:
    chinese = gettext.translation("django", LOCALE, languages=["zh_Hans"]).gettext(OURS.text)
    assert chinese != OURS.text
    assert translator("zh-Hans").gettext(OURS.text) == chinese  # on the command line
    with translation.override("zh-hans"):
        assert read_out(OURS) == chinese
    with translation.override("en"):
        assert read_out(OURS) == OURS.text


def test_a_message_comes_back_as_it_was() -> None:
    message = Message("{path}, line {line}", {"path": "votes.csv", "line": 3})
    assert from_json(to_json(message)) == message
