"""What the public log costs: a tree of a million entries, its tiles, and proofs from them.

CPU time of one process; rows of a database are not counted.

    python -m tests.bench.bench_log
"""

import json
import statistics
import time
from hashlib import sha256
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nador.certification.log import note, tiles, tree
from nador.certification.log.note import Checkpoint, NoteKey
from nador.certification.log.proof import LogProof
from nador.certification.log.tiles import Edge, Tile, TiledTree

ENTRIES = 1_000_000
PROOFS = 1_000


def measure(*, entries: int = ENTRIES, proofs: int = PROOFS) -> dict[str, Any]:
    """Measure CPU seconds of the tree with all its tiles, and milliseconds of one proof."""
    logged = [sha256(number.to_bytes(4)).digest() for number in range(entries)]
    started = time.process_time()
    shelf, edge = _grow(logged)
    root = edge.root()
    written = {one.path: _content(shelf, one) for one in _all_tiles(entries)}
    grown = time.process_time() - started
    private = Ed25519PrivateKey.generate()
    key = NoteKey("certs.example.org", private.public_key())
    signed = note.sign(Checkpoint(key.name, entries, root).text, key, private.sign)
    spent: dict[str, list[float]] = {"made": [], "in_a_row": [], "verified": []}
    sizes = []
    read = TiledTree(entries, lambda tile: written[tile.path])
    chosen = Random(1).sample(range(entries), proofs)
    for way, places in (("made", chosen), ("in_a_row", range(proofs))):
        for index in places:
            before = time.process_time()
            text = str(LogProof(index, tuple(read.inclusion(index)), signed))
            spent[way].append(time.process_time() - before)
            before = time.process_time()
            LogProof.parse(text).verify(logged[index], [key])
            spent["verified"].append(time.process_time() - before)
            sizes.append(len(text.encode()))
    return {
        "entries": entries,
        "tree_and_tiles_cpu_s": round(grown, 2),
        "tiles": len(written),
        "proof_cpu_ms": {
            way: round(statistics.median(one) * 1000, 3) for way, one in spent.items()
        },
        "proof_cpu_ms_mean": round(statistics.mean(spent["made"]) * 1000, 3),
        "proof_bytes": max(sizes),
    }


def _grow(logged: list[bytes]) -> tuple[list[list[bytes]], Edge]:
    edge = Edge()
    shelf: list[list[bytes]] = [list(map(tree.leaf_hash, logged)), [], [], []]
    for leaf in shelf[0]:
        for node in edge.append(leaf):
            shelf[node.level].append(node.hash)
    return shelf, edge


def _all_tiles(size: int) -> list[Tile]:
    return [one for level in tiles.levels(size) for one in tiles.of_size(size, level=level)]


def _content(shelf: list[list[bytes]], tile: Tile) -> bytes:
    return b"".join(shelf[tile.level][tile.first : tile.first + tile.width])


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
