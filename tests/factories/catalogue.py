"""Courses, runs and meetings for tests."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from nador.catalogue.models import (
    Course,
    CourseVersion,
    Meeting,
    PlanItem,
    Programme,
    ProgrammeCourse,
    Run,
)
from nador.catalogue.rules import (
    AssessmentKind,
    CatalogueStatus,
    DocumentKind,
    MeetingStatus,
    Mode,
    RunStatus,
    folded,
)
from nador.kernel import clock
from tests.factories.store import numbers, store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

MENTIONS = [
    {"min": "16.00", "ar": "حسن جدا", "fr": "Très bien", "en": "Very good"},
    {"min": "14.00", "ar": "حسن", "fr": "Bien", "en": "Good"},
    {"min": "12.00", "ar": "مستحسن", "fr": "Assez bien", "en": "Fairly good"},
    {"min": "10.00", "ar": "مقبول", "fr": "Passable", "en": "Pass"},
]


def make_course(
    session: Session,
    *,
    institute_id: int,
    document: DocumentKind = DocumentKind.CERTIFICATE,
    min_attendance: int = 0,
    plan: tuple[tuple[str, ...], ...] = (("QCM", "40", "0"), ("CAS", "60", "7")),
    **grading: object,
) -> CourseVersion:
    """Make a published course with one version; `plan` is (code, weight, minimum[, category]) out of 20.

    `grading` sets what else a version says of marks: categories, scale, letters, compensated.
    """
    number = next(numbers)
    now = clock.now()
    course = store(
        session,
        Course(
            institute_id=institute_id,
            code=f"IA-{number}",
            status=CatalogueStatus.PUBLISHED,
            created_at=now,
        ),
    )
    version = store(
        session,
        CourseVersion(
            course_id=course.id,
            number=1,
            title={
                "ar": "مدخل إلى التعلم الآلي بلغة بايثون",
                "fr": "Introduction à l’apprentissage automatique avec Python",
                "en": "Introduction to machine learning with Python",
            },
            summary={"ar": "ملخص", "fr": "Résumé", "en": "Summary"},
            domain="foundations",
            level=1,
            hours=40,
            mode=Mode.BLENDED,
            languages=["fr", "ar"],
            capacity=25,
            mark_scale=Decimal(20),
            pass_mark=Decimal(10),
            min_attendance=min_attendance,
            document=document,
            mentions=MENTIONS,
            text_folded=folded(["Introduction à l’apprentissage automatique avec Python"]),
            content_hash=f"{number:064}",
            created_at=now,
            **grading,
        ),
    )
    for position, (code, weight, minimum, *category) in enumerate(plan, start=1):
        store(
            session,
            PlanItem(
                version_id=version.id,
                position=position,
                code=code,
                kind=AssessmentKind.QUIZ,
                title={"ar": code, "fr": code, "en": code},
                weight=Decimal(weight),
                out_of=Decimal(20),
                minimum=Decimal(minimum),
                category="".join(category),
            ),
        )
    return version


def make_programme(
    session: Session,
    versions: Sequence[CourseVersion],
    *,
    institute_id: int,
    status: CatalogueStatus = CatalogueStatus.PUBLISHED,
) -> Programme:
    """Make a programme of these courses, in their order."""
    programme = store(
        session,
        Programme(
            institute_id=institute_id,
            code=f"PRG-{next(numbers)}",
            title={
                "ar": "برنامج البيانات والذكاء الاصطناعي",
                "fr": "Programme Données et IA",
                "en": "Data and AI programme",
            },
            summary={"ar": "ملخص", "fr": "Résumé", "en": "Summary"},
            status=status,
        ),
    )
    for position, version in enumerate(versions, start=1):
        store(
            session,
            ProgrammeCourse(
                programme_id=programme.id, course_id=version.course_id, position=position
            ),
        )
    return programme


def category(code: str, weight: str, *, minimum: str = "0", drop: int = 0) -> dict[str, object]:
    """Write a category as a course version keeps it."""
    return {
        "code": code,
        "title": {"ar": code, "fr": code, "en": code},
        "weight": weight,
        "minimum": minimum,
        "drop": drop,
    }


def make_run(
    session: Session,
    version: CourseVersion,
    *,
    institute_id: int,
    capacity: int = 25,
    status: RunStatus = RunStatus.PUBLISHED,
    starts_in: int = 14,
    lasts: int = 30,
    open_since: int = 10,
    closes_in: int = 7,
) -> Run:
    """Make a run that starts in so many days, with its enrolment window around now by default."""
    now = clock.now()
    starts_on = clock.today() + timedelta(days=starts_in)
    return store(
        session,
        Run(
            institute_id=institute_id,
            course_id=version.course_id,
            version_id=version.id,
            code=f"RUN-{next(numbers)}",
            language="fr",
            mode=Mode.ONSITE,
            place="Nador",
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=lasts),
            opens_at=now - timedelta(days=open_since),
            closes_at=now + timedelta(days=closes_in),
            capacity=capacity,
            status=status,
            created_at=now,
        ),
    )


def make_meeting(
    session: Session, run: Run, *, in_days: int = 15, status: MeetingStatus = MeetingStatus.PLANNED
) -> Meeting:
    """Make a meeting of two hours."""
    starts_at = clock.now() + timedelta(days=in_days)
    return store(
        session,
        Meeting(
            run_id=run.id,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            status=status,
        ),
    )
