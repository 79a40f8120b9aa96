"""What lower features tell assessment: a run is published, somebody was erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.accounts.rules import PersonErased
from nador.assessment import queries
from nador.assessment.models import Assessment
from nador.assessment.service.forgetting import forget_person
from nador.assessment.service.slots import free_slots
from nador.catalogue.rules import RunPublished
from nador.enrolment.rules import EnrolmentEnded

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


def copy_plan(session: Session, _actor: Actor, event: RunPublished) -> None:
    """Give a published run the assessments of its course version, once."""
    run = queries.run_of(session, event.run_id)
    present = {each.code for each in queries.assessments(session, run.id)}
    session.add_all(
        Assessment(
            run_id=run.id,
            position=item.position,
            code=item.code,
            kind=item.kind,
            title=item.title,
            weight=item.weight,
            out_of=item.out_of,
            minimum=item.minimum,
            category=item.category,
        )
        for item in queries.plan_items(session, run.version_id)
        if item.code not in present
    )


def forget_words(session: Session, _actor: Actor, event: PersonErased) -> None:
    """Empty what an erased person wrote and handed in, and what was answered; decisions stay."""
    forget_person(session, person_id=event.person_id)


def free_times(session: Session, _actor: Actor, event: EnrolmentEnded) -> None:
    """Let others book the times of whoever has left."""
    free_slots(session, enrolment_id=event.enrolment_id)


HANDLERS = ((EnrolmentEnded, free_times), (RunPublished, copy_plan), (PersonErased, forget_words))
