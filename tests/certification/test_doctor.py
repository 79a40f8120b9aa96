"""Each disagreement that a database can have in spite of its guards is found by the doctor, and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from nador.certification import queries, service
from nador.certification.keys.store import KeyRing
from nador.certification.models import Certificate
from nador.certification.service import Drawn
from nador.kernel import checkup, clock, work
from nador.kernel.access import NOBODY, Role
from nador.kernel.work import Desk, WorkLease
from tests.certification.office import let_pass, order
from tests.conftest import empty
from tests.factories import make_actor, store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run
    from nador.kernel.access import Actor
    from tests.conftest import Database

CODES = "each code finds its certificate"
NUMBERS = "each number is given once"
LIVE = "one live certificate for a person and a run"
FILES = "certificates' files = their rows"
EVENTS = "each certificate's file and events"
LOGGED = "the public log = the registry"
LEFT = "work that was left lying"
SEATS = "seats counted = seats taken"
PLACES = "one live enrolment for a person and a run"


@dataclass(frozen=True, slots=True)
class Registry:
    """Three certificates: two in force, one revoked."""

    desk: Desk
    issued: Certificate
    other: Certificate
    revoked: Certificate
    leaf: str = "5a" * 32

    def troubles(self) -> dict[str, tuple[str, ...]]:
        found = checkup.examine(self.desk, deep=True)
        return {one.title: one.troubles for one in found if one.troubles}


@pytest.fixture
def registry(session: Session, certifier: Actor, run: Run, desk: Desk) -> Registry:
    service.make_first_keys(
        session,
        make_actor(session, Role.ADMINISTRATOR, institute_id=run.institute_id),
        institute_id=run.institute_id,
        ring=KeyRing.of(desk.settings),
    )
    for _ in range(3):
        let_pass(session, run)
    batch = order(session, certifier, run)
    for one in queries.of_batch(session, batch.id):
        content = one.code.encode()
        drawn = Drawn(desk.files.put(content), len(content))
        service.record_issue(session, NOBODY, item_id=one.id, outcome=drawn)
    last = queries.of_batch(session, batch.id)[-1]
    service.revoke(session, certifier, code=last.code, reason="a", public_reason="b")
    work.run_once(desk, holder="a worker")
    work.beat(session, NOBODY, holder="a worker")
    issued, other, revoked = queries.of_batch(session, batch.id)
    # Read later they would open a transaction, for which a dropped index waits.
    session.expunge_all()
    session.rollback()
    return Registry(desk, issued, other, revoked)


Plant = Callable[..., None]


@pytest.fixture
def plant(database: Database) -> Iterator[Plant]:
    """Change rows past every trigger, and past the named unique index, as only the database's owner can."""
    dropped: list[str] = []

    def change(*statements: str, without: str | None = None) -> None:
        with database.engine.connect().execution_options(nador_writes=True) as connection:
            _silence(connection)
            if without:
                dropped.append(_definition(connection, without))
                connection.execute(text(f"DROP INDEX {without}"))
            for statement in statements:
                assert connection.execute(text(statement)).rowcount == 1, statement
            connection.commit()

    yield change
    if dropped and database.kind == "postgresql":
        # The server is shared with other tests: they must find their guard again.
        empty(database.engine)
        with database.engine.connect().execution_options(nador_writes=True) as connection:
            for definition in dropped:
                connection.execute(text(definition))
            connection.commit()


