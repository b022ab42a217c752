"""Sealed contents: kept beside the log, which holds their salted digests; destroyed by rule, the digest stays."""

from __future__ import annotations

import secrets
from typing import Final

from django.db import connection, transaction

from isthmus.ledger.digests import SALT_BYTES, seal
from isthmus.ledger.events import Event
from isthmus.server.core.events import EventType
from isthmus.server.core.models import Content, Erasure, Log

ERASED: Final = "content.erased"


def keep(log: Log, data: bytes) -> str:
    """Keep bytes under a salt that is drawn for them; gives the digest by which an event refers to them."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = seal(data, salt)
    Content.objects.create(log=log, digest=digest, salt=salt, data=data)
    return digest


def read(log: Log, digest: str) -> bytes | None:
    """The bytes that were sealed; None if they are not there (see `is_erased`)."""
    found = Content.objects.filter(log=log, digest=digest).values_list("data", flat=True).first()
    return None if found is None else bytes(found)


def read_with_salt(log: Log, digest: str) -> bytes | None:
    """Salt and bytes in one, so that their SHA-256 is the digest; None if they are not there."""
    found = Content.objects.filter(log=log, digest=digest).values_list("salt", "data").first()
    return None if found is None else bytes(found[0]) + bytes(found[1])


def is_erased(log: Log, digest: str) -> bool:
    """Whether an entry of the log certifies that these bytes were destroyed."""
    return Erasure.objects.filter(log=log, digest=digest).exists()


def destroy(log: Log, digest: str, *, entry: int) -> None:
    """Delete sealed bytes and note that they are gone. For derivations alone: an entry of the log has to say so."""
    deleted, _ = Content.objects.filter(log=log, digest=digest).delete()
    Erasure.objects.bulk_create([Erasure(log=log, digest=digest, entry=entry)], ignore_conflicts=True)
    if deleted:
        transaction.on_commit(_empty_journal)


def _empty_journal() -> None:
    """Let SQLite overwrite its journal, in which deleted bytes stand until it is used again.

    `secure_delete` overwrites them in the database alone. While others read, the journal stays for a while more.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _derive(log: Log, event: Event) -> None:
    destroy(log, str(event.payload["digest"]), entry=event.number)


CONTENT_ERASED: Final = EventType(ERASED, _derive)
