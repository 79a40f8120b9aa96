"""The gradebook: its order, pages, filters, and how many statements it takes."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, insert

from nador.accounts.models import Person
from nador.assessment import queries, service
from nador.assessment.models import Grade
from nador.assessment.rules import GradeState, RowFilter
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentSource, EnrolmentStatus
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor, Grant, Role
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from tests.assessment.school import School, open_school
from tests.factories import make_enrolment, make_person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

TWELVE = tuple((f"A{number:02}", "10", "0") for number in range(12))


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """Collect the statements sent to the database meanwhile."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(bind, "before_cursor_execute", note)


@command
def fill(session: Session, _actor: Actor, *, school: School, learners: int) -> None:
    """Put many learners with all their grades on the run."""
    now = clock.now()
    people = session.scalars(
        insert(Person).returning(Person.id),
        [
            {
                "reference": f"B{number:05}",
                "name_latin": f"Learner {number:05}",
                "name_folded": f"learner{number:05}",
                "created_at": now,
            }
            for number in range(learners)
        ],
    ).all()
    enrolments = session.scalars(
        insert(Enrolment).returning(Enrolment.id),
        [
            {
                "run_id": school.run.id,
                "person_id": person_id,
                "reference": f"BE{person_id:05}",
                "status": EnrolmentStatus.ACTIVE,
                "source": EnrolmentSource.IMPORT,
                "created_at": now,
            }
            for person_id in people
        ],
    ).all()
    session.execute(
        insert(Grade),
        [
            {
                "assessment_id": assessment.id,
                "enrolment_id": enrolment_id,
                "value": Decimal(8 + enrolment_id % 12),
                "state": GradeState.PROVISIONAL,
                "changed_at": now,
            }
            for assessment in school.assessments
            for enrolment_id in enrolments
        ],
    )


def test_a_gradebook_of_500_by_12_takes_four_statements_by_the_page_and_whole(
    session: Session,
) -> None:
    school = open_school(session, learners=0, plan=TWELVE)
    fill(session, NOBODY, school=school, learners=500)

    with statements(session) as for_a_page:
        page = queries.gradebook(session, school.run.id, page=10)
    with statements(session) as for_all:
        whole = queries.gradebook(session, school.run.id)
    with statements(session) as for_failing:
        failing = queries.gradebook(session, school.run.id, show=RowFilter.FAILING, page=1)

    assert len(for_a_page) <= 4
    assert len(for_all) <= 4
    assert len(for_failing) <= 4
    assert (len(page.rows), page.total, page.has_next) == (50, 500, False)
    assert (len(whole.rows), whole.total) == (500, 500)
    assert [row.enrolment_id for row in whole.rows[450:]] == [r.enrolment_id for r in page.rows]
    assert all(len(row.cells) == 12 for row in whole.rows)
    assert failing.total == sum(row.failing for row in whole.rows) > 50
    assert (len(failing.rows), failing.has_next) == (50, True)


def test_learners_come_by_name_and_only_those_with_a_seat_or_a_result(session: Session) -> None:
    school = open_school(session, learners=0)
    for name, status in (
        ("Zineb Aberkane", EnrolmentStatus.ACTIVE),
        ("Élise Benali", EnrolmentStatus.COMPLETED),
        ("Anas Zeroual", EnrolmentStatus.FAILED),
        ("Bilal Withdrawn", EnrolmentStatus.WITHDRAWN),
        ("Chaima Waiting", EnrolmentStatus.WAITLISTED),
    ):
        person = make_person(session, name_latin=name, name_arabic=None)
        make_enrolment(session, run_id=school.run.id, person_id=person.id, status=status)

    book = queries.gradebook(session, school.run.id, page=1)

    assert [row.name_latin for row in book.rows] == [
        "Anas Zeroual",
        "Élise Benali",
        "Zineb Aberkane",
    ]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        pytest.param("aberkane zineb", ["Zineb Aberkane"], id="words in any order"),
        pytest.param("فاطِمة", ["Fatima"], id="Arabic with vowel marks"),
        pytest.param("100%", [], id="a wildcard is a letter"),
        pytest.param("", ["Fatima", "Zineb Aberkane"], id="nothing typed"),
    ],
)
def test_learners_are_found_by_name(session: Session, typed: str, found: list[str]) -> None:
    school = open_school(session, learners=0)
    for latin, arabic in (("Zineb Aberkane", None), ("Fatima", "فاطمة")):
        person = make_person(session, name_latin=latin, name_arabic=arabic)
        make_enrolment(session, run_id=school.run.id, person_id=person.id)

    book = queries.gradebook(session, school.run.id, typed=typed, page=1)

    assert [row.name_latin for row in book.rows] == found


def test_a_learner_is_found_by_reference(session: Session) -> None:
    school = open_school(session)

    book = queries.gradebook(session, school.run.id, typed=school.learners[1].reference)

    assert [row.enrolment_id for row in book.rows] == [school.learners[1].id]


def test_the_filters_choose_who_lacks_a_grade_and_who_is_below_a_threshold(
    session: Session,
) -> None:
    school = open_school(session, learners=4)
    school.grade_all(("12", "12"), ("12", None), ("12", "6"), (None, "6.99"))
    school.grade(3, 0, None, excused=True)

    def chosen(show: RowFilter) -> list[int]:
        rows = queries.gradebook(session, school.run.id, show=show, page=1).rows
        ids = [each.id for each in school.learners]
        return [ids.index(row.enrolment_id) for row in rows]

    assert chosen(RowFilter.ALL) == [0, 1, 2, 3]
    assert chosen(RowFilter.UNGRADED) == [1]
    assert chosen(RowFilter.FAILING) == [2, 3]


def test_columns_count_what_is_graded_and_what_waits_for_release(session: Session) -> None:
    school = open_school(session)
    school.grade_all(("12", "12"), ("12", None))
    service.release(
        session, school.instructor, run_id=school.run.id, assessment_ids=[school.assessments[0].id]
    )

    book = queries.gradebook(session, school.run.id, page=1)

    assert [(each.graded, each.provisional, each.released) for each in book.columns] == [
        (2, 0, True),
        (1, 1, False),
    ]


def test_a_page_beyond_the_last_is_empty_and_an_unknown_run_is_not_found(
    session: Session,
) -> None:
    school = open_school(session)

    assert queries.gradebook(session, school.run.id, page=2).rows == []
    with pytest.raises(NotFound):
        queries.gradebook(session, 999)


def test_taught_runs_count_what_is_left_to_grade(session: Session) -> None:
    school = open_school(session)
    school.grade_all(("12", "12"), ("12", None))
    stranger = Actor(
        person_id=school.instructor.person_id,
        grants=frozenset({Grant(Role.INSTRUCTOR, school.institute.id, school.run.id + 1)}),
    )

    with statements(session) as sent:
        mine = queries.taught_runs(session, school.instructor)

    assert [(each.run_id, each.learners, each.to_grade, each.provisional) for each in mine] == [
        (school.run.id, 3, 3, 3)
    ]
    assert len(sent) == 1
    assert len(queries.taught_runs(session, school.registrar)) == 1
    assert queries.taught_runs(session, stranger) == []
