"""Ordering documents for a run or a programme, and trying again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from nador.accounts import service as people
from nador.accounts.queries import missing_for_issue
from nador.catalogue.queries import programme_for_update, run_for_update
from nador.certification import policy, queries, rules
from nador.certification.changes.queries import needs_second_person
from nador.certification.models import (
    Batch,
    BatchFailure,
    Certificate,
    CertificatePart,
)
from nador.certification.rules import STAGES, CertificateStatus
from nador.certification.service.alone import Subject, require_alone
from nador.certification.service.freezing import freeze
from nador.certification.service.grounds import ground_of, programme_ground, run_ground
from nador.kernel import audit, clock, work
from nador.kernel.db import command

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

    from nador.certification.queries import Candidate
    from nador.certification.service.freezing import Ground
    from nador.kernel.access import Actor


@command
def confirm_names(
    session: Session, actor: Actor, *, run_id: int, person_ids: Collection[int]
) -> int:
    """Confirm that people's names are spelt as they are to be printed; returns how many were new."""
    run = run_for_update(session, run_id)
    policy.require_certify(actor, institute_id=run.institute_id)
    return _confirm(session, actor, queries.candidates(session, run_id), person_ids)


@command
def confirm_names_of_programme(
    session: Session, actor: Actor, *, programme_id: int, person_ids: Collection[int]
) -> int:
    """Confirm names of those who hold all of a programme; returns how many were new."""
    programme = programme_for_update(session, programme_id)
    policy.require_certify(actor, institute_id=programme.institute_id)
    return _confirm(session, actor, queries.graduates(session, programme), person_ids)


def _confirm(
    session: Session, actor: Actor, named: Sequence[Candidate], person_ids: Collection[int]
) -> int:
    chosen = set(person_ids)
    ticked = [
        one.person.id
        for one in named
        if one.person.id in chosen and one.person.names_confirmed_at is None
    ]
    people.confirm_names(session, actor, person_ids=ticked)
    return len(ticked)


@command
def order_batch(session: Session, actor: Actor, *, run_id: int, origin: str) -> Batch:
    """Order a document for everybody who passed the run and has none; workers then draw them.

    `origin` is where the codes will be answered. Ordering again when all have theirs, or by a second
    press of the button, returns the order there is. Raises InstituteNotReady, NothingToIssue, and
    SecondPersonNeeded where it can only be proposed.
    """
    ground = run_ground(session, actor, run_id)
    require_alone(session, subject_of(ground))
    return order_for_all(session, actor, ground, origin=origin)


@command
def order_programme(session: Session, actor: Actor, *, programme_id: int, origin: str) -> Batch:
    """Order a document for everybody who holds all of a programme and has none, as `order_batch` does."""
    ground = programme_ground(session, actor, programme_id)
    require_alone(session, subject_of(ground))
    return order_for_all(session, actor, ground, origin=origin)


def subject_of(ground: Ground) -> Subject:
    """Say what an order is about."""
    return Subject(
        institute_id=ground.institute.id,
        run_id=ground.run_id,
        programme_id=ground.programme_id,
    )


def order_for_all(session: Session, actor: Actor, ground: Ground, *, origin: str) -> Batch:
    """Order for everybody without a document, as part of a command."""
    rules.require_ready(missing_for_issue(ground.institute))
    without = [one for one in ground.people if one.certificate is None]
    if not without and ground.earlier:
        return ground.earlier[0]
    if not without:
        raise rules.NothingToIssue
    if ground.earlier and _only_known_failures(session, ground.earlier[0], without):
        retry(session, actor, batch_id=ground.earlier[0].id, origin=origin)
        return ground.earlier[0]
    return order_for(session, actor, ground, without, origin=origin)


def order_for(
    session: Session, actor: Actor, ground: Ground, people: list[Candidate], *, origin: str
) -> Batch:
    """Order for these people, as part of a command; an earlier order's failures are this one's now."""
    rules.require_ready(missing_for_issue(ground.institute))
    if ground.earlier:
        session.execute(
            delete(BatchFailure).where(
                BatchFailure.batch_id.in_([one.id for one in ground.earlier]),
                BatchFailure.person_id.in_([one.person.id for one in people]),
            )
        )
    batch = Batch(
        run_id=ground.run_id,
        programme_id=ground.programme_id,
        institute_id=ground.institute.id,
        ordered_by_id=actor.person_id,
        ordered_at=clock.now(),
    )
    session.add(batch)
    session.flush()
    _order_each(session, actor, batch=batch, ground=ground, waiting=people, origin=origin)
    audit.record(
        session,
        actor,
        "batch.ordered",
        ground.subject,
        institute_id=ground.institute.id,
        batch=batch.id,
    )
    return batch


@command
def retry(session: Session, actor: Actor, *, batch_id: int, origin: str) -> None:
    """Try again for everybody whom an order could not serve.

    Where two decide, one alone has only drawn again what both have ordered.
    """
    batch = queries.progress(session, batch_id).batch
    ground = ground_of(session, actor, batch)
    of_batch = BatchFailure.batch_id == batch_id
    failed = set(session.scalars(select(BatchFailure.person_id).where(of_batch)))
    drawn_again = _draw_again(session, actor, batch, failed)
    if needs_second_person(session, batch.institute_id):
        session.execute(
            delete(BatchFailure).where(of_batch, BatchFailure.person_id.in_(drawn_again))
        )
        return
    session.execute(delete(BatchFailure).where(of_batch))
    again = [one for one in ground.people if one.certificate is None and one.person.id in failed]
    _order_each(session, actor, batch=batch, ground=ground, waiting=again, origin=origin)


def _draw_again(session: Session, actor: Actor, batch: Batch, failed: set[int]) -> list[int]:
    """Have workers try again what was ordered and could not be drawn; returns whose it is."""
    found = session.execute(
        select(Certificate.id, Certificate.person_id).where(
            Certificate.batch_id == batch.id,
            Certificate.status == CertificateStatus.PENDING_ISSUE,
            Certificate.person_id.in_(failed),
        )
    ).all()
    for certificate_id, _whose in found:
        for stage in STAGES:
            work.retry(session, actor, work_name=stage, item_id=certificate_id)
    return [person_id for _, person_id in found]


def _only_known_failures(session: Session, batch: Batch, waiting: list[Candidate]) -> bool:
    known = {failure.person_id for failure in queries.progress(session, batch.id).failures}
    return {one.person.id for one in waiting} <= known


def _order_each(
    session: Session,
    actor: Actor,
    *,
    batch: Batch,
    ground: Ground,
    waiting: list[Candidate],
    origin: str,
) -> None:
    """Freeze each person's facts, or write down why they can't be."""
    frozen = freeze(session, actor, waiting, ground=ground, origin=origin)
    for certificate in frozen.certificates:
        certificate.batch_id = batch.id
    session.add_all(frozen.certificates)
    session.flush()
    parts = [
        {"certificate_id": certificate.id, "part_id": part.certificate_id}
        for certificate, one in zip(frozen.certificates, frozen.served, strict=True)
        for part in one.parts
    ]
    if parts:
        session.execute(insert(CertificatePart), parts)
    if frozen.refused:
        session.execute(
            insert(BatchFailure),
            [
                {
                    "batch_id": batch.id,
                    "person_id": one.person.id,
                    "enrolment_id": one.enrolment_id,
                    "code": refusal.code,
                    "reason": str(refusal.params.get("name", "")),
                }
                for one, refusal in frozen.refused
            ],
        )
