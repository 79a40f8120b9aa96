"""What is decided is in the log, once, in order, and for good."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from nador.certification import jobs, service
from nador.certification.log import entries, note, queries, tree
from nador.certification.log.note import NotSigned
from nador.certification.log.tiles import NoTile, Shelf, Tile
from nador.certification.models import LogCheckpoint, LogEntry, LogNode, SigningKey
from nador.certification.rules import LOG, KeyPurpose, KeyStatus, LogKind, NotInForce
from nador.kernel import clock, work
from nador.kernel.access import NOBODY
from nador.kernel.checkup import examine
from nador.kernel.work import WorkLease
from tests.certification.log.conftest import append, entries_of
from tests.certification.office import ORIGIN, issue_one, work_off

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run
    from nador.certification.keys.store import KeyRing
    from nador.kernel.access import Actor
    from nador.kernel.work import Desk
    from tests.conftest import Database

NAME = "127.0.0.1:8000"


def logged(session: Session) -> list[LogEntry]:
    return list(session.scalars(select(LogEntry).order_by(LogEntry.id)))


def placed(session: Session) -> list[bytes]:
    found = select(LogEntry.leaf).where(LogEntry.leaf_index.is_not(None))
    return [bytes.fromhex(one) for one in session.scalars(found.order_by(LogEntry.leaf_index))]


def checkpoints(session: Session) -> list[note.Checkpoint]:
    """Open every checkpoint with the keys that are published now."""
    keys = queries.note_keys(session, NAME)
    rows = session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size))
    return [note.open_checkpoint(row.note, keys) for row in rows]


# --- what is entered -----------------------------------------------------------------------


@pytest.mark.usefixtures("_keys")
def test_every_key_is_in_the_log(session: Session) -> None:
    keys = session.scalars(select(SigningKey).order_by(SigningKey.id)).all()

    assert [(one.kind, one.leaf) for one in logged(session)] == [
        (
            LogKind.KEY,
            entries.key_event(kid=key.kid, status=KeyStatus.ACTIVE, at=key.created_at).hex(),
        )
        for key in keys
    ]


def test_a_revocation_is_in_the_log(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    one = issue_one(session, certifier, run, desk)
    service.revoke(session, certifier, code=one.code, reason="a", public_reason="b")
    with pytest.raises(NotInForce):
        service.revoke(session, certifier, code=one.code, reason="a", public_reason="b")

    entry = logged(session)[-1]
    assert one.revoked_at is not None
    said = partial(entries.decision, LogKind.REVOKE, code=one.code_key, at=one.revoked_at)
    assert entry.kind is LogKind.REVOKE
    assert entry.leaf == said(uuid=one.uuid).hex()
    # Whoever knows the code alone can't find it.
    assert entry.leaf != said(uuid="00000000-0000-4000-8000-000000000000").hex()


def test_a_supersession_is_in_the_log(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    one = issue_one(session, certifier, run, desk)
    service.replace(session, certifier, code=one.code, origin=ORIGIN)
    session.refresh(one)

    entry = logged(session)[-1]
    assert one.superseded_at is not None
    assert (entry.kind, entry.leaf) == (
        LogKind.SUPERSEDE,
        entries.decision(
            LogKind.SUPERSEDE, code=one.code_key, uuid=one.uuid, at=one.superseded_at
        ).hex(),
    )


# --- the writer ----------------------------------------------------------------------------


@pytest.mark.usefixtures("_keys")
def test_entries_get_their_places_in_order(session: Session, desk: Desk) -> None:
    work_off(desk, session)
    before = placed(session)
    append(session, entries_of(600))
    work_off(desk, session)
    append(session, entries_of(3, since=600))
    work_off(desk, session)

    found = placed(session)
    assert found == before + entries_of(603)
    leaves = [tree.leaf_hash(one) for one in found]
    assert [(one.size, one.root) for one in checkpoints(session)] == [
        (size, tree.root(leaves[:size])) for size in (4, 604, 607)
    ]
    nodes = session.scalars(select(LogNode).order_by(LogNode.number)).all()
    assert [(one.level, one.number, one.hash) for one in nodes] == [
        (1, number, tree.root(leaves[number * 256 : number * 256 + 256]).hex())
        for number in range(2)
    ]
    assert queries.read_tile(session, Tile(0, 2, 95)) == b"".join(leaves[512:])
    assert queries.read_tile(session, Tile(1, 0, 2)).hex() == "".join(one.hash for one in nodes)
    with pytest.raises(NoTile):
        queries.read_tile(session, Tile(0, 2, 96))


@pytest.mark.usefixtures("_keys")
def test_everything_is_proven_by_the_latest_checkpoint(session: Session, desk: Desk) -> None:
    append(session, entries_of(300))
    assert queries.proof_of(session, entries_of(1)[0]) is None
    work_off(desk, session)

    keys = queries.note_keys(session, NAME)
    for entry in entries_of(300)[::37]:
        proof = queries.proof_of(session, entry)
        assert proof is not None
        assert proof.verify(entry, keys).size == 304
    assert queries.proof_of(session, b"never logged") is None


@pytest.mark.usefixtures("_keys")
def test_a_growing_log_is_proven_by_what_it_has_grown_to(session: Session, desk: Desk) -> None:
    work_off(desk, session)
    keys = queries.note_keys(session, NAME)
    since = 0
    for size in (240, 252, 253, 600, 601):
        append(session, entries_of(size - since, since=since))
        work_off(desk, session)
        since = size
        for entry in (*entries_of(size)[::41], entries_of(size)[-1]):
            proof = queries.proof_of(session, entry)
            assert proof is not None
            assert proof.verify(entry, keys).size == 4 + size


@pytest.mark.usefixtures("_keys")
def test_tiles_that_proofs_share_are_read_once(session: Session, desk: Desk) -> None:
    append(session, entries_of(300))
    work_off(desk, session)
    queries.proof_of(session, entries_of(300)[270])

    sent: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *told: sent.append(told[2]))
    assert queries.proof_of(session, entries_of(300)[280])

    assert len(sent) == 1


@pytest.mark.usefixtures("_keys")
def test_tiles_of_another_log_are_not_believed(
    session: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a backup is put back under a running worker."""
    append(session, entries_of(300))
    work_off(desk, session)
    of_before = Shelf()
    for tile in (Tile(0, 0), Tile(0, 1, 48), Tile(1, 0, 1)):
        of_before.put(tile, [[bytes(32)] * (tile.width >> row) for row in range(8)])
    monkeypatch.setitem(queries._shelves, session.get_bind().engine, of_before)

    entry = entries_of(300)[7]
    proof = queries.proof_of(session, entry)
    assert proof is not None
    assert proof.verify(entry, queries.note_keys(session, NAME)).size == 304


