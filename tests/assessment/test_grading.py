"""Grades: who may set them, when they are refused, and what remains of every change."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from nador.assessment import queries, service
from nador.assessment.models import Assessment, Grade, GradeChange
from nador.assessment.rules import (
    GradeStale,
    GradeState,
    LearnerNotActive,
    MarkOutOfRange,
    ReasonNeeded,
    ResultConfirmed,
)
from nador.assessment.service import GradeEntry, GradesRefused
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel.access import Actor, Forbidden, Grant, OwnCase, Role
from nador.kernel.errors import NotFound
from tests.assessment.school import open_school, publish
from tests.factories import (
    make_actor,
    make_course,
    make_enrolment,
    make_institute,
    make_person,
    make_run,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker


def changes(session: Session) -> list[tuple[str, str, str, str, str]]:
    session.rollback()
    found = session.scalars(select(GradeChange).order_by(GradeChange.id))
    return [
        (
            str(each.from_value),
            each.from_state.value,
            str(each.to_value),
            each.to_state.value,
            each.reason,
        )
        for each in found
    ]


def test_a_published_run_gets_its_plan_once(session: Session) -> None:
    school = open_school(session)
    publish(session, school.registrar, run_id=school.run.id)

    found = queries.assessments(session, school.run.id)

    assert [(each.code, each.weight, each.minimum) for each in found] == [
        ("QCM", Decimal(40), Decimal(0)),
        ("CAS", Decimal(60), Decimal(7)),
    ]


def test_a_grade_is_written_with_its_history(session: Session) -> None:
    school = open_school(session)

    school.grade(0, 0, "14.5")
    school.grade(0, 0, "15", expected_version=1, reason="Question 3 counted twice")
    school.grade(0, 0, None)
    school.grade(0, 0, None, excused=True, reason="Ill")

    assert changes(session) == [
        ("None", "ungraded", "14.50", "provisional", ""),
        ("14.50", "provisional", "15.00", "provisional", "Question 3 counted twice"),
        ("15.00", "provisional", "None", "ungraded", ""),
        ("None", "ungraded", "None", "excused", "Ill"),
    ]
    grade = session.scalars(select(Grade)).one()
    assert (grade.version, grade.changed_by_id) == (4, school.instructor.person_id)
    told = queries.history(
        session, assessment_id=school.assessments[0].id, enrolment_id=school.learners[0].id
    )
    assert [each.reason for each in told][:2] == ["Ill", ""]
    assert told[0].by_latin == "Salma Bouziane"


def test_saving_the_same_again_changes_nothing(session: Session) -> None:
    school = open_school(session)

    school.grade(0, 0, "12", must_be_new=True)
    school.grade(0, 0, "12", must_be_new=True)

    assert len(changes(session)) == 1


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param({"expected_version": 1}, id="an older version"),
        pytest.param({"must_be_new": True}, id="no grade at all"),
        pytest.param({"expected_version": 0}, id="version none"),
    ],
)
def test_what_was_decided_on_old_sight_is_refused_with_both_values(
    session: Session, seen: dict[str, object]
) -> None:
    school = open_school(session)
    school.grade(0, 0, "12")
    school.grade(0, 0, "13")

    with pytest.raises(GradeStale) as refusal:
        school.grade(0, 0, "14", **seen)

    assert refusal.value.params == {
        "yours": Decimal("14.00"),
        "theirs": Decimal("13.00"),
        "version": 2,
    }
    assert len(changes(session)) == 2


def test_two_graders_at_once_one_wins_the_other_hears_of_it(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    school = open_school(session)
    other = make_actor(
        session, Role.INSTRUCTOR, institute_id=school.institute.id, run_id=school.run.id
    )
    first, learner = school.assessments[0].id, school.learners[0].id
    gate = threading.Barrier(2)

    def set_one(actor: Actor, value: str) -> str:
        with sessions() as own:
            gate.wait()
            try:
                service.set_grade(
                    own,
                    actor,
                    assessment_id=first,
                    enrolment_id=learner,
                    value=Decimal(value),
                    must_be_new=True,
                )
            except GradeStale as stale:
                return f"{stale.params['yours']} against {stale.params['theirs']}"
            return f"{value} saved"

    with ThreadPoolExecutor(2) as graders:
        heard = list(graders.map(set_one, (school.instructor, other), ("11", "12")))

    assert sorted(heard) in (
        ["11 saved", "12.00 against 11.00"],
        ["11.00 against 12.00", "12 saved"],
    )
    assert len(changes(session)) == 1


def test_a_mark_out_of_range_is_refused(session: Session) -> None:
    school = open_school(session)

    with pytest.raises(MarkOutOfRange):
        school.grade(0, 0, "20.5")

    assert changes(session) == []


def test_a_released_grade_changes_only_with_a_reason_and_stays_released(session: Session) -> None:
    school = open_school(session)
    school.grade(0, 0, "12")
    school.release()

    with pytest.raises(ReasonNeeded) as refusal:
        school.grade(0, 0, "13")
    school.grade(0, 0, "13", reason="  Added\u202e up  wrongly ")

    assert refusal.value.field == "reason"
    assert changes(session)[1:] == [
        ("12.00", "provisional", "12.00", "released", ""),
        ("12.00", "released", "13.00", "released", "Added up wrongly"),
    ]


def test_release_shows_some_assessments_or_all_and_again_is_harmless(session: Session) -> None:
    school = open_school(session)
    school.grade_all(("12", "13"))
    first = school.assessments[0].id
    person_id = school.people[0].id

    assert queries.learner_grades(session, person_id) == []
    service.release(session, school.instructor, run_id=school.run.id, assessment_ids=[first])
    shown = queries.learner_grades(session, person_id)
    service.release(session, school.registrar, run_id=school.run.id)
    service.release(session, school.registrar, run_id=school.run.id)

    assert [(each.code, each.value) for each in shown] == [("QCM", Decimal("12.00"))]
    assert len(queries.learner_grades(session, person_id)) == 2
    assert len(changes(session)) == 4
    with pytest.raises(NotFound):
        service.release(session, school.registrar, run_id=school.run.id, assessment_ids=[first, 99])


def test_a_grade_given_after_the_release_waits_for_the_next(session: Session) -> None:
    school = open_school(session)
    school.release()

    school.grade(0, 0, "12")

    assert queries.learner_grades(session, school.people[0].id) == []
    assert session.scalars(select(Grade.state)).one() is GradeState.PROVISIONAL
    assert session.scalars(select(Assessment.released_at)).first() is not None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        pytest.param(EnrolmentStatus.WITHDRAWN, LearnerNotActive, id="withdrawn"),
        pytest.param(EnrolmentStatus.WAITLISTED, LearnerNotActive, id="on the waitlist"),
        pytest.param(EnrolmentStatus.COMPLETED, ResultConfirmed, id="result confirmed"),
        pytest.param(EnrolmentStatus.FAILED, ResultConfirmed, id="failure confirmed"),
    ],
)
def test_only_active_learners_are_graded(
    session: Session, status: EnrolmentStatus, kind: type[Exception]
) -> None:
    school = open_school(session, learners=0)
    school.learners.append(
        make_enrolment(
            session, run_id=school.run.id, person_id=make_person(session).id, status=status
        )
    )

    with pytest.raises(kind):
        school.grade(0, 0, "12")


def test_who_may_grade(session: Session) -> None:
    school = open_school(session)
    institute_id, run_id = school.institute.id, school.run.id
    stranger = make_actor(session, Role.INSTRUCTOR, institute_id=institute_id, run_id=run_id + 1)
    elsewhere = make_actor(
        session, Role.ADMINISTRATOR, institute_id=make_institute(session, prefix="OUJ").id
    )
    administrator = make_actor(session, Role.ADMINISTRATOR, institute_id=institute_id)
    own = Actor(
        person_id=school.people[0].id,
        grants=frozenset({Grant(Role.INSTRUCTOR, institute_id, run_id)}),
    )

    for actor, kind in (
        (school.registrar, Forbidden),
        (stranger, NotFound),
        (elsewhere, NotFound),
        (make_actor(session), NotFound),
        (own, OwnCase),
    ):
        school.instructor = actor
        with pytest.raises(kind):
            school.grade(0, 0, "12")
    school.instructor = administrator
    school.grade(0, 0, "12")

    assert len(changes(session)) == 1


@pytest.mark.parametrize("wrong", ["assessment", "learner", "other run"])
def test_what_is_not_there_cannot_be_graded(session: Session, wrong: str) -> None:
    school = open_school(session)
    elsewhere = make_enrolment(
        session,
        run_id=open_school_elsewhere(session, school.institute.id),
        person_id=school.people[0].id,
    )
    ids = {
        "assessment": (999, school.learners[0].id),
        "learner": (school.assessments[0].id, 999),
        "other run": (school.assessments[0].id, elsewhere.id),
    }[wrong]

    with pytest.raises(NotFound):
        service.set_grade(
            session,
            school.instructor,
            assessment_id=ids[0],
            enrolment_id=ids[1],
            value=Decimal(12),
        )


def open_school_elsewhere(session: Session, institute_id: int) -> int:
    return make_run(
        session, make_course(session, institute_id=institute_id), institute_id=institute_id
    ).id


def test_many_grades_are_kept_all_or_none(session: Session) -> None:
    school = open_school(session)
    first, second = (each.id for each in school.assessments)
    good = GradeEntry(assessment_id=first, enrolment_id=school.learners[0].id, value=Decimal(12))
    bad = GradeEntry(assessment_id=second, enrolment_id=school.learners[1].id, value=Decimal(21))

    with pytest.raises(GradesRefused) as refusal:
        service.set_grades(session, school.instructor, entries=[good, bad])

    assert [(entry, type(why)) for entry, why in refusal.value.refusals] == [(bad, MarkOutOfRange)]
    assert changes(session) == []
    service.set_grades(session, school.instructor, entries=[good])
    assert len(changes(session)) == 1
