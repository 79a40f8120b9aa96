"""Ordering documents for a run, and trying again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from nador.accounts import service as people
from nador.accounts.models import Institute
from nador.accounts.queries import missing_for_issue
from nador.catalogue.models import CourseVersion, Run
from nador.catalogue.queries import run_for_update
from nador.certification import policy, queries, rules
from nador.certification.models import (
    Batch,
    BatchFailure,
    Certificate,
)
from nador.certification.rules import STAGES, CertificateStatus
from nador.certification.service.freezing import active_template, freeze
from nador.kernel import audit, clock, work
from nador.kernel.db import command

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from nador.certification.queries import Candidate
    from nador.kernel.access import Actor


@command
def confirm_names(
    session: Session, actor: Actor, *, run_id: int, person_ids: Collection[int]
) -> int:
    """Confirm that people's names are spelt as they are to be printed; returns how many were new."""
    run = run_for_update(session, run_id)
    policy.require_certify(actor, institute_id=run.institute_id)
    chosen = set(person_ids)
    ticked = [
        one.person.id
        for one in queries.candidates(session, run_id)
        if one.person.id in chosen and one.person.names_confirmed_at is None
    ]
    people.confirm_names(session, actor, person_ids=ticked)
    return len(ticked)


@command
def order_batch(session: Session, actor: Actor, *, run_id: int, origin: str) -> Batch:
    """Order a document for everybody who passed the run and has none; workers then draw them.

    `origin` is where the codes will be answered. Ordering again when all have theirs, or by a second
    press of the button, returns the order there is. Raises InstituteNotReady, NothingToIssue.
    """
    run = run_for_update(session, run_id)
    policy.require_certify(actor, institute_id=run.institute_id)
    rules.require_ready(missing_for_issue(session.get_one(Institute, run.institute_id)))
    everybody = queries.candidates(session, run_id)
    without = [one for one in everybody if one.certificate is None]
    earlier = queries.batches_of(session, run_id)
    if not without and earlier:
        return earlier[0]
    if not without:
        raise rules.NothingToIssue
    if earlier and _only_known_failures(session, earlier[0], without):
        retry(session, actor, batch_id=earlier[0].id, origin=origin)
        return earlier[0]
    batch = Batch(
        run_id=run_id,
        institute_id=run.institute_id,
        ordered_by_id=actor.person_id,
        ordered_at=clock.now(),
    )
    session.add(batch)
    session.flush()
    _order_each(session, actor, batch=batch, run=run, waiting=without, origin=origin)
    audit.record(
        session,
        actor,
        "batch.ordered",
        f"run:{run_id}",
        institute_id=run.institute_id,
        batch=batch.id,
    )
    return batch


@command
def retry(session: Session, actor: Actor, *, batch_id: int, origin: str) -> None:
    """Try again for everybody whom an order could not serve."""
    batch = queries.progress(session, batch_id).batch
    run = run_for_update(session, batch.run_id)
    policy.require_certify(actor, institute_id=batch.institute_id)
    failed = set(
        session.scalars(
            delete(BatchFailure)
            .where(BatchFailure.batch_id == batch_id)
            .returning(BatchFailure.enrolment_id)
        )
    )
    for certificate in session.scalars(
        select(Certificate).where(
            Certificate.batch_id == batch_id,
            Certificate.status == CertificateStatus.PENDING_ISSUE,
            Certificate.enrolment_id.in_(failed),
        )
    ):
        for stage in STAGES:
            work.retry(session, actor, work_name=stage, item_id=certificate.id)
    again = [
        one
        for one in queries.candidates(session, run.id)
        if one.certificate is None and one.enrolment_id in failed
    ]
    _order_each(session, actor, batch=batch, run=run, waiting=again, origin=origin)


def _only_known_failures(session: Session, batch: Batch, waiting: list[Candidate]) -> bool:
    known = {failure.enrolment_id for failure in queries.progress(session, batch.id).failures}
    return {one.enrolment_id for one in waiting} <= known


def _order_each(
    session: Session,
    actor: Actor,
    *,
    batch: Batch,
    run: Run,
    waiting: list[Candidate],
    origin: str,
) -> None:
    """Freeze each person's facts, or write down why they can't be."""
    version = session.get_one(CourseVersion, run.version_id)
    template = active_template(session, institute_id=run.institute_id, kind=version.document)
    frozen = freeze(
        session, actor, waiting, run=run, version=version, template=template, origin=origin
    )
    for certificate in frozen.certificates:
        certificate.batch_id = batch.id
    session.add_all(frozen.certificates)
    session.flush()
    if frozen.refused:
        session.execute(
            insert(BatchFailure),
            [
                {
                    "batch_id": batch.id,
                    "enrolment_id": one.enrolment_id,
                    "code": refusal.code,
                    "reason": str(refusal.params.get("name", "")),
                }
                for one, refusal in frozen.refused
            ],
        )
