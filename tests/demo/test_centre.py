"""The demo centre is whole: every state that a visitor should be able to see is there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from nador.accounts import queries as accounts
from nador.accounts.models import Person
from nador.accounts.service import passwords
from nador.assessment.models import Booking, Grade, Result, Slot, Submission
from nador.assessment.queries.submissions import assignments_of
from nador.assessment.rules import Decision
from nador.assessment.rules.submissions import SubmissionStatus
from nador.catalogue.models import Course, Run
from nador.catalogue.rules import shown_state
from nador.certification.models import BatchFailure, Certificate, Credential
from nador.certification.rules import CertificateStatus
from nador.demo import centre, opening, papers
from nador.enrolment import queries as enrolments
from nador.enrolment.models import Enrolment, Offer
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import clock
from nador.kernel.audit import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from nador.kernel.work import Desk

# One database is enough: every command that the demo calls has its own tests on both.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def centre_desk(shared_desk: Desk) -> Desk:
    with shared_desk.sessions() as session:
        assert centre.load(session, origin="http://127.0.0.1:8000")
    return shared_desk


@pytest.fixture
def loaded(centre_desk: Desk) -> Iterator[Session]:
    with centre_desk.sessions() as session:
        yield session


def test_the_centre_shows_every_state(loaded: Session, centre_desk: Desk) -> None:
    now = clock.now()
    runs = loaded.scalars(select(Run)).all()
    states = Counter(shown_state(run.status, run.schedule, now=now).value for run in runs)
    places = Counter(loaded.scalars(select(Enrolment.status)))
    decisions = Counter(loaded.scalars(select(Result.decision)))

    assert loaded.scalar(select(func.count(Course.id))) == 14
    assert loaded.scalar(select(func.count(Person.id))) == 208
    assert set(states) == {
        "draft", "open", "closed", "running", "grading", "concluded", "cancelled",
    }  # fmt: skip
    assert {status.value for status in places} == {
        "active", "completed", "failed", "offered", "waitlisted", "withdrawn",
    }  # fmt: skip
    assert decisions[Decision.PASS] > 80
    assert decisions[Decision.FAIL] > 5
    assert loaded.scalar(select(func.count(Offer.id))) == 1
    for run in runs:
        assert enrolments.counted(loaded, run.id) == (run.seats_held, run.waiting)
    _history_is_in_order(loaded)
    _a_learner_has_something_of_everything(loaded)
    assert not centre.load(loaded, origin=""), "a second start finds it"
    opening.make_keys(loaded, centre_desk.settings)
    papers.settle(centre_desk)
    papers.settle(centre_desk)
    with centre_desk.sessions() as session:
        _certificates_are_of_every_status(session)


def _history_is_in_order(session: Session) -> None:
    instants = session.scalars(select(AuditEntry.at).order_by(AuditEntry.id)).all()

    assert instants == sorted(instants)
    assert instants[-1] < clock.now()
    assert session.scalars(select(Grade).where(Grade.changed_at > clock.now())).all() == []


def _a_learner_has_something_of_everything(session: Session) -> None:
    learner = accounts.actor_by_email(session, "learner@nador.example")
    places = enrolments.my_enrolments(session, learner.person_id or 0)

    assert {place.enrolment.status for place in places} == {
        EnrolmentStatus.ACTIVE,
        EnrolmentStatus.WAITLISTED,
        EnrolmentStatus.COMPLETED,
    }
    door = accounts.door(session, "learner@nador.example")
    assert door is not None
    assert passwords.fits(door.password_hash, centre.PASSWORD)


def _certificates_are_of_every_status(session: Session) -> None:
    found = session.scalars(select(Certificate)).all()
    statuses = Counter(one.status for one in found)
    today = clock.today()

    assert statuses[CertificateStatus.REVOKED] == 1
    assert statuses[CertificateStatus.SUPERSEDED] == 1
    assert statuses[CertificateStatus.ISSUED] > 15
    assert statuses[CertificateStatus.PENDING_ISSUE] > 30, "workers have something to do"
    assert sum(one.holder_hidden for one in found) == 1
    assert any(one.expires_on and one.expires_on < today for one in found)
    assert {one.kind.value for one in found} == {"certificat", "attestation"}
    assert len(session.scalars(select(BatchFailure)).all()) == 2
    assert [one.status for one in found if one.programme_id] == [CertificateStatus.ISSUED]
    assert papers.example_code(session)
    sealed = session.scalars(
        select(Credential.signed_at).join(Certificate).where(Certificate.issued_at.is_not(None))
    )
    assert all(sealed), "what is issued has its credential"


def test_times_are_booked_and_one_is_left_for_the_learner(loaded: Session) -> None:
    learner = loaded.scalars(select(Person.id).where(Person.email == "learner@nador.example")).one()
    taken = Counter(loaded.scalars(select(Booking.slot_id)))
    offered = loaded.scalars(select(Slot).order_by(Slot.starts_at)).all()

    assert sum(taken.values()) == 8
    assert {slot.capacity - taken[slot.id] for slot in offered} == {0, 1, 2}
    assert clock.now() < offered[0].closes_at
    assert (
        loaded.scalars(
            select(Enrolment.id)
            .join(Booking, Booking.enrolment_id == Enrolment.id)
            .where(Enrolment.person_id == learner)
        ).all()
        == []
    )


def test_work_is_handed_in_late_returned_and_begun(loaded: Session) -> None:
    states = Counter(loaded.scalars(select(Submission.status)))
    learner = loaded.scalars(select(Person.id).where(Person.email == "learner@nador.example")).one()

    assert states[SubmissionStatus.SUBMITTED] > 10
    assert states[SubmissionStatus.RETURNED] == 1
    assert any(one.late for one in loaded.scalars(select(Submission)))
    assert [line.status for line in assignments_of(loaded, learner)] == [
        SubmissionStatus.RETURNED,
        SubmissionStatus.DRAFT,
    ]
