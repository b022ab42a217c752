"""The tree: the reference tree of RFC 6962's implementations, every proof to 70 leaves, and changed proofs refused."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.language import InputError
from isthmus.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_path,
    consistency_proof,
    inclusion_path,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

pytestmark = pytest.mark.unit

# The tree with which the implementations of Certificate Transparency are tested: its leaves and roots by size.
REFERENCE = [
    leaf_hash(bytes.fromhex(data))
    for data in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
NODE_1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
NODE_2_3 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
NODE_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
NODE_4_5 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
NODE_6_7 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
NODE_4_TO_7 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"

MOST = 70
LEAVES = [leaf_hash(bytes([number])) for number in range(MOST)]
ALL_ROOTS = [root_of(LEAVES[:size]) for size in range(MOST + 1)]


def recursive_root(hashes: list[bytes]) -> bytes:
    """MTH as RFC 6962, section 2.1 defines it, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = max(1 << power for power in range(20) if 1 << power < len(hashes))
    return node_hash(recursive_root(hashes[:split]), recursive_root(hashes[split:]))


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_reference_tree(size: int) -> None:
    assert root_of(REFERENCE[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "expected"),
    [
        (0, 1, []),
        (0, 8, [NODE_1, NODE_2_3, NODE_4_TO_7]),
        (5, 8, [NODE_4, NODE_6_7, ROOTS[4]]),
        (2, 3, [ROOTS[2]]),
        (1, 5, [ROOTS[1], NODE_2_3, NODE_4]),
    ],
)
def test_inclusion_proofs_of_the_reference_tree(index: int, size: int, expected: list[str]) -> None:
    assert [node.hex() for node in inclusion_proof(REFERENCE[:size], index)] == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (1, 1, []),
        (1, 8, [NODE_1, NODE_2_3, NODE_4_TO_7]),
        (6, 8, [NODE_4_5, NODE_6_7, ROOTS[4]]),
        (2, 5, [NODE_2_3, NODE_4]),
    ],
)
def test_consistency_proofs_of_the_reference_tree(old: int, new: int, expected: list[str]) -> None:
    assert [node.hex() for node in consistency_proof(REFERENCE[:new], old)] == expected


@pytest.mark.parametrize("size", range(MOST + 1))
def test_roots_follow_the_definition(size: int) -> None:
    assert root_of(LEAVES[:size]) == recursive_root(LEAVES[:size])


def test_the_frontier_grows_as_the_tree() -> None:
    frontier = Frontier()
    nodes: dict[tuple[int, int], bytes] = {}
    for size, leaf in enumerate(LEAVES):
        assert (frontier.size, frontier.root()) == (size, ALL_ROOTS[size])
        completed = frontier.append(leaf)
        assert completed[0] == (0, size, leaf)
        nodes |= {(height, index): node for height, index, node in completed}
        assert Frontier(frontier.size, frontier.nodes) == frontier
    assert frontier.root() == ALL_ROOTS[MOST]
    assert nodes == {
        (height, index): root_of(LEAVES[index << height : (index + 1) << height])
        for height in range(7)
        for index in range(MOST >> height)
    }


@pytest.mark.parametrize(
    ("size", "nodes"), [(-1, ()), (0, (EMPTY_ROOT,)), (1, ()), (3, (EMPTY_ROOT,)), (2, (b"short",))]
)
def test_a_frontier_that_does_not_fit_is_refused(size: int, nodes: tuple[bytes, ...]) -> None:
    with pytest.raises(InputError, match=f"does not fit its size, {size}"):
        Frontier(size, nodes)


