"""The database itself refuses what no command opened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import DateTime, insert, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from nador.kernel import audit
from nador.kernel.access import NOBODY, Actor
from nador.kernel.audit import AuditEntry
from nador.kernel.db import UtcDateTime, before_commit, command
from nador.registry import metadata

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@command
def note_down(session: Session, actor: Actor, *, action: str, fail: bool = False) -> str:
    audit.record(session, actor, action, "test")
    if fail:
        raise ValueError(action)
    return action


@command
def note_down_twice(session: Session, actor: Actor) -> None:
    note_down(session, actor, action="first")
    note_down(session, actor, action="second")
    raise ValueError("after both")


def count(session: Session) -> int:
    return session.query(AuditEntry).count()


def test_a_command_commits(session: Session) -> None:
    note_down(session, NOBODY, action="kept")
    session.rollback()

    assert count(session) == 1


def test_a_failed_command_leaves_nothing(session: Session) -> None:
    with pytest.raises(ValueError, match="lost"):
        note_down(session, NOBODY, action="lost", fail=True)

    assert count(session) == 0


def test_inner_commands_join_the_outermost(session: Session) -> None:
    with pytest.raises(ValueError, match="after both"):
        note_down_twice(session, NOBODY)

    assert count(session) == 0


@pytest.mark.parametrize("how", ["text", "core", "orm"])
def test_writing_outside_a_command_is_refused(session: Session, how: str) -> None:
    with pytest.raises(DBAPIError):  # noqa: PT012 - each way refuses at another point
        if how == "text":
            session.execute(text("DELETE FROM person"))
        elif how == "core":
            session.execute(insert(AuditEntry).values(at=None, action="a", subject="b"))
        else:
            audit.record(session, NOBODY, "sneaked", "test")
            session.flush()


def test_objects_changed_before_a_command_are_refused(session: Session) -> None:
    audit.record(session, NOBODY, "sneaked", "test")

    with pytest.raises(RuntimeError, match="outside a command"):
        note_down(session, NOBODY, action="never")
    session.rollback()


def test_a_read_after_a_command_is_read_only_again(session: Session) -> None:
    note_down(session, NOBODY, action="kept")

    with pytest.raises(DBAPIError):
        session.execute(text("DELETE FROM person"))


def test_a_hook_writes_in_the_same_transaction(session: Session) -> None:
    before_commit(session, lambda inner, result: audit.record(inner, NOBODY, f"after {result}", ""))

    note_down(session, NOBODY, action="one")

    assert count(session) == 2


def test_the_audit_trail_is_append_only(session: Session) -> None:
    note_down(session, NOBODY, action="kept")

    @command
    def rewrite(inner: Session, _actor: Actor) -> None:
        inner.execute(text("UPDATE audit_entry SET action = 'other'"))

    with pytest.raises(DBAPIError, match="append-only"):
        rewrite(session, NOBODY)


@command
def note_at(session: Session, _actor: Actor, *, at: datetime) -> None:
    session.execute(insert(AuditEntry).values(at=at, action="at", subject="test", details={}))


@given(at=st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - hypothesis adds the zone
@settings(
    max_examples=20,
    deadline=timedelta(minutes=1),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_instant_comes_back_as_the_same_in_utc(session: Session, at: datetime) -> None:
    note_at(session, NOBODY, at=at)

    kept = session.scalars(select(AuditEntry.at).order_by(AuditEntry.id.desc())).first()
    assert kept is not None
    assert kept == at.astimezone(UTC)
    assert kept.tzinfo is UTC


def test_a_naive_instant_is_refused(session: Session) -> None:
    with pytest.raises(StatementError, match="naive"):
        note_at(session, NOBODY, at=datetime(2026, 11, 23))  # noqa: DTZ001 - that is the point


def test_no_column_keeps_an_instant_in_another_way() -> None:
    columns = [column for table in metadata.sorted_tables for column in table.columns]

    assert [str(one) for one in columns if isinstance(one.type, DateTime)] == []
    assert sum(isinstance(one.type, UtcDateTime) for one in columns) > 40
