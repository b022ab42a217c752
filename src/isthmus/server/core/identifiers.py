"""Identifiers that cannot be guessed."""

from __future__ import annotations

import base64
import secrets


def new_id() -> str:
    """128 random bits as 26 lower-case letters and digits, fit for addresses and file names."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
