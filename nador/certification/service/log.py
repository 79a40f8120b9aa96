"""The public log: what is decided is entered at once, and gets its place from the log's one writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import update

from nador.certification.log import queries
from nador.certification.log.note import Checkpoint
from nador.certification.log.tiles import Node
from nador.certification.models import LogCheckpoint, LogEntry, LogNode
from nador.kernel import clock
from nador.kernel.db import command

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.certification.rules import LogKind
    from nador.kernel.access import Actor

AT_ONCE: Final = 10_000
"""Entries that one checkpoint takes in: more would keep other writers waiting."""


@dataclass(frozen=True, slots=True)
class Grown:
    """What a worker made of entries that waited: their places, new nodes, and a signed checkpoint."""

    start: int
    """How many entries the tree had before."""
    entry_ids: Sequence[int]
    nodes: Sequence[Node]
    checkpoint: Checkpoint
    note: str


def append(session: Session, kind: LogKind, leaf: bytes, *, at: datetime | None = None) -> None:
    """Enter something into the log, in the transaction of the command that decides it.

    `leaf` is one of `log.entries`, 32 bytes; `at` is the moment that its statement names, if it
    names one. It has no place until a worker gives it one.
    """
    session.add(LogEntry(leaf=leaf.hex(), kind=kind, at=at or clock.now()))


@command
def record_checkpoint(session: Session, _actor: Actor, *, item_id: int, outcome: Grown) -> None:
    """Give entries their places and publish the checkpoint that covers them: all, or nothing.

    If the tree has grown in the meantime, this checkpoint would contradict it: it is dropped, and
    what still waits is found again.
    """
    del item_id
    if queries.size(session) != outcome.start or not outcome.entry_ids:
        return
    session.execute(
        update(LogEntry),
        [
            {"id": entry_id, "leaf_index": index}
            for index, entry_id in enumerate(outcome.entry_ids, outcome.start)
        ],
    )
    for node in outcome.nodes:
        session.add(LogNode(level=node.level, number=node.number, hash=node.hash.hex()))
    checkpoint = outcome.checkpoint
    session.add(
        LogCheckpoint(
            size=checkpoint.size, root=checkpoint.root.hex(), note=outcome.note, at=clock.now()
        )
    )
