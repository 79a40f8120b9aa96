"""A backup: one tar of the database in one snapshot and of the files by hash; the keys stay apart.

`tables/<name>.jsonl` has one row a line, in the order of `manifest.json`'s columns; `files/<sha256>`
are the documents. It knows no dialect, so it also moves a centre from one database to the other.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any, Final

from sqlalchemy import MetaData, Table, func, insert, select, text

from nador.kernel import clock, schema
from nador.kernel.db import Base, Hundredths, UtcDateTime, command
from nador.kernel.errors import Conflict, Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Column, Engine
    from sqlalchemy.orm import Session, sessionmaker

    from nador.kernel.access import Actor
    from nador.kernel.files import FileStore

FORMAT: Final = 1
AT_ONCE: Final = 1000
_MANIFEST: Final = "manifest.json"


class TargetNotEmpty(Conflict):
    """There are rows in the database already."""

    code = "restore_target_not_empty"


class BackupExists(Conflict):
    """A file of this name is there already."""

    code = "backup_exists"


class NotABackup(Invalid):
    """The file can't be read as a backup, or is damaged."""

    code = "not_a_backup"


class OtherVersion(Conflict):
    """The backup was made by another version of the program."""

    code = "backup_of_another_version"


@dataclass(slots=True)
class Summary:
    """What a backup holds: rows by table, and how many files."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0


def write(sessions: sessionmaker[Session], files: FileStore, target: Path) -> Summary:
    """Write a backup and read it back; raises BackupExists, and leaves nothing half-written."""
    if target.exists():
        raise BackupExists(path=str(target))
    part = target.with_name(target.name + ".part")
    try:
        # It holds everything that is known of people: nobody else on the machine may read it.
        part.touch(mode=0o600, exist_ok=True)
        with part.open("wb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
            manifest = _fill(tar, sessions, files)
        summary = verify(part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    if summary.rows != {name: one["rows"] for name, one in manifest["tables"].items()}:
        raise NotABackup(path=str(target))
    return summary


def _fill(
    tar: tarfile.TarFile, sessions: sessionmaker[Session], files: FileStore
) -> dict[str, Any]:
    manifest: dict[str, Any] = {"format": FORMAT, "made_at": clock.now().isoformat(), "tables": {}}
    with snapshot(sessions) as session:
        manifest["schema"] = session.scalar(text("SELECT version_num FROM alembic_version"))
        for table in Base.metadata.sorted_tables:
            with tempfile.TemporaryFile() as lines:
                count, sha256 = _write_rows(session, table, lines)
                _add(tar, f"tables/{table.name}.jsonl", lines)
            manifest["tables"][table.name] = {
                "columns": [column.name for column in table.columns],
                "rows": count,
                "sha256": sha256,
            }
    # A file is always kept before its row is written: what the snapshot names is there by now.
    manifest["files"] = sum(1 for path in _stored(files) if _add_file(tar, path))
    _add(tar, _MANIFEST, io.BytesIO(json.dumps(manifest, ensure_ascii=False).encode()))
    return manifest


@contextmanager
def snapshot(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session that sees one moment of the database, whatever is written meanwhile."""
    with sessions() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def _write_rows(session: Session, table: Table, lines: IO[bytes]) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    rows = session.execute(
        select(table).order_by(*table.primary_key.columns),
        execution_options={"yield_per": AT_ONCE},
    )
    for row in rows:
        line = json.dumps(list(row), ensure_ascii=False, default=_plain).encode() + b"\n"
        lines.write(line)
        digest.update(line)
        count += 1
    return count, digest.hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value)} has no place in a backup yet")


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = content.seek(0, io.SEEK_END)
    entry.mtime = int(clock.now().timestamp())
    entry.mode = 0o600
    content.seek(0)
    tar.addfile(entry, content)


def _stored(files: FileStore) -> list[Path]:
    return sorted(path for path in files.folder.glob("??/*") if not path.name.startswith("."))


def _add_file(tar: tarfile.TarFile, path: Path) -> bool:
    with path.open("rb") as content:
        _add(tar, f"files/{path.name}", content)
    return True


