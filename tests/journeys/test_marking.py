"""Marking in a real browser: two and three people to a released grade, and a class by keyboard alone."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from nador.assessment.rules import GradeState
from nador.assessment.rules.marking import MarkingState, MarkStatus
from tests.assessment.test_marking import DOUBLE, HIDDEN
from tests.journeys.marking import MarkingRoom, marking_room
from tests.journeys.visitors import Reader, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

READERS = (Reader("ar", javascript=True), Reader("fr", javascript=False))
SCRIPTS = Reader("fr", javascript=True)
CLASS = 20


@pytest.fixture(params=READERS, ids=str)
def reader(request: pytest.FixtureRequest) -> Reader:
    found: Reader = request.param
    return found


@pytest.fixture
def double(tmp_path: Path) -> Iterator[MarkingRoom]:
    with marking_room(tmp_path / "room", learners=2, plan=DOUBLE) as opened:
        yield opened


@pytest.fixture
def hidden(tmp_path: Path) -> Iterator[MarkingRoom]:
    with marking_room(tmp_path / "room", learners=1, plan=HIDDEN) as opened:
        yield opened


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[MarkingRoom]:
    with marking_room(tmp_path / "room", learners=CLASS) as opened:
        yield opened


def choose(page: Page, criterion: str, points: str) -> None:
    page.locator(f"label:has(input[name='p-{criterion}'][value='{points}'])").click()


def mark_first_of_queue(page: Page, a: str, b: str) -> None:
    """Go from the queue to the oldest piece of work, choose two levels, save."""
    page.goto("/teach")
    page.locator("main a[href*='/teach/marking']").first.click()
    page.locator("main .list a").first.click()
    choose(page, "a", a)
    choose(page, "b", b)
    # The first press counts: while a form is being submitted the script can't submit it again.
    page.locator("button[value=final]").click()
    expect(page.locator(".notes .ok, [role=status] .ok").first).to_be_visible()


def test_double_marking_to_a_released_grade(
    double: MarkingRoom, browser: Browser, reader: Reader
) -> None:
    room, said = double.room, words(reader.lang)
    # Out of 20: 20 and 6 differ too much, and the third says 14.
    for marker, (a, b) in enumerate([("5", "5"), ("1", "2"), ("5", "2")]):
        with double.house.enter(browser, double.room.markers[marker], reader) as context:
            mark_first_of_queue(context.new_page(), a, b)
        double.house.refresh()
    assert room.work().state is MarkingState.AGREED

    with double.house.enter(browser, double.room.markers[0], reader) as context:
        page = context.new_page()
        page.goto(f"{double.base}/works/{room.sign()}")
        expect(page.locator("#marks")).to_contain_text(re.compile(r"20[.,]00/20"))
        page.goto(f"/teach/runs/{room.school.run.id}/gradebook")
        page.get_by_role("button", name=said("Release the grades"), exact=True).click()
        expect(page.locator("main")).to_contain_text(re.compile(r"14[.,]00"))
    double.house.refresh()
    grade = room.grade()
    assert grade is not None
    assert (grade.value, grade.state) == (Decimal(14), GradeState.RELEASED)

    with double.house.enter(browser, double.room.school.people[0], reader) as context:
        page = context.new_page()
        page.goto(f"/me/results/{room.school.learners[0].reference}")
        page.locator("#feedback a").click()
        expect(page.locator("main")).to_contain_text(re.compile(r"14[.,]00/20"))


def test_names_appear_when_all_is_agreed(hidden: MarkingRoom, browser: Browser) -> None:
    room, reader = hidden.room, Reader("ar", javascript=True)
    for marker in (0, 1):
        with hidden.house.enter(browser, hidden.room.markers[marker], reader) as context:
            page = context.new_page()
            mark_first_of_queue(page, "5", "2")
            page.goto(f"{hidden.base}/marking")
            expect(page.locator("main")).not_to_contain_text("Learner 000")
        hidden.house.refresh()

    with hidden.house.enter(browser, hidden.room.markers[0], reader) as context:
        page = context.new_page()
        page.goto(f"{hidden.base}/marking")
        page.get_by_role("button", name=words("ar")("Show the names")).click()
        expect(page.locator("main")).to_contain_text("Learner 000")
    hidden.house.refresh()
    grade = room.grade()
    assert grade is not None
    assert grade.value == Decimal(14)


def test_a_class_is_marked_by_keyboard_alone(crowd: MarkingRoom, browser: Browser) -> None:
    """Twenty pieces of work, and the mouse is never touched."""
    room = crowd.room
    with crowd.house.enter(browser, crowd.room.markers[0], SCRIPTS) as context:
        page = context.new_page()
        page.goto(f"{crowd.base}/works/{room.sign(0)}")
        page.keyboard.press("?")
        expect(page.locator("details[open] kbd").first).to_be_visible()
        for learner in range(CLASS):
            expect(page.locator(".bar")).to_contain_text(f"{learner + 1} sur {CLASS}")
            expect(page).to_have_url(re.compile(room.sign(learner)))
            page.keyboard.press("2")
            page.keyboard.press("1" if learner % 2 else "2")
            expect(page.locator("#total")).to_have_text("14,00" if learner % 2 else "20,00")
            page.keyboard.press("t")
            page.keyboard.type(f"Copie {learner}")
            page.keyboard.press("Control+Enter")
            page.wait_for_url(re.compile(f"marking|(?!.*{room.sign(learner)})works"))
    crowd.house.refresh()
    works = [room.work(learner) for learner in range(CLASS)]
    assert [each.agreed for each in works] == [Decimal(14 if n % 2 else 20) for n in range(CLASS)]
    assert [each.marks[0].comment for each in works] == [f"Copie {n}" for n in range(CLASS)]


def test_a_draft_survives_a_cut_line(crowd: MarkingRoom, browser: Browser) -> None:
    room = crowd.room
    with crowd.house.enter(browser, crowd.room.markers[0], SCRIPTS) as context:
        page = context.new_page()
        page.goto(f"{crowd.base}/works/{room.sign(0)}")
        told = page.locator("#saved")
        context.set_offline(True)
        page.fill("#comment", "Écrit pendant la coupure.")
        expect(told).to_contain_text("Pas encore enregistré")
        context.set_offline(False)
        expect(told).to_contain_text("Enregistré à", timeout=20_000)
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        expect(page).to_have_url(re.compile(room.sign(1)))
        page.keyboard.press("k")
        expect(page.locator("#comment")).to_have_value("Écrit pendant la coupure.")
    crowd.house.refresh()
    (mark,) = room.work(0).marks
    assert mark.status is MarkStatus.DRAFT
