"""Reads about programmes, courses, runs and their staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.catalogue.models import Run, RunStaff
from nador.kernel.access import Grant, Role

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def staff_grants(session: Session, person_id: int) -> frozenset[Grant]:
    """Return the runs that the person teaches, as grants."""
    rows = session.execute(
        select(Run.institute_id, Run.id)
        .join_from(RunStaff, Run)
        .where(RunStaff.person_id == person_id, RunStaff.ended_at.is_(None))
    )
    return frozenset(Grant(Role.INSTRUCTOR, row.institute_id, row.id) for row in rows)
