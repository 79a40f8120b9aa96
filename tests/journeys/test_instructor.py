"""An instructor finds what is to be graded, types marks as people do, and loses nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journeys.visitors import READERS, Reader

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.journeys.visitors import Reception

SAVE = "#ed [type=submit]:not([name])"


@pytest.fixture(params=READERS, ids=str)
def reader(request: pytest.FixtureRequest) -> Reader:
    found: Reader = request.param
    return found


def open_first_learner(page: Page) -> None:
    """Go from the queue to the first learner of the reconversion course who can be graded."""
    page.goto("/teach")
    row = page.locator("main li, main article, main .row", has_text="EMPL-170")
    row.locator("a[href*='/gradebook']").first.click()
    page.locator("main a[href*='edit=']:not([href*='edit=page'])").first.click()
    expect(page.locator("input.mark").last).to_be_visible()


def test_marks_take_a_comma_or_a_dot(visit: Reception, reader: Reader) -> None:
    page = visit("instructor", lang=reader.lang, javascript=reader.javascript)
    open_first_learner(page)
    shown = page.locator("input.mark").last.input_value()
    new = "12,25" if "13" in shown else "13,75"

    page.locator("input.mark").last.fill(new)
    page.locator(SAVE).click()

    expect(page.locator("[role=status] .note.ok, .notes .ok").first).to_be_visible()
    expect(page.locator("main")).to_contain_text(re.compile(new.replace(",", "[,.٫]")))


def test_a_mark_out_of_range_is_refused_and_kept(visit: Reception, reader: Reader) -> None:
    page = visit("instructor", lang=reader.lang, javascript=reader.javascript)
    open_first_learner(page)
    page.locator("input.mark").last.fill("25")
    page.locator(SAVE).click()

    expect(page.locator(".summary")).to_be_visible()
    expect(page.locator("input.mark").last).to_have_value("25")
    expect(page.locator("input.mark").last).to_have_attribute("aria-invalid", "true")


def test_two_graders_see_both_values(visit: Reception, reader: Reader) -> None:
    one = visit("instructor", lang=reader.lang, javascript=reader.javascript)
    other = visit("admin", lang=reader.lang, javascript=reader.javascript)
    open_first_learner(one)
    other.goto(one.url)
    was = one.locator("input.mark").last.input_value()
    first, second = ("11", "17") if not re.match("11|17", was) else ("9", "18")
    one.locator("input.mark").last.fill(first)
    one.locator(SAVE).click()
    one.wait_for_load_state()

    other.locator("input.mark").last.fill(second)
    other.locator(SAVE).click()

    expect(other.locator(".summary")).to_be_visible()
    expect(other.locator("input.mark").last).to_have_value(second)
    expect(other.locator("main .errmsg").first).to_contain_text(first)