def test_nothing_is_due_without_a_key(session: Session, desk: Desk) -> None:
    append(session, entries_of(3))

    assert work.run_once(desk, holder="a") == 0
    assert queries.latest(session) is None


@pytest.mark.usefixtures("_keys")
def test_what_a_dead_worker_made_is_made_again(session: Session, desk: Desk) -> None:
    jobs.write_log(desk, queries.THE_LOG)  # and the machine died
    work_off(desk, session)

    assert [one.size for one in checkpoints(session)] == [4]


@pytest.mark.usefixtures("_keys")
def test_of_two_checkpoints_over_the_same_place_one_is_dropped(
    session: Session, desk: Desk
) -> None:
    slow = jobs.write_log(desk, queries.THE_LOG)
    append(session, entries_of(2))
    fast = jobs.write_log(desk, queries.THE_LOG)
    for outcome in (fast, slow, fast):
        service.record_checkpoint(session, NOBODY, item_id=queries.THE_LOG, outcome=outcome)
    work_off(desk, session)

    assert [one.size for one in checkpoints(session)] == [6]
    assert len(placed(session)) == 6


@pytest.mark.usefixtures("_keys")
def test_many_entries_take_several_checkpoints(
    session: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 100)
    append(session, entries_of(250))
    work_off(desk, session)

    assert [one.size for one in checkpoints(session)] == [100, 200, 254]


def hide_the_key(session: Session, ring: KeyRing) -> Path:
    """Move the log's key away, as it is when somebody forgot to mount a folder."""
    key = session.scalars(select(SigningKey).where(SigningKey.purpose == KeyPurpose.LOG)).one()
    path = ring.path(key.purpose, key.kid)
    ring._opened.clear()
    return path.rename(path.with_suffix(".away"))


@pytest.mark.usefixtures("_keys")
def test_a_lost_key_stops_the_log_until_it_is_back(
    session: Session, desk: Desk, client: FlaskClient, ring: KeyRing
) -> None:
    away = hide_the_key(session, ring)
    for hours in range(12):
        with time_machine.travel(clock.now() + timedelta(hours=hours)):
            work_off(desk, session)

    [lease] = session.scalars(select(WorkLease).where(WorkLease.work == LOG))
    assert (lease.attempts, lease.dead) == (0, False)
    assert "cannot be read" in str(lease.last_error)
    assert placed(session) == []
    work.beat(session, NOBODY, holder="a worker", troubles=work.troubles_of(desk))
    assert client.get("/readyz").json["checks"]["keys"] is False  # type: ignore[index] # it is JSON
    told = [one for finding in examine(desk, deep=False) for one in finding.troubles]
    assert any(away.stem in one and "is lost" in one for one in told)

    away.rename(away.with_suffix(".pem"))
    with time_machine.travel(clock.now() + timedelta(hours=12) + work.AWAY):
        work_off(desk, session)
        work.beat(session, NOBODY, holder="a worker", troubles=work.troubles_of(desk))
        assert client.get("/readyz").json["checks"]["keys"] is True  # type: ignore[index] # as above

    assert [one.size for one in checkpoints(session)] == [4]


