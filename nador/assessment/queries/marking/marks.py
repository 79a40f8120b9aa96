"""Marks, and who may give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.accounts.models import Person, RoleGrant
from nador.assessment.models import Mark
from nador.assessment.rules.marking import Judgement, MarkRole, MarkStatus
from nador.catalogue.models import RunStaff
from nador.kernel import clock
from nador.kernel.access import TABLE, Action, Role

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run

ORDER = tuple(MarkRole)


@dataclass(frozen=True, slots=True)
class Marker:
    """Somebody who may mark on a run."""

    id: int
    name_latin: str | None
    name_arabic: str | None


def marks_of(session: Session, *, assessment_id: int, enrolment_id: int) -> list[Mark]:
    """The marks of a learner's work, the first marker's first."""
    found = session.scalars(
        select(Mark)
        .where(Mark.assessment_id == assessment_id, Mark.enrolment_id == enrolment_id)
        .execution_options(populate_existing=True)
    )
    return sorted(found, key=lambda each: ORDER.index(each.role))


def judgement(mark: Mark) -> Judgement:
    """Take of a mark what agreement asks."""
    return Judgement(mark.role, mark.marker_id, mark.status, mark.value, second_due=mark.second_due)


def markers_of(session: Session, run: Run) -> list[Marker]:
    """Who may mark on the run: its instructors, and the institute's administrators."""
    now = clock.now()
    office = select(RoleGrant.person_id).where(
        RoleGrant.institute_id == run.institute_id,
        RoleGrant.role.in_([role for role in TABLE[Action.GRADE] if role is not Role.INSTRUCTOR]),
        RoleGrant.ended_at.is_(None),
    )
    teachers = select(RunStaff.person_id).where(
        RunStaff.run_id == run.id, RunStaff.ended_at.is_(None), RunStaff.granted_at <= now
    )
    found = session.execute(
        select(Person.id, Person.name_latin, Person.name_arabic)
        .where(Person.id.in_(office.union(teachers)))
        .order_by(Person.name_folded, Person.id)
    )
    return [Marker(*row) for row in found]


def final_names(session: Session, marks: list[Mark]) -> str:
    """Write who has given which final mark, for the history of a grade: names and numbers, in no language."""
    people = [each.marker_id for each in marks if each.status is MarkStatus.FINAL]
    found = session.execute(
        select(Person.id, Person.name_latin, Person.name_arabic).where(Person.id.in_(people))
    )
    names = {key: latin or arabic or "–" for key, latin, arabic in found}
    return " · ".join(
        f"{names.get(each.marker_id, '–')}: {each.value}"
        for each in marks
        if each.status is MarkStatus.FINAL
    )
