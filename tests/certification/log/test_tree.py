"""Roots and proofs are those of RFC 6962, and nothing else is believed."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from nador.certification.log import tree

# The reference entries and roots that implementations of Certificate Transparency test themselves with.
ENTRIES: Final = [
    bytes.fromhex(one)
    for one in (
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
ROOTS: Final = [
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
MOST: Final = 300
LEAVES: Final = [tree.leaf_hash(number.to_bytes(4)) for number in range(MOST)]
sizes = st.integers(1, MOST)


def hashed(spans: list[tree.Span], leaves: list[bytes] = LEAVES) -> list[bytes]:
    return [tree.root(leaves[start:end]) for start, end in spans]


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_roots_are_the_known_ones(size: int) -> None:
    assert tree.root([tree.leaf_hash(one) for one in ENTRIES[:size]]).hex() == ROOTS[size]


def test_the_paths_of_the_rfc() -> None:
    """RFC 6962, 2.1.3: a tree of seven, with the names that it gives to the nodes."""
    named = {
        (0, 1): "a",
        (1, 2): "b",
        (2, 3): "c",
        (3, 4): "d",
        (4, 5): "e",
        (5, 6): "f",
        (6, 7): "j",
        (0, 2): "g",
        (2, 4): "h",
        (4, 6): "i",
        (0, 4): "k",
        (4, 7): "l",
    }

    def path(spans: list[tree.Span]) -> str:
        return " ".join(named[span] for span in spans)

    assert path(tree.inclusion_spans(0, 7)) == "b h l"
    assert path(tree.inclusion_spans(3, 7)) == "c g l"
    assert path(tree.inclusion_spans(4, 7)) == "f j k"
    assert path(tree.inclusion_spans(6, 7)) == "i k"
    assert path(tree.consistency_spans(3, 7)) == "c d g l"
    assert path(tree.consistency_spans(4, 7)) == "l"
    assert path(tree.consistency_spans(6, 7)) == "i j k"


@given(sizes, st.data())
def test_roots_and_paths_are_those_of_another_library(size: int, data: st.DataObject) -> None:
    other = InmemoryTree()
    other.append_entries([number.to_bytes(4) for number in range(size)])
    index = data.draw(st.integers(0, size - 1))

    assert tree.root(LEAVES[:size]) == other.get_root()
    path = other.prove_inclusion(index + 1, size).path[1:]
    assert hashed(tree.inclusion_spans(index, size), LEAVES[:size]) == path


@given(sizes, st.data())
def test_an_entry_is_proven_where_it_stands_and_nowhere_else(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    root = tree.root(LEAVES[:size])
    path = hashed(tree.inclusion_spans(index, size), LEAVES[:size])

    def reached(leaf: bytes, at: int, within: int) -> bytes | None:
        try:
            return tree.root_by_inclusion(leaf, path, index=at, size=within)
        except tree.WrongProof:
            return None

    assert reached(LEAVES[index], index, size) == root
    other = data.draw(st.integers(0, size + 2).filter(lambda at: at != index))
    assert reached(LEAVES[index], other, size) != root
    assert reached(tree.leaf_hash(b"forged"), index, size) != root


@given(sizes, st.data())
def test_a_tree_that_goes_on_is_told_from_a_rewritten_one(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, new))
    path = hashed(tree.consistency_spans(old, new), LEAVES[:new]) if old else []
    old_root, new_root = tree.root(LEAVES[:old]), tree.root(LEAVES[:new])

    def consistent(path: list[bytes], old_root: bytes, new_root: bytes) -> bool:
        return tree.is_consistent(path, old=old, old_root=old_root, new=new, new_root=new_root)

    assert consistent(path, old_root, new_root)
    assert not consistent([*path, LEAVES[0]], old_root, new_root)
    if old:
        changed = data.draw(st.integers(0, old - 1))
        rewritten = [*LEAVES[:changed], tree.leaf_hash(b"forged"), *LEAVES[changed + 1 : new]]
        forged_path = hashed(tree.consistency_spans(old, new), rewritten)
        assert not consistent(forged_path, old_root, tree.root(rewritten))
        assert not consistent(path, tree.root(rewritten[:old]), new_root)
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        bit = data.draw(st.integers(0, 255))
        turned = (int.from_bytes(path[at]) ^ 1 << bit).to_bytes(32)
        assert not consistent([*path[:at], turned, *path[at + 1 :]], old_root, new_root)
        assert not consistent(path[:-1], old_root, new_root)


def test_a_tree_never_shrinks() -> None:
    root = tree.root(LEAVES[:5])

    assert not tree.is_consistent([], old=6, old_root=root, new=5, new_root=root)
    assert not tree.is_consistent([], old=0, old_root=root, new=5, new_root=root)
    assert not tree.is_consistent([], old=5, old_root=tree.EMPTY, new=5, new_root=root)
