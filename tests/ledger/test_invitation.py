from __future__ import annotations

import pytest

from isthmus.language import InputError
from isthmus.ledger import Invitation

pytestmark = pytest.mark.unit
GIVEN = Invitation("https://dialogue.example", "q2w3e4r5")


def test_it_reads_back_also_broken_over_lines() -> None:
    assert Invitation.parse(GIVEN.text) == GIVEN
    assert Invitation.parse(f"  {GIVEN.text[:30]}\n {GIVEN.text[30:]}\r\n") == GIVEN


@pytest.mark.parametrize(
    "text", ["", "hello", GIVEN.text[:-3], GIVEN.text[5:], GIVEN.text + "é", "isthmus-invitation:e30"]
)
def test_what_is_none_is_told(text: str) -> None:
    with pytest.raises(InputError, match="no invitation, or not all of it"):
        Invitation.parse(text)
