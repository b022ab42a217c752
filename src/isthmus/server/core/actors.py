"""Who acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts. side: the side of a series that has signed what is asked, if it is one."""

    name: str
    series: str = ""
    side: str = ""


OPERATOR: Final = Actor("operator")