def verify(source: Path) -> Summary:
    """Read a whole backup and compare it with its manifest: raises NotABackup."""
    seen, summary = {}, Summary()
    with _opened(source) as tar:
        manifest = read_manifest(tar)
        for entry in tar:
            kind, _, name = entry.name.partition("/")
            sha256 = _sha256(_content(tar, entry))
            if kind == "tables":
                seen[name.removesuffix(".jsonl")] = sha256
            elif kind == "files":
                summary.files += 1
                _insist(sha256 == name, source)
    wanted = {name: table["sha256"] for name, table in manifest["tables"].items()}
    _insist(seen == wanted and summary.files == manifest["files"], source)
    summary.rows = {name: table["rows"] for name, table in manifest["tables"].items()}
    return summary


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, mode="r:") as tar:
            yield tar
    except (tarfile.TarError, OSError, KeyError, ValueError) as error:
        raise NotABackup(path=str(source)) from error


def read_manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    """Return what a backup says about itself."""
    manifest = json.loads(_content(tar, tar.getmember(_MANIFEST)).read())
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ValueError("no manifest that this program knows")
    return manifest


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(entry)
    if content is None:
        raise ValueError(f"{entry.name} is no file")
    return content


def _sha256(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := content.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()


def _insist(holds: bool, source: Path) -> None:
    if not holds:
        raise NotABackup(path=str(source))


def restore(
    engine: Engine, sessions: sessionmaker[Session], files: FileStore, source: Path, *, actor: Actor
) -> Summary:
    """Fill an empty database and its files from a backup, all or nothing."""
    summary = verify(source)
    with _opened(source) as tar:
        manifest = read_manifest(tar)
        if manifest["schema"] != schema.head():
            raise OtherVersion(found=manifest["schema"], expected=schema.head())
        if schema.current(engine) is None:
            schema.upgrade(engine)
        schema.check(engine)
        with sessions() as session:
            _require_empty(session)
            for entry in tar:
                if entry.name.startswith("files/"):
                    files.put(_content(tar, entry).read())
            fill(session, actor, tar=tar, manifest=manifest)
    return summary


def _require_empty(session: Session) -> None:
    for table in Base.metadata.sorted_tables:
        if session.execute(select(table).limit(1)).first() is not None:
            raise TargetNotEmpty(table=table.name)


@command
def fill(
    session: Session, _actor: Actor, *, tar: tarfile.TarFile, manifest: Mapping[str, Any]
) -> None:
    """Insert all rows of a backup."""
    _require_empty(session)
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    if not on_postgresql:
        # Some rows name a later row of the same table: they are compared at the commit.
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
    for table in Base.metadata.sorted_tables:
        columns = [table.columns[name] for name in manifest["tables"][table.name]["columns"]]
        lines = _content(tar, tar.getmember(f"tables/{table.name}.jsonl"))
        rows = _read_rows(lines, columns)
        if on_postgresql:
            _insert_at_once(session, table, rows)
        else:
            _insert_all(session, table, rows)


def _read_rows(lines: IO[bytes], columns: list[Column[Any]]) -> Iterator[dict[str, Any]]:
    readers = [(column.name, _reader(column)) for column in columns]
    for line in lines:
        values = json.loads(line)
        yield {
            name: None if value is None else read(value)
            for (name, read), value in zip(readers, values, strict=True)
        }


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    """Choose how a column's value comes back from JSON."""
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat
    if isinstance(column.type, Hundredths):
        return Decimal
    if column.type.python_type is date:
        return date.fromisoformat
    return lambda value: value


def _insert_all(session: Session, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == AT_ONCE:
            session.execute(insert(table), batch)
            batch = []
    if batch:
        session.execute(insert(table), batch)


def _insert_at_once(session: Session, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    """Insert by one statement, at whose end PostgreSQL compares foreign keys; then set the counter."""
    waiting = table.to_metadata(MetaData(), name=f"restored_{table.name}")
    session.execute(
        text(f'CREATE TEMPORARY TABLE "{waiting.name}" (LIKE "{table.name}") ON COMMIT DROP')
    )
    _insert_all(session, waiting, rows)
    names = [column.name for column in table.columns]
    session.execute(
        insert(table).from_select(names, select(*(waiting.columns[name] for name in names)))
    )
    counter = table.autoincrement_column
    if counter is not None and not counter.foreign_keys:
        last = session.scalar(select(func.max(table.columns[counter.name])))
        if last is not None:
            session.execute(
                select(func.setval(func.pg_get_serial_sequence(table.name, counter.name), last))
            )
