"""Imports the Open University Learning Analytics Dataset: real runs of the size that a centre has.

Kuzilek, Hlosta, Zdrahal: Open University Learning Analytics dataset, Sci Data 4:170171 (2017), CC BY 4.0.
What the set does not say (hours, names in Arabic) is not made up: hours are the days of a presentation.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import String, case, false, insert, literal, select, tuple_

from nador.accounts.models import Person
from nador.assessment.models import Assessment, Grade, GradeChange, Result
from nador.assessment.rules import Decision, GradeState, ResultSource, RuleKind, Verdict
from nador.catalogue import rules as catalogue
from nador.catalogue.models import Course, CourseVersion, PlanItem, Run
from nador.catalogue.rules import (
    AssessmentKind,
    CatalogueStatus,
    DocumentKind,
    Mode,
    RunStatus,
)
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentSource, EnrolmentStatus
from nador.kernel import audit, clock
from nador.kernel.access import Action, Actor, require
from nador.kernel.db import Words, command
from nador.kernel.errors import Invalid
from nador.kernel.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

FILES: Final = (
    "courses",
    "assessments",
    "studentInfo",
    "studentRegistration",
    "studentAssessment",
)
KINDS: Final = {
    "TMA": AssessmentKind.ASSIGNMENT,
    "CMA": AssessmentKind.QUIZ,
    "Exam": AssessmentKind.EXAM,
}
FIRST_MONTH: Final = {"B": 2, "J": 10}
"""Presentations of a year begin in February (B) or October (J)."""
DECISIONS: Final = {
    "Pass": Decision.PASS,
    "Distinction": Decision.PASS,
    "Fail": Decision.FAIL,
}
WITHDRAWN: Final = "Withdrawn"
DISTINCTION: Final = {"ar": "امتياز", "fr": "Distinction", "en": "Distinction"}
IMPORTED: Final = "Imported from OULAD"
BANKED: Final = "Banked in an earlier presentation; imported from OULAD"
_CHUNK: Final = 5000


class OuladFileMissing(Invalid):
    """The folder lacks one of the five files: `file`."""

    code = "oulad_file_missing"


class OuladLineUnreadable(Invalid):
    """A row has no value where one must be, or one that is no number: `file`, `line`."""

    code = "oulad_line_unreadable"


@dataclass(frozen=True, slots=True)
class Paper:
    """One assessment; `day` counts from the presentation's first day, None where it is not known."""

    number: str
    kind: str
    day: int | None
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Student:
    """One student's registration: days count from the presentation's first day."""

    number: str
    registered: int | None
    left: int | None
    result: str


@dataclass(frozen=True, slots=True)
class Score:
    """One handed-in assessment; a missing score is not a score of 0."""

    paper: str
    student: str
    day: int
    banked: bool
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Presentation:
    """One dated delivery of a module, with everything that the set knows of it."""

    module: str
    name: str
    days: int
    papers: list[Paper] = field(default_factory=list)
    students: list[Student] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The run's code."""
        return f"OULAD-{self.module}-{self.name}"

    @property
    def starts_on(self) -> date:
        """The day from which all days count."""
        return date(int(self.name[:4]), FIRST_MONTH[self.name[4]], 1)

    def day(self, number: int) -> date:
        """Turn a number of days into a date."""
        return self.starts_on + timedelta(days=number)

    def instant(self, number: int) -> datetime:
        """Turn a number of days into the midnight with which that day begins."""
        return clock.on_the_wall(datetime.combine(self.day(number), time()))


Key = tuple[str, str]
T = TypeVar("T")


