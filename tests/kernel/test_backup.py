"""A backup holds one moment, whole, and comes back on either database."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from nador.accounts.models import Person
from nador.kernel import audit, backup, schema
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import Base, command, make_engine, make_sessions
from nador.kernel.files import FileStore
from tests.conftest import empty
from tests.factories import make_course, make_enrolment, make_institute, make_person, make_run

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker

    from tests.conftest import Database


@command
def confirm_each_other(session: Session, _actor: Actor, *, ids: tuple[int, int]) -> None:
    """Make two rows of one table name each other."""
    for mine, other in (ids, ids[::-1]):
        session.get_one(Person, mine).names_confirmed_by_id = other


@command
def note(session: Session, actor: Actor, *, word: str) -> None:
    """Write a pair that belongs together."""
    audit.record(session, actor, word, "first")
    audit.record(session, actor, word, "second")


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def fill(session: Session) -> None:
    institute = make_institute(session)
    run = make_run(
        session, make_course(session, institute_id=institute.id), institute_id=institute.id
    )
    people = (make_person(session), make_person(session, name_latin=None, email=None))
    for person in people:
        make_enrolment(session, run_id=run.id, person_id=person.id)
    confirm_each_other(session, NOBODY, ids=(people[0].id, people[1].id))
    note(session, NOBODY, word="أول")


def content(sessions: sessionmaker[Session]) -> dict[str, list[object]]:
    with sessions() as session:
        return {
            table.name: [
                tuple(row)
                for row in session.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in Base.metadata.sorted_tables
        }


def test_everything_comes_back_on_sqlite(
    sessions: sessionmaker[Session], session: Session, store: FileStore, tmp_path: Path
) -> None:
    fill(session)
    kept = store.put("شهادة".encode())
    session.rollback()
    made = backup.write(sessions, store, tmp_path / "all.tar")
    engine = make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    other, elsewhere = make_sessions(engine), FileStore(tmp_path / "elsewhere")

    restored = backup.restore(engine, other, elsewhere, tmp_path / "all.tar", actor=NOBODY)

    assert restored == made
    assert content(other) == content(sessions)
    assert elsewhere.get(kept) == "شهادة".encode()
    with other() as again:
        assert make_person(again).id > 2
    engine.dispose()


def test_everything_comes_back_on_postgresql(
    sessions: sessionmaker[Session],
    session: Session,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    fill(session)
    session.rollback()
    before = content(sessions)
    store = FileStore(tmp_path / "files")
    backup.write(sessions, store, tmp_path / "all.tar")
    engine: Engine = request.getfixturevalue("_postgresql")
    empty(engine)
    other = make_sessions(engine)

    try:
        backup.restore(engine, other, store, tmp_path / "all.tar", actor=NOBODY)

        assert content(other) == before
        # Counters go on where they stood.
        with other() as again:
            assert make_person(again).id > 2
    finally:
        empty(engine)


def test_a_backup_among_writes_holds_one_moment(
    sessions: sessionmaker[Session], session: Session, store: FileStore, tmp_path: Path
) -> None:
    fill(session)
    session.rollback()
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            with sessions() as own:
                note(own, NOBODY, word=f"{number}")
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [
            backup.write(sessions, store, tmp_path / f"{number}.tar").rows["audit_entry"]
            for number in range(3)
        ]
    finally:
        stop.set()
        writer.join()

    # Both entries of a command are in, or neither.
    assert [rows % 2 for rows in made] == [0, 0, 0]


def test_a_restore_refuses_a_database_with_rows(
    database: Database,
    sessions: sessionmaker[Session],
    session: Session,
    store: FileStore,
    tmp_path: Path,
) -> None:
    fill(session)
    session.rollback()
    backup.write(sessions, store, tmp_path / "all.tar")

    with pytest.raises(backup.TargetNotEmpty):
        backup.restore(database.engine, sessions, store, tmp_path / "all.tar", actor=NOBODY)


def test_a_restore_refuses_another_version(
    database: Database,
    sessions: sessionmaker[Session],
    store: FileStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backup.write(sessions, store, tmp_path / "all.tar")
    monkeypatch.setattr(schema, "head", lambda: "20991231_later")

    with pytest.raises(backup.OtherVersion):
        backup.restore(database.engine, sessions, store, tmp_path / "all.tar", actor=NOBODY)


@pytest.mark.parametrize("damage", ["cut", "changed", "text"])
def test_a_damaged_backup_is_refused(
    database: Database,
    sessions: sessionmaker[Session],
    session: Session,
    store: FileStore,
    tmp_path: Path,
    damage: str,
) -> None:
    fill(session)
    session.rollback()
    path = tmp_path / "all.tar"
    backup.write(sessions, store, path)
    raw = path.read_bytes()
    path.write_bytes(
        {
            "cut": raw[: len(raw) // 2],
            "changed": raw.replace(b"Bouziane", b"Bouzeina"),
            "text": b"not a backup",
        }[damage]
    )

    with pytest.raises(backup.NotABackup):
        backup.restore(database.engine, sessions, store, path, actor=NOBODY)


def test_a_backup_overwrites_nothing(
    sessions: sessionmaker[Session], store: FileStore, tmp_path: Path
) -> None:
    (tmp_path / "all.tar").write_text("last week's")

    with pytest.raises(backup.BackupExists):
        backup.write(sessions, store, tmp_path / "all.tar")
    assert [path.name for path in tmp_path.glob("all.tar*")] == ["all.tar"]


def test_a_damaged_file_in_the_store_stops_the_backup(
    sessions: sessionmaker[Session], store: FileStore, tmp_path: Path
) -> None:
    store.path(store.put(b"certificate")).write_bytes(b"forged")

    with pytest.raises(backup.NotABackup):
        backup.write(sessions, store, tmp_path / "all.tar")
    assert list(tmp_path.glob("all.tar*")) == []
