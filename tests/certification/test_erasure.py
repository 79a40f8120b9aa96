"""Erasing a person: no table and no file keeps the name, and every code is still answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from nador.accounts import cli as accounts_cli
from nador.accounts import service as accounts
from nador.accounts.models import OneTimeCode, Person
from nador.accounts.rules import CodePurpose, NotErasable, Obstacle, PersonStatus
from nador.catalogue.models import RunStaff
from nador.certification import queries, service
from nador.certification.models import Certificate, Credential, DroppedFile, PrintJob
from nador.certification.rules import CertificateStatus, NamesNotConfirmed
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import checkup, clock
from nador.kernel.access import NOBODY, Actor, OwnCase, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.db import command
from nador.kernel.errors import Gone, NotFound
from nador.registry import metadata
from nador.verification.queries import find_by_file
from nador.verification.service import order_receipt
from tests.certification.office import ORIGIN, ask_for_two, order, work_off
from tests.factories import (
    make_account,
    make_actor,
    make_certificate,
    make_enrolment,
    make_person,
    make_sign_in,
    make_token,
    sign_in,
    store,
)
from tests.factories.assessment import make_pass

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.catalogue.models import Run
    from nador.kernel.work import Desk
    from nador.settings import Settings

LATIN, ARABIC = "Zohra Unmistakable", "زهرة لا تخطئها العين"
EMAIL, OLD_EMAIL, PHONE = "zohra@unmistakable.example", "old@unmistakable.example", "+212612345678"
TRACES = ("Unmistakable", "unmistakable", ARABIC, "تخطئها", PHONE)


@pytest.fixture
def administrator(session: Session, institute: Institute) -> Actor:
    return make_actor(session, Role.ADMINISTRATOR, institute_id=institute.id)


@command
def _set_phone(session: Session, _actor: Actor, *, person_id: int) -> None:
    session.get_one(Person, person_id).phone = PHONE


@dataclass
class Life:
    """Somebody who left a trace everywhere, and one certificate."""

    person: Person
    certificate: Certificate
    sha256: str
    print_sha256: str
    pdf: bytes


@pytest.fixture
def life(
    session: Session,
    institute: Institute,
    certifier: Actor,
    administrator: Actor,
    run: Run,
    desk: Desk,
) -> Life:
    person = make_person(
        session, name_latin=LATIN, name_arabic=ARABIC, email=OLD_EMAIL, confirmed=False
    )
    _set_phone(session, NOBODY, person_id=person.id)
    accounts.edit_person(
        session,
        administrator,
        person_id=person.id,
        name_latin=LATIN,
        name_arabic=ARABIC,
        email=EMAIL,
        phone=PHONE,
        locale="fr",
    )
    make_account(session, person)
    make_sign_in(session, person.id)
    make_token(session, person)
    store(session, _code(person))
    enrolment = make_enrolment(
        session, run_id=run.id, person_id=person.id, status=EnrolmentStatus.COMPLETED
    )
    make_pass(session, enrolment)
    service.confirm_names(session, certifier, run_id=run.id, person_ids=[person.id])
    order(session, certifier, run)
    work_off(desk, session)
    job = service.order_print(session, certifier, run_id=run.id)
    certificate = session.scalars(select(Certificate)).one()
    asked = f"{certificate.code};{LATIN}\n"
    order_receipt(session, NOBODY, asked=asked, locale="en", code=certificate.code)
    work_off(desk, session)
    order_receipt(session, NOBODY, asked=asked, locale="en")
    request = service.ask_for_correction(
        session,
        Actor(person_id=person.id),
        code=certificate.code,
        name_latin=f"{person.name_latin} x",
        name_arabic=None,
        reason=f"I am {person.name_latin}.",
    )
    ask_for_two(session, institute)
    colleague = make_actor(session, Role.CERTIFIER, institute_id=institute.id)
    said = f"Not {person.name_latin} x."
    proposal = service.approve_correction(session, colleague, request_id=request.id, origin=ORIGIN)
    service.deny(session, certifier, proposal_id=proposal.id, reason=said)
    service.deny_correction(session, certifier, request_id=request.id, reason=said)
    ask_for_two(session, institute, asked=False)
    stored = queries.current_file(session, certificate.id)
    return Life(
        person=session.get_one(Person, person.id),
        certificate=session.get_one(Certificate, certificate.id),
        sha256=stored.sha256,
        print_sha256=session.get_one(PrintJob, job.id).sha256 or "",
        pdf=desk.files.get(stored.sha256),
    )


def _code(person: Person) -> OneTimeCode:
    now = clock.now()
    return OneTimeCode(
        person_id=person.id,
        purpose=CodePurpose.SIGN_IN,
        secret_hash="x",
        email=EMAIL,
        created_at=now,
        expires_at=now + timedelta(days=1),
    )


def traces(session: Session) -> set[str]:
    """Read every row of every table, and name the tables that still tell who it was."""
    session.rollback()
    found = set()
    for table in metadata.sorted_tables:
        for row in session.execute(select(table)):
            said = " ".join(
                value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row
            )
            if any(trace in said for trace in TRACES):
                found.add(table.name)
    return found


def test_no_table_and_no_file_keeps_the_name(
    session: Session, administrator: Actor, life: Life, desk: Desk
) -> None:
    before = traces(session)
    assert before >= {
        "person",
        "certificate",
        "credential",
        "message",
        "audit_entry",
        "one_time_code",
        "receipt",
        "proposal",
        "correction_request",
    }, "the scan finds what there is"
    assert desk.files.path(life.print_sha256).exists()

    accounts.erase_person(session, administrator, person_id=life.person.id)
    work_off(desk, session)

    assert traces(session) == set()
    assert not desk.files.path(life.sha256).exists()
    assert not desk.files.path(life.print_sha256).exists()
    assert session.scalars(select(PrintJob)).all() == []


def test_what_was_decided_stays(
    session: Session, administrator: Actor, life: Life, desk: Desk
) -> None:
    code, title, uuid = life.certificate.code, life.certificate.title, life.certificate.uuid
    credential = session.get_one(Credential, life.certificate.id)
    logged, place = credential.sha256, (credential.status_list_id, credential.status_index)

    accounts.erase_person(session, administrator, person_id=life.person.id)
    session.expire_all()

    certificate = session.scalars(select(Certificate)).one()
    assert (certificate.code, certificate.title, certificate.uuid) == (code, title, uuid)
    assert certificate.status is CertificateStatus.ISSUED
    assert certificate.holder_hidden
    assert certificate.facts["title"]["fr"] == title["fr"]
    credential = session.get_one(Credential, certificate.id)
    assert (credential.sha256, credential.status_list_id, credential.status_index) == (
        logged,
        *place,
    )
    assert queries.current_file(session, certificate.id).sha256 == life.sha256
    person = session.get_one(Person, life.person.id)
    assert person.status is PersonStatus.ANONYMISED
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.erased"))
    assert entry.actor_id == administrator.person_id
    confirmed = select(AuditEntry).where(AuditEntry.action == "person.names_confirmed")
    assert [one.details for one in session.scalars(confirmed)] == [{}], "who, when; not whom"


def test_everybody_is_answered(
    client: FlaskClient, session: Session, administrator: Actor, life: Life, desk: Desk
) -> None:
    certificate = life.certificate
    accounts.erase_person(session, administrator, person_id=life.person.id)
    work_off(desk, session)

    page = client.get(f"/v/{certificate.code}?lang=en&name=Zohra")
    told = client.get(f"/api/v1/certificates/{certificate.code}").get_json()
    gone = client.get(f"/credentials/{certificate.uuid}")

    assert page.status_code == 200
    assert "The name was erased" in page.text
    assert "Is it this person?" not in page.text
    assert (told["status"], told["holder"]) == ("valid", None)
    assert gone.status_code == 410
    assert client.get(f"/credentials/{certificate.uuid}.jwt").status_code == 410
    found = find_by_file(session, life.sha256, [])
    assert found.issued
    assert found.view is not None
    assert found.view.names == ()


def test_staff_see_that_there_is_no_file_any_more(
    client: FlaskClient,
    session: Session,
    administrator: Actor,
    certifier: Actor,
    run: Run,
    life: Life,
    desk: Desk,
) -> None:
    accounts.erase_person(session, administrator, person_id=life.person.id)
    work_off(desk, session)
    sign_in(client, session, certifier)
    client.set_cookie("nador_lang", "en")

    code, batch_id = life.certificate.code, life.certificate.batch_id
    assert client.get(f"/certificates/{code}/file").status_code == 410
    for place in (
        f"/manage/certificates/{code}",
        f"/manage/batches/{batch_id}",
        "/manage/certificates",
    ):
        assert "Name erased" in client.get(place).text
    assert client.get(f"/manage/runs/{run.id}/certify").status_code == 200
    sign_in(client, session, administrator)
    for place in (f"/manage/people/{life.person.id}", f"/manage/runs/{run.id}/people"):
        assert "rased" in client.get(place).text
    assert client.get(f"/manage/people/{life.person.id}/edit").status_code == 200
    edited = client.post(
        f"/manage/people/{life.person.id}/edit", data={"name_latin": "Back", "locale": "fr"}
    )
    assert edited.status_code == 410


def test_the_doctor_finds_nothing_wrong_until_a_file_comes_back(
    session: Session, administrator: Actor, life: Life, desk: Desk
) -> None:
    accounts.erase_person(session, administrator, person_id=life.person.id)
    work_off(desk, session)

    def troubles() -> dict[str, tuple[str, ...]]:
        found = {one.title: one.troubles for one in checkup.examine(desk, deep=True)}
        return {title: said for title, said in found.items() if said and title != "worker"}

    assert troubles() == {}
    desk.files.put(life.pdf)
    [said] = troubles()["erased files are gone"]
    assert life.sha256 in said


def test_a_compromised_key_brings_nothing_back(
    session: Session, administrator: Actor, life: Life, desk: Desk
) -> None:
    accounts.erase_person(session, administrator, person_id=life.person.id)

    @command
    def sign_anew(inner: Session, _actor: Actor) -> None:
        inner.execute(text("UPDATE credential SET signed_at = NULL"))

    sign_anew(session, NOBODY)
    assert session.scalars(queries.unsigned(clock.now())).all() == []


def test_a_file_is_dropped_once_however_often_it_is_asked(
    session: Session, administrator: Actor, life: Life, desk: Desk
) -> None:
    accounts.erase_person(session, administrator, person_id=life.person.id)
    with pytest.raises(Gone):
        accounts.erase_person(session, administrator, person_id=life.person.id)
    work_off(desk, session)

    rows = session.scalars(select(DroppedFile)).all()
    assert sorted(row.sha256 for row in rows) == sorted([life.sha256, life.print_sha256])
    assert all(row.dropped_at for row in rows)


def test_an_open_place_stands_against_it(session: Session, administrator: Actor, run: Run) -> None:
    person = make_person(session)
    make_enrolment(session, run_id=run.id, person_id=person.id)

    with pytest.raises(NotErasable) as refused:
        accounts.erase_person(session, administrator, person_id=person.id)

    assert refused.value.params == {"obstacle": Obstacle.OPEN_ENROLMENT}
    assert session.get_one(Person, person.id).name_latin == "Salma Bouziane"


def test_everything_that_stands_against_it_is_named(
    session: Session, administrator: Actor, institute: Institute, run: Run
) -> None:
    colleague = make_actor(session, Role.CERTIFIER, institute_id=institute.id).person_id or 0
    person = session.get_one(Person, colleague)
    store(session, RunStaff(run_id=run.id, person_id=colleague, granted_at=clock.now()))
    make_enrolment(session, run_id=run.id, person_id=colleague, status=EnrolmentStatus.WAITLISTED)
    waiting = CertificateStatus.PENDING_ISSUE
    make_certificate(session, institute=institute, run=run, person=person, status=waiting)
    store(session, PrintJob(run_id=run.id, ordered_by_id=colleague, ordered_at=clock.now()))
    issued = make_certificate(session, institute=institute, person=person)
    service.ask_for_correction(
        session,
        Actor(person_id=colleague),
        code=issued.code,
        name_latin="Selma",
        name_arabic=None,
        reason="a letter",
    )

    assert accounts.obstacles(session, administrator, person_id=colleague) == [
        Obstacle.HOLDS_A_ROLE,
        Obstacle.TEACHES,
        Obstacle.OPEN_ENROLMENT,
        Obstacle.CERTIFICATE_BEING_MADE,
        Obstacle.PRINT_BEING_MADE,
        Obstacle.DECISION_WAITS,
    ]


def test_nobody_erases_themselves_and_only_administrators_erase(
    session: Session, administrator: Actor, certifier: Actor
) -> None:
    person = make_person(session)

    with pytest.raises(OwnCase):
        accounts.erase_person(session, administrator, person_id=administrator.person_id or 0)
    with pytest.raises(NotFound):
        accounts.erase_person(session, certifier, person_id=person.id)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET details = '{}'",
        "UPDATE audit_entry SET actor_id = NULL",
        "DELETE FROM audit_entry",
    ],
)
def test_the_audit_trail_forgets_nothing_else(
    session: Session, administrator: Actor, statement: str
) -> None:
    person = make_person(session)
    accounts.confirm_names(session, administrator, person_ids=[person.id])

    @command
    def tamper(inner: Session, _actor: Actor) -> None:
        inner.execute(text(statement))

    with pytest.raises(DBAPIError):
        tamper(session, NOBODY)


def test_the_page_asks_first_and_says_what_stands_against_it(
    client: FlaskClient, session: Session, administrator: Actor, run: Run
) -> None:
    free = make_person(session, name_latin="Free <i>Bird</i>", name_arabic=None)
    bound = make_person(session)
    make_enrolment(session, run_id=run.id, person_id=bound.id)
    sign_in(client, session, administrator)
    client.set_cookie("nador_lang", "en")

    asked = client.get(f"/manage/people/{free.id}/erase").text
    refused = client.get(f"/manage/people/{bound.id}/erase").text
    done = client.post(f"/manage/people/{free.id}/erase", follow_redirects=True).text

    assert "Erase this person?" in asked
    assert "<i>Bird" not in asked
    assert "A place on a run is still open" in refused
    assert client.post(f"/manage/people/{bound.id}/erase").status_code == 409
    assert "This person was erased" in done
    assert "Bird" not in done


def test_the_terminal_erases_too(
    session: Session,
    administrator: Actor,
    settings: Settings,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NADOR_INSTANCE", str(settings.instance))
    monkeypatch.setenv("NADOR_DATABASE_URL", settings.database_url)
    chief = session.get_one(Person, administrator.person_id).email
    person, bound = make_person(session), make_person(session)
    make_enrolment(session, run_id=run.id, person_id=bound.id)
    session.rollback()

    def erase(who: str | None, *more: str) -> tuple[int, str]:
        given = [str(who), "--as", str(chief), *more]
        said = CliRunner().invoke(accounts_cli.erase_person, given)
        return said.exit_code, said.output

    assert erase(person.email)[0] == 1, "not confirmed"
    assert erase(person.email, "--yes")[0] == 0
    assert erase(person.email, "--yes")[0] == 1, "nobody has this address any more"
    code, said = erase(bound.reference, "--yes")
    assert code == 1
    assert "A place on a run is still open" in said
    session.rollback()
    session.expire_all()
    assert session.get_one(Person, person.id).status is PersonStatus.ANONYMISED


def test_a_replacement_is_refused(
    session: Session, administrator: Actor, certifier: Actor, life: Life
) -> None:
    accounts.erase_person(session, administrator, person_id=life.person.id)

    with pytest.raises(NamesNotConfirmed):
        service.replace(session, certifier, code=life.certificate.code, origin=ORIGIN)
