"""The Merkle tree of a log (RFC 6962, section 2.1): roots and proofs, and their verification (RFC 9162, section 2.1).

A *hash* here is 32 bytes of SHA-256; `hashes` are the leaf hashes from the first entry on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from isthmus.language import InputError

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

# The root of the perfect subtree of 2^height leaves with an index among those of its height.
Nodes: TypeAlias = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry; the 0 before it keeps it apart from inner nodes."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, MTH of RFC 6962; of none, the hash of nothing."""
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        pairs = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        # The odd one at the end goes up as it is: that is where RFC 6962's split at a power of two puts it.
        level = [*pairs, level[-1]] if len(level) % 2 else pairs
    return level[0]


@dataclass
class Frontier:
    """The right edge of a growing tree (a compact range): enough to append and to tell the root.

    Parameters
    ----------
    size
        Number of leaves.
    nodes
        Roots of the perfect subtrees that make up the tree, the widest first: one for each 1 in `size` in binary.

    Raises
    ------
    InputError
        If the nodes do not fit the size.
    """

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        fit = self.size >= 0 and len(self.nodes) == self.size.bit_count()
        if not fit or any(len(node) != HASH_BYTES for node in self.nodes):
            raise InputError("The edge of the tree that is stored does not fit its size, {size}.", size=self.size)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; returns the perfect subtrees this completes, as (height, index, hash), the leaf first."""
        index, height, node = self.size, 0, leaf
        nodes = list(self.nodes)
        completed = [(height, index, node)]
        while index % 2:
            node = node_hash(nodes.pop(), node)
            index, height = index // 2, height + 1
            completed.append((height, index, node))
        self.size, self.nodes = self.size + 1, (*nodes, node)
        return completed

    def root(self) -> bytes:
        """The root of the tree."""
        return _join(self.nodes) if self.nodes else EMPTY_ROOT


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that a leaf is in the tree over `hashes` (RFC 6962, section 2.1.1), from the leaf upwards.

    Raises
    ------
    InputError
        If there is no leaf with this index.
    """
    return inclusion_path(_over(hashes), len(hashes), index)


def consistency_proof(hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """The proof that the tree over `hashes` continues that over its first `old_size` (RFC 6962, section 2.1.2).

    It is empty for an empty old tree and for the same tree.

    Raises
    ------
    InputError
        If `old_size` is not between 0 and the number of leaves.
    """
    return consistency_path(_over(hashes), old_size, len(hashes))


def inclusion_path(nodes: Nodes, size: int, index: int) -> list[bytes]:
    """`inclusion_proof` for a tree whose perfect subtrees are stored: asks for O(log² size) of them at most."""
    if not 0 <= index < size:
        raise InputError("The log has {size} entries; there is no entry {index}.", size=size, index=index)
    low, high, path = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range_root(nodes, middle, high))
            high = middle
        else:
            path.append(_range_root(nodes, low, middle))
            low = middle
    return path[::-1]


def consistency_path(nodes: Nodes, old_size: int, new_size: int) -> list[bytes]:
    """`consistency_proof` for a tree whose perfect subtrees are stored."""
    if not 0 <= old_size <= new_size:
        raise InputError("A log of {new} entries cannot continue one of {old}.", new=new_size, old=old_size)
    if old_size in {0, new_size}:
        return []
    low, high, path = 0, new_size, []
    while old_size != high:
        middle = low + _split(high - low)
        if old_size <= middle:
            path.append(_range_root(nodes, middle, high))
            high = middle
        else:
            path.append(_range_root(nodes, low, middle))
            low = middle
    # Where the old tree is itself a perfect left part, whoever verifies knows its root already.
    if low:
        path.append(_range_root(nodes, low, high))
    return path[::-1]


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf hash stands at `index` in the tree of `size` leaves with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *proof):
        return False
    at, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at % 2 or at == last:
            node = node_hash(sibling, node)
            at, last = _climb_left(at, last)
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(
    *, old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether the tree with the new root continues that with the old one (RFC 9162, section 2.1.4.2).

    The sizes must stand in checkpoints that were verified: a proof from an empty tree, or between equal sizes,
    shows nothing and must be empty.
    """
    if not 0 <= old_size <= new_size or not _are_hashes(old_root, new_root, *proof):
        return False
    if old_size == new_size:
        return not proof and old_root == new_root and (new_size > 0 or new_root == EMPTY_ROOT)
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    steps = [old_root, *proof] if old_size.bit_count() == 1 else [*proof]
    return _consistent(old_size - 1, new_size - 1, steps, (old_root, new_root))


def _consistent(at: int, last: int, steps: Sequence[bytes], roots: tuple[bytes, bytes]) -> bool:
    """Steps 4 to 7 of RFC 9162, section 2.1.4.2."""
    if not steps:
        return False
    while at % 2:
        at, last = at >> 1, last >> 1
    old = new = steps[0]
    for node in steps[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            old, new = node_hash(node, old), node_hash(node, new)
            at, last = _climb_left(at, last)
        else:
            new = node_hash(new, node)
        at, last = at >> 1, last >> 1
    return last == 0 and (old, new) == roots


def _climb_left(at: int, last: int) -> tuple[int, int]:
    """Up past the levels at which the right edge has no sibling; the caller takes the last step."""
    while at and at % 2 == 0:
        at, last = at >> 1, last >> 1
    return at, last


def _are_hashes(*nodes: bytes) -> bool:
    return all(len(node) == HASH_BYTES for node in nodes)


def _split(count: int) -> int:
    """The largest power of two below `count` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _perfect(low: int, high: int) -> Iterator[tuple[int, int]]:
    """The perfect subtrees (height, index) that make up leaves `low` to `high`, where `low` begins a subtree."""
    while low < high:
        height = (high - low).bit_length() - 1
        yield height, low >> height
        low += 1 << height


def _join(nodes: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees of falling width."""
    root = nodes[-1]
    for node in nodes[-2::-1]:
        root = node_hash(node, root)
    return root


def _range_root(nodes: Nodes, low: int, high: int) -> bytes:
    return _join([nodes(height, index) for height, index in _perfect(low, high)])


def _over(hashes: Sequence[bytes]) -> Nodes:
    return lambda height, index: root_of(hashes[index << height : (index + 1) << height])
