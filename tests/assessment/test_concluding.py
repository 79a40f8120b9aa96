"""Results: previewed, confirmed in somebody's name, computed again, and taken back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from nador.assessment import queries, rules, service
from nador.assessment.models import Result
from nador.assessment.rules import (
    Decision,
    GradesNotReleased,
    MeetingsUnsettled,
    ResultConfirmed,
    ResultSource,
    RunNotConcludable,
    RunNotEnded,
)
from nador.catalogue.models import Run
from nador.catalogue.rules import DocumentKind, MeetingStatus, RunNotConcluded, RunStatus
from nador.enrolment.models import Attendance, Enrolment
from nador.enrolment.rules import AttendanceStatus, EnrolmentStatus
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor, Forbidden, OwnCase
from nador.kernel.audit import AuditEntry
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from tests.assessment.school import School, open_school
from tests.factories import make_actor, make_meeting, store

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def conclude(school: School) -> list[Result]:
    return service.conclude(school.session, school.registrar, run_id=school.run.id)


def statuses(school: School) -> list[EnrolmentStatus]:
    school.session.rollback()
    found = school.session.scalars(
        select(Enrolment.status).where(Enrolment.run_id == school.run.id).order_by(Enrolment.id)
    )
    return list(found)


def attend(school: School, *marks: AttendanceStatus | None) -> None:
    meeting = make_meeting(school.session, school.run, in_days=-10, status=MeetingStatus.HELD)
    for learner, status in zip(school.learners, marks, strict=True):
        if status is not None:
            store(
                school.session,
                Attendance(
                    meeting_id=meeting.id,
                    enrolment_id=learner.id,
                    status=status,
                    marked_at=clock.now(),
                    marked_by_id=school.instructor.person_id,
                ),
            )


def test_concluding_decides_by_the_rules_and_names_who_confirmed(session: Session) -> None:
    school = open_school(session)
    school.grade_all(("16", "15"), ("20", "6"), ("12", None))
    school.release()

    results = conclude(school)

    assert [(each.decision, each.mark) for each in results] == [
        (Decision.PASS, Decimal("15.40")),
        (Decision.FAIL, Decimal("11.60")),
        (Decision.INCOMPLETE, None),
    ]
    assert results[0].mention == {
        "ar": "حسن",
        "fr": "Bien",
        "en": "Good",
    }
    assert {each.confirmed_by_id for each in results} == {school.registrar.person_id}
    assert statuses(school) == [
        EnrolmentStatus.COMPLETED,
        EnrolmentStatus.FAILED,
        EnrolmentStatus.ACTIVE,
    ]
    assert session.scalars(select(Run.status)).one() is RunStatus.CONCLUDED
    assert "results.confirmed" in session.scalars(select(AuditEntry.action)).all()
    assert queries.passes(session, school.run.id) == [
        (school.learners[0].id, school.people[0].id, Decimal("15.40"), results[0].mention)
    ]


def test_the_preview_is_what_concluding_decides_and_writes_nothing(session: Session) -> None:
    school = open_school(session)
    school.grade_all(("16", "15"), ("20", "6"), ("12", None))
    school.release()

    seen = service.preview(session, school.instructor, run_id=school.run.id)

    assert session.scalars(select(Result)).all() == []
    assert [seen.count(each) for each in (Decision.PASS, Decision.FAIL, Decision.INCOMPLETE)] == [
        1,
        1,
        1,
    ]
    assert seen.obstacles == []
    foreseen = {row.enrolment_id: row.outcome.rows() for row in seen.book.rows}
    assert {each.enrolment_id: each.trace for each in conclude(school)} == foreseen


def test_a_confirmed_result_computed_again_from_stored_facts_is_the_same(
    session: Session,
) -> None:
    school = open_school(session, min_attendance=75)
    attend(school, AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED)
    school.grade_all(("16", "15"), ("20", "19"), ("9.99", "10"))
    school.release()
    conclude(school)
    session.rollback()

    book = queries.gradebook(session, school.run.id)
    stored = queries.results_by_enrolment(session, school.run.id)

    for row in book.rows:
        again = rules.decide(
            queries.pass_rules(book.run),
            queries.plan_of(column.assessment for column in book.columns),
            {key: rules.Standing(cell.value) for key, cell in row.cells.items()},
            row.presence,
        )
        kept = stored[row.enrolment_id]
        assert (again.decision, again.mark, again.attendance, again.mention, again.rows()) == (
            kept.decision,
            kept.mark,
            kept.attendance,
            kept.mention,
            kept.trace,
        )
        assert row.outcome == again


def test_points_for_attendance_decide_and_stay_with_the_result(session: Session) -> None:
    points = {"present_points": Decimal(2), "excused_points": Decimal(1)}
    school = open_school(session, min_attendance=75, **points)  # type: ignore[arg-type] # the version's own
    attend(school, AttendanceStatus.LATE, AttendanceStatus.EXCUSED, AttendanceStatus.PRESENT)
    attend(school, AttendanceStatus.PRESENT, AttendanceStatus.EXCUSED, AttendanceStatus.ABSENT)
    school.grade_all(("16", "15"), ("16", "15"), ("16", "15"))
    school.release()

    results = conclude(school)

    assert [(each.decision, each.attendance) for each in results] == [
        (Decision.PASS, Decimal(75)),
        (Decision.FAIL, Decimal(50)),
        (Decision.FAIL, Decimal(50)),
    ]
    for each in results:
        assert each.formula == 3
        assert each.given is not None
        assert rules.recomputed(each.formula, each.given).rows() == each.trace
    assert results[1].trace[0]["tally"][2] == ["excused", 2, "1.00"]


def test_an_incomplete_learner_is_graded_and_concluded_later(session: Session) -> None:
    school = open_school(session, learners=2)
    school.grade_all(("12", "12"), ("12", None))
    school.release()
    conclude(school)

    with pytest.raises(ResultConfirmed):
        school.grade(0, 1, "13", reason="too late")
    school.grade(1, 1, "14")
    with pytest.raises(GradesNotReleased):
        conclude(school)
    school.release()
    later = conclude(school)

    assert [(each.decision, each.mark) for each in later] == [(Decision.PASS, Decimal("13.20"))]
    assert len(session.scalars(select(Result)).all()) == 2
    assert len(queries.passes(session, school.run.id)) == 2
    with pytest.raises(RunNotConcludable):
        conclude(school)


def test_a_run_that_still_runs_is_not_concluded(session: Session) -> None:
    school = open_school(session, ended=False)
    school.release()

    with pytest.raises(RunNotEnded):
        conclude(school)


def test_a_past_meeting_that_nobody_settled_keeps_a_run_open(session: Session) -> None:
    school = open_school(session)
    school.release()
    make_meeting(session, school.run, in_days=-3)
    make_meeting(session, school.run, in_days=-4, status=MeetingStatus.CANCELLED)

    with pytest.raises(MeetingsUnsettled) as refusal:
        conclude(school)

    assert refusal.value.params == {"count": 1}


def test_grades_that_learners_have_not_seen_keep_a_run_open(session: Session) -> None:
    school = open_school(session)
    service.release(
        session,
        school.instructor,
        run_id=school.run.id,
        assessment_ids=[school.assessments[0].id],
    )

    with pytest.raises(GradesNotReleased) as refusal:
        conclude(school)

    assert refusal.value.params == {"count": 1}
    assert statuses(school) == [EnrolmentStatus.ACTIVE] * 3


def test_an_attestation_asks_for_attendance_and_nothing_else(session: Session) -> None:
    school = open_school(session, document=DocumentKind.ATTESTATION, min_attendance=75)
    attend(school, AttendanceStatus.LATE, AttendanceStatus.ABSENT, None)

    results = conclude(school)

    assert [each.decision for each in results] == [
        Decision.PASS,
        Decision.FAIL,
        Decision.INCOMPLETE,
    ]
    assert [each[:3] for each in queries.passes(session, school.run.id)] == [
        (school.learners[0].id, school.people[0].id, None)
    ]


def test_nobody_concludes_in_their_own_case(session: Session) -> None:
    school = open_school(session)
    school.grade_all(("12", "12"), ("12", "12"), ("12", "12"))
    school.release()
    own = replace(school.registrar, person_id=school.people[1].id)

    with pytest.raises(OwnCase):
        service.conclude(session, own, run_id=school.run.id)

    assert statuses(school) == [EnrolmentStatus.ACTIVE] * 3


def test_who_may_conclude(session: Session) -> None:
    school = open_school(session)

    with pytest.raises(Forbidden):
        service.conclude(session, school.instructor, run_id=school.run.id)
    with pytest.raises(NotFound):
        service.conclude(session, make_actor(session), run_id=school.run.id)
    with pytest.raises(NotFound):
        service.conclude(session, school.registrar, run_id=999)
    with pytest.raises(NotFound):
        service.preview(session, make_actor(session), run_id=school.run.id)


def test_reopening_takes_the_confirmation_back(session: Session) -> None:
    school = open_school(session, learners=2)
    school.grade_all(("12", "12"), ("8", "8"))
    school.release()
    conclude(school)

    service.reopen(session, school.registrar, run_id=school.run.id, reason="A paper was found")

    assert queries.passes(session, school.run.id) == []
    assert queries.results_of(session, school.people[0].id) == []
    assert statuses(school) == [EnrolmentStatus.ACTIVE] * 2
    school.grade(1, 0, "18", reason="A paper was found")
    assert [each.decision for each in conclude(school)] == [Decision.PASS, Decision.PASS]
    with pytest.raises(Forbidden):
        service.reopen(session, school.instructor, run_id=school.run.id, reason="no")


def test_only_a_concluded_run_is_reopened(session: Session) -> None:
    school = open_school(session)

    with pytest.raises(RunNotConcluded):
        service.reopen(session, school.registrar, run_id=school.run.id, reason="no")


@command
def record(session: Session, _actor: Actor, *, results: list[Result]) -> None:
    session.add_all(results)


def test_an_imported_result_is_confirmed_as_recorded(session: Session) -> None:
    school = open_school(session, learners=2)
    school.grade(0, 0, "3")
    school.release()
    line = {
        "rule": "recorded",
        "subject": "",
        "value": "Distinction",
        "threshold": None,
        "verdict": "met",
        "weight": None,
        "out_of": None,
    }
    record(
        session,
        NOBODY,
        results=[
            Result(
                enrolment_id=school.learners[0].id,
                run_id=school.run.id,
                decision=Decision.PASS,
                mention={"en": "Distinction"},
                trace=[line],
                source=ResultSource.RECORDED,
                recorded_at=clock.now(),
            )
        ],
    )
    assert queries.passes(session, school.run.id) == []

    first, second = conclude(school)

    assert (first.decision, first.mark, first.trace) == (Decision.PASS, None, [line])
    assert first.confirmed_by_id == school.registrar.person_id
    assert second.decision is Decision.INCOMPLETE
    assert len(queries.passes(session, school.run.id)) == 1


def test_a_learner_sees_the_result_once_it_is_confirmed(session: Session) -> None:
    school = open_school(session, learners=2)
    school.grade_all(("16", "15"), ("12", "12"))
    person_id, reference = school.people[0].id, school.learners[0].reference

    before = queries.result_page(session, person_id, reference=reference)
    school.release()
    conclude(school)
    session.rollback()
    after = queries.result_page(session, person_id, reference=reference)

    assert (before.result, before.grades) == (None, [])
    assert after.result is not None
    assert (after.result.mark, after.result.confirmed_by) == (Decimal("15.40"), "Salma Bouziane")
    assert [each.value for each in after.grades] == [Decimal("16.00"), Decimal("15.00")]
    assert set(after.titles) == {"QCM", "CAS"}
    with pytest.raises(NotFound):
        queries.result_page(session, person_id, reference=school.learners[1].reference)
