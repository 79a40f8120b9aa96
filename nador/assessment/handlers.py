"""What assessment does when lower features tell it something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.assessment import queries
from nador.assessment.models import Assessment
from nador.catalogue.rules import RunPublished

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
        )
        for item in queries.plan_items(session, run.version_id)
        if item.code not in present
    )


HANDLERS = ((RunPublished, copy_plan),)
