"""What the public log costs: a tree of a million entries, its tiles, and proofs from them.

CPU time of one process. The large tree is in memory; a proof is also made from the rows of a
database (SQLite), as it is for every certificate.

    python -m tests.bench.bench_log
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert

from nador.certification.log import note, queries, tiles, tree
from nador.certification.log.note import Checkpoint, NoteKey
from nador.certification.log.proof import LogProof
from nador.certification.log.tiles import Edge, Tile, TiledTree
from nador.certification.models import LogCheckpoint, LogEntry, LogNode
from nador.certification.rules import LogKind
from nador.kernel import clock, schema
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command, make_engine, make_sessions

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

ENTRIES = 1_000_000
PROOFS = 1_000
ROWS = 100_000


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
        "database": from_rows(logged[:ROWS], key=key, private=private),
    }


def from_rows(
    logged: list[bytes], *, key: NoteKey, private: Ed25519PrivateKey, proofs: int = 200
) -> dict[str, Any]:
    """Measure the CPU milliseconds of a proof that is read from a database, by the same checkpoint.

    `in_a_row` is a run whose certificates follow each other; `scattered` shares hardly any tile.
    """
    places = {
        "in_a_row": range(len(logged) - proofs, len(logged)),
        "scattered": Random(1).sample(range(len(logged)), proofs),
    }
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/log.db")
        schema.upgrade(engine)
        with make_sessions(engine)() as session:
            _keep(session, NOBODY, logged=logged, key=key, private=private)
        sessions = make_sessions(engine)
        spent = {
            way: [_spent(sessions, logged[index]) for index in one] for way, one in places.items()
        }
        engine.dispose()
    return {
        "entries": len(logged),
        "proof_cpu_ms": {
            way: round(statistics.median(one) * 1000, 3) for way, one in spent.items()
        },
        "proof_cpu_ms_mean": {
            way: round(statistics.mean(one) * 1000, 3) for way, one in spent.items()
        },
    }


def _spent(sessions: sessionmaker[Session], entry: bytes) -> float:
    # A session of its own each time, as a worker has.
    with sessions() as session:
        before = time.process_time()
        if queries.proof_of(session, entry) is None:
            raise RuntimeError("the entry is not in the log")
        return time.process_time() - before


@command
def _keep(
    session: Session,
    _actor: Actor,
    *,
    logged: list[bytes],
    key: NoteKey,
    private: Ed25519PrivateKey,
) -> None:
    edge, now = Edge(), clock.now()
    nodes = [node for one in logged for node in edge.append(tree.leaf_hash(one))]
    session.execute(
        insert(LogEntry),
        [
            {"leaf": one.hex(), "kind": LogKind.ISSUE, "at": now, "leaf_index": index}
            for index, one in enumerate(logged)
        ],
    )
    session.execute(
        insert(LogNode),
        [{"level": one.level, "number": one.number, "hash": one.hash.hex()} for one in nodes],
    )
    signed = note.sign(Checkpoint(key.name, edge.size, edge.root()).text, key, private.sign)
    session.add(LogCheckpoint(size=edge.size, root=edge.root().hex(), note=signed, at=now))


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
