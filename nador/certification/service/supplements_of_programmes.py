"""What the second page of a programme's certificates says: its courses, and how each was passed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from nador.assessment.models import Assessment, Result
from nador.catalogue import labels as catalogue
from nador.catalogue.models import CourseVersion
from nador.catalogue.rules import AssessmentKind, DocumentKind
from nador.certification.facts import Assessed, Sentences, Supplement, Words
from nador.certification.models import Certificate
from nador.certification.rules import together
from nador.certification.service.supplements import number, sentences, words_of
from nador.certification.template import Annex
from nador.kernel.i18n import pick

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from nador.certification.facts import Skill
    from nador.certification.queries import Candidate
    from nador.certification.rules import Part
    from nador.kernel.i18n import Translator

_LANGUAGES: Final = ("ar", "fr", "en")
_NOTHING: Final = Sentences(ar=(), fr=(), en=())


def supplements_of_programme(
    session: Session, people: Sequence[Candidate], *, chosen: Callable[[DocumentKind], Annex]
) -> Callable[[Candidate, Words, tuple[Skill, ...]], Supplement | None]:
    """Read once what all these people's parts were; the function gives each holder's supplement.

    It wants the programme's title and the skills, which stand on the same page.
    """

    @cache
    def known() -> _Taught:
        return _taught(session, people)

    @cache
    def shared(
        parts: tuple[Part, ...], annex: Annex, title: Words, skills: tuple[Skill, ...]
    ) -> Supplement:
        return _fitting(parts, known(), annex, title=title, skills=skills)

    def of(one: Candidate, title: Words, skills: tuple[Skill, ...]) -> Supplement | None:
        annex = chosen(together(one.parts).kind)
        if annex is Annex.NONE:
            return None
        return shared(tuple(one.parts), annex, title, skills)

    return of


@dataclass(frozen=True)
class _Taught:
    """What the parts of some people were: their courses, how each run assessed, and final marks."""

    versions: Mapping[int, CourseVersion]
    methods: Mapping[int, Sequence[AssessmentKind]]
    """By certificate."""
    marks: Mapping[int, Decimal]
    """By certificate; an attestation has none."""


def _taught(session: Session, people: Sequence[Candidate]) -> _Taught:
    parts = [part for one in people for part in one.parts]
    rows = session.execute(
        select(Certificate.id, Certificate.run_id, Result.mark)
        .outerjoin(
            Result,
            (Result.enrolment_id == Certificate.enrolment_id) & Result.confirmed_at.is_not(None),
        )
        .where(Certificate.id.in_({part.certificate_id for part in parts}))
    ).all()
    used: dict[int | None, list[AssessmentKind]] = defaultdict(list)
    for run_id, kind in session.execute(
        select(Assessment.run_id, Assessment.kind)
        .where(Assessment.run_id.in_({run_id for _id, run_id, _mark in rows}))
        .order_by(Assessment.run_id, Assessment.position)
    ):
        used[run_id].append(kind)
    versions = session.scalars(
        select(CourseVersion).where(CourseVersion.id.in_({part.version_id for part in parts}))
    )
    return _Taught(
        versions={one.id: one for one in versions},
        methods={one_id: used[run_id] for one_id, run_id, _mark in rows},
        marks={one_id: mark for one_id, _run_id, mark in rows if mark is not None},
    )


def _fitting(
    parts: Sequence[Part], known: _Taught, annex: Annex, *, title: Words, skills: tuple[Skill, ...]
) -> Supplement:
    """Say as many outcomes of each course as the page has room for, and as few as one."""
    from nador.certification.pdf.supplement import has_room  # It reads the faces.

    most = max((len(_outcomes(known, part, "fr")) for part in parts), default=0)
    for count in range(most, 1, -1):
        said = _said(parts, known, annex, outcomes=count)
        if has_room(said, title, skills):
            return said
    return _said(parts, known, annex, outcomes=1)


def _said(parts: Sequence[Part], known: _Taught, annex: Annex, *, outcomes: int) -> Supplement:
    marked = annex is Annex.WITH_MARKS
    return Supplement(
        about=_about(parts),
        outcomes=Sentences(
            **{
                language: tuple(
                    said for part in parts for said in _outcomes(known, part, language)[:outcomes]
                )
                for language in _LANGUAGES
            }
        ),
        assessments=tuple(_course(part, known, marked=marked) for part in parts),
        result=words_of(lambda words: _result(words, marks=marked)),
        of_courses=True,
    )


def _outcomes(known: _Taught, part: Part, language: str) -> tuple[str, ...]:
    return sentences(known.versions[part.version_id].outcomes, language)


def _about(parts: Sequence[Part]) -> tuple[Words, ...]:
    whole = together(parts)
    said = [
        words_of(lambda words: words.gettext("Duration: %(hours)s", hours=words.hours(whole.hours)))
    ]
    if whole.language:
        said.append(
            words_of(
                lambda words: words.gettext(
                    "Language: %(language)s", language=catalogue.language(whole.language, words)
                )
            )
        )
    return tuple(said)


def _course(part: Part, known: _Taught, *, marked: bool) -> Assessed:
    """Say one course: its title, how it was assessed, its hours, and perhaps the final mark."""
    version = known.versions[part.version_id]
    kinds = list(dict.fromkeys(known.methods.get(part.certificate_id, ())))
    mark = known.marks.get(part.certificate_id) if marked else None
    return Assessed(
        title=Words(**{language: pick(version.title, language) for language in _LANGUAGES}),
        method=words_of(lambda words: _method(words, part, kinds)),
        weight=str(part.hours),
        out_of=number(version.mark_scale),
        mark=f"{mark:.2f}" if mark is not None else None,
    )


def _method(words: Translator, part: Part, kinds: Sequence[AssessmentKind]) -> str:
    if part.kind is DocumentKind.ATTESTATION or not kinds:
        return words.gettext("attendance")
    names = [catalogue.assessment_kind(kind, words) for kind in kinds]
    return words.listing([name[:1].lower() + name[1:] for name in names])


def _result(words: Translator, *, marks: bool) -> str:
    said = [
        words.gettext(
            "Each course has a certificate of its own, which was in force when this one was issued."
        )
    ]
    if marks:
        said.append(words.gettext("The marks are the final marks of the courses."))
    said.append(words.gettext("A person in charge at the institute confirmed each result."))
    return " ".join(said)
