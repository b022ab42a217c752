"""Identifiers that cannot be guessed."""

from __future__ import annotations

import base64
import re
import secrets
from typing import Final

FORM: Final = re.compile(r"[a-z2-7]{26}")


def new_id() -> str:
    """128 random bits as 26 lower-case letters and digits, fit for addresses and file names."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def is_id(text: str) -> bool:
    """Whether this could be an identifier; nothing else needs to reach the database."""
    return FORM.fullmatch(text) is not None
