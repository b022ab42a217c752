"""An invitation to found a series, as one word that the operator hands to a host."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from isthmus.language import InputError
from isthmus.ledger.canonical import canonical, read_canonical
from isthmus.ledger.fields import exactly, text_of

PREFIX: Final = "isthmus-invitation:"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where the server is, and the code that the host answers with; it is worth as much as a key until it is used."""

    server: str
    code: str

    @property
    def text(self) -> str:
        """The word: canonical JSON in Base64 for addresses (RFC 4648, section 5)."""
        packed = canonical({"code": self.code, "server": self.server})
        return PREFIX + base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Invitation:
        """Read an invitation; spaces and line breaks that a letter or a mail put into it do no harm.

        Raises
        ------
        InputError
            If it is none, or a part of it is missing.
        """
        word = "".join(text.split())
        if not word.startswith(PREFIX):
            raise _wrong()
        packed = word.removeprefix(PREFIX)
        try:
            content = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars="-_", validate=True)
            fields = exactly(read_canonical(content), {"code", "server"}, "invitation")
        except (binascii.Error, ValueError) as broken:  # an InputError is a ValueError
            raise _wrong() from broken
        return cls(text_of(fields["server"], "server"), text_of(fields["code"], "code"))


def _wrong() -> InputError:
    return InputError("This is no invitation, or not all of it; one begins with {prefix}", prefix=PREFIX)
