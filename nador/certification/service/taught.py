"""What a credential says besides the paper: the course, its skills, and what one had to do."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from nador.catalogue import queries as catalogue
from nador.catalogue.models import PlanItem
from nador.catalogue.rules import DocumentKind
from nador.certification.facts import Skill, Words
from nador.kernel.i18n import pick, translator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from nador.catalogue.models import CourseVersion

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
        "skills": tuple(
            Skill(_words(skill.label), esco=_address(skill.esco))
            for skill in catalogue.skills(session, version.skills)
        ),
    }


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
        said.append(
            words.gettext(
                "Earned by attending at least %(share)s of the meetings.",
                share=words.percent(Decimal(version.min_attendance) / 100),
            )
        )
    return " ".join(said)


def _words(label: dict[str, str]) -> Words:
    return Words(**{language: pick(label, language) for language in _LANGUAGES})
