"""The tree cut into tiles: static files of up to 256 hashes, from which anybody makes any proof.

https://c2sp.org/tlog-tiles
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

from nador.certification.log import tree
from nador.certification.log.tree import HASH_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
_KEPT: Final = 64
"""Tiles that are kept at hand while proofs are made: 64 take about 3 MB."""


class NoTile(ValueError):
    """What was named can't be a tile of this log."""


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """So many hashes side by side: the roots of full trees of 256 ** level entries."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def first(self) -> int:
        """The place of its first hash in its level."""
        return self.number * WIDTH

    @property
    def path(self) -> str:
        """The name of its file."""
        return f"tile/{self.level}/{_place(self)}"

    @property
    def entries_path(self) -> str:
        """The name of the file with the entries that a tile of the lowest level hashes."""
        return f"tile/entries/{_place(self)}"


_PATH: Final = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?",
    re.ASCII,
)
_TOP_LEVEL: Final = 7
"""Above it a hash would stand for more entries than an index of 64 bits counts."""


def _place(tile: Tile) -> str:
    digits = f"{tile.number:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    *before, last = (digits[at : at + 3] for at in range(0, len(digits), 3))
    partial = f".p/{tile.width}" if tile.width < WIDTH else ""
    return "".join(f"x{part}/" for part in before) + last + partial


def parse(path: str) -> tuple[Tile, bool]:
    """Read the name of a file, and whether it holds entries; raises NoTile for all but the one spelling."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise NoTile(path)
    kind, place, width = found.groups()
    entries = kind == "entries"
    number = int(place.replace("x", "").replace("/", ""))
    tile = Tile(0 if entries else int(kind), number, int(width) if width else WIDTH)
    if tile.level > _TOP_LEVEL or (tile.entries_path if entries else tile.path) != path:
        raise NoTile(path)
    return tile, entries


def of_size(size: int, *, level: int = 0) -> Iterator[Tile]:
    """Name the tiles of one level of a tree, from left to right; the last may be partial."""
    hashes = size >> HEIGHT * level
    for number in range(-(-hashes // WIDTH)):
        yield Tile(level, number, min(WIDTH, hashes - number * WIDTH))


def levels(size: int) -> range:
    """Number the levels that a tree of this size has tiles of."""
    return range(-(-size.bit_length() // HEIGHT))


def cut(content: bytes, tile: Tile) -> list[bytes]:
    """Cut what lies side by side into hashes; raises NoTile when they are not as many as the tile's."""
    if len(content) != tile.width * HASH_SIZE:
        raise NoTile(f"{len(content)} bytes instead of {tile.width} hashes")
    return [content[at : at + HASH_SIZE] for at in range(0, len(content), HASH_SIZE)]


def bundle(entries: Sequence[bytes]) -> bytes:
    """Write entries one after the other, each after its length in two bytes."""
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def unbundle(content: bytes) -> list[bytes]:
    """Read entries back; raises NoTile when the last one is cut off."""
    entries, at = [], 0
    while at < len(content):
        end = at + 2 + int.from_bytes(content[at : at + 2])
        if end > len(content) or at + 2 > len(content):
            raise NoTile("an entry is cut off")
        entries.append(content[at + 2 : end])
        at = end
    return entries


# --- growing -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Node:
    """The root of a full tile, which is a hash of the level above."""

    level: int
    number: int
    hash: bytes


@dataclass(slots=True)
class Edge:
    """The right edge of a tree, its partial tiles: all that is needed to go on."""

    size: int = 0
    rows: list[list[bytes]] = field(default_factory=list)
    """The hashes of the partial tile of each level, the lowest first."""

    def append(self, leaf: bytes) -> list[Node]:
        """Take a leaf hash, and return the nodes that it completes."""
        self.size += 1
        completed: list[Node] = []
        carried, level = leaf, 0
        while True:
            if level == len(self.rows):
                self.rows.append([])
            row = self.rows[level]
            row.append(carried)
            if len(row) < WIDTH:
                return completed
            level += 1
            carried = tree.root(row)
            row.clear()
            completed.append(Node(level, (self.size >> HEIGHT * level) - 1, carried))

    def root(self) -> bytes:
        """Compute the root of the whole tree."""
        return tree.fold(
            [
                tree.root(row[start:end])
                for row in reversed(self.rows)
                for start, end in tree.full_trees(len(row))
            ]
        )


# --- reading -------------------------------------------------------------------------------


Pyramid = list[list[bytes]]
"""A tile's hashes, and below them row by row what they hash to."""


class Shelf:
    """The tiles that were read last, with what they hash to; trees of one log can share it.

    Each stands there by its width too: a log that grows fills its last tiles, and never changes
    those that are full.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Tile, Pyramid] = OrderedDict()
        self._lock = Lock()

    def take(self, tile: Tile) -> Pyramid | None:
        """Return a tile, if it is at hand."""
        with self._lock:
            if tile in self._kept:
                self._kept.move_to_end(tile)
            return self._kept.get(tile)

    def put(self, tile: Tile, rows: Pyramid) -> None:
        """Keep a tile at hand, in the place of the one that was not asked for longest."""
        with self._lock:
            self._kept[tile] = rows
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)


class TiledTree:
    """A tree of a certain size, read from its tiles."""

    def __init__(
        self, size: int, fetch: Callable[[Tile], bytes], *, shelf: Shelf | None = None
    ) -> None:
        """`fetch` returns a tile's hashes one after the other, and may raise what it likes."""
        self.size = size
        self._fetch = fetch
        self._shelf = shelf or Shelf()

    def root(self) -> bytes:
        """Compute the root."""
        return self._span(0, self.size)

    def inclusion(self, index: int) -> list[bytes]:
        """Prove that an entry is in the tree; raises WrongProof when there is none."""
        return [self._span(*span) for span in tree.inclusion_spans(index, self.size)]

    def consistency(self, old: int) -> list[bytes]:
        """Prove that the tree begins with the whole of one of `old` entries."""
        return [self._span(*span) for span in tree.consistency_spans(old, self.size)] if old else []

    def edge(self) -> Edge:
        """Read the right edge, to go on from there."""
        rows = []
        for level in levels(self.size):
            hashes = self.size >> HEIGHT * level
            partial = hashes % WIDTH
            rows.append(self._pyramid(level, hashes // WIDTH)[0] if partial else [])
        return Edge(self.size, [list(row) for row in rows])

    def _span(self, start: int, end: int) -> bytes:
        return tree.fold(
            [self._full(start + one, start + other) for one, other in tree.full_trees(end - start)]
        )

    def _full(self, start: int, end: int) -> bytes:
        """Return the root of a full tree: it lies within one tile."""
        height = (end - start).bit_length() - 1
        level, above = divmod(height, HEIGHT)
        number, place = divmod(start >> HEIGHT * level, WIDTH)
        return self._pyramid(level, number)[above][place >> above]

    def _pyramid(self, level: int, number: int) -> Pyramid:
        width = min(WIDTH, (self.size >> HEIGHT * level) - number * WIDTH)
        tile = Tile(level, number, width)
        kept = self._shelf.take(tile)
        if kept is not None:
            return kept
        rows = [cut(self._fetch(tile), tile)]
        while len(rows) < HEIGHT:
            rows.append(tree.row_above(rows[-1]))
        self._shelf.put(tile, rows)
        return rows
