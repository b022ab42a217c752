"""A side's kit: its keys, its mirror, and the way to the server, which may be missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import RLock
from typing import Any

from isthmus.kit.api import Api
from isthmus.kit.book import Book, Tell
from isthmus.kit.keyring import Keyring
from isthmus.kit.mirror import Mirror
from isthmus.kit.server import Server
from isthmus.kit.settings import Settings
from isthmus.language import InputError
from isthmus.ledger.checkpoint import open_checkpoint
from isthmus.ledger.genesis import Genesis
from isthmus.ledger.tree import leaf_hash


class Kit:
    """A kit made of its parts; two with marked keys may live in one process.

    Parameters
    ----------
    settings
        Whose it is.
    keyring
        Its private keys.
    mirror
        Its copy of the record.
    server
        Asked for when it is needed; None stands for a kit that exchanges files.
    keep
        Keeps changed settings.
    clock
        Seconds since 1970.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        keyring: Keyring,
        mirror: Mirror,
        server: Server | None = None,
        keep: Callable[[Settings], None] = lambda _settings: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.keyring = keyring
        self.mirror = mirror
        self.server = server
        self._keep = keep
        self._clock = clock
        self._book: Book | None = None
        self._lock = RLock()

    @property
    def side(self) -> str:
        """The side whose kit it is."""
        return self.settings.side

    def now(self) -> datetime:
        """The moment, in whole seconds."""
        return datetime.fromtimestamp(int(self._clock()), UTC)

    def change(self, **values: Any) -> None:
        """Change settings, and keep them."""
        self.settings = replace(self.settings, **values)
        self._keep(self.settings)

    def book(self, tell: Tell = lambda _number: None) -> Book:
        """The mirror taken in from the first entry, each entry verified, the whole against its signed checkpoint.

        Raises
        ------
        InputError
            If the mirror is not in order: names the first bad entry.
        """
        with self._lock:
            book, self._book = self._book or Book(), None  # kept only once it is verified
            held = self.mirror.size()
            if book.size < held:
                book.extend(
                    ((content, leaf_hash(content)) for content, _ in self.mirror.entries(book.size, held)), tell
                )
                self._check(book)
            self._book = book
            return book

    @contextmanager
    def growing(self) -> Iterator[Book]:
        """The book, to be extended; if that fails, the mirror is taken in anew the next time it is asked for."""
        with self._lock:
            book = self.book()
            self._book = None
            yield book
            self._book = book

    def genesis(self) -> Genesis:
        """The genesis of the series, as it stands in the mirror.

        Raises
        ------
        InputError
            If there is no record yet.
        """
        return self.book().state.founded()

    def api(self) -> Api:
        """The requests to the server.

        Raises
        ------
        InputError
            If the kit has no server, or does not know its series.
        """
        if not self.settings.series:
            raise InputError("This kit belongs to no series yet: pair it, then sign the genesis.")
        return Api(self.need_server(), self.settings.series, self.keyring.reading().token)

    def need_server(self) -> Server:
        """The server.

        Raises
        ------
        InputError
            If none is named.
        """
        if self.server is None:
            raise InputError("This kit knows no server: name it with --server, or exchange files (--from, --out).")
        return self.server

    def _check(self, book: Book) -> None:
        genesis = book.state.founded()
        if genesis.digest != self.settings.genesis:
            raise InputError(
                "The genesis in the mirror is not the one that this kit has pinned: {digest}.", digest=genesis.digest
            )
        note = self.mirror.checkpoint(book.size)
        if note is None:
            raise InputError("The mirror holds no checkpoint over its {size} entries.", size=book.size)
        checkpoint, _ = open_checkpoint(note, genesis.log, book.witnesses(book.size).values())
        if (checkpoint.size, checkpoint.root) != (book.size, book.root(book.size)):
            raise InputError("The mirror does not give the root that its checkpoint of {size} names.", size=book.size)
