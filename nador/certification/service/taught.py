"""What a credential says besides the paper: the course, its skills, and what one had to do."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from nador.catalogue import queries as catalogue
from nador.catalogue.models import CourseVersion, PlanItem
from nador.catalogue.rules import PLAIN, DocumentKind
from nador.certification.facts import Skill, Words
from nador.kernel.i18n import pick, translator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from nador.catalogue.models import Programme
    from nador.catalogue.queries import MemberCourse
    from nador.certification.queries import Candidate

_ESCO: Final = "http://data.europa.eu/esco/skill/"
_LANGUAGES: Final = ("ar", "fr", "en")


def besides(session: Session, version: CourseVersion) -> dict[str, Any]:
    """Give the facts of a course version that only the credential tells."""
    plan = session.scalars(
        select(PlanItem).where(PlanItem.version_id == version.id).order_by(PlanItem.position)
    ).all()
    return {
        "course": catalogue.version_with_course(session, version.id).course.code,
        "criteria": _criteria(version, plan),
        "skills": _skills(session, version.skills),
    }


def besides_of_programme(
    session: Session, programme: Programme, courses: Sequence[MemberCourse]
) -> Callable[[Candidate], dict[str, Any]]:
    """Give, for each holder, the facts of a programme that only the credential tells.

    Skills are those of the course versions that they followed.
    """
    titles = [course.title for course in courses]
    said = {
        "programme": programme.code,
        "courses": tuple(course.code for course in courses),
        "criteria": Words(**{each: _of_courses(titles, each) for each in _LANGUAGES}),
    }

    @cache
    def skills(version_ids: tuple[int, ...]) -> tuple[Skill, ...]:
        rows = session.execute(
            select(CourseVersion.id, CourseVersion.skills).where(CourseVersion.id.in_(version_ids))
        )
        taught = dict(rows.all())
        codes = dict.fromkeys(code for each in version_ids for code in taught[each])
        return _skills(session, list(codes))

    return lambda one: said | {"skills": skills(tuple(part.version_id for part in one.parts))}


def _of_courses(titles: Sequence[dict[str, str]], language: str) -> str:
    words = translator(language)
    return words.gettext(
        "Earned by holding the certificates of these courses: %(courses)s.",
        courses=words.listing([pick(title, language) for title in titles]),
    )


def _skills(session: Session, codes: Sequence[str]) -> tuple[Skill, ...]:
    return tuple(
        Skill(_words(skill.label), esco=_address(skill.esco))
        for skill in catalogue.skills(session, codes)
    )


def _address(esco: str | None) -> str | None:
    """Write a skill's address in ESCO; catalogues name it by its last part."""
    return esco if esco is None or ":" in esco else f"{_ESCO}{esco}"


def _criteria(version: CourseVersion, plan: Sequence[PlanItem]) -> Words | None:
    said = {language: _sentences(version, plan, language) for language in _LANGUAGES}
    return Words(**said) if all(said.values()) else None


def _sentences(version: CourseVersion, plan: Sequence[PlanItem], language: str) -> str:
    words = translator(language)
    said = []
    if plan and version.document is DocumentKind.CERTIFICATE:
        said.append(
            words.gettext(
                "Earned with at least %(mark)s over all of: %(assessments)s.",
                mark=words.mark(version.pass_mark, version.mark_scale),
                assessments=words.listing([pick(item.title, language) for item in plan]),
            )
        )
    if version.min_attendance:
        share = words.percent(Decimal(version.min_attendance) / 100)
        said.append(
            words.gettext("Earned by attending at least %(share)s of the meetings.", share=share)
            if version.attendance_points == PLAIN
            else words.gettext(
                "Earned with at least %(share)s of the points for attendance.", share=share
            )
        )
    return " ".join(said)


def _words(label: dict[str, str]) -> Words:
    return Words(**{language: pick(label, language) for language in _LANGUAGES})