def included(
    index: int, size: int, proof: list[bytes], *, leaf: bytes | None = None, root: bytes | None = None
) -> bool:
    return verify_inclusion(
        leaf=leaf or LEAVES[index], index=index, size=size, proof=proof, root=root or ALL_ROOTS[size]
    )


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_leaf_is_proved_and_every_change_refused(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(LEAVES[:size], index)
        assert included(index, size, proof)

        assert not included(index, size, [*proof, LEAVES[0]])
        assert not included(index, size, [LEAVES[0], *proof])
        assert not included(index, size, proof, leaf=leaf_hash(b"another"))
        assert not included(index, size, proof, root=ALL_ROOTS[size - 1])
        for at in range(len(proof)):
            assert not included(index, size, proof[:at] + proof[at + 1 :])
            assert not included(index, size, [*proof[:at], bytes([proof[at][0] ^ 1]) + proof[at][1:], *proof[at + 1 :]])
            assert not included(index, size, [*proof[:at], proof[at][:-1], *proof[at + 1 :]])
        others = [other for other in range(size) if other != index]
        assert not any(
            verify_inclusion(leaf=LEAVES[index], index=other, size=size, proof=proof, root=ALL_ROOTS[size])
            for other in others
        )


def consistent(old: int, new: int, proof: list[bytes], roots: tuple[bytes, bytes] | None = None) -> bool:
    old_root, new_root = roots or (ALL_ROOTS[old], ALL_ROOTS[new])
    return verify_consistency(old_size=old, new_size=new, proof=proof, old_root=old_root, new_root=new_root)


@pytest.mark.parametrize("new", range(MOST + 1))
def test_every_older_tree_is_proved_and_every_change_refused(new: int) -> None:
    for old in range(new + 1):
        proof = consistency_proof(LEAVES[:new], old)
        assert consistent(old, new, proof)

        wrong = leaf_hash(b"another")
        assert not consistent(old, new, [*proof, wrong])
        assert not consistent(old, new, [wrong, *proof])
        assert not consistent(old, new, proof, (wrong, ALL_ROOTS[new]))
        if old:
            assert not consistent(old, new, proof, (ALL_ROOTS[old], wrong))
        for at in range(len(proof)):
            assert not consistent(old, new, proof[:at] + proof[at + 1 :])
            assert not consistent(old, new, [*proof[:at], bytes([proof[at][0] ^ 1]) + proof[at][1:], *proof[at + 1 :]])
            assert not consistent(old, new, [*proof[:at], proof[at][:-1], *proof[at + 1 :]])


@given(st.data())
def test_a_rewritten_entry_breaks_consistency(data: st.DataObject) -> None:
    old = data.draw(st.integers(1, MOST - 1))
    new = data.draw(st.integers(old, MOST))
    changed = data.draw(st.integers(0, old - 1))
    leaves = [*LEAVES[:changed], leaf_hash(b"another"), *LEAVES[changed + 1 : new]]

    assert not consistent(old, new, consistency_proof(leaves, old), (ALL_ROOTS[old], root_of(leaves)))


def test_proofs_of_empty_trees_are_exact() -> None:
    assert consistent(0, 0, [])
    assert not consistent(0, 0, [], (ALL_ROOTS[1], ALL_ROOTS[1]))
    assert not consistent(0, 3, [], (ALL_ROOTS[3], ALL_ROOTS[3]))
    assert not consistent(0, 3, [LEAVES[0]])
    assert not consistent(3, 0, [])
    assert not consistent(3, 2, consistency_proof(LEAVES[:3], 2))
    assert not consistent(-1, 3, [])
    assert not verify_inclusion(leaf=LEAVES[0], index=0, size=0, proof=[], root=EMPTY_ROOT)
    assert not verify_inclusion(leaf=LEAVES[0], index=-1, size=1, proof=[], root=LEAVES[0])
    assert not verify_inclusion(leaf=LEAVES[0], index=1, size=1, proof=[], root=LEAVES[0])


def test_hashes_of_another_length_are_refused() -> None:
    assert not verify_inclusion(leaf=b"leaf", index=0, size=1, proof=[], root=b"leaf")
    assert not consistent(1, 1, [], (b"root", b"root"))


def test_what_is_not_in_the_tree_has_no_proof() -> None:
    for index in (-1, 3):
        with pytest.raises(InputError, match=f"The log has 3 entries; there is no entry {index}"):
            inclusion_proof(LEAVES[:3], index)
    for old in (-1, 4):
        with pytest.raises(InputError, match=f"A log of 3 entries cannot continue one of {old}"):
            consistency_proof(LEAVES[:3], old)


def test_proofs_from_stored_nodes_ask_for_few_and_are_the_same() -> None:
    size, asked = 60_000, 0
    leaves = [leaf_hash(number.to_bytes(2, "big")) for number in range(size)]
    frontier = Frontier()
    stored: dict[tuple[int, int], bytes] = {}
    for leaf in leaves:
        stored |= {(height, index): node for height, index, node in frontier.append(leaf)}

    def node(height: int, index: int) -> bytes:
        nonlocal asked
        asked += 1
        return stored[height, index]

    for place in (0, 1, 32_767, 32_768, 59_999):
        assert inclusion_path(node, size, place) == inclusion_proof(leaves, place)
        assert consistency_path(node, place, size) == consistency_proof(leaves, place)
    assert asked < 10 * 16 * 4