def _silence(connection: Connection) -> None:
    """Let no trigger speak: on PostgreSQL for this transaction, on SQLite by dropping them."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for name in connection.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    ).all():
        connection.execute(text(f"DROP TRIGGER {name}"))


def _definition(connection: Connection, index: str) -> str:
    told = (
        "SELECT indexdef FROM pg_indexes WHERE indexname = :name"
        if connection.dialect.name == "postgresql"
        else "SELECT sql FROM sqlite_master WHERE name = :name"
    )
    return str(connection.scalar(text(told), {"name": index}))


def test_a_registry_in_order_troubles_nobody(registry: Registry) -> None:
    assert registry.troubles() == {}


@pytest.mark.parametrize(
    ("title", "said", "statement", "without"),
    [
        pytest.param(
            CODES,
            "is also the code of {0.issued.number}",
            "UPDATE certificate SET code = lower('{0.issued.code}') WHERE id = {0.other.id}",
            None,
            id="two codes that are read as one",
        ),
        pytest.param(
            CODES,
            "is looked up as NDR-X",
            "UPDATE certificate SET code_key = 'NDR-X' WHERE id = {0.other.id}",
            None,
            id="a code that nobody finds",
        ),
        pytest.param(
            CODES,
            "is not a code",
            "UPDATE certificate SET code = 'NDR-0000-0000-0000-1' WHERE id = {0.other.id}",
            None,
            id="a code with a wrong check symbol",
        ),
        pytest.param(
            NUMBERS,
            "the last number that NDR gave is 2",
            "UPDATE institute SET last_number = 2",
            None,
            id="a number that was never given",
        ),
        pytest.param(
            NUMBERS,
            "has the same running number",
            "UPDATE certificate SET number = 'NDR-2001-000001' WHERE id = {0.other.id}",
            None,
            id="a number given twice",
        ),
        pytest.param(
            LIVE,
            "2 live certificates",
            "UPDATE certificate SET person_id = {0.issued.person_id} WHERE id = {0.other.id}",
            "uq_certificate_live_run",
            id="two live certificates",
        ),
        pytest.param(
            PLACES,
            "2 live enrolments",
            "UPDATE enrolment SET person_id = {0.issued.person_id}"
            " WHERE person_id = {0.other.person_id}",
            "uq_enrolment_live",
            id="two live enrolments",
        ),
        pytest.param(
            SEATS,
            "2 seats counted, 3 taken",
            "UPDATE run SET seats_held = 2 WHERE id = {0.issued.run_id}",
            None,
            id="seats miscounted",
        ),
        pytest.param(
            SEATS,
            "2 counted waiting, 0 wait",
            "UPDATE run SET waiting = 2 WHERE id = {0.issued.run_id}",
            None,
            id="a queue miscounted",
        ),
        pytest.param(
            FILES,
            "{0.issued.number}: the file xyz is missing",
            "UPDATE certificate_file SET sha256 = 'xyz' WHERE certificate_id = {0.issued.id}",
            None,
            id="a row of a file that never was",
        ),
        pytest.param(
            FILES,
            "bytes instead of 1",
            "UPDATE certificate_file SET size = 1 WHERE certificate_id = {0.issued.id}",
            None,
            id="another size",
        ),
        pytest.param(
            EVENTS,
            "{0.issued.number} (issued): 0 current files instead of 1",
            "DELETE FROM certificate_file WHERE certificate_id = {0.issued.id}",
            None,
            id="no file",
        ),
        pytest.param(
            EVENTS,
            "2 current files instead of 1",
            "UPDATE certificate_file SET certificate_id = {0.issued.id}"
            " WHERE certificate_id = {0.other.id}",
            "uq_certificate_file_current",
            id="two files",
        ),
        pytest.param(
            EVENTS,
            "0 issued events instead of 1",
            "DELETE FROM certificate_event WHERE certificate_id = {0.issued.id}",
            None,
            id="never issued",
        ),
        pytest.param(
            EVENTS,
            "2 issued events instead of 1",
            "UPDATE certificate_event SET certificate_id = {0.issued.id}"
            " WHERE certificate_id = {0.other.id}",
            None,
            id="issued twice",
        ),
        pytest.param(
            EVENTS,
            "{0.revoked.number} (revoked): 0 revoked events instead of 1",
            "DELETE FROM certificate_event"
            " WHERE certificate_id = {0.revoked.id} AND kind = 'revoked'",
            None,
            id="revoked by nobody",
        ),
        pytest.param(
            EVENTS,
            "(issued): 1 revoked events instead of 0",
            "UPDATE certificate_event SET certificate_id = {0.issued.id} WHERE kind = 'revoked'",
            None,
            id="revoked, and still in force",
        ),
        pytest.param(
            LOGGED,
            "{0.revoked.number} (revoked): that is not in the log",
            "UPDATE certificate SET revoked_at = '2026-01-01 00:00:00.000000'"
            " WHERE id = {0.revoked.id}",
            None,
            id="dated back",
        ),
        pytest.param(
            LOGGED,
            "1 entries of the log (revoke) are about nothing in the registry",
            "UPDATE certificate SET uuid = 'x' WHERE id = {0.revoked.id}",
            None,
            id="a revocation of something else",
        ),
        pytest.param(
            LOGGED,
            "The checkpoint of 8 entries has another root than they have",
            "UPDATE log_entry SET leaf = '{0.leaf}' WHERE kind = 'revoke'",
            None,
            id="an entry rewritten",
        ),
        pytest.param(
            LOGGED,
            "can't be read",
            "DELETE FROM log_entry WHERE kind = 'revoke'",
            None,
            id="an entry lost",
        ),
        pytest.param(
            LOGGED,
            "9 entries have a place in the log, its checkpoints vouch for 8",
            "INSERT INTO log_entry (leaf, kind, at, leaf_index)"
            " VALUES ('00', 'issue', '2026-01-01', 8)",
            None,
            id="an entry that nobody signed",
        ),
        pytest.param(
            LOGGED,
            "1 entries have waited for a place in the log since",
            "INSERT INTO log_entry (leaf, kind, at)"
            " VALUES ('00', 'issue', '2026-01-01 00:00:00.000000')",
            None,
            id="an entry forgotten",
        ),
        pytest.param(
            LOGGED,
            "The checkpoint of 8 entries: its note says something else",
            "UPDATE log_checkpoint SET root = '{0.leaf}'",
            None,
            id="another root",
        ),
        pytest.param(
            LOGGED,
            "The checkpoint of 8 entries: the signature of 127.0.0.1:8000 is wrong",
            "UPDATE log_checkpoint SET note = replace(note, '\n8\n', '\n9\n')",
            None,
            id="a forged checkpoint",
        ),
        pytest.param(
            LOGGED,
            "(retired): that is not in the log",
            "UPDATE signing_key SET status = 'retired', retired_at = created_at"
            " WHERE purpose = 'credential'",
            None,
            id="a key retired in silence",
        ),
        pytest.param(
            LOGGED,
            "1 entries of the log (key) are about nothing in the registry",
            "DELETE FROM signing_key WHERE purpose = 'root'",
            None,
            id="a key that is gone",
        ),
    ],
)
def test_a_disagreement_is_found_and_named(
    registry: Registry, plant: Plant, title: str, said: str, statement: str, without: str | None
) -> None:
    plant(statement.format(registry), without=without)

    assert said.format(registry) in "\n".join(registry.troubles()[title])


def test_a_damaged_and_a_lost_file_are_told_apart(registry: Registry, session: Session) -> None:
    damaged, lost = (
        queries.current_file(session, one.id).sha256 for one in (registry.issued, registry.other)
    )
    registry.desk.files.path(damaged).write_bytes(b"forged")
    registry.desk.files.path(lost).unlink()

    told = "\n".join(registry.troubles()[FILES])

    assert f"{registry.issued.number}: the file {damaged} is damaged" in told
    assert f"{registry.other.number}: the file {lost} is missing" in told


@pytest.mark.parametrize(
    ("minutes", "dead", "found"),
    [
        pytest.param(-5, False, True, id="ran out"),
        pytest.param(5, False, False, id="in hand, or at rest"),
        pytest.param(-5, True, False, id="dead: another check names it"),
    ],
)
def test_a_lease_that_ran_out_is_found(
    registry: Registry, session: Session, minutes: int, *, dead: bool, found: bool
) -> None:
    until = clock.now() + timedelta(minutes=minutes)
    store(session, WorkLease(work="issue", item_id=7, holder="gone", until=until, dead=dead))

    told = "".join(registry.troubles().get(LEFT, ()))

    assert ("issue 7 was claimed by gone" in told) is found
