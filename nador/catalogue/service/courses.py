"""Courses: from a catalogue file, published, retired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from nador.catalogue import policy
from nador.catalogue.models import (
    Course,
    CourseVersion,
    PlanItem,
    Prerequisite,
    Programme,
    ProgrammeCourse,
    Skill,
)
from nador.catalogue.queries import course_by_code, is_latest
from nador.catalogue.rules import (
    Catalogue,
    CatalogueRefused,
    CatalogueStatus,
    CodeOfAnother,
    CourseEntry,
    ProgrammeEntry,
    SkillEntry,
    folded,
)
from nador.kernel import audit, clock
from nador.kernel.db import command

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


@dataclass(frozen=True, slots=True)
class Imported:
    """What a catalogue file changed."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    skills: int
    programmes: int


@command
def import_catalogue(
    session: Session, actor: Actor, *, institute_id: int, catalogue: Catalogue
) -> Imported:
    """Bring the institute's catalogue to what the file says.

    A changed course gets a new version; runs keep the one that they opened with. What the file
    does not name stays as it is.
    """
    policy.require_may_manage(actor, institute_id)
    written_skills = _write_skills(session, catalogue.skills)
    courses = _courses(session, institute_id, catalogue)
    fates = {
        entry.code: _write_version(session, courses, entry, catalogue.skills)
        for entry in catalogue.courses
    }
    programmes = [
        _write_programme(session, institute_id, courses, entry) for entry in catalogue.programmes
    ]
    imported = Imported(
        new=tuple(code for code, fate in fates.items() if fate == "new"),
        changed=tuple(code for code, fate in fates.items() if fate == "changed"),
        unchanged=tuple(code for code, fate in fates.items() if fate == "unchanged"),
        skills=written_skills,
        programmes=sum(programmes),
    )
    if imported.new or imported.changed or imported.skills or imported.programmes:
        audit.record(
            session,
            actor,
            "catalogue.imported",
            f"institute:{institute_id}",
            institute_id=institute_id,
            new=list(imported.new),
            changed=list(imported.changed),
        )
    return imported


def _write_skills(session: Session, entries: Sequence[SkillEntry]) -> int:
    known = {skill.code: skill for skill in session.scalars(select(Skill))}
    written = 0
    for entry in entries:
        skill = known.get(entry.code)
        if skill is None:
            session.add(Skill(code=entry.code, label=entry.label, esco=entry.esco))
        elif (skill.label, skill.esco) != (entry.label, entry.esco):
            skill.label, skill.esco = entry.label, entry.esco
        else:
            continue
        written += 1
    return written


def _courses(session: Session, institute_id: int, catalogue: Catalogue) -> dict[str, Course]:
    """Find the courses that the file names, and make those that are new."""
    known = {course.code: course for course in session.scalars(select(Course))}
    now = clock.now()
    for entry in catalogue.courses:
        course = known.get(entry.code)
        if course is None:
            course = known[entry.code] = Course(
                institute_id=institute_id, code=entry.code, status=entry.status, created_at=now
            )
            session.add(course)
        elif course.institute_id != institute_id:
            raise CodeOfAnother(code=entry.code)
    session.flush()
    asked = {code for entry in catalogue.courses for code in entry.prerequisites} | {
        code for programme in catalogue.programmes for code in programme.courses
    }
    if asked - known.keys():
        raise CatalogueRefused(count=len(asked - known.keys()))
    return known


def _write_version(
    session: Session,
    courses: Mapping[str, Course],
    entry: CourseEntry,
    skills: Iterable[SkillEntry],
) -> str:
    course = courses[entry.code]
    latest = session.scalar(
        select(CourseVersion).where(CourseVersion.course_id == course.id, is_latest())
    )
    if latest is not None and latest.content_hash == entry.content_hash():
        return "unchanged"
    version = CourseVersion(
        course_id=course.id,
        number=latest.number + 1 if latest else 1,
        created_at=clock.now(),
        content_hash=entry.content_hash(),
        text_folded=folded(_texts(entry, skills)),
        **_said(entry),
    )
    session.add(version)
    session.flush()
    _write_parts(session, version.id, courses, entry)
    return "changed" if latest else "new"


