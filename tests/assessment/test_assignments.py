"""Staff says what is asked, sees who handed in, and gives works back: lateness costs what was said."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from nador.assessment.models import (
    Assessment,
    Assignment,
    Grade,
    GradeChange,
    MarkingPlan,
    SubmissionAuthor,
)
from nador.assessment.queries import handed_in
from nador.assessment.queries.handed_in import NamesHidden, Show
from nador.assessment.rules import GradeState, MarkOutOfRange, ReasonNeeded
from nador.assessment.rules import submissions as rules
from nador.assessment.rules.accommodations import Ease
from nador.assessment.rules.submissions import FileKind, LatePolicy, PenaltyUnit, Window
from nador.assessment.service import accommodations, assignments, returning
from nador.assessment.service.assignments import Settings
from nador.catalogue.models import RunStaff
from nador.catalogue.rules import AssessmentKind
from nador.kernel import clock
from nador.kernel.access import Actor, Forbidden, OwnCase
from nador.kernel.db import command
from nador.kernel.mail import Message
from tests.assessment.school import School, open_school
from tests.assessment.test_rules_submissions import asked
from tests.factories import sign_in, store
from tests.factories.work import PDF, make_assignment, make_submission
from tests.reporting.test_pages import statements

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.assessment.models import Submission
    from nador.kernel.errors import DomainError

NOON = clock.on_the_wall(clock.local(clock.now()).replace(tzinfo=None, hour=12, minute=0))


@command
def _ask_for_work(session: Session, _actor: Actor, *, assessment_id: int) -> None:
    session.get_one(Assessment, assessment_id).kind = AssessmentKind.ASSIGNMENT


@pytest.fixture
def school(session: Session) -> School:
    made = open_school(session, ended=False, plan=(("ESSAY", "100", "0"),))
    _ask_for_work(session, Actor(), assessment_id=made.assessments[0].id)
    store(
        session,
        RunStaff(run_id=made.run.id, person_id=made.instructor.person_id, granted_at=clock.now()),
    )
    return made


def late(session: Session, school: School, learner: int = 0, **days: int) -> Submission:
    """Let a learner hand in so long after the due date."""
    return make_submission(
        session,
        school.assessments[0].id,
        school.learners[learner],
        handed_in_at=NOON + timedelta(**days),
        due_at=NOON,
    )


def give_back(session: Session, school: School, submission: Submission, **more: Any) -> None:
    returning.return_work(
        session,
        school.instructor,
        submission_id=submission.id,
        **({"feedback": "Well done."} | more),
    )


def the_grade(session: Session, learner_id: int) -> Grade:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Grade).where(Grade.enrolment_id == learner_id)).one()


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        pytest.param(Settings(asked=asked(), window=Window()), None, id="no dates"),
        pytest.param(
            Settings(asked=asked(), window=Window(due_at=NOON, cut_off_at=NOON)),
            None,
            id="no grace",
        ),
        pytest.param(
            Settings(asked=asked(), window=Window(opens_at=NOON, due_at=NOON)),
            rules.DatesOutOfOrder,
            id="due as it opens",
        ),
        pytest.param(
            Settings(asked=asked(), window=Window(opens_at=NOON, cut_off_at=NOON)),
            rules.DatesOutOfOrder,
            id="closed as it opens",
        ),
        pytest.param(
            Settings(
                asked=asked(), window=Window(due_at=NOON, cut_off_at=NOON - timedelta(hours=1))
            ),
            rules.DatesOutOfOrder,
            id="closed before it is due",
        ),
        pytest.param(
            Settings(asked=asked(takes_text=False, takes_files=False), window=Window()),
            rules.TakesNothing,
            id="nothing",
        ),
        pytest.param(
            Settings(asked=asked(kinds=frozenset()), window=Window()),
            rules.TakesNothing,
            id="no kind",
        ),
        pytest.param(
            Settings(asked=asked(most_files=21), window=Window()), rules.LimitOutOfRange, id="many"
        ),
        pytest.param(
            Settings(asked=asked(largest=1 << 40), window=Window()),
            rules.LimitOutOfRange,
            id="huge",
        ),
        pytest.param(
            Settings(asked=asked(), window=Window(), late_policy=LatePolicy(percent=Decimal(101))),
            MarkOutOfRange,
            id="more than all",
        ),
    ],
)
def test_what_an_assignment_can_be(
    session: Session, school: School, settings: Settings, refusal: type[DomainError] | None
) -> None:
    def wanted() -> Assignment:
        return assignments.set_assignment(
            session, school.instructor, assessment_id=school.assessments[0].id, settings=settings
        )

    if refusal is None:
        assert wanted().kinds == [FileKind.PDF.value]
    else:
        with pytest.raises(refusal):
            wanted()


def test_who_may_say_what_is_asked(session: Session, school: School) -> None:
    wanted = Settings(asked=asked(), window=Window())
    with pytest.raises(Forbidden):
        assignments.set_assignment(
            session, school.registrar, assessment_id=school.assessments[0].id, settings=wanted
        )
    make_assignment(session, school.assessments[0].id)
    late(session, school)
    with pytest.raises(rules.GroupsFixed):
        assignments.set_assignment(
            session,
            school.instructor,
            assessment_id=school.assessments[0].id,
            settings=Settings(asked=asked(), window=Window(), by_group=True),
        )


def test_lateness_is_taken_off_and_told(session: Session, school: School) -> None:
    make_assignment(session, school.assessments[0].id, due_at=NOON, late_percent=Decimal(10))
    work = late(session, school, days=1, hours=1)

    give_back(session, school, work, value=Decimal(16))

    grade = the_grade(session, school.learners[0].id)
    assert (grade.value, grade.state) == (Decimal(12), GradeState.PROVISIONAL)
    assert session.scalars(select(GradeChange.reason)).one() == "16.00 − 4.00"
    author = session.scalars(select(SubmissionAuthor)).one()
    assert (author.value, author.deducted) == (Decimal(16), Decimal(4))
    mail = session.scalars(select(Message)).one()
    assert "16" not in mail.body


def test_an_extension_given_later_counts(session: Session, school: School) -> None:
    make_assignment(session, school.assessments[0].id, due_at=NOON, late_percent=Decimal(10))
    work = late(session, school, days=1)
    accommodations.give_accommodation(
        session,
        school.instructor,
        run_id=school.run.id,
        assessment_id=school.assessments[0].id,
        enrolment_id=school.learners[0].id,
        ease=Ease(due_at=NOON + timedelta(days=2)),
        reason="ill",
    )

    give_back(session, school, work, value=Decimal(16))

    assert the_grade(session, school.learners[0].id).value == Decimal(16)


def test_a_grade_that_was_seen_changes_with_a_reason_only(session: Session, school: School) -> None:
    make_assignment(session, school.assessments[0].id, due_at=NOON, late_percent=Decimal(10))
    work = late(session, school, days=1)
    give_back(session, school, work, value=Decimal(16))
    school.release()

    give_back(session, school, work, value=Decimal(16))
    with pytest.raises(ReasonNeeded):
        give_back(session, school, work, value=Decimal(17))
    give_back(session, school, work, value=Decimal(17), reason="Read again")

    assert the_grade(session, school.learners[0].id).value == Decimal(15)
    reasons = session.scalars(select(GradeChange.reason).order_by(GradeChange.id)).all()
    assert reasons[-1] == "Read again · 17.00 − 2.00"


def test_each_of_a_group_gets_the_grade(session: Session, school: School) -> None:
    make_assignment(session, school.assessments[0].id, due_at=NOON, late_percent=Decimal(10))
    first, second = school.learners[0], school.learners[1]
    work = late(session, school, days=1)
    store(session, SubmissionAuthor(submission_id=work.id, enrolment_id=second.id))

    give_back(session, school, work, value=Decimal(16))

    assert {the_grade(session, each.id).value for each in (first, second)} == {Decimal(14)}
    assert len(session.scalars(select(Message)).all()) == 2


def test_what_is_not_given_back(session: Session, school: School) -> None:
    make_assignment(session, school.assessments[0].id)
    work = late(session, school)
    own = Actor(person_id=school.people[0].id, grants=school.instructor.grants)

    with pytest.raises(rules.FeedbackMissing):
        give_back(session, school, work, feedback=" ")
    with pytest.raises(OwnCase):
        returning.return_work(session, own, submission_id=work.id, feedback="Excellent")
    with pytest.raises(MarkOutOfRange):
        give_back(session, school, work, value=Decimal(21))
    store(
        session,
        MarkingPlan(
            assessment_id=school.assessments[0].id,
            anonymous=True,
            threshold=Decimal(2),
            seed="s",
            made_at=clock.now(),
        ),
    )
    with pytest.raises(NamesHidden):
        give_back(session, school, work)


def test_the_list_tells_who_is_missing_and_who_is_late(session: Session, school: School) -> None:
    assignment = make_assignment(session, school.assessments[0].id, due_at=NOON)
    late(session, school, 0, hours=1)
    late(session, school, 1, hours=-1)

    def shown(show: Show) -> list[str | None]:
        page = handed_in.handed_in_page(
            session, assignment, school.assessments[0], show=show, page=1
        )
        assert page.counts[show] == len(page.rows)
        return [row.latin for row in page.rows]

    names = [person.name_latin for person in school.people]
    assert shown(Show.ALL) == names
    assert shown(Show.WAITING) == names[:2]
    assert shown(Show.LATE) == names[:1]
    assert shown(Show.MISSING) == names[2:]


def test_the_pages_of_staff(client: FlaskClient, session: Session, school: School) -> None:
    where = f"/teach/assessments/{school.assessments[0].id}"
    sign_in(client, session, school.instructor)
    form = {
        "instructions": "Explain joins",
        "due_at": "2026-12-01T12:00",
        "cut_off_at": "2026-12-03T12:00",
        "late_percent": "12,5",
        "late_unit": "hour",
        "late_floor": "40",
        "takes_files": "y",
        "kinds": ["pdf", "zip"],
        "most_files": "2",
        "largest": "20",
    }
    refused = client.post(f"{where}/assignment?lang=en", data=form | {"late_percent": "many"})
    assert refused.status_code == 422
    assert "Explain joins" in refused.text
    done = client.post(f"{where}/assignment", data=form)
    assert done.status_code == 303
    session.rollback()
    kept = session.get_one(Assignment, school.assessments[0].id)
    assert (kept.late_percent, kept.late_unit) == (Decimal("12.50"), PenaltyUnit.HOUR)
    assert (kept.takes_text, kept.kinds, kept.largest) == (False, ["pdf", "zip"], 20 << 20)
    assert kept.due_at is not None
    assert f"{clock.local(kept.due_at):%Y-%m-%d %H:%M}" == "2026-12-01 12:00"
    assert 'value="12.5"' in client.get(f"{where}/assignment").text
    assert f"{where}/submissions" in client.get(f"/teach/runs/{school.run.id}/assessments").text

    work = late(session, school)
    assert f"/teach/submissions/{work.id}" in client.get(f"{where}/submissions?show=waiting").text
    given = client.post(
        f"/teach/submissions/{work.id}?lang=en",
        data={
            "feedback": "Read chapter 3",
            "value": "15,5",
            "files": (io.BytesIO(PDF), "notes.pdf"),
        },
        content_type="multipart/form-data",
    )
    assert given.status_code == 303
    page = client.get(f"/teach/submissions/{work.id}?lang=en").text
    assert "Read chapter 3" in page
    assert "notes.pdf" in page
    sign_in(client, session, Actor(person_id=school.people[0].id))
    own = client.get(f"/me/submissions/{work.id}?lang=en").text
    assert "Read chapter 3" in own
    assert "notes.pdf" in own
    assert "15.5" not in own, "the grade is not released"


def test_what_is_refused_at_returning_keeps_the_words(
    client: FlaskClient, session: Session, school: School
) -> None:
    make_assignment(session, school.assessments[0].id)
    work = late(session, school)
    sign_in(client, session, school.instructor)

    refused = client.post(
        f"/teach/submissions/{work.id}?lang=en", data={"feedback": "Kept words", "value": "99"}
    )

    assert refused.status_code == 422
    assert "Kept words" in refused.text
    assert "Write a number from 0 to 20." in refused.text


def test_lists_cost_the_same_for_many(
    client: FlaskClient, session: Session, school: School
) -> None:
    make_assignment(session, school.assessments[0].id, due_at=NOON)
    work = late(session, school)
    sign_in(client, session, school.instructor)
    engine = client.application.extensions["nador"].engine
    pages = [
        f"/teach/assessments/{school.assessments[0].id}/submissions",
        f"/teach/submissions/{work.id}",
        f"/teach/runs/{school.run.id}/assessments",
    ]
    client.get(pages[0])

    def cost(page: str) -> int:
        with statements(engine) as sent:
            assert client.get(page).status_code == 200
        return len(sent)

    few = [cost(page) for page in pages]
    late(session, school, 1)
    late(session, school, 2)
    for number in range(2, 6):
        make_submission(session, school.assessments[0].id, school.learners[0], number=number)
    counts = [cost(page) for page in pages]

    assert counts == few
    assert max(counts) <= 14, counts


def test_two_who_return_a_work_lose_no_words(
    client: FlaskClient, session: Session, school: School
) -> None:
    make_assignment(session, school.assessments[0].id)
    work = make_submission(session, school.assessments[0].id, school.learners[0])
    sign_in(client, session, school.instructor)
    url = f"/teach/submissions/{work.id}?lang=en"
    returning.return_work(session, school.instructor, submission_id=work.id, feedback="Their words")

    refused = client.post(url, data={"feedback": "My words", "seen": ""})

    assert refused.status_code == 422
    assert "Their words" in refused.text
    assert "My words" in refused.text
    (seen,) = re.findall(r'name="seen"[^>]*value="([^"]+)"', refused.text)
    assert client.post(url, data={"feedback": "Both", "seen": seen}).status_code == 303
