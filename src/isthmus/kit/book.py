"""A record taken in entry by entry: what follows from it, its tree, and whose witness keys were in force when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from isthmus.language import InputError, Message
from isthmus.ledger.events import Event
from isthmus.ledger.facts import Violation
from isthmus.ledger.keys import VerifierKey
from isthmus.ledger.state import State
from isthmus.ledger.tree import Frontier

_CHANGE_KEYS = frozenset({"genesis", "decision.executed"})
Tell = Callable[[int], None]


class BadEntryError(InputError):
    """An entry that may not stand where it does."""

    def __init__(self, number: int, reason: Message) -> None:
        super().__init__("Entry {number} does not verify: {reason}", number=number, reason=reason)
        self.number = number


class Book:
    """The state after some entries, and the root after any number of them."""

    def __init__(self) -> None:
        self.state = State()
        self._edge = Frontier()
        self._subtrees: list[list[bytes]] = []  # by height, then by index
        self._witnesses: list[tuple[int, dict[str, VerifierKey]]] = []

    @property
    def size(self) -> int:
        """Number of entries."""
        return self._edge.size

    def extend(self, entries: Iterable[tuple[bytes, bytes]], tell: Tell = lambda _number: None) -> None:
        """Take in entries: bytes, and the leaf hash that the caller computed from them.

        Parameters
        ----------
        entries
            Those that follow.
        tell
            Is told the number of entries there are, now and then.

        Raises
        ------
        BadEntryError
            At the first that may not follow; the book is then of no further use.
        """
        for content, leaf in entries:
            number = self._edge.size
            try:
                event = Event.from_bytes(content)
                self.state.apply(event)
            except InputError as problem:
                raise BadEntryError(number, problem.message) from problem
            except Violation as violation:
                raise BadEntryError(number, violation.message) from violation
            self._grow(leaf)
            if event.type in _CHANGE_KEYS:
                self._note_keys()
            if number % 1000 == 0:
                tell(number)

    def root(self, size: int) -> bytes:
        """The root after the first `size` entries, at most all."""
        nodes, start = [], 0
        for height in reversed(range(size.bit_length())):
            if size >> height & 1:
                nodes.append(self._subtrees[height][start >> height])
                start += 1 << height
        return Frontier(size, tuple(nodes)).root()

    def root_with(self, leaves: Iterable[bytes]) -> bytes:
        """The root after further leaf hashes, which are not taken in."""
        edge = Frontier(self._edge.size, self._edge.nodes)
        for leaf in leaves:
            edge.append(leaf)
        return edge.root()

    def witnesses(self, size: int) -> Mapping[str, VerifierKey]:
        """The witness key of each side that was in force after `size` entries."""
        return next((keys for since, keys in reversed(self._witnesses) if since <= size), {})

    def _grow(self, leaf: bytes) -> None:
        for height, _index, node in self._edge.append(leaf):
            if height == len(self._subtrees):
                self._subtrees.append([])
            self._subtrees[height].append(node)

    def _note_keys(self) -> None:
        keys = {side: told.keys.witness for side, told in self.state.sides.items()}
        if not self._witnesses or self._witnesses[-1][1] != keys:
            self._witnesses.append((self.size, keys))
