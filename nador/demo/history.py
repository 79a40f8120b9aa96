"""What happened at the demo centre, played in the order of time through the features' commands.

Everything is noted in a diary first and then played with the clock set back to each entry, so that
prerequisites, numbers and the audit trail come in the order in which they would have come.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from nador.assessment import service as assessment
from nador.assessment.models import Assessment
from nador.assessment.rules import Decision
from nador.assessment.service import GradeEntry
from nador.catalogue import service as catalogue
from nador.catalogue.models import Course, CourseVersion, Meeting, Prerequisite
from nador.certification import queries as certificates
from nador.certification import service as certification
from nador.demo import exams, marks, papers, works
from nador.demo.diary import Diary, at
from nador.demo.timetable import RUNS, Fate, Planned
from nador.enrolment import service as enrolment
from nador.enrolment.rules import AttendanceStatus
from nador.kernel import clock
from nador.kernel.access import Actor, Grant, Role

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_SEED: Final = 2026
_LATEST: Final = timedelta(minutes=20)  # nothing is younger, so that nothing is still to come
_EVENINGS: Final = (1, 3)  # Tuesday and Thursday
_CAME: Final = (
    *[AttendanceStatus.PRESENT] * 17,
    AttendanceStatus.LATE,
    AttendanceStatus.EXCUSED,
    AttendanceStatus.ABSENT,
)
_SELDOM: Final = (*_CAME[-4:], AttendanceStatus.ABSENT, AttendanceStatus.ABSENT)
_QUARTERS: Final = 4


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the office as actors; those with an account by the name before @; the crowd."""

    institute_id: int
    registrar: Actor
    certifier: Actor
    known: Mapping[str, int]
    crowd: list[int]
    origin: str
    """Where the codes of certificates will be answered."""


@dataclass(slots=True)
class Unfolding:
    """A run while it is played."""

    plan: Planned
    first: date
    last: date
    version: CourseVersion
    id: int = 0
    seats: dict[int, int] = field(default_factory=dict)
    """The enrolments of those who take part, by person."""

    @property
    def code(self) -> str:
        """The run's code: the course and the month of its start."""
        return f"{self.plan.course}-{self.first:%y%m}"