def read(folder: Path) -> list[Presentation]:
    """Read the five files row by row into presentations, in the set's order.

    Raises OuladFileMissing, OuladLineUnreadable.
    """
    found = {
        key: Presentation(*key, days=days) for key, days in _rows(folder, "courses", _presentation)
    }
    of_paper: dict[str, Key] = {}
    for key, paper in _rows(folder, "assessments", _paper):
        found[key].papers.append(paper)
        of_paper[paper.number] = key
    registered = dict(_rows(folder, "studentRegistration", _registration))
    for key, (number, result) in _rows(folder, "studentInfo", _info):
        found[key].students.append(Student(number, *registered[*key, number], result))
    for score in _rows(folder, "studentAssessment", _score):
        found[of_paper[score.paper]].scores.append(score)
    return list(found.values())


def _rows(folder: Path, name: str, build: Callable[[Mapping[str, str]], T]) -> Iterator[T]:
    path = folder / f"{name}.csv.gz"
    if not path.is_file():
        raise OuladFileMissing(file=path.name)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as opened:
        rows = csv.DictReader(opened)
        for row in rows:
            try:
                built = build(row)
            except (KeyError, ValueError, ArithmeticError, TypeError):
                raise OuladLineUnreadable(file=path.name, line=rows.line_num) from None
            yield built


def _key(row: Mapping[str, str]) -> Key:
    return row["code_module"], row["code_presentation"]


def _presentation(row: Mapping[str, str]) -> tuple[Key, int]:
    key = _key(row)
    FIRST_MONTH[key[1][4:]]
    return key, int(row["module_presentation_length"])


def _paper(row: Mapping[str, str]) -> tuple[Key, Paper]:
    kind = row["assessment_type"]
    KINDS[kind]
    paper = Paper(row["id_assessment"], kind, _day(row["date"]), Decimal(row["weight"]))
    return _key(row), paper


def _registration(
    row: Mapping[str, str],
) -> tuple[tuple[str, str, str], tuple[int | None, int | None]]:
    days = _day(row["date_registration"]), _day(row["date_unregistration"])
    return (*_key(row), row["id_student"]), days


def _info(row: Mapping[str, str]) -> tuple[Key, tuple[str, str]]:
    result = row["final_result"]
    if result != WITHDRAWN:
        DECISIONS[result]
    return _key(row), (row["id_student"], result)


def _score(row: Mapping[str, str]) -> Score:
    return Score(
        paper=row["id_assessment"],
        student=row["id_student"],
        day=int(row["date_submitted"]),
        banked=row["is_banked"] == "1",
        value=Decimal(row["score"]) if row["score"] else None,
    )


def _day(text: str) -> int | None:
    return int(text) if text else None


@dataclass(frozen=True, slots=True)
class Imported:
    """What one presentation brought; all zero where it was there already."""

    code: str
    enrolments: int = 0
    grades: int = 0
    new_people: int = 0


@command
def import_presentation(
    session: Session, actor: Actor, *, institute_id: int, presentation: Presentation
) -> Imported:
    """Bring in one presentation with everything in it, or nothing; again changes nothing.

    Nobody is told: it is history.
    """
    for action in (Action.MANAGE_CATALOGUE, Action.MANAGE_ENROLMENTS):
        require(actor, action, institute_id=institute_id)
    code = presentation.code
    if session.scalar(select(Run.id).where(Run.code == code)) is not None:
        return Imported(code)
    now = clock.now()
    version = _version(session, institute_id, presentation, now=now)
    run = _run(session, institute_id, version, presentation, now=now)
    papers = _assessments(session, run, version, presentation)
    people, new = _people(session, presentation, now=now)
    enrolments = _enrolments(session, run, presentation, people, now=now)
    _results(session, run, presentation, enrolments, now=now)
    _grades(session, run, presentation, papers, enrolments)
    audit.record(
        session,
        actor,
        "run.imported",
        f"run:{run.id}",
        institute_id=institute_id,
        source="OULAD",
        enrolments=len(enrolments),
        grades=len(presentation.scores),
    )
    return Imported(code, len(enrolments), len(presentation.scores), new)


