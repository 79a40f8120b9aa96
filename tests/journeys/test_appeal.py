"""An appeal in a real browser: a learner contests, the office assigns, somebody else decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from nador.catalogue.models import RunStaff
from nador.kernel import clock
from nador.kernel.access import Actor, Role
from tests.assessment.school import School, open_school
from tests.factories import make_actor, store
from tests.journeys.house import House, open_house
from tests.journeys.visitors import Reader, press, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

READERS = (Reader("ar", javascript=True), Reader("fr", javascript=False))
WHY = "La question 3 n'a pas été lue.\n\nلم تقرؤوا السؤال الثالث."
ANSWER = "La question 3 vaut deux points de plus."


@dataclass
class Office:
    """A school whose grades are released, in a house of its own, with a second person to decide."""

    house: House
    school: School
    colleague: Actor

    def enter(self, browser: Browser, who: Actor, reader: Reader) -> Page:
        """Open a browser for somebody."""
        return self.house.enter(browser, who, reader).new_page()

    @property
    def learner(self) -> Actor:
        """Who contests."""
        return Actor(person_id=self.school.people[0].id)


@pytest.fixture(params=READERS, ids=str)
def reader(request: pytest.FixtureRequest) -> Reader:
    found: Reader = request.param
    return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_house(tmp_path / "office") as house:
        school = open_school(house.session, learners=2)
        school.grade_all(("9", "12"), ("15", "14"))
        school.release()
        colleague = make_actor(
            house.session,
            Role.INSTRUCTOR,
            institute_id=school.institute.id,
            run_id=school.run.id,
        )
        store(
            house.session,
            RunStaff(run_id=school.run.id, person_id=colleague.person_id, granted_at=clock.now()),
        )
        house.start()
        yield Office(house, school, colleague)


def test_from_a_released_grade_to_another_one(
    office: Office, browser: Browser, reader: Reader
) -> None:
    said, result = words(reader.lang), f"/me/results/{office.school.learners[0].reference}"
    page = office.enter(browser, office.learner, reader)
    page.goto(result)
    page.locator("main a[href*='/appeal?assessment=']").first.click()
    press(page)
    expect(page.locator("main [aria-invalid=true]")).to_be_visible()
    page.fill("[name=reason]", WHY)
    press(page)
    expect(page).to_have_url(re.compile(rf"{result}#appeals$"))
    expect(page.locator("main")).to_contain_text("لم تقرؤوا")

    # Whoever marked it is not among those to whom it can be given.
    registrar = office.enter(browser, office.school.registrar, reader)
    registrar.goto("/teach/appeals")
    registrar.locator("main table a").first.click()
    expect(registrar.locator("select[name=assignee]")).to_be_visible()
    offered = [
        option.get_attribute("value")
        for option in registrar.locator("select[name=assignee] option").all()
    ]
    assert str(office.colleague.person_id) in offered
    assert str(office.school.instructor.person_id) not in offered
    registrar.select_option("[name=assignee]", value=str(office.colleague.person_id))
    registrar.get_by_role("button", name=said("Assign"), exact=True).click()
    expect(registrar.locator(".notes")).to_contain_text(said("The appeal is assigned."))

    decider = office.enter(browser, office.colleague, reader)
    decider.goto(registrar.url)
    decider.fill("[name=value]", "11,5")
    decider.get_by_role("button", name=said("Approve"), exact=True).click()
    expect(decider.locator("[name=value]")).to_have_value("11,5")
    decider.fill("[name=answer]", ANSWER)
    decider.get_by_role("button", name=said("Approve"), exact=True).click()
    expect(decider.locator("#answer")).to_contain_text(ANSWER)
    expect(decider.locator("#answer")).to_contain_text(re.compile(r"11[.,]50"))

    page.goto(result)
    expect(page.locator("#appeals")).to_contain_text(ANSWER)
    expect(page.locator("main")).to_contain_text(re.compile(r"11[.,]50/20"))
    expect(page.locator("main a[href*='/appeal?assessment=']")).to_have_count(2)
