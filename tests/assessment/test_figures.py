"""The figures of a run: kept by a worker, never shown once something touched them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from nador.assessment import jobs, queries, service
from nador.assessment.models import Assessment, RunFigures, TouchedRun
from nador.assessment.queries.figures import PAUSE, run_with_figures, uncounted
from nador.assessment.queries.marking import queue
from nador.assessment.queries.quizzes import attempts_waiting
from nador.assessment.rules import CURRENT, Decision
from nador.assessment.service.figures import Counted, keep_figures
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import checkup, clock
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command
from nador.kernel.files import FileStore
from nador.kernel.work import Desk
from tests.assessment.crowd import open_crowd
from tests.assessment.school import School, open_categorised, publish
from tests.assessment.test_gradebook import TWELVE, statements
from tests.factories import make_enrolment, make_person, make_run
from tests.factories.assessment import make_pass

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Update
    from sqlalchemy.orm import Session, sessionmaker

    from nador.settings import Settings


@pytest.fixture
def desk(settings: Settings, sessions: sessionmaker[Session]) -> Desk:
    return Desk(settings, sessions, FileStore(settings.files))


def count(session: Session, desk: Desk, run_id: int) -> None:
    """Let a worker count a run."""
    keep_figures(session, NOBODY, item_id=run_id, outcome=jobs.count(desk, run_id))


def hold(session: Session, run_id: int) -> bool:
    session.rollback()
    return run_with_figures(session, run_id)[1] is not None


@command
def change(session: Session, _actor: Actor, *, how: Update) -> None:
    session.execute(how)


def graded(session: Session) -> School:
    school = open_categorised(session, learners=4)
    school.grade_all(("8", "6", "10"), ("12", "10", "14"), ("16", "18", "9"), ("5", None, None))
    return school


@pytest.mark.timeout(900)
@pytest.mark.parametrize("learners", [20, 2_000])
def test_first_pages_read_as_often_for_2000_learners_as_for_20(
    session: Session, desk: Desk, learners: int
) -> None:
    school = open_crowd(session, learners, plan=TWELVE[:4]).school
    run_id, teacher = school.run.id, school.instructor
    asked: dict[str, Callable[[], object]] = {
        "gradebook": lambda: queries.gradebook(session, run_id, page=1),
        "queue": lambda: (queue(session, teacher), attempts_waiting(session, teacher)),
        "statistics": lambda: queries.statistics(session, run_id),
    }

    def counts() -> dict[str, int]:
        found = {}
        for name, ask in asked.items():
            with statements(session) as sent:
                ask()
            found[name] = len(sent)
        return found

    anew = counts()
    count(session, desk, run_id)
    kept = counts()

    assert anew == {"gradebook": 4, "queue": 2, "statistics": 4}
    assert kept == {"gradebook": 4, "queue": 2, "statistics": 2}
    assert queue(session, teacher).total == learners
    assert queries.gradebook(session, run_id, page=1).total == learners


def test_what_is_kept_is_what_is_counted(session: Session, desk: Desk) -> None:
    school = graded(session)
    run_id = school.run.id
    anew = queries.statistics(session, run_id)
    columns = queries.gradebook(session, run_id).columns

    count(session, desk, run_id)
    kept = queries.statistics(session, run_id)

    assert hold(session, run_id)
    assert (kept.distributions, kept.parts) == (anew.distributions, anew.parts)
    assert kept.together == anew.together
    assert [(each.graded, each.provisional) for each in columns] == [(4, 4), (3, 3), (3, 3)]
    again = queries.gradebook(session, run_id, page=1).columns
    assert [(each.graded, each.provisional) for each in again] == [(4, 4), (3, 3), (3, 3)]


@pytest.mark.parametrize(
    "touch",
    [
        pytest.param(lambda school: school.grade(3, 1, "11"), id="a grade is given"),
        pytest.param(lambda school: school.grade(0, 0, "11"), id="a grade is changed"),
        pytest.param(lambda school: school.release(), id="grades are released"),
        pytest.param(
            lambda school: service.override_mark(
                school.session,
                school.instructor,
                run_id=school.run.id,
                enrolment_id=school.learners[0].id,
                category="TD",
                value=Decimal(9),
                reason="Erreur de barème",
            ),
            id="a mark is overridden",
        ),
        pytest.param(
            lambda school: make_pass(school.session, school.learners[0]), id="a result is recorded"
        ),
        pytest.param(
            lambda school: change(
                school.session,
                NOBODY,
                how=update(Enrolment)
                .where(Enrolment.id == school.learners[0].id)
                .values(status=EnrolmentStatus.WITHDRAWN),
            ),
            id="a learner leaves",
        ),
        pytest.param(
            lambda school: change(
                school.session,
                NOBODY,
                how=update(Assessment)
                .where(Assessment.id == school.assessments[0].id)
                .values(weight=Decimal(5)),
            ),
            id="a weight is another",
        ),
    ],
)
def test_whatever_changes_them_makes_them_counted_anew(
    session: Session, desk: Desk, touch: Callable[[School], object]
) -> None:
    school = graded(session)
    count(session, desk, school.run.id)
    held = hold(session, school.run.id)

    touch(school)

    assert (held, hold(session, school.run.id)) == (True, False)
    shown = queries.statistics(session, school.run.id)
    count(session, desk, school.run.id)
    assert hold(session, school.run.id)
    kept = queries.statistics(session, school.run.id)
    assert (kept.distributions, kept.together) == (shown.distributions, shown.together)


def test_a_result_that_is_taken_over_touches_them(session: Session, desk: Desk) -> None:
    school = graded(session)
    result = make_pass(session, school.learners[0])
    count(session, desk, school.run.id)

    how = update(type(result)).where(type(result).id == result.id).values(decision=Decision.FAIL)
    change(session, NOBODY, how=how)

    assert not hold(session, school.run.id)


def test_figures_by_an_older_formula_hold_no_more(session: Session, desk: Desk) -> None:
    school = graded(session)
    count(session, desk, school.run.id)

    change(session, NOBODY, how=update(RunFigures).values(formula=CURRENT - 1))

    assert not hold(session, school.run.id)


def test_another_run_stays_as_it_is(session: Session, desk: Desk) -> None:
    school = graded(session)
    other = make_run(session, school.run.version, institute_id=school.institute.id)
    publish(session, NOBODY, run_id=other.id)
    for run_id in (school.run.id, other.id):
        count(session, desk, run_id)

    school.grade(3, 1, "11")

    assert (hold(session, school.run.id), hold(session, other.id)) == (False, True)


def test_a_grade_that_comes_while_a_worker_counts_has_it_count_again(
    session: Session, desk: Desk
) -> None:
    school = graded(session)
    seen: Counted = jobs.count(desk, school.run.id)

    # As if the worker had read the touches before, and the grades after this one.
    keep_figures(session, NOBODY, item_id=school.run.id, outcome=seen)
    seen = jobs.count(desk, school.run.id)
    school.grade(3, 1, "11")
    keep_figures(session, NOBODY, item_id=school.run.id, outcome=seen)

    assert not hold(session, school.run.id)


def test_a_grade_of_an_open_transaction_is_not_forgotten(
    session: Session, sessions: sessionmaker[Session], desk: Desk
) -> None:
    school = graded(session)
    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("who writes in SQLite is alone")
    session.rollback()

    @command
    def grade_slowly(slow: Session, actor: Actor) -> None:
        service.set_grade(
            slow,
            actor,
            assessment_id=school.assessments[1].id,
            enrolment_id=school.learners[3].id,
            value=Decimal(11),
        )
        slow.flush()
        with sessions() as other:
            count(other, desk, school.run.id)

    with sessions() as slow:
        grade_slowly(slow, school.instructor)

    assert not hold(session, school.run.id)


def test_a_run_is_due_once_and_no_more_than_once_a_minute(session: Session, desk: Desk) -> None:
    school = graded(session)
    now = clock.now()

    def due(after: timedelta = timedelta()) -> list[int]:
        session.rollback()
        return list(session.scalars(uncounted(now + after)))

    before = due()
    count(session, desk, school.run.id)
    counted = due(2 * PAUSE)
    school.grade(3, 1, "11")

    assert (before, counted) == ([school.run.id], [])
    assert (due(), due(2 * PAUSE)) == ([], [school.run.id])
    count(session, desk, school.run.id)
    assert session.scalars(select(TouchedRun)).all() == []


def test_of_a_run_without_grades_nothing_is_said(session: Session, desk: Desk) -> None:
    school = open_categorised(session, learners=0)
    person = make_person(session)
    make_enrolment(session, run_id=school.run.id, person_id=person.id)

    count(session, desk, school.run.id)

    found = queries.statistics(session, school.run.id)
    assert hold(session, school.run.id)
    assert all(one.summary is None for one in found.distributions)
    assert found.together == {("FINAL", "TD"): None}


def test_doctor_counts_again(session: Session, desk: Desk) -> None:
    school = graded(session)
    count(session, desk, school.run.id)

    def troubles() -> list[str]:
        found = checkup.examine(desk, deep=True)
        return list(
            next(one.troubles for one in found if one.title == "kept figures = counted again")
        )

    fine = troubles()
    kept = session.get_one(RunFigures, school.run.id)
    wrong = kept.figures | {"together": []}
    change(session, NOBODY, how=update(RunFigures).values(figures=wrong))

    assert fine == []
    assert troubles() == [f"{school.run.code}: counted again, the figures of the run are others."]
