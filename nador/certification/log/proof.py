"""A proof that something was logged, as a text that can be checked without asking anybody.

https://c2sp.org/tlog-proof
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nador.certification.log import tree
from nador.certification.log.note import (
    NUMBER,
    Checkpoint,
    NotANote,
    NoteKey,
    open_checkpoint,
    strict_base64,
)
from nador.certification.log.tree import HASH_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEADER: Final = "c2sp.org/tlog-proof@v1"
_EXTRA: Final = "extra "
_INDEX: Final = "index "
MOST_CHARACTERS: Final = 64_000


class NotProven(ValueError):
    """The proof is well-formed, but does not lead from the entry to the checkpoint's root."""


@dataclass(frozen=True, slots=True)
class LogProof:
    """Where an entry stands, the hashes from there up to the root, and the signed checkpoint."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str

    def __str__(self) -> str:
        """Write the proof as it is attached."""
        hashes = [base64.b64encode(one).decode() for one in self.path]
        return "\n".join([_HEADER, f"{_INDEX}{self.index}", *hashes, "", self.checkpoint])

    @classmethod
    def parse(cls, text: str) -> LogProof:
        """Read a proof; raises NotANote. Extra data, which nothing vouches for, is left alone."""
        head, between, checkpoint = text[:MOST_CHARACTERS].partition("\n\n")
        header, *lines = head.split("\n")
        if lines and lines[0].startswith(_EXTRA):
            strict_base64(lines.pop(0).removeprefix(_EXTRA))
        index = lines.pop(0).removeprefix(_INDEX) if lines and lines[0].startswith(_INDEX) else ""
        if header != _HEADER or not between or not NUMBER.fullmatch(index):
            raise NotANote("not a proof of a log")
        path = tuple(map(strict_base64, lines))
        if any(len(one) != HASH_SIZE for one in path):
            raise NotANote("not a hash")
        return cls(int(index), path, checkpoint)

    def verify(self, entry: bytes, keys: Iterable[NoteKey]) -> Checkpoint:
        """Return the checkpoint that covers the entry; raises NotANote, NotSigned or NotProven."""
        checkpoint = open_checkpoint(self.checkpoint, keys)
        try:
            reached = tree.root_by_inclusion(
                tree.leaf_hash(entry), self.path, index=self.index, size=checkpoint.size
            )
        except tree.WrongProof as problem:
            raise NotProven(str(problem)) from problem
        if reached != checkpoint.root:
            raise NotProven("the hashes lead to another root")
        return checkpoint