def _said(entry: CourseEntry) -> dict[str, object]:
    return {
        "title": entry.title,
        "summary": entry.summary,
        "outcomes": entry.outcomes,
        "domain": entry.domain.value,
        "level": entry.level,
        "hours": entry.hours,
        "mode": entry.mode,
        "languages": list(entry.languages),
        "capacity": entry.capacity,
        "fee": entry.fee,
        "mark_scale": entry.mark_scale,
        "pass_mark": entry.pass_mark,
        "min_attendance": entry.min_attendance,
        "present_points": entry.attendance_points.present,
        "late_points": entry.attendance_points.late,
        "excused_points": entry.attendance_points.excused,
        "absent_points": entry.attendance_points.absent,
        "document": entry.document,
        "mentions": list(entry.mentions),
        "scale": entry.scale,
        "letters": list(entry.letters),
        "categories": [each.as_stored() for each in entry.categories],
        "compensated": entry.compensated,
        "skills": list(entry.skills),
        "unesco": list(entry.unesco),
        "digcomp": list(entry.digcomp),
    }


def _texts(entry: CourseEntry, skills: Iterable[SkillEntry]) -> list[str]:
    """List what a course is found by: code, titles, summaries, outcomes and skills."""
    labels = [skill.label for skill in skills if skill.code in entry.skills]
    outcomes = [sentence for sentences in entry.outcomes.values() for sentence in sentences]
    words = (entry.title, entry.summary, *labels)
    return [entry.code, *[text for each in words for text in each.values()], *outcomes]


def _write_parts(
    session: Session, version_id: int, courses: Mapping[str, Course], entry: CourseEntry
) -> None:
    for position, item in enumerate(entry.plan, start=1):
        session.add(
            PlanItem(
                version_id=version_id,
                position=position,
                code=item.code,
                kind=item.kind,
                title=item.title,
                weight=item.weight,
                out_of=item.out_of,
                minimum=item.minimum,
                category=item.category,
            )
        )
    for code in entry.prerequisites:
        session.add(Prerequisite(version_id=version_id, course_id=courses[code].id))


def _write_programme(
    session: Session, institute_id: int, courses: Mapping[str, Course], entry: ProgrammeEntry
) -> bool:
    """Write a programme and tell whether anything was new."""
    programme = session.scalar(select(Programme).where(Programme.code == entry.code))
    wanted = [courses[code].id for code in entry.courses]
    if programme is None:
        programme = Programme(institute_id=institute_id, code=entry.code, status=entry.status)
        session.add(programme)
        had: list[int] = []
    elif programme.institute_id != institute_id:
        raise CodeOfAnother(code=entry.code)
    else:
        had = _order(session, programme.id)
        if (programme.title, programme.summary, had) == (entry.title, entry.summary, wanted):
            return False
    programme.title, programme.summary = entry.title, entry.summary
    session.flush()
    if had != wanted:
        session.execute(delete(ProgrammeCourse).where(ProgrammeCourse.programme_id == programme.id))
        for position, course_id in enumerate(wanted, start=1):
            session.add(
                ProgrammeCourse(programme_id=programme.id, course_id=course_id, position=position)
            )
    return True


def _order(session: Session, programme_id: int) -> list[int]:
    return list(
        session.scalars(
            select(ProgrammeCourse.course_id)
            .where(ProgrammeCourse.programme_id == programme_id)
            .order_by(ProgrammeCourse.position)
        )
    )


@command
def publish_course(session: Session, actor: Actor, *, code: str) -> Course:
    """Show the course to the public, and let runs be opened."""
    return _set_status(session, actor, code, CatalogueStatus.PUBLISHED)


@command
def retire_course(session: Session, actor: Actor, *, code: str) -> Course:
    """Take the course off the list; its runs go on to their end."""
    return _set_status(session, actor, code, CatalogueStatus.RETIRED)


def _set_status(session: Session, actor: Actor, code: str, status: CatalogueStatus) -> Course:
    course = course_by_code(session, code)
    policy.require_may_manage(actor, course.institute_id)
    if course.status != status:
        course.status = status
        audit.record(
            session,
            actor,
            f"course.{status}",
            f"course:{course.id}",
            institute_id=course.institute_id,
        )
    return course
