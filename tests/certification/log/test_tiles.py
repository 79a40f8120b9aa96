"""Tiles are named as C2SP says, and give the tree's own hashes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from nador.certification.log import tiles, tree
from nador.certification.log.tiles import Edge, NoTile, Tile, TiledTree

MOST: Final = 70_000
LEAVES: Final = [tree.leaf_hash(number.to_bytes(4)) for number in range(MOST)]


@dataclass
class Shelf:
    """Nodes as they are completed, and what is read of them as tiles."""

    leaves: list[bytes]
    levels: dict[int, list[bytes]] = field(default_factory=dict)
    read: list[Tile] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.edge = Edge()
        self.levels[0] = self.leaves
        for leaf in self.leaves:
            for node in self.edge.append(leaf):
                above = self.levels.setdefault(node.level, [])
                assert node.number == len(above)
                above.append(node.hash)

    def fetch(self, tile: Tile) -> bytes:
        self.read.append(tile)
        return b"".join(self.levels[tile.level][tile.first : tile.first + tile.width])


WHOLE: Final = Shelf(LEAVES)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(3, 1_234_067), "tile/3/x001/x234/067"),
        (Tile(0, 999, 255), "tile/0/999.p/255"),
        (Tile(1, 1000, 1), "tile/1/x001/000.p/1"),
    ],
)
def test_paths_are_read_as_they_are_written(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert tiles.parse(path) == (tile, False)
    below = Tile(0, tile.number, tile.width)
    assert tiles.parse(below.entries_path) == (below, True)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/00/000",
        "tile/8/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/",
        "tile/0/000/",
        "tile/0/../0/000",
        "tile/entries/entries",
        "tile/0/٠٠٠",
        "tile/0/" + "x001/" * 40 + "000",
    ],
)
def test_anything_else_is_no_tile(path: str) -> None:
    with pytest.raises(NoTile):
        tiles.parse(path)


def test_a_tree_of_seventy_thousand() -> None:
    """The example of C2SP."""
    named = [list(tiles.of_size(70_000, level=level)) for level in tiles.levels(70_000)]

    assert [len(level) for level in named] == [274, 2, 1]
    assert [level[-1].width for level in named] == [112, 17, 1]
    assert [len(list(tiles.of_size(256, level=level))) for level in tiles.levels(256)] == [1, 1]
    assert [one.width for one in tiles.of_size(256)] == [256]
    assert list(tiles.levels(0)) == []


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, MOST])
def test_a_tree_grows_to_the_same_root(size: int) -> None:
    grown = Shelf(LEAVES[:size])
    read = TiledTree(size, WHOLE.fetch)

    assert grown.edge.root() == read.root() == tree.root(LEAVES[:size])
    rows = read.edge().rows
    assert [row for row in rows if row] == [row for row in grown.edge.rows if row]
    for leaf in LEAVES[size : size + 300]:
        grown.edge.append(leaf)
    assert grown.edge.root() == tree.root(LEAVES[: size + 300])


@given(st.integers(1, MOST), st.data())
@examples(deadline=None)
def test_proofs_from_tiles_hold(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    read, root = TiledTree(size, WHOLE.fetch), TiledTree(size, WHOLE.fetch).root()

    path = read.inclusion(index)

    assert tree.root_by_inclusion(LEAVES[index], path, index=index, size=size) == root
    assert tree.is_consistent(
        read.consistency(old),
        old=old,
        old_root=TiledTree(old, WHOLE.fetch).root(),
        new=size,
        new_root=root,
    )


def test_only_tiles_of_the_tree_are_read() -> None:
    """A tile wider than the tree of the checkpoint need not be there."""
    shelf = Shelf(LEAVES[:66_000])
    read = TiledTree(66_000, shelf.fetch)

    for index in (0, 65_535, 65_536, 65_999):
        read.inclusion(index)

    there = {one for level in tiles.levels(66_000) for one in tiles.of_size(66_000, level=level)}
    assert set(shelf.read) <= there
    assert len(shelf.read) == len(set(shelf.read))


def test_a_tile_of_another_size_is_refused() -> None:
    with pytest.raises(NoTile):
        TiledTree(3, lambda _tile: b"x" * 95).root()


@given(st.lists(st.binary(max_size=300)))
def test_entries_are_read_as_they_are_written(entries: list[bytes]) -> None:
    content = tiles.bundle(entries)

    assert tiles.unbundle(content) == entries
    if content:
        with pytest.raises(NoTile):
            tiles.unbundle(content + b"\x00")
        with pytest.raises(NoTile):
            tiles.unbundle(content + b"\x00\x05abcd")
