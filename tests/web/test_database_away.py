"""What a visitor is told while the database can't be asked, and that it passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from nador.kernel.db import is_away
from nador.web.access import PUBLIC, access
from nador.web.request import actor, db, reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.orm import Session

    from tests.conftest import Database


@pytest.fixture
def broken(own_app: Flask, database: Database) -> FlaskClient:
    """A browser on an application one of whose pages loses the database while it is being made."""

    @access(PUBLIC)
    def lose() -> str:
        actor()
        _lose(db(), database)
        return "not reached"

    own_app.add_url_rule("/lose", view_func=lose)
    own_app.add_url_rule("/api/v1/lose", endpoint="lose_api", view_func=lose)
    return own_app.test_client()


def _lose(session: Session, database: Database) -> None:
    """End the session's connection on PostgreSQL; meet a lock that is held for too long on SQLite."""
    if database.kind == "postgresql":
        number = session.scalar(text("SELECT pg_backend_pid()"))
        _end(database, number)
        session.execute(text("SELECT 1"))
    with database.engine.connect().execution_options(nador_writes=True) as other:
        other.execute(text("SELECT 1"))
        session.rollback()
        event.listen(session.get_bind(), "checkout", _hurry)
        session.connection(execution_options={"nador_writes": True})


def _hurry(connection: DBAPIConnection, *_: object) -> None:
    connection.cursor().execute("PRAGMA busy_timeout=1")


def _end(database: Database, number: int | None) -> None:
    """End one connection of the server."""
    with database.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})


def test_a_page_asks_for_patience_and_the_next_one_works(broken: FlaskClient) -> None:
    lost = broken.get("/lose?lang=fr")

    assert lost.status_code == 503
    assert lost.headers["Retry-After"] == "5"
    assert "Le service est occupé" in lost.text
    assert broken.get("/courses").status_code == 200


def test_a_program_is_asked_for_patience_too(broken: FlaskClient) -> None:
    lost = broken.get("/api/v1/lose")

    assert lost.status_code == 503
    assert lost.headers["Retry-After"] == "5"
    assert lost.get_json()["code"] == "database_away"
    assert broken.get("/api/v1/courses").status_code == 200


@pytest.mark.parametrize("door", [db, reading], ids=["session", "connection"])
def test_what_was_read_before_the_database_left_is_still_shown(
    own_app: Flask, database: Database, door: Callable[[], Session | Connection]
) -> None:
    if database.kind == "sqlite":
        pytest.skip("SQLite has no server whose connections could die")

    @access(PUBLIC, faceless=True)
    def read() -> str:
        number = door().scalar(text("SELECT pg_backend_pid()"))
        _end(database, number)
        return "read"

    own_app.add_url_rule("/read", view_func=read)

    assert own_app.test_client().get("/read").status_code == 200
    assert own_app.test_client().get("/courses").status_code == 200


def test_connections_that_died_while_idle_are_not_noticed(
    client: FlaskClient, database: Database
) -> None:
    if database.kind == "sqlite":
        pytest.skip("SQLite has no server whose connections could die")
    assert client.get("/courses").status_code == 200
    with database.engine.connect() as other:
        ended = other.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        ).all()

    assert ended
    assert client.get("/courses").status_code == 200


def test_wrong_sql_is_our_fault_and_no_absence(session: Session) -> None:
    with pytest.raises(DBAPIError) as raised:
        session.execute(text("SELECT nothing FROM nowhere"))

    assert not is_away(raised.value)


def test_wrong_sql_stays_an_error_of_ours_and_leaves_a_page_to_show(own_app: Flask) -> None:
    @access(PUBLIC)
    def blunder() -> str:
        db().execute(text("SELECT nothing"))
        return "not reached"

    own_app.add_url_rule("/blunder", view_func=blunder)
    own_app.add_url_rule("/api/v1/blunder", endpoint="blunder_api", view_func=blunder)
    own_app.testing = False

    response = own_app.test_client().get("/blunder?lang=en")

    assert response.status_code == 500
    assert "Something broke on our side" in response.text
    assert own_app.test_client().get("/api/v1/blunder").status_code == 500
