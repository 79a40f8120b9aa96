"""Marks that a person sets over computed ones: who may, why, and that nothing is forgotten."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from nador.assessment import queries, service
from nador.assessment.models import MarkOverride, Result
from nador.assessment.rules import (
    CURRENT,
    Decision,
    MarkOutOfRange,
    NoSuchMark,
    OverrideReasonNeeded,
    ResultConfirmed,
    recomputed,
)
from nador.catalogue.rules import DocumentKind
from nador.kernel.access import NOBODY, Actor, Forbidden, OwnCase
from nador.kernel.audit import AuditEntry
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from tests.assessment.school import School, open_categorised, open_school
from tests.assessment.test_gradebook import statements
from tests.assessment.test_pages import address, staffed
from tests.factories import sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session


@command
def sneak(session: Session, _actor: Actor, *, sql: str) -> None:
    session.execute(text(sql))


def override(
    school: School, actor: Actor, value: str | None, *, category: str = "", reason: str = "Jury"
) -> MarkOverride | None:
    return service.override_mark(
        school.session,
        actor,
        run_id=school.run.id,
        enrolment_id=school.learners[0].id,
        category=category,
        value=None if value is None else Decimal(value),
        reason=reason,
    )


def outcome(school: School) -> tuple[Decision, Decimal | None]:
    school.session.rollback()
    row, _ = queries.learner_row(school.session, school.run.id, school.learners[0].id)
    return row.outcome.decision, row.outcome.mark


def test_who_grades_sets_a_category_and_who_concludes_the_final_mark(session: Session) -> None:
    school = open_categorised(session)
    school.grade_all(("8", "6", "10"))

    assert outcome(school) == (Decision.FAIL, Decimal("9.33"))
    override(school, school.instructor, "11", category="TD")
    assert outcome(school) == (Decision.PASS, Decimal("10.33"))
    override(school, school.registrar, "12.5")
    assert outcome(school) == (Decision.PASS, Decimal("12.50"))
    with pytest.raises(Forbidden):
        override(school, school.instructor, "20")
    with pytest.raises(Forbidden):
        override(school, school.registrar, "20", category="TD")


def test_the_latest_holds_and_can_be_taken_back(session: Session) -> None:
    school = open_categorised(session)
    school.grade_all(("8", "6", "10"))

    override(school, school.registrar, "15")
    override(school, school.registrar, "14")
    again = override(school, school.registrar, "14", reason="")
    assert outcome(school)[1] == Decimal("14.00")
    override(school, school.registrar, None, reason="Added up wrongly")

    assert outcome(school)[1] == Decimal("9.33")
    told = queries.overrides_of(session, school.learners[0].id)
    assert [(each.value, each.reason) for each in told] == [
        (None, "Added up wrongly"),
        (Decimal(14), "Jury"),
        (Decimal(15), "Jury"),
    ]
    assert again is not None
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "mark.overridden").order_by(AuditEntry.id)
    )
    assert [entry.details["value"] for entry in entries] == ["15.00", "14.00", None]


def test_taking_back_what_was_never_set_is_harmless(session: Session) -> None:
    school = open_categorised(session)

    assert override(school, school.registrar, None) is None
    assert session.scalars(select(MarkOverride)).all() == []


def test_what_is_refused(session: Session) -> None:
    school = open_categorised(session)
    learner = Actor(
        person_id=school.people[0].id, grants=school.registrar.grants | school.instructor.grants
    )

    with pytest.raises(OverrideReasonNeeded):
        override(school, school.registrar, "12", reason="  ")
    with pytest.raises(MarkOutOfRange):
        override(school, school.registrar, "20.01")
    with pytest.raises(NoSuchMark):
        override(school, school.instructor, "12", category="GONE")
    with pytest.raises(OwnCase):
        override(school, learner, "20")
    with pytest.raises(NotFound):
        override(school, NOBODY, "20")


def test_an_attestation_rests_on_no_mark(session: Session) -> None:
    school = open_school(session, learners=1, document=DocumentKind.ATTESTATION)

    with pytest.raises(NoSuchMark):
        override(school, school.registrar, "12")


def test_a_confirmed_result_rests_and_remembers_what_it_was_decided_from(
    session: Session,
) -> None:
    school = open_categorised(session)
    school.grade_all(("8", "6", "10"))
    override(school, school.registrar, "12.5")
    school.release()

    service.conclude(session, school.registrar, run_id=school.run.id)

    with pytest.raises(ResultConfirmed):
        override(school, school.registrar, "20")
    session.rollback()
    result = session.scalars(select(Result)).one()
    assert (result.formula, result.mark) == (CURRENT, Decimal("12.50"))
    assert result.given is not None
    again = recomputed(result.formula, result.given)
    assert (again.decision, again.mark, again.rows()) == (
        result.decision,
        result.mark,
        result.trace,
    )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE mark_override SET value = 2000",
        "UPDATE mark_override SET reason = 'none'",
        "DELETE FROM mark_override",
    ],
)
def test_the_database_forgets_none(session: Session, sql: str) -> None:
    school = open_categorised(session)
    override(school, school.registrar, "12.5")

    with pytest.raises(DBAPIError):
        sneak(session, NOBODY, sql=sql)


def test_a_categorised_gradebook_still_takes_four_statements(session: Session) -> None:
    school = open_categorised(session, learners=60)
    school.grade_all(*[("8", "6", "10")] * 3)
    override(school, school.registrar, "12.5")

    with statements(session) as sent:
        book = queries.gradebook(session, school.run.id, page=1)

    assert len(sent) <= 4
    assert [group.category["code"] for group in book.groups if group.category] == ["TD", "FINAL"]
    assert book.overridden
    assert [len(group.columns) for group in book.groups] == [2, 1]
    assert book.rows[0].final_line is not None
    assert book.rows[0].final_line.computed == Decimal("9.33")


# Pages


def page_of(school: School, page: str = "override") -> str:
    return address(school, f"learners/{school.learners[0].id}{'/' if page else ''}{page}")


def test_a_mark_is_set_by_hand_on_a_page_and_shown_as_such(
    client: FlaskClient, session: Session
) -> None:
    school = open_categorised(session)
    school.grade_all(("8", "6", "10"))
    sign_in(client, session, school.registrar)

    form = client.get(f"{page_of(school)}?lang=en")
    empty = client.post(f"{page_of(school)}?lang=en", data={"category": "", "value": "12,5"})
    words = client.post(
        f"{page_of(school)}?lang=en", data={"category": "", "value": "much", "reason": "x"}
    )
    done = client.post(
        page_of(school), data={"category": "", "value": "12,5", "reason": "Jury of 3 May"}
    )

    assert "Final mark" in form.text
    assert 'value="TD"' not in form.text
    assert (empty.status_code, "Write why another mark holds" in empty.text) == (422, True)
    assert (words.status_code, "Write a number" in words.text) == (422, True)
    assert done.status_code == 303
    learner = client.get(f"{page_of(school, '')}?lang=en").text
    assert "Set by a person; computed: 9.33. Reason: Jury of 3 May" in learner
    assert "Marks set by hand" in learner
    book = client.get(f"{address(school)}?lang=en").text
    assert "12.50*" in book
    assert "A person set a mark by hand" in book
    results = client.get(f"{address(school, 'results')}?lang=en").text
    assert "12.50/20*" in results


def test_an_instructor_chooses_among_categories_only(client: FlaskClient, session: Session) -> None:
    school = staffed(session, learners=1)
    sign_in(client, session, school.instructor)

    page = client.get(f"{page_of(school)}?lang=en")
    refused = client.post(
        f"{page_of(school)}?lang=en", data={"category": "", "value": "20", "reason": "x"}
    )

    assert page.status_code == 200
    assert "Final mark</option>" not in page.text
    assert refused.status_code == 422
