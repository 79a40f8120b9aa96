"""Reads a copy of the register: nothing of it is believed that its signed list does not name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from nador.certification import published
from nador.certification.log.note import NotANote, NoteKey, NotSigned
from nador.kernel import codes
from nador.kernel.errors import Invalid
from nador.verification import files, rules
from nador.verification.export import entries, manifest
from nador.verification.export.entries import Entry, Lock, NotAnEntry
from nador.verification.export.manifest import Manifest
from nador.verification.files import Trust
from nador.verification.rules import CheckedFile

if TYPE_CHECKING:
    from collections.abc import Collection

    from nador.kernel.codes import Code

LARGEST: Final = 1 << 24
"""Bytes of the largest file that is read."""


class NotACopy(Invalid):
    """The folder `path` holds no copy of a register."""

    code = "not_a_copy"


class CopyNotSigned(Invalid):
    """Nobody who is believed signed the copy in `path`."""

    code = "copy_not_signed"


class CopyDamaged(Invalid):
    """The file `path` of a copy is missing, or not what was signed."""

    code = "copy_damaged"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy whose list of files was signed by a key that is believed."""

    folder: Path
    manifest: Manifest
    keys: tuple[str, ...]
    """By which it was believed."""

    @classmethod
    def open(cls, folder: Path, *, trusted: Collection[str] = ()) -> Self:
        """Open a copy; without keys to trust, it is believed for those that it shows itself.

        Raises NotACopy, CopyNotSigned.
        """
        try:
            shown = trusted or (folder / published.LOG_KEYS).read_text(encoding="utf-8").split()
            note = (folder / manifest.PATH).read_text(encoding="utf-8")
            found = manifest.open_manifest(note, map(NoteKey.parse, shown))
        except NotSigned as problem:
            raise CopyNotSigned(path=str(folder)) from problem
        except (OSError, UnicodeError, NotANote) as problem:
            raise NotACopy(path=str(folder)) from problem
        return cls(folder, found, tuple(shown))

    def read(self, path: str) -> bytes:
        """Return a file; raises CopyDamaged unless it is the one that was signed."""
        try:
            with (self.folder / path).open("rb") as file:
                content = file.read(LARGEST)
        except OSError as problem:
            raise CopyDamaged(path=path) from problem
        if entries.digest(content) != self.manifest.files.get(path):
            raise CopyDamaged(path=path)
        return content

    def find(self, code: Code) -> Entry | None:
        """Return what the copy says of a code, if it knows it; raises CopyDamaged."""
        lock = Lock.of(code, salt=self.manifest.salt, iterations=self.manifest.iterations)
        path = entries.path_of(lock.name[: self.manifest.digits])
        try:
            closed = entries.read_shard(self.read(path)).get(lock.name)
            return None if closed is None else Entry.from_json(lock.open(closed))
        except NotAnEntry as problem:
            raise CopyDamaged(path=path) from problem

    def roots(self) -> str:
        """Return the roots that seals were to be believed for, as PEM."""
        return self.read(published.ROOTS).decode("ascii")

    def controllers(self) -> tuple[dict[str, Any], ...]:
        """Return the DID documents of the institutes."""
        named = (path for path in sorted(self.manifest.files) if path.endswith("/did.json"))
        return tuple(json.loads(self.read(path)) for path in named)

    def check(self, content: bytes, roots: str) -> CheckedFile:
        """Say what a file is, and what the copy knows of its certificate; roots are PEM.

        Raises NoFile, FileTooLarge, NotACertificateFile, CopyDamaged.
        """
        reading = files.read(content, Trust((roots,), (), self.controllers()))
        named = [found for code in reading.codes if (found := self.find(codes.parse(code)))]
        of_file = [one for one in named if reading.sha256 in one.files]
        best = next(iter(of_file + named), None)
        outcome = rules.decide(reading, same_bytes=bool(of_file), named=best is not None)
        return CheckedFile(outcome, reading, best.view if best else None)
