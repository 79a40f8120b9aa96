"""Reads of the log: what is published of it, and what its writer needs to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Select, bindparam, exists, func, literal, select

from nador.certification.keys import multikey
from nador.certification.log import tiles, tree
from nador.certification.log.note import NoteKey
from nador.certification.log.proof import LogProof
from nador.certification.log.tiles import NoTile, Shelf, Tile, TiledTree
from nador.certification.models import LogCheckpoint, LogEntry, LogNode, SigningKey
from nador.certification.rules import KeyPurpose, KeyStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

THE_LOG: Final = 1
"""The one item of the writer's work: whatever waits is one piece, so that nobody writes beside it."""
_shelves: Final[WeakKeyDictionary[Engine, Shelf]] = WeakKeyDictionary()
"""The tiles that this process has read last, for each database."""


def due(_now: datetime) -> Select[int]:
    """Select the log as long as entries wait and a key can sign that they are in it."""
    key = exists().where(
        SigningKey.purpose == KeyPurpose.LOG, SigningKey.status == KeyStatus.ACTIVE
    )
    return (
        select(literal(THE_LOG))
        .select_from(LogEntry)
        .where(LogEntry.leaf_index.is_(None))
        .where(key)
    )


def waiting(session: Session, *, most: int) -> Sequence[tuple[int, bytes]]:
    """List ids and entries that have no place yet, the oldest first."""
    rows = session.execute(
        select(LogEntry.id, LogEntry.leaf)
        .where(LogEntry.leaf_index.is_(None))
        .order_by(LogEntry.id)
        .limit(most)
    )
    return [(entry_id, bytes.fromhex(leaf)) for entry_id, leaf in rows]


def latest(session: Session) -> LogCheckpoint | None:
    """Return the checkpoint that counts, once there is one."""
    return session.scalar(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1))


def size(session: Session) -> int:
    """Count the entries that the log has vouched for."""
    return session.scalar(select(func.max(LogCheckpoint.size))) or 0


def tree_of(session: Session, size: int, *, shelf: Shelf | None = None) -> TiledTree:
    """Read the tree of a size that a checkpoint vouched for; use it while the session is open."""
    return TiledTree(size, lambda tile: read_tile(session, tile), shelf=shelf)


def _joined(hashes: Select[str]) -> Select[str]:
    """Select hashes side by side, as one value: each as a row would cost more than to hash it."""
    # Both databases join what a sorted subquery gives in its order.
    return select(func.aggregate_strings(hashes.subquery().c[0], ""))


# Built once, of tables and not of classes: to make a statement costs as much as to run it.
_entry, _node, _checkpoint = (
    each.metadata.tables[each.__tablename__] for each in (LogEntry, LogNode, LogCheckpoint)
)
_ENTRIES: Final = _joined(
    select(_entry.c.leaf)
    .where(_entry.c.leaf_index >= bindparam("first"), _entry.c.leaf_index < bindparam("end"))
    .order_by(_entry.c.leaf_index)
)
_NODES: Final = _joined(
    select(_node.c.hash)
    .where(
        _node.c.level == bindparam("level"),
        _node.c.number >= bindparam("first"),
        _node.c.number < bindparam("end"),
    )
    .order_by(_node.c.number)
)
_PLACE: Final = (
    select(_entry.c.leaf_index, _checkpoint.c.size, _checkpoint.c.root, _checkpoint.c.note)
    .join(_checkpoint, _checkpoint.c.size == select(func.max(_checkpoint.c.size)).scalar_subquery())
    .where(_entry.c.leaf == bindparam("leaf"), _entry.c.leaf_index.is_not(None))
)


def read_tile(session: Session, tile: Tile) -> bytes:
    """Return a tile's hashes; raises NoTile when the log has not got so far."""
    if tile.level == 0:
        return b"".join(map(tree.leaf_hash, tiles.cut(_read(session, _ENTRIES, tile), tile)))
    return _read(session, _NODES, tile, level=tile.level)


def read_bundle(session: Session, tile: Tile) -> bytes:
    """Return the entries that a tile of the lowest level hashes; raises NoTile."""
    return tiles.bundle(tiles.cut(_read(session, _ENTRIES, tile), tile))


def _read(session: Session, hashes: Select[str], tile: Tile, **more: int) -> bytes:
    which = {"first": tile.first, "end": tile.first + tile.width, **more}
    found = bytes.fromhex(session.connection().execute(hashes, which).scalar() or "")
    if len(found) != tile.width * tree.HASH_SIZE:
        raise NoTile(tile.path)
    return found


def note_keys(session: Session, name: str, *, compromised: bool = False) -> list[NoteKey]:
    """List the keys that the log of this name is to be believed for, the oldest first."""
    found = select(SigningKey.kid).where(SigningKey.purpose == KeyPurpose.LOG)
    if not compromised:
        found = found.where(SigningKey.status != KeyStatus.COMPROMISED)
    publics = map(multikey.decode, session.scalars(found.order_by(SigningKey.id)))
    return [NoteKey(name, one) for one in publics if isinstance(one, Ed25519PublicKey)]


def proof_of(session: Session, entry: bytes) -> LogProof | None:
    """Prove by the latest checkpoint that something was logged; None while it waits or never was.

    Who proves many entries reads the tiles that they share once. A proof is followed up to the
    root before it is given away: tiles of another log than this one would not lead there.
    """
    found = session.connection().execute(_PLACE, {"leaf": entry.hex()}).one_or_none()
    if found is None:
        return None
    index, size, root, note = found
    engine = session.get_bind().engine
    shelf = _shelves.setdefault(engine, Shelf())
    path = tree_of(session, size, shelf=shelf).inclusion(index)
    if not _leads_to(root, entry, path, index=index, size=size):
        _shelves[engine] = Shelf()
        path = tree_of(session, size, shelf=_shelves[engine]).inclusion(index)
    return LogProof(index, tuple(path), note)


def _leads_to(root: str, entry: bytes, path: Sequence[bytes], *, index: int, size: int) -> bool:
    reached = tree.root_by_inclusion(tree.leaf_hash(entry), path, index=index, size=size)
    return reached.hex() == root


def published(session: Session, path: str, *, name: str) -> bytes:
    """Return a file of the log by its name below /log; raises NoTile when there is none."""
    if path == "keys":
        return "".join(f"{key}\n" for key in note_keys(session, name)).encode()
    if path == "checkpoint":
        checkpoint = latest(session)
        if checkpoint is None:
            raise NoTile(path)
        return checkpoint.note.encode()
    tile, bundled = tiles.parse(path)
    return read_bundle(session, tile) if bundled else read_tile(session, tile)
