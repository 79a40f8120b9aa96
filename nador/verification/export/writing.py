"""Writes a copy of the register: one moment of it, some certificates at a time."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nador.accounts.queries import first_institute
from nador.certification import published
from nador.certification.keys.queries import key_in_use
from nador.certification.log.note import NoteKey, log_name, sign
from nador.certification.rules import KeyPurpose
from nador.kernel import clock
from nador.kernel.backup import snapshot
from nador.kernel.errors import Conflict
from nador.verification import queries
from nador.verification.export import entries, manifest, page
from nador.verification.export.entries import ITERATIONS, Entry, Lock
from nador.verification.export.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session, sessionmaker

    from nador.certification.keys.store import KeyRing
    from nador.kernel.codes import Code
    from nador.verification.rules import CertificateView

AT_ONCE: Final = 1000
"""Certificates in memory."""


class CopyExists(Conflict):
    """There is something at this place already."""

    code = "copy_exists"


def write(
    sessions: sessionmaker[Session],
    target: Path,
    *,
    origin: str,
    ring: KeyRing,
    iterations: int = ITERATIONS,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Manifest:
    """Write a copy into a new folder, and sign its list of files with the log's key.

    `told` hears how many certificates are done, of how many. Raises CopyExists, KeyMissing and
    KeyUnusable, and leaves nothing half-written.
    """
    if target.exists():
        raise CopyExists(path=str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        with snapshot(sessions) as session:
            signer = ring.open(key_in_use(session, KeyPurpose.LOG, None).known)
            made = _fill(_Folder(part), session, origin=origin, iterations=iterations, told=told)
        key = NoteKey.of(origin, signer.public)
        note = sign(made.text, key, signer.sign)
        (part / manifest.PATH).write_text(note, encoding="utf-8")
        # Everybody may read it: a web server above all.
        part.chmod(0o755)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return made


class _Folder:
    """The new folder, and the hashes of what was put into it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.hashes: dict[str, str] = {}

    def put(self, path: str, content: bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        self.hashes[path] = entries.digest(content)


def _fill(
    folder: _Folder,
    session: Session,
    *,
    origin: str,
    iterations: int,
    told: Callable[[int, int], None],
) -> Manifest:
    count = queries.count_all(session)
    institute = first_institute(session)
    made = Manifest(
        origin=log_name(origin),
        made_at=clock.now().replace(microsecond=0),
        certificates=count,
        iterations=iterations,
        digits=entries.digits_for(count),
        files=folder.hashes,
    )
    with tempfile.TemporaryDirectory(dir=folder.root) as heaps:
        _sort_out(session, made, Path(heaps), told=told)
        for shard in entries.shards(made.digits):
            folder.put(entries.path_of(shard), entries.write_shard(_heap(Path(heaps), shard)))
    for path, content in published.files(session, origin=origin):
        folder.put(path, content)
    for path, content in page.files(made, institute=dict(institute.name) if institute else {}):
        folder.put(path, content)
    return made


def _sort_out(
    session: Session, made: Manifest, heaps: Path, *, told: Callable[[int, int], None]
) -> None:
    """Put each entry onto the heap of its shard: only some certificates are ever in memory."""
    close = partial(_closed, salt=made.salt, iterations=made.iterations)
    done = 0
    # Drawing names and keys from codes takes nearly all the time, and lets go of the interpreter.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for some in queries.all_in_public(session, at_once=AT_ONCE):
            by_shard: defaultdict[str, list[str]] = defaultdict(list)
            for name, closed in pool.map(close, some):
                by_shard[name[: made.digits]].append(f"{name} {closed}\n")
            for shard, lines in by_shard.items():
                with (heaps / shard).open("a", encoding="ascii") as heap:
                    heap.writelines(lines)
            done += len(some)
            told(done, made.certificates)


def _closed(
    one: tuple[Code, CertificateView, tuple[str, ...]], *, salt: str, iterations: int
) -> tuple[str, str]:
    code, view, files = one
    lock = Lock.of(code, salt=salt, iterations=iterations)
    return lock.name, lock.close(Entry(view, files).to_json())


def _heap(heaps: Path, shard: str) -> dict[str, str]:
    return dict(_lines(heaps / shard))


def _lines(heap: Path) -> Iterator[tuple[str, str]]:
    if heap.exists():
        with heap.open(encoding="ascii") as lines:
            for line in lines:
                name, closed = line.split()
                yield name, closed
