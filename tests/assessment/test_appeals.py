"""Appeals from the learner's page to the changed grade, and a result that is confirmed again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from nador.accounts.rules import PersonErased
from nador.assessment import queries, service
from nador.assessment.models import Appeal, Grade, GradeChange, Result
from nador.assessment.rules import (
    AppealAnsweredAlready,
    AppealAnswerNeeded,
    AppealChangesNothing,
    AppealIsDecided,
    AppealOpenAlready,
    AppealReasonNeeded,
    AppealStatus,
    AppealTooLate,
    AssigneeNotFit,
    Decision,
    NothingToContest,
    NotTheAssignee,
    ResultToReopen,
)
from nador.catalogue.models import RunStaff
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import clock, events
from nador.kernel.access import NOBODY, Actor, Forbidden, Grant, OwnCase, Role
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.mail import Message
from tests.assessment.school import School, open_school
from tests.assessment.test_gradebook import statements
from tests.factories import make_actor, make_person, sign_in, store

if TYPE_CHECKING:
    from flask.testing import FlaskClient


@command
def sneak(session: Session, _actor: Actor, *, sql: str) -> None:
    session.execute(text(sql))


@dataclass
class Case:
    """A learner with released grades, and those who may have to do with an appeal."""

    session: Session
    school: School
    learner: Actor
    second: Actor
    """Another instructor of the run, who marked nothing."""

    def open(self, assessment: int | None = 0, reason: str = "Question 3 is right") -> Appeal:
        return service.open_appeal(
            self.session,
            self.learner,
            reference=self.school.learners[0].reference,
            assessment_id=None if assessment is None else self.school.assessments[assessment].id,
            reason=reason,
        )

    def assigned(self, assessment: int | None = 0, to: Actor | None = None) -> Appeal:
        appeal = self.open(assessment)
        assignee = self.second if to is None else to
        return service.assign_appeal(
            self.session,
            self.school.registrar,
            appeal_id=appeal.id,
            assignee_id=assignee.person_id or 0,
        )

    def approve(self, appeal: Appeal, value: str | None = "14", *, by: Actor | None = None) -> None:
        service.approve_appeal(
            self.session,
            self.second if by is None else by,
            appeal_id=appeal.id,
            answer="The key was wrong",
            value=None if value is None else Decimal(value),
        )

    def conclude(self) -> None:
        service.conclude(self.session, self.school.registrar, run_id=self.school.run.id)

    def result(self) -> Result:
        self.session.rollback()
        return self.session.scalars(
            select(Result).where(Result.enrolment_id == self.school.learners[0].id)
        ).one()

    def status(self) -> EnrolmentStatus:
        self.session.rollback()
        self.session.expire_all()
        return self.session.get_one(Enrolment, self.school.learners[0].id).status


@pytest.fixture
def case(session: Session) -> Case:
    school = open_school(session, learners=2)
    for instructor in (
        school.instructor,
        second := make_actor(
            session, Role.INSTRUCTOR, institute_id=school.institute.id, run_id=school.run.id
        ),
    ):
        store(
            session,
            RunStaff(
                run_id=school.run.id,
                person_id=instructor.person_id,
                granted_at=clock.now() - timedelta(days=1),
            ),
        )
    school.grade_all(("8", "8"), ("12", "12"))
    school.release()
    return Case(session, school, Actor(person_id=school.people[0].id), second)


def test_an_approved_appeal_changes_the_grade_and_its_history_says_why(case: Case) -> None:
    appeal = case.assigned()

    case.approve(appeal)

    case.session.rollback()
    kept = case.session.get_one(Appeal, appeal.id)
    assert (kept.status, kept.answer) == (AppealStatus.APPROVED, "The key was wrong")
    change = case.session.get_one(GradeChange, kept.grade_change_id)
    assert (change.from_value, change.to_value) == (Decimal(8), Decimal(14))
    assert change.by_id == case.second.person_id
    assert change.reason == f"#{appeal.id}: The key was wrong"
    assert change.to_state.value == "released"


def test_a_denied_appeal_changes_nothing_and_is_final(case: Case) -> None:
    appeal = case.assigned()

    service.deny_appeal(case.session, case.second, appeal_id=appeal.id, answer="It is as it is")

    for again in (
        lambda: case.approve(appeal),
        lambda: service.reopen_for_appeal(case.session, case.school.registrar, appeal_id=appeal.id),
        lambda: service.assign_appeal(
            case.session, case.school.registrar, appeal_id=appeal.id, assignee_id=1
        ),
    ):
        with pytest.raises(AppealIsDecided):
            again()
    with pytest.raises(AppealAnsweredAlready):
        case.open()
    case.session.rollback()
    assert case.session.scalars(select(Grade.value).order_by(Grade.id)).first() == Decimal(8)


def test_what_cannot_be_contested(case: Case, session: Session) -> None:
    with pytest.raises(AppealReasonNeeded):
        case.open(reason="  ")
    with pytest.raises(NothingToContest):
        case.open(None)
    service.hide(
        session,
        case.school.instructor,
        assessment_id=case.school.assessments[1].id,
        reason="Wrong key",
    )
    with pytest.raises(NothingToContest):
        case.open(1)
    case.open()
    with pytest.raises(AppealOpenAlready):
        case.open()
    stranger = Actor(person_id=case.school.people[1].id)
    with pytest.raises(NotFound):
        service.open_appeal(
            session,
            stranger,
            reference=case.school.learners[0].reference,
            assessment_id=None,
            reason="mine",
        )


def test_the_deadline_is_the_runs_and_a_new_value_starts_it_again(case: Case) -> None:
    sneak(case.session, NOBODY, sql="UPDATE run SET appeal_days = 3")
    later = clock.now() + timedelta(days=4)

    with time_machine.travel(later, tick=False), pytest.raises(AppealTooLate):
        case.open()
    with time_machine.travel(later, tick=False):
        case.school.grade(0, 0, "9", reason="Read again")
        case.open()


def test_the_office_assigns_to_somebody_who_did_not_mark_and_may_grade(
    case: Case, session: Session
) -> None:
    appeal = case.open()
    learner_id = case.learner.person_id
    boss = make_actor(session, Role.ADMINISTRATOR, institute_id=case.school.institute.id)

    def assign(person_id: int | None, by: Actor | None = None) -> None:
        service.assign_appeal(
            session,
            case.school.registrar if by is None else by,
            appeal_id=appeal.id,
            assignee_id=person_id or 0,
        )

    found = queries.deciders(session, case.school.run, appeal)
    assert {each.id for each in found} == {case.second.person_id, boss.person_id}
    for unfit in (case.school.instructor.person_id, case.school.registrar.person_id, learner_id, 0):
        with pytest.raises(AssigneeNotFit):
            assign(unfit)
    with pytest.raises(Forbidden):
        assign(case.second.person_id, by=case.school.instructor)
    with pytest.raises(NotFound):
        assign(case.second.person_id, by=case.learner)
    own = Actor(
        person_id=learner_id,
        grants=frozenset({Grant(Role.REGISTRAR, case.school.institute.id)}),
    )
    with pytest.raises(OwnCase):
        assign(case.second.person_id, by=own)
    assign(boss.person_id)
    assign(case.second.person_id)
    assign(case.second.person_id)


def test_only_the_assignee_decides_and_not_after_marking_it(case: Case, session: Session) -> None:
    appeal = case.open()
    with pytest.raises(NotTheAssignee):
        case.approve(appeal)
    service.assign_appeal(
        session,
        case.school.registrar,
        appeal_id=appeal.id,
        assignee_id=case.second.person_id or 0,
    )
    for other in (case.school.instructor, case.school.registrar):
        with pytest.raises(NotTheAssignee):
            case.approve(appeal, by=other)
    with pytest.raises(AppealAnswerNeeded):
        service.deny_appeal(session, case.second, appeal_id=appeal.id, answer=" ")
    for value in (None, "8"):
        with pytest.raises(AppealChangesNothing):
            case.approve(appeal, value)
    service.set_grade(
        session,
        case.second,
        assessment_id=case.school.assessments[0].id,
        enrolment_id=case.school.learners[0].id,
        value=Decimal(9),
        reason="in passing",
    )
    with pytest.raises(AssigneeNotFit):
        case.approve(appeal)


def test_a_confirmed_result_is_reopened_by_the_office_and_confirmed_again(case: Case) -> None:
    case.conclude()
    before = case.result()
    assert (before.decision, case.status()) == (Decision.FAIL, EnrolmentStatus.FAILED)
    appeal = case.assigned()

    with pytest.raises(ResultToReopen):
        case.approve(appeal)
    with pytest.raises(Forbidden):
        service.reopen_for_appeal(case.session, case.second, appeal_id=appeal.id)
    service.reopen_for_appeal(case.session, case.school.registrar, appeal_id=appeal.id)
    assert case.status() is EnrolmentStatus.ACTIVE
    assert case.result().confirmed_at is None
    case.approve(appeal, "20")
    assert case.result().decision is Decision.FAIL  # nobody has confirmed another one
    case.conclude()

    after = case.result()
    assert (after.decision, after.mark) == (Decision.PASS, Decimal("12.80"))
    assert after.confirmed_by_id == case.school.registrar.person_id
    assert case.status() is EnrolmentStatus.COMPLETED


def test_reopening_leaves_the_others_alone_and_again_is_harmless(case: Case) -> None:
    case.conclude()
    appeal = case.assigned()

    for _ in range(2):
        service.reopen_for_appeal(case.session, case.school.registrar, appeal_id=appeal.id)

    case.session.rollback()
    other = case.session.get_one(Enrolment, case.school.learners[1].id)
    assert other.status is EnrolmentStatus.COMPLETED
    confirmed = select(Result.confirmed_at).where(Result.enrolment_id == other.id)
    assert case.session.scalars(confirmed).one() is not None


def test_a_contested_result_is_decided_by_another_of_the_office(
    case: Case, session: Session
) -> None:
    case.conclude()
    other = make_actor(session, Role.REGISTRAR, institute_id=case.school.institute.id)
    appeal = case.open(None)

    found = queries.deciders(session, case.school.run, appeal)
    assert [each.id for each in found] == [other.person_id]
    service.assign_appeal(session, other, appeal_id=appeal.id, assignee_id=other.person_id or 0)
    case.approve(appeal, None, by=other)

    assert case.status() is EnrolmentStatus.ACTIVE
    assert case.result().confirmed_at is None


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM appeal",
        "UPDATE appeal SET status = 'open', decided_at = NULL, decided_by_id = NULL",
        "UPDATE appeal SET answer = 'other'",
        "UPDATE appeal SET reason = 'other'",
        "UPDATE appeal SET opened_at = decided_at",
        "UPDATE appeal SET decided_by_id = opened_by_id, assignee_id = opened_by_id",
    ],
)
def test_the_database_keeps_a_decision(case: Case, sql: str) -> None:
    appeal = case.assigned()
    service.deny_appeal(case.session, case.second, appeal_id=appeal.id, answer="No")

    with pytest.raises(DBAPIError):
        sneak(case.session, NOBODY, sql=sql)


@command
def forget(session: Session, actor: Actor, *, person_id: int) -> None:
    events.emit(session, actor, PersonErased(person_id))


def test_words_are_emptied_when_a_person_is_erased_and_the_decision_stays(case: Case) -> None:
    appeal = case.assigned()
    service.deny_appeal(case.session, case.second, appeal_id=appeal.id, answer="No")

    forget(case.session, NOBODY, person_id=case.learner.person_id or 0)

    case.session.rollback()
    case.session.expire_all()
    kept = case.session.get_one(Appeal, appeal.id)
    assert (kept.reason, kept.answer, kept.status) == ("", "", AppealStatus.DENIED)


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param(
            "UPDATE appeal SET status = 'denied', decided_at = opened_at, "
            "decided_by_id = opened_by_id",
            id="by nobody who was asked",
        ),
        pytest.param(
            "UPDATE appeal SET status = 'approved', decided_at = opened_at, "
            "decided_by_id = assignee_id",
            id="without changing the grade",
        ),
        pytest.param(
            "INSERT INTO appeal (run_id, enrolment_id, assessment_id, status, reason, opened_at, "
            "opened_by_id, answer_by, answer) SELECT run_id, enrolment_id, assessment_id, status, "
            "reason, opened_at, opened_by_id, answer_by, answer FROM appeal",
            id="twice at once",
        ),
    ],
)
def test_the_database_refuses_what_the_rules_would(case: Case, sql: str) -> None:
    case.assigned()

    with pytest.raises(DBAPIError):
        sneak(case.session, NOBODY, sql=sql)


def test_both_sides_are_told_and_no_mail_says_a_mark(case: Case) -> None:
    def said() -> list[tuple[int | None, str]]:
        case.session.rollback()
        found = case.session.scalars(select(Message).order_by(Message.id)).all()
        assert not any(digits in each.body for each in found for digits in ("14.00", "8.00"))
        return [(each.person_id, each.subject.split(":")[0]) for each in found]

    learner, registrar = case.learner.person_id, case.school.registrar.person_id
    before = len(said())
    sneak(case.session, NOBODY, sql="UPDATE person SET locale = 'en'")

    case.approve(case.assigned())

    assert said()[before:] == [
        (learner, "Your appeal"),
        (registrar, "Appeal to assign"),
        (case.second.person_id, "Appeal to decide"),
        (learner, "Answer to your appeal"),
    ]


def test_the_list_of_staff_takes_one_statement_and_the_open_stand_first(
    case: Case, session: Session
) -> None:
    first = case.assigned(0)
    case.open(1)
    service.deny_appeal(session, case.second, appeal_id=first.id, answer="No")
    session.rollback()

    with statements(session) as sent:
        found = queries.appeals_for(session, case.school.registrar)

    assert len(sent) == 1
    assert [each.status for each in found] == [AppealStatus.OPEN, AppealStatus.DENIED]
    assert (found[0].age, found[0].late) == (0, False)
    with time_machine.travel(clock.now() + timedelta(days=12), tick=False):
        assert (found[0].age, found[0].late) == (12, True)
    assert queries.appeals_for(session, case.learner) == []
    assert queries.open_appeals(session, case.school.registrar) == 1


# Pages


def test_a_learner_contests_a_grade_on_a_page(client: FlaskClient, case: Case) -> None:
    sign_in(client, case.session, case.school.people[0])
    reference = case.school.learners[0].reference
    url = f"/me/results/{reference}/appeal?assessment={case.school.assessments[0].id}&lang=en"

    why = client.get(f"/me/results/{reference}?lang=en").text
    form = client.get(url).text
    empty = client.post(url, data={"reason": ""})
    sent = client.post(url, data={"reason": "<b>Question 3</b> is right"})
    again = client.post(url, data={"reason": "Once more"})
    after = client.get(f"/me/results/{reference}?lang=en").text

    assert "Contest<" in why
    assert "8.00/20" in form
    assert "Last day" in form
    assert (empty.status_code, sent.status_code, again.status_code) == (422, 303, 422)
    assert "the answer is on its way" in again.text
    assert "&lt;b&gt;Question 3&lt;/b&gt; is right" in after
    stranger = make_person(case.session)
    sign_in(client, case.session, stranger)
    assert client.get(url).status_code == 404
    assert client.post(url, data={"reason": "x"}).status_code == 404


def test_staff_assigns_and_decides_on_a_page(client: FlaskClient, case: Case) -> None:
    appeal = case.open()
    url = f"/teach/appeals/{appeal.id}"
    sign_in(client, case.session, case.school.registrar)

    listed = client.get("/teach/appeals?lang=en").text
    board = client.get("/manage?lang=en").text
    page = client.get(f"{url}?lang=en").text
    wrong = client.post(f"{url}/assign?lang=en", data={"assignee": "999"})
    assigned = client.post(f"{url}/assign", data={"assignee": str(case.second.person_id)})
    not_mine = client.post(f"{url}/decide", data={"decision": "deny", "answer": "No"})
    sign_in(client, case.session, case.second)
    form = client.get(f"{url}?lang=en").text
    too_much = client.post(
        f"{url}/decide?lang=en", data={"decision": "approve", "answer": "Yes", "value": "21"}
    )
    done = client.post(
        f"{url}/decide", data={"decision": "approve", "answer": "Yes", "value": "14,5"}
    )
    after = client.get(f"{url}?lang=en").text

    assert "Nobody yet" in listed
    assert "1 appeal to answer" in board
    assert "Question 3 is right" in page
    assert (wrong.status_code, assigned.status_code, not_mine.status_code) == (422, 303, 403)
    assert "Approve" in form
    assert (too_much.status_code, "from 0 to 20" in too_much.text) == (422, True)
    assert done.status_code == 303
    assert "The grade was changed from 8.00 to 14.50." in after
    assert "1 open appeal" not in client.get("/teach?lang=en").text


def test_a_confirmed_result_is_reopened_from_the_page(client: FlaskClient, case: Case) -> None:
    case.conclude()
    appeal = case.assigned()
    url = f"/teach/appeals/{appeal.id}"
    sign_in(client, case.session, case.second)

    refused = client.post(
        f"{url}/decide?lang=en", data={"decision": "approve", "answer": "Yes", "value": "20"}
    )
    sign_in(client, case.session, case.school.registrar)
    page = client.get(f"{url}?lang=en").text
    reopened = client.post(f"{url}/reopen")
    sign_in(client, case.session, case.second)
    decided = client.post(
        f"{url}/decide", data={"decision": "approve", "answer": "Yes", "value": "20"}
    )
    after = client.get(f"{url}?lang=en").text
    too_late = client.post(f"{url}/reopen?lang=en")

    assert (refused.status_code, "A registrar reopens it first" in refused.text) == (422, True)
    assert "Reopen this learner’s result" in page
    assert (reopened.status_code, decided.status_code) == (303, 303)
    assert "somebody in charge confirms it again" in after
    assert too_late.status_code == 409
    learner = client
    sign_in(learner, case.session, case.school.people[0])
    why = learner.get(f"/me/results/{case.school.learners[0].reference}?lang=en").text
    assert "The grade was changed from 8.00 to 20.00." in why


def test_a_learner_contests_the_result(client: FlaskClient, case: Case) -> None:
    case.conclude()
    sign_in(client, case.session, case.school.people[0])
    reference = case.school.learners[0].reference

    why = client.get(f"/me/results/{reference}?lang=en").text
    form = client.get(f"/me/results/{reference}/appeal?lang=en").text
    sent = client.post(f"/me/results/{reference}/appeal", data={"reason": "The average is wrong"})

    assert "Contest this result" in why
    assert "Not passed" in form
    assert sent.status_code == 303


def test_nothing_to_contest_is_said(client: FlaskClient, case: Case) -> None:
    sign_in(client, case.session, case.school.people[0])
    reference = case.school.learners[0].reference

    page = client.get(f"/me/results/{reference}/appeal?lang=en").text

    assert "There is no released grade and no confirmed result to contest." in page
    assert "Send the appeal" not in page
