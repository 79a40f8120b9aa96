"""What the set says, in the words of the house: rows to insert, decided without a database."""

from __future__ import annotations

import hashlib
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from nador.assessment.rules import Decision, GradeState, ResultSource, RuleKind, Verdict
from nador.catalogue import rules as catalogue
from nador.catalogue.rules import AssessmentKind, DocumentKind, Mode, RunStatus
from nador.demo.oulad.reading import FinalResult, PaperKind
from nador.enrolment.rules import EnrolmentSource, EnrolmentStatus
from nador.kernel.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from nador.demo.oulad.reading import Presentation
    from nador.kernel.db import Words

DISTINCTION: Final = {"ar": "امتياز", "fr": "Distinction", "en": "Distinction"}
IMPORTED: Final = "Imported from OULAD"
BANKED: Final = "Banked in an earlier presentation; imported from OULAD"
_KINDS: Final = {
    PaperKind.TMA: AssessmentKind.ASSIGNMENT,
    PaperKind.CMA: AssessmentKind.QUIZ,
    PaperKind.EXAM: AssessmentKind.EXAM,
}
_DECISIONS: Final = {
    FinalResult.PASS: Decision.PASS,
    FinalResult.DISTINCTION: Decision.PASS,
    FinalResult.FAIL: Decision.FAIL,
}

Row = dict[str, Any]


def course_code(presentation: Presentation) -> str:
    """Name the course that a module becomes."""
    return f"OULAD-{presentation.module}"


def version(presentation: Presentation) -> Row:
    """Say what a presentation taught: each has a version of its own, because their plans differ."""
    title = _in_all(f"Open University, module {presentation.module}")
    return {
        "title": title,
        "summary": _in_all("Open University Learning Analytics Dataset (CC BY 4.0)"),
        "domain": "OULAD",
        "level": 1,
        "hours": presentation.days,
        "mode": Mode.ONLINE,
        "languages": ["en"],
        "capacity": len(presentation.students),
        "mark_scale": Decimal(100),
        "pass_mark": Decimal(40),
        "document": DocumentKind.CERTIFICATE,
        "text_folded": catalogue.folded([course_code(presentation), title["en"]]),
        "content_hash": hashlib.sha256(presentation.code.encode()).hexdigest(),
    }


def run(presentation: Presentation) -> Row:
    """Say when a presentation was open, and for how many."""
    return {
        "code": presentation.code,
        "language": "en",
        "mode": Mode.ONLINE,
        "starts_on": presentation.starts_on,
        "ends_on": presentation.day(presentation.days),
        "opens_at": presentation.instant(min(presentation.registered, default=-1)),
        "closes_at": presentation.instant(max(presentation.registered, default=0) + 1),
        "capacity": len(presentation.students),
        # The rows that hold these seats follow in the same transaction.
        "seats_held": sum(student.stayed for student in presentation.students),
        "status": RunStatus.PUBLISHED,
        "imported": True,
    }


def plan(presentation: Presentation) -> Iterator[Row]:
    """List the items of the assessment plan, numbered by kind."""
    counts: Counter[PaperKind] = Counter()
    for position, paper in enumerate(presentation.papers, start=1):
        counts[paper.kind] += 1
        yield {
            "position": position,
            "code": paper.number,
            "kind": _KINDS[paper.kind],
            "title": _in_all(f"{paper.kind} {counts[paper.kind]}"),
            "weight": paper.weight,
            "out_of": Decimal(100),
            "minimum": Decimal(0),
        }


def _in_all(text: str) -> Words:
    return dict.fromkeys(("ar", "fr", "en"), text)


def people(numbers: Iterable[str], *, now: datetime) -> list[Row]:
    """Make one person per student number; they have no other name."""
    return [
        {
            "reference": number,
            "name_latin": f"Student {number}",
            "name_folded": fold(f"Student {number}"),
            "locale": "en",
            # The set's number is the whole identity: there is nothing to compare it with.
            "names_confirmed_at": now,
            "created_at": now,
        }
        for number in numbers
    ]


def enrolments(
    presentation: Presentation,
    *,
    run_id: int,
    opens_at: datetime,
    person_ids: Mapping[str, int],
    now: datetime,
) -> Iterator[Row]:
    """Give every student their place; who withdrew has left it."""
    for student in presentation.students:
        left = now if student.left is None else presentation.instant(student.left)
        yield {
            "run_id": run_id,
            "person_id": person_ids[student.number],
            "reference": f"{presentation.code}-{student.number}",
            "status": EnrolmentStatus.ACTIVE if student.stayed else EnrolmentStatus.WITHDRAWN,
            "source": EnrolmentSource.IMPORT,
            "created_at": opens_at
            if student.registered is None
            else presentation.instant(student.registered),
            "ended_at": None if student.stayed else left,
            "end_reason": None,
        }


def results(
    presentation: Presentation, *, run_id: int, enrolment_ids: Mapping[str, int], now: datetime
) -> list[Row]:
    """Record what was decided there; nothing is computed, and nobody here has confirmed it yet."""
    return [
        {
            "enrolment_id": enrolment_ids[student.number],
            "run_id": run_id,
            "decision": _DECISIONS[student.result],
            "mention": DISTINCTION if student.result is FinalResult.DISTINCTION else None,
            "trace": [_recorded(student.result)],
            "source": ResultSource.RECORDED,
            "recorded_at": now,
        }
        for student in presentation.students
        if student.stayed
    ]


def _recorded(result: FinalResult) -> Row:
    met = _DECISIONS[result] is Decision.PASS
    return {
        "rule": RuleKind.RECORDED.value,
        "subject": "",
        "value": result.value,
        "threshold": None,
        "verdict": (Verdict.MET if met else Verdict.UNMET).value,
        "weight": None,
        "out_of": None,
    }


def grades(
    presentation: Presentation,
    *,
    assessment_ids: Mapping[str, int],
    enrolment_ids: Mapping[str, int],
) -> list[Row]:
    """Keep each score as a grade out of 100."""
    ended = presentation.instant(presentation.days)
    return [
        {
            "assessment_id": assessment_ids[score.paper],
            "enrolment_id": enrolment_ids[score.student],
            "value": score.value,
            "state": GradeState.UNGRADED if score.value is None else GradeState.RELEASED,
            "version": 1,
            "handed_in_on": presentation.day(score.day),
            "changed_at": ended,
        }
        for score in presentation.scores
    ]
