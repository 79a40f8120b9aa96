"""Each disagreement that a database can have in spite of its guards is found by the doctor, and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from nador.certification import queries, service
from nador.certification.keys.store import KeyRing
from nador.certification.models import Certificate
from nador.kernel import checkup, clock, work
from nador.kernel.access import NOBODY, Role
from nador.kernel.work import Desk, WorkLease
from tests.certification.office import issue_undrawn, let_pass
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
CREDENTIALS = "credentials = their rows"
LISTS = "status lists = the registry"
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
    codes = issue_undrawn(session, desk, certifier, run_id=run.id)
    service.revoke(session, certifier, code=codes[-1], reason="a", public_reason="b")
    work.run_once(desk, holder="a worker")
    work.beat(session, NOBODY, holder="a worker")
    issued, other, revoked = session.scalars(select(Certificate).order_by(Certificate.id)).all()
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
    """Let no trigger and no foreign key speak: here for a transaction, on SQLite for good."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return
    # Inside a transaction SQLite would ignore it.
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()
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
            FILES,
            "{0.other.number}: its file is that of {0.issued.number}",
            "UPDATE certificate_file SET sha256 = (SELECT sha256 FROM certificate_file"
            " WHERE certificate_id = {0.issued.id}) WHERE certificate_id = {0.other.id}",
            None,
            id="the hash of another's file",
        ),
        pytest.param(
            CREDENTIALS,
            "{0.issued.number}: its credential is not proven (altered)",
            "UPDATE credential SET document = replace(document, 'Très', 'Tres')"
            " WHERE certificate_id = {0.issued.id}",
            None,
            id="a credential's signed text altered",
        ),
        pytest.param(
            CREDENTIALS,
            "{0.issued.number}: its credential is not the one that was logged",
            "UPDATE credential SET document = document || ' ' WHERE certificate_id = {0.issued.id}",
            None,
            id="a credential's signed bytes altered",
        ),
        pytest.param(
            CREDENTIALS,
            "{0.issued.number}: its credential can't be read",
            "UPDATE credential SET document = '{{}}' WHERE certificate_id = {0.issued.id}",
            None,
            id="a credential emptied",
        ),
        pytest.param(
            CREDENTIALS,
            "{0.issued.number}: its credential is not proven (altered)",
            "UPDATE credential SET token = substr(token, 1, length(token) - 8) || 'AAAAAAAA'"
            " WHERE certificate_id = {0.issued.id}",
            None,
            id="a token altered",
        ),
        pytest.param(
            CREDENTIALS,
            "{0.issued.number}: its token says something else than its credential",
            "UPDATE credential SET token = (SELECT token FROM credential"
            " WHERE certificate_id = {0.other.id}) WHERE certificate_id = {0.issued.id}",
            None,
            id="the token of another",
        ),
        pytest.param(
            CREDENTIALS,
            "{0.issued.number}: its credential was signed by a key that is not among those published",
            "DELETE FROM signing_key WHERE purpose = 'credential'",
            None,
            id="a key lost that had signed",
        ),
        pytest.param(
            LISTS,
            "The status list 1 was signed by a key that is not among those published",
            "DELETE FROM signing_key WHERE purpose = 'credential'",
            None,
            id="a key lost that had signed a list",
        ),
        pytest.param(
            LISTS,
            "The status list 1 is not proven (altered)",
            """UPDATE status_list SET document = replace(document, '"validUntil":"2', '"validUntil":"3')""",
            None,
            id="a list altered",
        ),
        pytest.param(
            LISTS,
            "The status list 1 is that of http",
            "UPDATE status_list SET origin = 'https://other.example.org'",
            None,
            id="the list of another address",
        ),
        pytest.param(
            LISTS,
            "{0.other.number} (revoked): place ",
            "UPDATE certificate SET status = 'revoked', revoked_at = issued_at, public_reason = 'a',"
            " revoked_by_id = ordered_by_id WHERE id = {0.other.id}",
            None,
            id="a revocation that is not in the list",
        ),
        pytest.param(
            LISTS,
            "{0.revoked.number} (issued): place ",
            "UPDATE certificate SET status = 'issued', revoked_at = NULL WHERE id = {0.revoked.id}",
            None,
            id="a mark of one that stands",
        ),
        pytest.param(
            LISTS,
            "Nobody: place ",
            "DELETE FROM credential WHERE certificate_id = {0.revoked.id}",
            None,
            id="a mark of nobody",
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
            "{0.other.number} (revoked): that is not in the log",
            "UPDATE certificate SET status = 'revoked', revoked_at = issued_at, public_reason = 'a',"
            " revoked_by_id = ordered_by_id WHERE id = {0.other.id}",
            None,
            id="revoked past the log",
        ),
        pytest.param(
            LOGGED,
            "{0.revoked.number} (issued): the log says revoked: decide it again",
            "UPDATE certificate SET status = 'issued', revoked_at = NULL WHERE id = {0.revoked.id}",
            None,
            id="a revocation taken back",
        ),
        pytest.param(
            LOGGED,
            "1 entries of the log (issue) are about nothing in the registry",
            "DELETE FROM credential WHERE certificate_id = {0.issued.id}",
            None,
            id="an entry without a certificate",
        ),
        pytest.param(
            LOGGED,
            "{0.issued.number}: its credential is not in the log",
            "UPDATE credential SET sha256 = '{0.leaf}' WHERE certificate_id = {0.issued.id}",
            None,
            id="a credential that was never logged",
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


def test_nobody_misses_the_file_of_somebody_who_was_erased(
    registry: Registry, plant: Plant, session: Session
) -> None:
    gone = queries.current_file(session, registry.issued.id).sha256
    registry.desk.files.path(gone).unlink()
    erased = "UPDATE person SET status = 'anonymised' WHERE id = {0.issued.person_id}"
    plant(erased.format(registry))

    assert registry.troubles() == {}


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