def _version(
    session: Session, institute_id: int, presentation: Presentation, *, now: datetime
) -> CourseVersion:
    """Give each presentation a version of its module's course: their plans differ."""
    code = f"OULAD-{presentation.module}"
    course = session.scalar(select(Course).where(Course.code == code))
    if course is None:
        course = Course(
            institute_id=institute_id, code=code, status=CatalogueStatus.PUBLISHED, created_at=now
        )
        session.add(course)
        session.flush()
    numbers = session.scalars(
        select(CourseVersion.number).where(CourseVersion.course_id == course.id)
    )
    title = _in_all(f"Open University, module {presentation.module}")
    version = CourseVersion(
        course_id=course.id,
        number=max(numbers, default=0) + 1,
        title=title,
        summary=_in_all("Open University Learning Analytics Dataset (CC BY 4.0)"),
        domain="OULAD",
        level=1,
        hours=presentation.days,
        mode=Mode.ONLINE,
        languages=["en"],
        capacity=len(presentation.students),
        mark_scale=Decimal(100),
        pass_mark=Decimal(40),
        document=DocumentKind.CERTIFICATE,
        text_folded=catalogue.folded([code, title["en"]]),
        content_hash=hashlib.sha256(presentation.code.encode()).hexdigest(),
        created_at=now,
    )
    session.add(version)
    session.flush()
    return version


def _in_all(text: str) -> Words:
    return dict.fromkeys(("ar", "fr", "en"), text)


def _run(
    session: Session,
    institute_id: int,
    version: CourseVersion,
    presentation: Presentation,
    *,
    now: datetime,
) -> Run:
    days = [each.registered for each in presentation.students if each.registered is not None]
    run = Run(
        institute_id=institute_id,
        course_id=version.course_id,
        version_id=version.id,
        code=presentation.code,
        language="en",
        mode=Mode.ONLINE,
        starts_on=presentation.starts_on,
        ends_on=presentation.day(presentation.days),
        opens_at=presentation.instant(min(days, default=-1)),
        closes_at=presentation.instant(max(days, default=0) + 1),
        capacity=len(presentation.students),
        # The rows that hold these seats follow in the same transaction.
        seats_held=sum(each.result != WITHDRAWN for each in presentation.students),
        status=RunStatus.PUBLISHED,
        imported=True,
        created_at=now,
    )
    session.add(run)
    session.flush()
    return run


def _assessments(
    session: Session, run: Run, version: CourseVersion, presentation: Presentation
) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for position, paper in enumerate(presentation.papers, start=1):
        counts[paper.kind] += 1
        facts: dict[str, Any] = {
            "position": position,
            "code": paper.number,
            "kind": KINDS[paper.kind],
            "title": _in_all(f"{paper.kind} {counts[paper.kind]}"),
            "weight": paper.weight,
            "out_of": Decimal(100),
            "minimum": Decimal(0),
        }
        session.add(PlanItem(version_id=version.id, **facts))
        session.add(
            Assessment(
                run_id=run.id,
                due_on=None if paper.day is None else presentation.day(paper.day),
                released_at=presentation.instant(presentation.days),
                **facts,
            )
        )
    session.flush()
    found = session.execute(
        select(Assessment.code, Assessment.id).where(Assessment.run_id == run.id)
    )
    return {code: assessment_id for code, assessment_id in found}  # noqa: C416 - rows are no pairs to mypy


def _people(
    session: Session, presentation: Presentation, *, now: datetime
) -> tuple[dict[str, int], int]:
    """Find or make one person per student number; they have no other name."""
    numbers = [student.number for student in presentation.students]
    known = _known(session, numbers)
    new = [number for number in numbers if number not in known]
    _insert(
        session,
        Person,
        [
            {
                "reference": number,
                "name_latin": f"Student {number}",
                "name_folded": fold(f"Student {number}"),
                "locale": "en",
                # The set's number is the whole identity: there is nothing to compare it with.
                "names_confirmed_at": now,
                "created_at": now,
            }
            for number in new
        ],
    )
    return known | _known(session, new), len(new)


