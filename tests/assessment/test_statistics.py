"""The page of statistics, and how many statements it takes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from nador.assessment import queries
from nador.kernel.access import NOBODY
from tests.assessment.school import open_categorised, open_school
from tests.assessment.test_gradebook import TWELVE, fill, statements
from tests.assessment.test_pages import address, staffed
from tests.factories import sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session


def test_assessments_categories_and_final_marks_are_summed_up(session: Session) -> None:
    school = open_categorised(session, learners=4)
    school.grade_all(("8", "6", "10"), ("12", "10", "14"), ("16", "18", "9"), ("5", None, None))

    found = queries.statistics(session, school.run.id)

    figures = {one.code: one.summary for one in found.distributions}
    assert list(figures) == ["T1", "T2", "EX", "TD", "FINAL", ""]
    first, td, final = figures["T1"], figures["TD"], figures[""]
    assert first is not None
    assert (first.count, first.mean, first.below) == (4, Decimal("10.25"), Decimal("50.00"))
    assert td is not None
    assert (td.count, td.mean) == (3, Decimal("12.67"))
    assert final is not None
    assert final.count == 3
    assert [one.code for one in found.parts] == ["TD", "FINAL"]
    assert found.together.keys() == {("FINAL", "TD")}


def test_statistics_of_500_by_12_take_four_statements(session: Session) -> None:
    school = open_school(session, learners=0, plan=TWELVE)
    fill(session, NOBODY, school=school, learners=500)

    with statements(session) as sent:
        found = queries.statistics(session, school.run.id)

    assert len(sent) <= 4
    assert len(found.together) == 66


def test_the_page_draws_charts_with_their_tables(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    school.grade_all(("8", "6"), ("12", "10"), ("16", "18"))
    sign_in(client, session, school.instructor)

    page = client.get(f"{address(school, 'statistics')}?lang=en").text
    arabic = client.get(f"{address(school, 'statistics')}?lang=ar").text

    assert page.count('<svg class="chart"') == 3
    assert page.count('id="d') >= 3
    assert "Standard deviation" in page
    assert "Correlation of the marks" in page
    assert "<script" not in page.split("<main")[1]
    assert arabic.count('<svg class="chart"') == 3


def test_without_grades_the_page_says_so(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    sign_in(client, session, school.instructor)

    assert "Statistics appear with the first grades." in (
        client.get(f"{address(school, 'statistics')}?lang=en").text
    )