@pytest.mark.usefixtures("_keys")
def test_in_the_place_of_a_lost_key_a_new_one_sets_the_log_going(
    session: Session, desk: Desk, administrator: Actor, ring: KeyRing
) -> None:
    hide_the_key(session, ring)
    work_off(desk, session)

    service.rotate_key(session, administrator, purpose=KeyPurpose.LOG, institute_id=None, ring=ring)
    with time_machine.travel(clock.now() + work.AWAY):
        work_off(desk, session)

    # The old key, its successor, and four others are in it.
    assert [one.size for one in checkpoints(session)] == [6]


@pytest.mark.usefixtures("_keys")
def test_a_new_key_signs_on_and_a_compromised_one_is_not_believed(
    session: Session, desk: Desk, administrator: Actor, ring: KeyRing
) -> None:
    work_off(desk, session)
    service.rotate_key(session, administrator, purpose=KeyPurpose.LOG, institute_id=None, ring=ring)
    work_off(desk, session)
    assert [one.size for one in checkpoints(session)] == [4, 6]

    old = session.scalars(select(SigningKey).where(SigningKey.status == KeyStatus.RETIRED)).one()
    service.retire_key(session, administrator, kid=old.kid, compromised=True)
    work_off(desk, session)

    latest = queries.latest(session)
    assert latest is not None
    assert note.open_checkpoint(latest.note, queries.note_keys(session, NAME)).size == 7
    with pytest.raises(NotSigned):
        checkpoints(session)


# --- the database keeps it -----------------------------------------------------------------


@pytest.mark.usefixtures("_keys")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_entry SET leaf = 'x' WHERE leaf_index = 0",
        "UPDATE log_entry SET kind = 'issue' WHERE leaf_index = 0",
        "UPDATE log_entry SET leaf_index = 999 WHERE leaf_index = 0",
        "UPDATE log_entry SET leaf_index = NULL WHERE leaf_index = 0",
        "DELETE FROM log_entry WHERE leaf_index = 0",
        "UPDATE log_checkpoint SET root = 'x'",
        "UPDATE log_checkpoint SET note = 'x'",
        "DELETE FROM log_checkpoint",
        "UPDATE log_node SET hash = 'x'",
        "DELETE FROM log_node",
    ],
)
def test_nobody_rewrites_it(
    session: Session, desk: Desk, database: Database, statement: str
) -> None:
    append(session, entries_of(256))
    work_off(desk, session)

    with (
        pytest.raises(DBAPIError, match="log_"),
        database.engine.connect().execution_options(nador_writes=True) as connection,
    ):
        connection.execute(text(statement))


@pytest.mark.usefixtures("_keys")
def test_the_same_is_not_logged_twice(session: Session) -> None:
    append(session, entries_of(1))

    with pytest.raises(DBAPIError, match="leaf"):
        append(session, entries_of(1))


def test_entries_are_the_hashes_of_what_is_written_about_them() -> None:
    """The form is for ever: whoever kept a document finds its revocation by it."""
    at = datetime(2026, 3, 1, 9, 30, 5, 77, tzinfo=UTC)
    code, uuid = "NDR-0000-0000-0000-0", "9b2e6a1c-3d35-4b2a-9c0e-7d4a7a1f0001"
    certificate = hashlib.sha256(f"{uuid}:{code}".encode()).hexdigest()
    revoked = f'{{"at":"2026-03-01T09:30:05Z","certificate":"{certificate}","event":"revoke"}}'
    retired = '{"at":"2026-03-01T09:30:05Z","event":"key","key":"z6Mk","status":"retired"}'

    assert entries.credential(b"{}") == hashlib.sha256(b"{}").digest()
    assert (
        entries.decision(LogKind.REVOKE, code=code, uuid=uuid, at=at)
        == hashlib.sha256(revoked.encode()).digest()
    )
    assert (
        entries.key_event(kid="z6Mk", status=KeyStatus.RETIRED, at=at)
        == hashlib.sha256(retired.encode()).digest()
    )
