"""Groups and accommodations: on pages, in commands, and what the database refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from nador.assessment import queries
from nador.assessment.queries import accommodations as eased
from nador.assessment.rules.accommodations import Ease, GroupInUse, NothingEased
from nador.assessment.rules.refusals import NameTaken
from nador.assessment.service import accommodations as service
from nador.catalogue.models import CourseVersion, RunStaff
from nador.kernel import clock
from nador.kernel.access import NOBODY, Forbidden, Grant, OwnCase, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.errors import NotFound
from tests.assessment.school import School, open_school, publish
from tests.assessment.test_gradebook import statements
from tests.factories import make_actor, make_enrolment, make_person, make_run, sign_in, store

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.assessment.models import RunGroup

MORE_TIME = Ease(extra_time=33)


@pytest.fixture
def school(session: Session) -> School:
    return open_school(session, ended=False)


def group(school: School, name: str = "Evening", *learners: int) -> RunGroup:
    made = service.create_group(school.session, school.registrar, run_id=school.run.id, name=name)
    return service.change_group(
        school.session,
        school.registrar,
        group_id=made.id,
        name=name,
        enrolment_ids=[school.learners[each].id for each in learners],
    )


def test_what_is_given_to_a_learner_and_to_their_groups_holds_together(school: School) -> None:
    evening = group(school, "Evening", 0, 1)
    quiz, case = school.assessments
    learner = school.learners[0].id
    for given in (
        {"enrolment_id": learner, "ease": MORE_TIME},
        {"group_id": evening.id, "ease": Ease(extra_attempts=1), "assessment_id": quiz.id},
        {"group_id": evening.id, "ease": Ease(extra_days=2), "assessment_id": case.id},
    ):
        service.give_accommodation(
            school.session,
            school.instructor,
            run_id=school.run.id,
            reason="works at night",
            **given,  # type: ignore[arg-type] # the command's own arguments
        )
    everybody = [each.id for each in school.learners]
    assert quiz.run_id == school.run.id

    with statements(school.session) as seen:
        found = eased.eases(school.session, quiz, everybody)

    assert len(seen) == 2
    assert found == {
        learner: [MORE_TIME, Ease(extra_attempts=1)],
        school.learners[1].id: [Ease(extra_attempts=1)],
    }


def test_what_has_ended_holds_no_more_and_is_kept(school: School) -> None:
    learner = school.learners[0].id
    given = service.give_accommodation(
        school.session,
        school.instructor,
        run_id=school.run.id,
        enrolment_id=learner,
        ease=MORE_TIME,
        reason="ill",
    )
    for _ in range(2):
        service.end_accommodation(school.session, school.instructor, accommodation_id=given.id)

    assert eased.eases(school.session, school.assessments[0], [learner]) == {}
    listed = eased.accommodations_of(school.session, school.run.id)
    assert [(each.accommodation.reason, each.latin) for each in listed] == [("ill", "Learner 000")]
    actions = (
        school.session.query(AuditEntry.action)
        .filter(AuditEntry.action.startswith("accommodation"))
        .order_by(AuditEntry.id)
    )
    assert [action for (action,) in actions] == ["accommodation.given", "accommodation.ended"]


def test_nobody_eases_their_own_case(school: School, session: Session) -> None:
    registrar = make_actor(session, Role.REGISTRAR, institute_id=school.institute.id)

    own = make_enrolment(session, run_id=school.run.id, person_id=registrar.person_id or 0)
    evening = group(school, "Evening", 0)

    with pytest.raises(OwnCase):
        service.give_accommodation(
            session,
            registrar,
            run_id=school.run.id,
            enrolment_id=own.id,
            ease=MORE_TIME,
            reason="me",
        )
    with pytest.raises(OwnCase):
        service.change_group(
            session, registrar, group_id=evening.id, name="Evening", enrolment_ids=[own.id]
        )
    service.change_group(
        session, school.registrar, group_id=evening.id, name="Evening", enrolment_ids=[own.id]
    )
    with pytest.raises(OwnCase):
        service.give_accommodation(
            session,
            registrar,
            run_id=school.run.id,
            group_id=evening.id,
            ease=MORE_TIME,
            reason="us",
        )


def test_what_is_refused(school: School, session: Session) -> None:
    evening = group(school, "Evening")
    version = session.get_one(CourseVersion, school.run.version_id)
    other = make_run(session, version, institute_id=school.institute.id)
    publish(session, NOBODY, run_id=other.id)
    theirs = make_enrolment(session, run_id=other.id, person_id=make_person(session).id)
    group_there = service.create_group(session, school.registrar, run_id=other.id, name="Evening")
    quiz_there = queries.assessments(session, other.id)[0]
    give = service.give_accommodation
    run_id = school.run.id

    with pytest.raises(NameTaken):
        service.create_group(session, school.registrar, run_id=run_id, name="evening")
    with pytest.raises(NothingEased):
        give(session, school.registrar, run_id=run_id, group_id=evening.id, ease=Ease(), reason="x")
    for wrong in (
        {},
        {"group_id": evening.id, "enrolment_id": school.learners[0].id},
        {"enrolment_id": theirs.id},
        {"group_id": group_there.id},
        {"group_id": evening.id, "assessment_id": quiz_there.id},
    ):
        with pytest.raises(NotFound):
            give(session, school.registrar, run_id=run_id, ease=MORE_TIME, reason="x", **wrong)
    with pytest.raises(NotFound):
        service.change_group(
            session,
            school.registrar,
            group_id=evening.id,
            name="Evening",
            enrolment_ids=[theirs.id],
        )
    auditor = make_actor(session, Role.AUDITOR, institute_id=school.institute.id)
    with pytest.raises(Forbidden):
        service.create_group(session, auditor, run_id=run_id, name="Mine")
    for ask in (eased.group_of, eased.accommodation_of):
        with pytest.raises(NotFound):
            ask(session, 999_999)


def test_a_group_that_is_named_stays(school: School, session: Session) -> None:
    named, unused = group(school, "Evening", 0), group(school, "Morning", 1)
    service.give_accommodation(
        session,
        school.registrar,
        run_id=school.run.id,
        group_id=named.id,
        ease=Ease(extra_days=1),
        reason="travel",
    )

    service.delete_group(session, school.registrar, group_id=unused.id)

    with pytest.raises(GroupInUse):
        service.delete_group(session, school.registrar, group_id=named.id)
    assert [(each.name, each.members) for each in eased.groups_of(session, school.run.id)] == [
        ("Evening", 1)
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accommodation SET extra_time = 10",
        "UPDATE accommodation SET ended_at = NULL, ended_by_id = NULL",
        "DELETE FROM accommodation",
    ],
)
def test_the_database_keeps_what_was_given(school: School, statement: str) -> None:
    given = service.give_accommodation(
        school.session,
        school.registrar,
        run_id=school.run.id,
        enrolment_id=school.learners[0].id,
        ease=MORE_TIME,
        reason="ill",
    )
    service.end_accommodation(school.session, school.registrar, accommodation_id=given.id)
    school.session.rollback()
    connection = school.session.connection(execution_options={"nador_writes": True})

    with pytest.raises(IntegrityError):
        connection.execute(text(statement))


def test_the_pages(client: FlaskClient, school: School, session: Session) -> None:
    store(
        session,
        RunStaff(
            run_id=school.run.id,
            person_id=school.instructor.person_id or 0,
            granted_at=clock.now(),
        ),
    )
    sign_in(client, session, school.instructor)
    start = f"/teach/runs/{school.run.id}"
    learner, quiz = school.learners[0], school.assessments[0]
    tomorrow = clock.local(clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")

    made = client.post(f"{start}/groups", data={"name": "Evening"})
    shown = client.get(made.location)
    refused = client.post(made.location, data={"name": "", "enrolment_id": [learner.id]})
    kept = client.post(made.location, data={"name": "Evening", "enrolment_id": [learner.id]})
    whom = made.location.rsplit("/", 1)[-1]
    given = client.post(
        f"{start}/accommodations",
        data={
            "whom": f"group-{whom}",
            "assessment_id": quiz.id,
            "extra_time": "50",
            "extra_attempts": "1",
            "extra_days": "2",
            "opens_at": tomorrow,
            "due_at": tomorrow,
            "closes_at": tomorrow,
            "reason": "night shifts",
        },
    )
    nothing = client.post(
        f"{start}/accommodations", data={"whom": f"learner-{learner.id}", "reason": "kept words"}
    )
    listed = client.get(f"{start}/accommodations?lang=en")

    assert (made.status_code, shown.status_code, kept.status_code) == (303, 200, 303)
    assert (refused.status_code, given.status_code, nothing.status_code) == (422, 303, 422)
    assert "kept words" in nothing.text
    for said in ("night shifts", "50% more time", "1 more attempt", "2 more days", "closes "):
        assert said in listed.text
    assert "Evening" in client.get(f"{start}/groups").text
    assert client.get(f"{start}/assessments").status_code == 200
    ended = client.post("/teach/accommodations/1/end")
    assert ended.status_code == 303
    assert client.post(f"/teach/groups/{whom}/delete").status_code == 409
    spare = client.post(f"{start}/groups", data={"name": "Spare"})
    assert client.post(f"{spare.location}/delete").status_code == 303


def test_an_instructor_of_another_run_finds_nothing(school: School, session: Session) -> None:
    stranger = make_actor(session, Role.LEARNER, institute_id=school.institute.id)
    assert not stranger.grants & {Grant(Role.INSTRUCTOR, school.institute.id, school.run.id)}

    with pytest.raises(NotFound):
        service.create_group(session, stranger, run_id=school.run.id, name="Mine")
