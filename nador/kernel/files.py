"""Files by content: stored once under their SHA-256, never changed."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from nador.kernel import clock

if TYPE_CHECKING:
    from datetime import datetime

_PIECE = 1024 * 1024


class Damaged(Exception):
    """A stored file no longer has the content that its name promises."""


@dataclass(frozen=True, slots=True)
class FileStore:
    """A folder of files named by the SHA-256 of their bytes."""

    folder: Path

    def path(self, sha256: str) -> Path:
        """Where the file with this hash lies, whether or not it is there."""
        return self.folder / sha256[:2] / sha256

    def put(self, content: bytes) -> str:
        """Keep the bytes durably and return their SHA-256; putting them twice keeps one file."""
        return self.put_stream(io.BytesIO(content))

    def put_stream(self, source: BinaryIO) -> str:
        """Keep what an open file holds from its start, however large: it is never whole in memory."""
        source.seek(0)
        read = hashlib.sha256()
        while piece := source.read(_PIECE):
            read.update(piece)
        sha256 = read.hexdigest()
        target = self.path(sha256)
        with suppress(FileNotFoundError):
            # Somebody may be about to let the same bytes go: from now on they are wanted.
            now = clock.now().timestamp()
            os.utime(target, (now, now))
            return sha256
        target.parent.mkdir(parents=True, exist_ok=True)
        source.seek(0)
        # A reader, or a crash, must never meet half a file: write beside it, then rename.
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".part-", delete=False) as part:
            shutil.copyfileobj(source, part)
            part.flush()
            os.fsync(part.fileno())
        os.replace(part.name, target)  # noqa: PTH105 - atomic on POSIX, and says so by name
        directory = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes; raises FileNotFoundError, or Damaged when they changed on disk."""
        content = self.path(sha256).read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Damaged(sha256)
        return content

    def drop(self, sha256: str, *, put_before: datetime | None = None) -> None:
        """Delete the file with this hash, if it is there; `put_before`: unless it was put again since."""
        target = self.path(sha256)
        aside = target.with_name(f".gone-{sha256}")
        with suppress(FileNotFoundError):
            if put_before is not None and target.stat().st_mtime >= put_before.timestamp():
                return
            os.replace(target, aside)  # noqa: PTH105 - as above
            if put_before is not None and aside.stat().st_mtime >= put_before.timestamp():
                os.replace(aside, target)  # noqa: PTH105 - as above
                return
            aside.unlink()
