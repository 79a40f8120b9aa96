"""From an order to documents in people's hands, on both databases."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from nador.certification import queries, service
from nador.certification.models import (
    Certificate,
    CertificateEvent,
    CertificateFile,
    PrintJob,
)
from nador.certification.rules import (
    BatchStatus,
    CertificateEventKind,
    CertificateStatus,
    InstituteNotReady,
    NothingToIssue,
    NotInForce,
    PrintStatus,
    ReasonMissing,
)
from nador.kernel import codes
from nador.kernel.access import NOBODY, Actor, Forbidden, Grant, OwnCase, Role
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.work import Desk, WorkLease
from tests.certification.office import ORIGIN, issue_one, let_pass, order, work_off
from tests.factories import make_actor
from tests.factories.store import store

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.catalogue.models import Run


def test_an_order_becomes_documents(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    certificate = issue_one(session, certifier, run, desk)

    stored = queries.current_file(session, certificate.id)
    content = desk.files.get(stored.sha256)
    assert certificate.status is CertificateStatus.ISSUED
    assert certificate.number.endswith("-000001")
    assert hashlib.sha256(content).hexdigest() == stored.sha256
    assert len(content) == stored.size
    assert content.startswith(b"%PDF")
    assert [event.kind for event in queries.events_of(session, certificate.id)] == [
        CertificateEventKind.ISSUED
    ]
    assert session.scalar(select(func.count()).select_from(WorkLease)) == 0


def test_pressing_twice_orders_once(session: Session, certifier: Actor, run: Run) -> None:
    let_pass(session, run)

    first, second = order(session, certifier, run), order(session, certifier, run)

    assert first.id == second.id
    assert session.scalar(select(func.count()).select_from(Certificate)) == 1


def test_who_cannot_be_served_is_named_and_served_later(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    let_pass(session, run)
    unconfirmed = let_pass(session, run, name_latin="Nadia Azzouzi", confirmed=False)
    let_pass(session, run, name_latin="José 🎓", name_arabic=None)
    batch = order(session, certifier, run)
    work_off(desk, session)

    before = queries.progress(session, batch.id)
    assert (before.total, before.issued, before.failed) == (3, 1, 2)
    assert {failure.code for failure in before.failures} == {"names_not_confirmed", "unprintable"}
    assert before.status is BatchStatus.DONE_WITH_FAILURES

    service.confirm_names(session, certifier, run_id=run.id, person_ids=[unconfirmed.id])
    service.retry(session, certifier, batch_id=batch.id, origin=ORIGIN)
    work_off(desk, session)

    after = queries.progress(session, batch.id)
    assert (after.total, after.issued, after.failed) == (3, 2, 1)


def test_what_a_certificate_says_survives_a_new_name(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    certificate = issue_one(session, certifier, run, desk)

    @command
    def marry(inner: Session, _actor: Actor) -> None:
        inner.execute(text("UPDATE person SET name_latin = 'Somebody Else'"))

    marry(session, NOBODY)
    session.refresh(certificate)

    assert certificate.holder_latin == "Salma Bouziane"
    assert certificate.facts["holder_latin"] == "Salma Bouziane"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE certificate SET holder_latin = 'Somebody Else'",
        "UPDATE certificate SET hours = 400",
        "UPDATE certificate SET code = 'NDR-0000-0000-0000-0'",
        "DELETE FROM certificate",
        "DELETE FROM certificate_event",
        "DELETE FROM certificate_file",
        "UPDATE certificate_file SET sha256 = 'x'",
        "DELETE FROM person",
        "DELETE FROM run",
    ],
)
def test_the_database_forgets_and_rewrites_nothing(
    session: Session, certifier: Actor, run: Run, desk: Desk, statement: str
) -> None:
    issue_one(session, certifier, run, desk)

    @command
    def tamper(inner: Session, _actor: Actor) -> None:
        inner.execute(text(statement))

    with pytest.raises(DBAPIError):
        tamper(session, NOBODY)


def test_there_is_one_live_certificate_per_person_and_run(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    certificate = issue_one(session, certifier, run, desk)
    columns = {
        column.name: getattr(certificate, column.key)
        for column in Certificate.__table__.columns
        if column.name not in {"id", "uuid", "code", "code_key", "number"}
    }

    with pytest.raises(IntegrityError):
        store(session, Certificate(code=codes.make("NDR"), number="NDR-2", **columns))


def test_revoking_keeps_the_row_and_says_why(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    certificate = issue_one(session, certifier, run, desk)

    service.revoke(
        session, certifier, code=certificate.code, reason="copied", public_reason="Issued in error"
    )

    assert certificate.status is CertificateStatus.REVOKED
    assert certificate.public_reason == "Issued in error"
    with pytest.raises(NotInForce):
        service.revoke(session, certifier, code=certificate.code, reason="a", public_reason="b")


@pytest.mark.parametrize(("reason", "public"), [("", "b"), ("a", ""), ("  ", "b")])
def test_revoking_needs_both_reasons(
    session: Session, certifier: Actor, run: Run, desk: Desk, reason: str, public: str
) -> None:
    certificate = issue_one(session, certifier, run, desk)

    with pytest.raises(ReasonMissing):
        service.revoke(
            session, certifier, code=certificate.code, reason=reason, public_reason=public
        )


def test_a_replacement_supersedes_with_a_new_code(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    old = issue_one(session, certifier, run, desk)

    @command
    def correct(inner: Session, _actor: Actor) -> None:
        inner.execute(text("UPDATE person SET name_latin = 'Selma Bouziane'"))

    correct(session, NOBODY)
    new = service.replace(session, certifier, code=old.code, origin=ORIGIN)
    work_off(desk, session)
    session.refresh(new)

    assert old.status is CertificateStatus.SUPERSEDED
    assert old.superseded_by_id == new.id
    assert new.status is CertificateStatus.ISSUED
    assert new.holder_latin == "Selma Bouziane"
    assert new.code != old.code


def test_a_run_is_merged_for_the_printer(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    let_pass(session, run, name_latin="Zineb", name_arabic=None)
    let_pass(session, run)
    order(session, certifier, run)
    work_off(desk, session)
    job = service.order_print(session, certifier, run_id=run.id)
    work_off(desk, session)
    job = session.get_one(PrintJob, job.id)

    assert job.status is PrintStatus.READY
    assert job.pages == 2
    assert desk.files.get(job.sha256 or "").startswith(b"%PDF")


def test_an_unfinished_institute_issues_nothing(
    session: Session, run: Run, certifier: Actor
) -> None:
    let_pass(session, run)

    @command
    def forget(inner: Session, _actor: Actor) -> None:
        inner.execute(text("UPDATE institute SET cndp_number = NULL"))

    forget(session, NOBODY)
    with pytest.raises(InstituteNotReady):
        order(session, certifier, run)


def test_nobody_passed_nothing_to_issue(session: Session, run: Run, certifier: Actor) -> None:
    with pytest.raises(NothingToIssue):
        order(session, certifier, run)


def test_nobody_issues_for_themselves(
    session: Session, institute: Institute, run: Run, desk: Desk
) -> None:
    person = let_pass(session, run)
    me = Actor(person_id=person.id, grants=frozenset({Grant(Role.CERTIFIER, institute.id)}))
    batch = order(session, me, run)

    assert [one.code for one in queries.progress(session, batch.id).failures] == ["own_case"]

    colleague = make_actor(session, Role.CERTIFIER, institute_id=institute.id)
    order(session, colleague, run)
    work_off(desk, session)
    certificate = session.scalars(select(Certificate)).one()
    with pytest.raises(OwnCase):
        service.revoke(session, me, code=certificate.code, reason="a", public_reason="b")


@pytest.mark.parametrize(
    ("role", "refusal"),
    [
        pytest.param(Role.REGISTRAR, Forbidden, id="sees, may not"),
        pytest.param(Role.AUDITOR, Forbidden, id="sees, may not either"),
        pytest.param(Role.ADMINISTRATOR, NotFound, id="has no say in certificates"),
        pytest.param(Role.LEARNER, NotFound, id="knows nothing of it"),
    ],
)
def test_only_certifiers_issue(
    session: Session, institute: Institute, run: Run, role: Role, refusal: type[Exception]
) -> None:
    let_pass(session, run)
    actor = make_actor(session, role, institute_id=institute.id)

    with pytest.raises(refusal):
        order(session, actor, run)


def test_one_file_row_and_one_event_a_certificate(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    for number in range(4):
        let_pass(session, run, name_latin=f"Person {number}")
    order(session, certifier, run)
    work_off(desk, session)
    work_off(desk, session)

    files = session.scalars(select(CertificateFile.certificate_id)).all()
    issued = session.scalars(select(CertificateEvent.certificate_id)).all()
    assert sorted(files) == sorted(issued) == sorted(session.scalars(select(Certificate.id)))
