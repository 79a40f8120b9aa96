"""Checks of a log by whoever has it: this database, the published files, or a copy of them.

A log is read by the names of its files, see `queries.published`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from nador.certification.log import tiles, tree
from nador.certification.log.tiles import Edge, NoTile, TiledTree

if TYPE_CHECKING:
    from nador.certification.log.note import Checkpoint

Read = Callable[[str], bytes]
"""Returns a file of the log by its name; raises OSError or NoTile when it can't."""
UNREADABLE: Final = (OSError, NoTile)


def whole(
    read: Read, checkpoint: Checkpoint, *, earlier: Mapping[int, bytes] | None = None
) -> Iterator[str]:
    """Compute the tree from all entries, and say where tiles or checkpoints tell otherwise.

    `earlier` has the roots of smaller trees that the log has vouched for.
    """
    edge = Edge()
    levels: dict[int, list[bytes]] = {}
    for tile in tiles.of_size(checkpoint.size):
        try:
            leaves = [tree.leaf_hash(one) for one in tiles.unbundle(read(tile.entries_path))]
            told = read(tile.path)
        except UNREADABLE as problem:
            yield f"{tile.path} can't be read: {problem}"
            return
        if len(leaves) != tile.width or told != b"".join(leaves):
            yield f"{tile.path} is not the tile of its entries."
            return
        for leaf in leaves:
            for node in edge.append(leaf):
                levels.setdefault(node.level, []).append(node.hash)
            vouched = (earlier or {}).get(edge.size)
            if vouched is not None and vouched != edge.root():
                yield f"The checkpoint of {edge.size} entries has another root than they have."
    yield from _upper_tiles(read, checkpoint.size, levels)
    if edge.root() != checkpoint.root:
        yield f"The checkpoint of {checkpoint.size} entries has another root than they have."


def _upper_tiles(read: Read, size: int, levels: Mapping[int, list[bytes]]) -> Iterator[str]:
    for level in tiles.levels(size)[1:]:
        for tile in tiles.of_size(size, level=level):
            try:
                told = read(tile.path)
            except UNREADABLE as problem:
                yield f"{tile.path} can't be read: {problem}"
                continue
            if told != b"".join(levels[level][tile.first : tile.first + tile.width]):
                yield f"{tile.path} is not the tile of those below."


def since(read: Read, checkpoint: Checkpoint, old: Checkpoint) -> Iterator[str]:
    """Say so if the log does not go on from a checkpoint that somebody kept; reads few tiles."""
    if old.origin != checkpoint.origin:
        yield f"The checkpoint that was kept is of {old.origin}, the log is {checkpoint.origin}."
        return
    if old.size > checkpoint.size:
        yield f"The log has lost entries: {old.size} were vouched for, {checkpoint.size} are left."
        return
    try:
        path = TiledTree(checkpoint.size, lambda tile: read(tile.path)).consistency(old.size)
    except UNREADABLE as problem:
        yield f"The tiles can't be read: {problem}"
        return
    if not tree.is_consistent(
        path, old=old.size, old_root=old.root, new=checkpoint.size, new_root=checkpoint.root
    ):
        yield f"The log was rewritten: it does not begin with the {old.size} entries that were vouched for."
