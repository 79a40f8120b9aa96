"""Steps that tests of issuing take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.accounts.models import Institute
from nador.certification import queries, service
from nador.certification.keys import queries as registered
from nador.certification.keys.store import KeyRing
from nador.certification.models import Certificate
from nador.certification.service import Drawn
from nador.kernel.access import NOBODY, Role
from nador.kernel.db import command
from nador.kernel.work import run_once
from tests.factories import make_actor, make_enrolment, make_person
from tests.factories.assessment import make_pass

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.accounts.models import Person
    from nador.catalogue.models import Run
    from nador.certification.models import Batch
    from nador.kernel.access import Actor
    from nador.kernel.files import FileStore
    from nador.kernel.work import Desk

ORIGIN = "https://certs.example.org"


def let_pass(session: Session, run: Run, **names: str | bool | None) -> Person:
    person = make_person(session, **names)  # type: ignore[arg-type] # names and `confirmed` only
    enrolment = make_enrolment(session, run_id=run.id, person_id=person.id)
    make_pass(session, enrolment)
    return person


def order(session: Session, actor: Actor, run: Run) -> Batch:
    return service.order_batch(session, actor, run_id=run.id, origin=ORIGIN)


def give_keys(session: Session, desk: Desk) -> None:
    """Give every institute the keys that it lacks."""
    ring = KeyRing.of(desk.settings)
    for institute_id in session.scalars(select(Institute.id)).all():
        keeper = make_actor(session, Role.ADMINISTRATOR, institute_id=institute_id)
        service.make_first_keys(session, keeper, institute_id=institute_id, ring=ring)


def work_off(desk: Desk, session: Session) -> None:
    """Do everything that is due; the session then sees what became of it."""
    if registered.lacking_keys(session):
        give_keys(session, desk)
    work_off_as_it_is(desk, session)


def work_off_as_it_is(desk: Desk, session: Session) -> None:
    """Do what can be done with the keys there are."""
    while run_once(desk, holder="test"):
        pass
    session.rollback()
    session.expire_all()


def issue_one(session: Session, certifier: Actor, run: Run, desk: Desk) -> Certificate:
    let_pass(session, run)
    order(session, certifier, run)
    work_off(desk, session)
    return session.scalars(select(Certificate)).one()


def issue_undrawn(session: Session, desk: Desk, certifier: Actor, *, run_id: int) -> list[str]:
    """Issue to everybody who passed, with a file that nobody drew; returns the codes.

    Credentials, lists and the log are left to the workers, and need a fraction of the time.
    """
    return _issue_undrawn(session, certifier, run_id=run_id, files=desk.files)


@command
def _issue_undrawn(
    session: Session, certifier: Actor, *, run_id: int, files: FileStore
) -> list[str]:
    # In one transaction: a worker that saw the order alone would draw what is recorded here.
    batch = service.order_batch(session, certifier, run_id=run_id, origin=ORIGIN)
    codes = []
    for one in queries.of_batch(session, batch.id):
        content = one.code.encode()
        drawn = Drawn(files.put(content), len(content))
        service.record_issue(session, NOBODY, item_id=one.id, outcome=drawn)
        codes.append(one.code)
    return codes


def ask_for_two(session: Session, institute: Institute, *, asked: bool = True) -> None:
    """Let two decide about the institute's certificates, or one again."""
    _ask_for_two(session, NOBODY, institute_id=institute.id, asked=asked)


@command
def _ask_for_two(session: Session, _actor: Actor, *, institute_id: int, asked: bool) -> None:
    session.get_one(Institute, institute_id).second_person = asked
