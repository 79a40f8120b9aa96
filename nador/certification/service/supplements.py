"""What the second page of a run's certificates says, in words that nothing later changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from nador.assessment.models import Assessment
from nador.catalogue import labels as catalogue
from nador.catalogue.rules import PLAIN, DocumentKind
from nador.certification import queries
from nador.certification.facts import Assessed, FinalMark, Sentences, Supplement, Words
from nador.certification.template import Annex
from nador.kernel.i18n import pick, translator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from nador.catalogue.models import CourseVersion, Run
    from nador.catalogue.rules import AssessmentKind
    from nador.certification.queries import Candidate
    from nador.kernel.i18n import Translator

_LANGUAGES: Final = ("ar", "fr", "en")


def supplements(
    session: Session, *, run: Run, version: CourseVersion, chosen: Annex
) -> Callable[[Candidate], Supplement | None]:
    """Read what a run's supplements say, once for all; the function gives each holder's."""
    if chosen is Annex.NONE:
        return lambda _one: None
    assessed = version.document is DocumentKind.CERTIFICATE
    plan = _plan(session, run) if assessed else []
    told = assessed and chosen is Annex.WITH_MARKS
    shared = Supplement(
        about=_about(run, version),
        outcomes=Sentences(
            **{language: sentences(version.outcomes, language) for language in _LANGUAGES}
        ),
        assessments=tuple(_assessed(plan)),
        result=words_of(lambda words: _result(words, version, plan, marks=told)),
    )
    if not told:
        return lambda _one: shared
    values = queries.values_in_results(session, run.id)
    scale = number(version.mark_scale)
    codes = [one.code for one in plan]

    def of(one: Candidate) -> Supplement:
        own = values.get(one.enrolment_id or 0, {})
        return replace(
            shared,
            assessments=tuple(
                replace(each, mark=own.get(code))
                for each, code in zip(shared.assessments, codes, strict=True)
            ),
            final=FinalMark(f"{one.mark:.2f}", scale) if one.mark is not None else None,
        )

    return of


def _plan(session: Session, run: Run) -> Sequence[Assessment]:
    return session.scalars(
        select(Assessment).where(Assessment.run_id == run.id).order_by(Assessment.position)
    ).all()


def _assessed(plan: Sequence[Assessment]) -> list[Assessed]:
    whole = sum((one.weight for one in plan), Decimal(0))
    return [
        Assessed(
            title=Words(**{language: pick(one.title, language) for language in _LANGUAGES}),
            method=_method(one.kind),
            weight=number(100 * one.weight / whole) if whole else "0",
            out_of=number(one.out_of),
        )
        for one in plan
    ]


def _method(kind: AssessmentKind) -> Words:
    return words_of(lambda words: catalogue.assessment_kind(kind, words))


def _about(run: Run, version: CourseVersion) -> tuple[Words, ...]:
    return (
        words_of(
            lambda words: words.gettext(
                "Level: %(level)s", level=catalogue.level(version.level, words)
            )
        ),
        words_of(
            lambda words: words.gettext("Duration: %(hours)s", hours=words.hours(version.hours))
        ),
        words_of(
            lambda words: words.gettext(
                "Language: %(language)s", language=catalogue.language(run.language, words)
            )
        ),
        words_of(
            lambda words: words.gettext("Mode: %(mode)s", mode=catalogue.mode(run.mode, words))
        ),
    )


def _result(
    words: Translator, version: CourseVersion, plan: Sequence[Assessment], *, marks: bool
) -> str:
    said = []
    if plan:
        said.append(
            words.gettext("The final mark is the mean of the assessments, weighted as shown.")
        )
    if marks:
        said.append(
            words.gettext(
                "Passing takes at least %(mark)s.",
                mark=words.mark(version.pass_mark, version.mark_scale),
            )
        )
    if any(one.minimum for one in plan):
        said.append(
            words.gettext("Some assessments have a minimum of their own: below it, nobody passes.")
        )
    if version.min_attendance:
        share = words.percent(Decimal(version.min_attendance) / 100)
        said.append(
            words.gettext("At least %(share)s of the meetings had to be attended.", share=share)
            if version.attendance_points == PLAIN
            else words.gettext(
                "At least %(share)s of the points for attendance had to be earned.", share=share
            )
        )
    said.append(words.gettext("A person in charge at the institute confirmed the result."))
    return " ".join(said)


def sentences(outcomes: Mapping[str, Sequence[str]], language: str) -> tuple[str, ...]:
    """Choose sentences in a language, or in the next best that has some."""
    return tuple(
        next((some for each in (language, "fr", "en", "ar") if (some := outcomes.get(each))), ())
    )


def words_of(say: Callable[[Translator], str]) -> Words:
    """Say something in each language."""
    return Words(**{language: say(translator(language)) for language in _LANGUAGES})


def number(value: Decimal) -> str:
    """Write a number as short as it is: 20, 33.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