class History:
    """Notes the whole history of the centre in a diary; `play` lets it happen."""

    def __init__(self, session: Session, cast: Cast) -> None:
        self.session = session
        self.cast = cast
        self.diary = Diary()
        self.now = clock.now()
        self.draw = random.Random(_SEED)  # noqa: S311 - nothing secret: the same history every time
        self.able = {person: self.draw.gauss(13.4, 2.2) for person in cast.crowd}
        self.able |= dict.fromkeys(cast.known.values(), 15.0)
        self.passed: dict[str, set[int]] = {}
        self.took: dict[str, set[int]] = {}
        self.next_in_crowd = 0
        self.certified = False

    def play(self) -> list[Unfolding]:
        """Let everything happen up to now, and give the runs as they stand."""
        monday = clock.today() - timedelta(days=clock.today().weekday())
        runs = [self._note_run(plan, monday) for plan in RUNS]
        self.diary.play(until=self.now - _LATEST)
        return runs

    # What is noted

    def _note_run(self, plan: Planned, monday: date) -> Unfolding:
        first = monday + timedelta(weeks=plan.week)
        last = first + timedelta(weeks=plan.weeks, days=-2)
        run = Unfolding(plan=plan, first=first, last=last, version=self._version(plan.course))
        opens, closes = self._window(run)
        announced = min(opens - timedelta(days=7), self.now - timedelta(days=3))
        self.diary.note(announced, self._open, run)
        self._note_seats(run, opens, min(closes, self.now - timedelta(hours=30)))
        match plan.fate:
            case Fate.DRAFT:
                return run
            case Fate.CANCELLED:
                self.diary.note(self.now - timedelta(days=2), self._cancel, run)
                return run
        self._note_meetings(run)
        works.note(self, run)
        exams.note(self, run)
        self._note_grades(run)
        self._note_end(run)
        return run

    def _window(self, run: Unfolding) -> tuple[datetime, datetime]:
        return (
            at(run.first - timedelta(days=run.plan.opens), 9),
            at(run.first - timedelta(days=run.plan.closes), 18),
        )

    def _note_seats(self, run: Unfolding, opens: datetime, until: datetime) -> None:
        plan = run.plan
        early = plan.capacity - len(plan.guests)
        waiters = max(0, plan.learners - early)
        order: list[str | None] = [*plan.guests, *[None] * (plan.learners - waiters)]
        order += [*plan.waiting, *[None] * waiters]
        for number, who in enumerate(order, start=1):
            when = opens + (until - opens) * number / (len(order) + 1)
            self.diary.note(when, self._seat, run, who)
        if plan.waiting:
            # Somebody gives a seat back: the first of those who wait has an offer now.
            self.diary.note(self.now - timedelta(hours=8), self._leave, run)
        elif len(order) > len(plan.guests) + 9:
            self.diary.note(at(run.first + timedelta(days=6), 12), self._leave, run)

    def _note_meetings(self, run: Unfolding) -> None:
        days = [run.first + timedelta(days=n) for n in range((run.last - run.first).days + 1)]
        for day in days:
            if day.weekday() in _EVENINGS:
                self.diary.note(at(day, 20, 10), self._meet, run, day)

    def _note_grades(self, run: Unfolding) -> None:
        items = run.version.plan
        length = (run.last - run.first).days
        for number, item in enumerate(items, start=1):
            day = run.first + timedelta(days=length * number // len(items) + 2)
            last = number == len(items)
            self.diary.note(at(day, 21), self._grade, run, item.code, last)
            if not last:
                self.diary.note(at(day + timedelta(days=2), 9), self._release, run, item.code)

    def _note_end(self, run: Unfolding) -> None:
        fate = run.plan.fate
        if fate is Fate.TO_GRADE:
            marks.note(self, run)
            return
        self.diary.note(at(run.last + timedelta(days=6), 10), self._release, run)
        if fate is Fate.TO_CONCLUDE:
            return
        self.diary.note(at(run.last + timedelta(days=9), 11), self._conclude, run)
        if fate is Fate.CERTIFIED:
            self.diary.note(at(run.last + timedelta(days=12), 15), self._certify, run)

    # What happens

    def _version(self, course: str) -> CourseVersion:
        return self.session.scalars(
            select(CourseVersion)
            .join(CourseVersion.course)
            .where(Course.code == course)
            .options(joinedload(CourseVersion.course), selectinload(CourseVersion.plan))
            .order_by(CourseVersion.number.desc())
            .limit(1)
        ).one()

    def _open(self, run: Unfolding) -> None:
        plan = run.plan
        opens, closes = self._window(run)
        opened = catalogue.open_run(
            self.session,
            self.cast.registrar,
            version_id=run.version.id,
            code=run.code,
            language=plan.language,
            mode=plan.mode,
            place=plan.place,
            starts_on=run.first,
            ends_on=run.last,
            opens_at=opens,
            closes_at=closes,
            capacity=plan.capacity,
            offer_hours=72,
            publish=plan.fate is not Fate.DRAFT,
        )
        run.id = opened.id
        registrar = self.cast.registrar
        catalogue.add_meetings(
            self.session,
            registrar,
            run_id=run.id,
            first_day=run.first,
            last_day=run.last,
            weekdays=_EVENINGS,
            starts=time(18),
            ends=time(20),
            place=plan.place,
            topic="",
        )
        catalogue.assign_staff(
            self.session, registrar, run_id=run.id, person_id=self.cast.known[plan.teacher]
        )

    def teacher(self, run: Unfolding) -> Actor:
        """Who teaches the run."""
        person_id = self.cast.known[run.plan.teacher]
        grant = Grant(Role.INSTRUCTOR, self.cast.institute_id, run.id)
        return Actor(person_id=person_id, grants=frozenset({grant}))

    def _seat(self, run: Unfolding, who: str | None) -> None:
        course = run.plan.course
        person_id = self.cast.known[who] if who else self._newcomer(run)
        self.took.setdefault(course, set()).add(person_id)
        myself = who is not None or self.draw.random() < 0.6  # noqa: PLR2004 - most enrol themselves
        actor = Actor(person_id=person_id) if myself else self.cast.registrar
        placed = enrolment.enrol(self.session, actor, run_id=run.id, learner_id=person_id)
        run.seats[person_id] = placed.id

    def _newcomer(self, run: Unfolding) -> int:
        """Find somebody who may take the course; who has not what comes first, has learnt it elsewhere."""
        first = self._required(run)
        took = self.took.get(run.plan.course, set())
        for person_id in self.cast.crowd if first else ():
            if person_id not in took and all(
                person_id in self.passed.get(code, ()) for code in first.values()
            ):
                return person_id
        while self.cast.crowd[self.next_in_crowd % len(self.cast.crowd)] in took:
            self.next_in_crowd += 1
        person_id = self.cast.crowd[self.next_in_crowd % len(self.cast.crowd)]
        self.next_in_crowd += 1
        for course_id, code in first.items():
            if person_id not in self.passed.get(code, ()):
                enrolment.record_equivalence(
                    self.session,
                    self.cast.registrar,
                    person_id=person_id,
                    course_id=course_id,
                    reason="Licence en informatique, Faculté pluridisciplinaire de Nador",
                )
        return person_id

    def _required(self, run: Unfolding) -> dict[int, str]:
        rows = self.session.execute(
            select(Course.id, Course.code)
            .join(Prerequisite, Prerequisite.course_id == Course.id)
            .where(Prerequisite.version_id == run.version.id)
        )
        return {course_id: code for course_id, code in rows}  # noqa: C416 - a result is no mapping

    def _leave(self, run: Unfolding) -> None:
        """Let the last but two of those who have a seat give it back."""
        seated = list(run.seats.items())[: run.plan.capacity]
        person_id, enrolment_id = seated[-3]
        enrolment.withdraw(
            self.session,
            Actor(person_id=person_id),
            enrolment_id=enrolment_id,
            reason="Empêchement professionnel",
        )
        del run.seats[person_id]

    def _cancel(self, run: Unfolding) -> None:
        catalogue.cancel_run(
            self.session,
            self.cast.registrar,
            run_id=run.id,
            reason="La ferme d’application n’est pas disponible",
        )

    def _meet(self, run: Unfolding, day: date) -> None:
        meeting_id = self.session.scalars(
            select(Meeting.id).where(Meeting.run_id == run.id, Meeting.starts_at == at(day, 18))
        ).one()
        statuses = {
            enrolment_id: self.draw.choice(_SELDOM if self.able[person_id] < 10 else _CAME)  # noqa: PLR2004 - who struggles comes less
            for person_id, enrolment_id in run.seats.items()
        }
        days_ago = (clock.local(self.now).date() - day).days
        if days_ago < 7:  # noqa: PLR2004 - the present week is half marked
            statuses = dict(list(statuses.items())[: len(statuses) // 2])
        enrolment.save_attendance(
            self.session, self.teacher(run), meeting_id=meeting_id, statuses=statuses, held=True
        )

    def _grade(self, run: Unfolding, code: str, last: bool) -> None:
        item = self.assessment(run, code)
        learners = list(run.seats.items())
        if last and run.plan.fate is Fate.TO_GRADE:
            learners = learners[: len(learners) // 3]
        assessment.set_grades(
            self.session,
            self.teacher(run),
            entries=[
                GradeEntry(
                    assessment_id=item.id,
                    enrolment_id=enrolment_id,
                    value=self._mark(person_id, out_of=item.out_of),
                )
                for person_id, enrolment_id in learners
            ],
        )

    def _mark(self, person_id: int, *, out_of: Decimal) -> Decimal:
        """Draw a mark around what the person can do, in quarters of a point."""
        share = min(max((self.able[person_id] + self.draw.gauss(0, 1.6)) / 20, 0.1), 0.985)
        return Decimal(round(share * float(out_of) * _QUARTERS)) / _QUARTERS

    def assessment(self, run: Unfolding, code: str) -> Assessment:
        """One item of the run's plan."""
        return self.session.scalars(
            select(Assessment).where(Assessment.run_id == run.id, Assessment.code == code)
        ).one()

    def _release(self, run: Unfolding, code: str | None = None) -> None:
        ids = None if code is None else [self.assessment(run, code).id]
        assessment.release(self.session, self.teacher(run), run_id=run.id, assessment_ids=ids)

    def _conclude(self, run: Unfolding) -> None:
        results = assessment.conclude(self.session, self.cast.registrar, run_id=run.id)
        people = {enrolment_id: person_id for person_id, enrolment_id in run.seats.items()}
        self.passed.setdefault(run.plan.course, set()).update(
            people[result.enrolment_id] for result in results if result.decision is Decision.PASS
        )

    def _certify(self, run: Unfolding) -> None:
        """Confirm the names and order the documents; workers draw them."""
        holders = certificates.candidates(self.session, run.id)
        certifier = self.cast.certifier
        doubtful = holders[-1].person.id if run.plan.doubt else None
        certification.confirm_names(
            self.session,
            certifier,
            run_id=run.id,
            person_ids={one.person.id for one in holders} - {doubtful},
        )
        first = not self.certified
        if first:
            papers.limit_validity(self.session, self.cast.institute_id)
        certification.order_batch(self.session, certifier, run_id=run.id, origin=self.cast.origin)
        if first:
            papers.lift_limit(self.session, self.cast.institute_id)
        self.certified = True
