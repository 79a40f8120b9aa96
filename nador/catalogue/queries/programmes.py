"""Reads of programmes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.catalogue.models import Course, CourseVersion, Programme, ProgrammeCourse
from nador.catalogue.queries.public import is_latest
from nador.catalogue.rules import CatalogueStatus
from nador.kernel.db import Words
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


def programme_by_code(session: Session, code: str) -> Programme:
    """Find a programme by its code; raises NotFound."""
    found = session.scalar(select(Programme).where(Programme.code == code))
    if found is None:
        raise NotFound
    return found


def programme_page(session: Session, code: str) -> Programme:
    """Read a programme for its public page; a draft is not there."""
    found = programme_by_code(session, code)
    if found.status is CatalogueStatus.DRAFT:
        raise NotFound
    return found


def programme_for_update(session: Session, programme_id: int) -> Programme:
    """Read a programme and lock it: whoever else decides about it waits."""
    return session.get_one(
        Programme, programme_id, with_for_update={"key_share": True}, populate_existing=True
    )


@dataclass(frozen=True, slots=True)
class MemberCourse:
    """A course of a programme, as its newest version says."""

    id: int
    code: str
    title: Words
    hours: int
    status: CatalogueStatus


def member_courses(session: Session, programme_id: int) -> Sequence[MemberCourse]:
    """List a programme's courses in their order."""
    rows = session.execute(
        select(Course.id, Course.code, CourseVersion.title, CourseVersion.hours, Course.status)
        .join(ProgrammeCourse, ProgrammeCourse.course_id == Course.id)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(ProgrammeCourse.programme_id == programme_id, is_latest())
        .order_by(ProgrammeCourse.position)
    )
    return [MemberCourse(*row) for row in rows]
