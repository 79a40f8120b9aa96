"""An imported run is history: whatever is recorded or decided about it tells nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from nador.accounts.models import Person
from nador.assessment import service as assessment
from nador.catalogue.models import Run
from nador.catalogue.rules import RunChanged
from nador.certification import service as certification
from nador.certification.models import Certificate
from nador.certification.rules import CertificateStatus
from nador.certification.service import Drawn
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import events
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.db import command
from nador.kernel.mail import Message
from tests.demo.test_oulad import bring_in, write
from tests.factories import make_actor

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

ORIGIN = "https://certs.example.org"


@command
def _give_addresses(session: Session, _actor: Actor, *, imported: bool) -> None:
    """Let everybody be reachable, so that silence is a decision and no lack of an address."""
    session.execute(
        update(Person)
        .where(Person.email.is_(None))
        .values(email=Person.reference + "@nador.example")
    )
    session.execute(update(Run).values(imported=imported))


@command
def _move(session: Session, actor: Actor, *, run_id: int) -> None:
    events.emit(session, actor, RunChanged(run_id, ("place",)))


def live_through(session: Session, run_id: int, institute_id: int) -> None:
    """Do with a run what an office can do: release, move, withdraw, conclude, issue, revoke."""
    registrar = make_actor(session, Role.REGISTRAR, institute_id=institute_id)
    certifier = make_actor(session, Role.CERTIFIER, institute_id=institute_id)
    assessment.release(session, registrar, run_id=run_id)
    _move(session, NOBODY, run_id=run_id)
    assessment.conclude(session, registrar, run_id=run_id)
    passed = select(Enrolment.person_id).where(
        Enrolment.run_id == run_id, Enrolment.status == EnrolmentStatus.COMPLETED
    )
    people = session.scalars(passed).all()
    certification.confirm_names(session, certifier, run_id=run_id, person_ids=people)
    certification.order_batch(session, certifier, run_id=run_id, origin=ORIGIN)
    pending = select(Certificate).where(Certificate.status == CertificateStatus.PENDING_ISSUE)
    for one in session.scalars(pending).all():
        certification.record_issue(session, NOBODY, item_id=one.id, outcome=Drawn("0" * 64, 1))
        certification.revoke(session, certifier, code=one.code, reason="test", public_reason="test")


@pytest.mark.parametrize("imported", [True, False], ids=["imported", "held here"])
def test_what_was_imported_tells_nobody(
    session: Session, tmp_path: Path, *, imported: bool
) -> None:
    _, institute_id = bring_in(session, write(tmp_path))
    assert session.scalars(select(Message)).all() == []
    _give_addresses(session, NOBODY, imported=imported)
    run_id = session.scalars(select(Run.id).order_by(Run.id)).first()
    assert run_id is not None

    live_through(session, run_id, institute_id)

    session.rollback()
    subjects = {one.subject for one in session.scalars(select(Message))}
    revoked = session.scalars(select(Certificate.status)).all()
    assert set(revoked) == {CertificateStatus.REVOKED}
    assert (subjects == set()) is imported
    assert len(subjects) >= (0 if imported else 4)