def _known(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    for start in range(0, len(numbers), _CHUNK):
        found = session.execute(
            select(Person.reference, Person.id).where(
                Person.reference.in_(numbers[start : start + _CHUNK])
            )
        )
        known.update((row.reference, row.id) for row in found)
    return known


def _enrolments(
    session: Session,
    run: Run,
    presentation: Presentation,
    people: Mapping[str, int],
    *,
    now: datetime,
) -> dict[str, int]:
    rows = []
    for student in presentation.students:
        withdrew = student.result == WITHDRAWN
        ended = presentation.instant(student.left) if student.left is not None else now
        rows.append(
            {
                "run_id": run.id,
                "person_id": people[student.number],
                "reference": f"{presentation.code}-{student.number}",
                "status": EnrolmentStatus.WITHDRAWN if withdrew else EnrolmentStatus.ACTIVE,
                "source": EnrolmentSource.IMPORT,
                "created_at": run.opens_at
                if student.registered is None
                else presentation.instant(student.registered),
                "ended_at": ended if withdrew else None,
                "end_reason": None,
            }
        )
    _insert(session, Enrolment, rows)
    by_person = {
        row.person_id: row.id
        for row in session.execute(
            select(Enrolment.person_id, Enrolment.id).where(Enrolment.run_id == run.id)
        )
    }
    return {student.number: by_person[people[student.number]] for student in presentation.students}


def _results(
    session: Session,
    run: Run,
    presentation: Presentation,
    enrolments: Mapping[str, int],
    *,
    now: datetime,
) -> None:
    """Record what was decided there; nothing is computed, and nobody here has confirmed it yet."""
    _insert(
        session,
        Result,
        [
            {
                "enrolment_id": enrolments[student.number],
                "run_id": run.id,
                "decision": DECISIONS[student.result],
                "mention": DISTINCTION if student.result == "Distinction" else None,
                "trace": [_recorded(student.result)],
                "source": ResultSource.RECORDED,
                "recorded_at": now,
            }
            for student in presentation.students
            if student.result != WITHDRAWN
        ],
    )


def _recorded(result: str) -> dict[str, Any]:
    met = DECISIONS[result] is Decision.PASS
    return {
        "rule": RuleKind.RECORDED.value,
        "subject": "",
        "value": result,
        "threshold": None,
        "verdict": (Verdict.MET if met else Verdict.UNMET).value,
        "weight": None,
        "out_of": None,
    }


def _grades(
    session: Session,
    run: Run,
    presentation: Presentation,
    papers: Mapping[str, int],
    enrolments: Mapping[str, int],
) -> None:
    """Keep each score as a grade out of 100, with its line of history."""
    ended = presentation.instant(presentation.days)
    _insert(
        session,
        Grade,
        [
            {
                "assessment_id": papers[score.paper],
                "enrolment_id": enrolments[score.student],
                "value": score.value,
                "state": GradeState.UNGRADED if score.value is None else GradeState.RELEASED,
                "version": 1,
                "handed_in_on": presentation.day(score.day),
                "changed_at": ended,
            }
            for score in presentation.scores
        ],
    )
    banked = [
        (papers[score.paper], enrolments[score.student])
        for score in presentation.scores
        if score.banked
    ]
    is_banked = tuple_(Grade.assessment_id, Grade.enrolment_id).in_(banked) if banked else false()
    columns = ["grade_id", "at", "from_state", "to_value", "to_state", "reason"]
    session.execute(
        insert(GradeChange).from_select(
            columns,
            select(
                Grade.id,
                Grade.changed_at,
                literal(GradeState.UNGRADED.value, String),
                Grade.value,
                Grade.state,
                case((is_banked, BANKED), else_=IMPORTED),
            )
            .join(Assessment, Assessment.id == Grade.assessment_id)
            .where(Assessment.run_id == run.id)
            .order_by(Grade.id),
        )
    )


def _insert(session: Session, kind: type[Any], rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _CHUNK):
        session.execute(insert(kind.__table__), rows[start : start + _CHUNK])
