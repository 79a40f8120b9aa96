"""The Merkle tree: one hash over all entries, and short proofs of what it covers.

https://www.rfc-editor.org/rfc/rfc6962#section-2.1
"""

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

Span = tuple[int, int]
"""The entries from the first number up to, and without, the second."""

HASH_SIZE: Final = 32
EMPTY: Final = sha256(b"").digest()
"""The root of a tree without entries."""


class WrongProof(ValueError):
    """A proof has not the shape that index and size ask for."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry of the log."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours to the node above them."""
    return sha256(b"\x01" + left + right).digest()


def row_above(row: Sequence[bytes]) -> list[bytes]:
    """Hash neighbours two by two; a last one without a neighbour is left out."""
    pairs = zip(row[::2], row[1::2], strict=False)
    # As node_hash, without a call for each: this is most of the work of a proof.
    return [sha256(b"\x01" + left + right).digest() for left, right in pairs]


def root(row: Sequence[bytes]) -> bytes:
    """Hash leaf hashes, or the roots of equally high full trees, up to one."""
    if not row:
        return EMPTY
    while len(row) > 1:
        row = row_above(row) + list(row[len(row) & ~1 :])
    return row[0]


def fold(peaks: Sequence[bytes]) -> bytes:
    """Join the roots of ever smaller full trees, side by side, to the root of the whole."""
    if not peaks:
        return EMPTY
    whole = peaks[-1]
    for peak in reversed(peaks[:-1]):
        whole = node_hash(peak, whole)
    return whole


def full_trees(count: int) -> list[Span]:
    """Cut so many neighbours into full trees, the largest first."""
    cuts = [0]
    for height in reversed(range(count.bit_length())):
        if count >> height & 1:
            cuts.append(cuts[-1] + (1 << height))
    return list(pairwise(cuts))


# --- one entry is in the tree --------------------------------------------------------------


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Name the trees whose roots prove that an entry is in the tree, the leaf's neighbour first."""
    if not 0 <= index < size:
        raise WrongProof(f"a tree of {size} entries has none with the index {index}")
    start, end = 0, size
    spans = []
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def root_by_inclusion(leaf: bytes, path: Sequence[bytes], *, index: int, size: int) -> bytes:
    """Compute the root that the proof leads to from a leaf hash; raises WrongProof."""
    spans = inclusion_spans(index, size)
    if len(path) != len(spans):
        raise WrongProof(f"{len(path)} hashes instead of {len(spans)}")
    reached = leaf
    for (start, _), neighbour in zip(spans, path, strict=True):
        left_of_us = start < index
        reached = node_hash(neighbour, reached) if left_of_us else node_hash(reached, neighbour)
    return reached


# --- a tree goes on where an earlier one ended ----------------------------------------------


def consistency_spans(old: int, new: int) -> list[Span]:
    """Name the trees whose roots prove that the first `old` of `new` entries are the old ones."""
    if not 0 < old <= new:
        raise WrongProof(f"a tree of {new} entries does not go on where {old} ended")
    start, end = 0, new
    spans = []
    while end != old:
        middle = start + _half(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    # The old root is known to whoever asks: only a part of the old tree has to be named.
    return ([(start, end)] if start else []) + spans[::-1]


def is_consistent(
    path: Sequence[bytes], *, old: int, old_root: bytes, new: int, new_root: bytes
) -> bool:
    """Whether the proof shows that the new tree begins with the whole of the old one."""
    if old == 0:
        return not path and old_root == EMPTY
    try:
        spans = consistency_spans(old, new)
    except WrongProof:
        return False
    if len(path) != len(spans):
        return False
    steps = list(zip(spans, path, strict=True))
    # Where the old tree is a full one, its own root is where both ways begin.
    (begin, _), shared = steps.pop(0) if spans and spans[0][1] == old else ((0, old), old_root)
    reached_old = reached_new = shared
    for (start, _), neighbour in steps:
        if start < begin:
            reached_old = node_hash(neighbour, reached_old)
            reached_new = node_hash(neighbour, reached_new)
        else:
            reached_new = node_hash(reached_new, neighbour)
    return (reached_old, reached_new) == (old_root, new_root)


def _half(count: int) -> int:
    """Return the largest power of two below a number above one."""
    return 1 << (count - 1).bit_length() - 1
