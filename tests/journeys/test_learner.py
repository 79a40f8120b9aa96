"""A learner finds a course, enrols, waits, leaves, and holds a certificate in the end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journeys.visitors import CODE, READERS, Reader, press, sign_in, words

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.journeys.visitors import Reception

REFERENCE = re.compile(r"/enrolments/([^/?#]+)")
OPEN = "IA-101"  # a run with free seats, for everybody
FULL = "TOUR-140"  # a full run, for everybody


@pytest.fixture(params=READERS, ids=str)
def reader(request: pytest.FixtureRequest) -> Reader:
    found: Reader = request.param
    return found


def leave(page: Page) -> None:
    """Give the place back."""
    page.locator("main a[href$='/withdraw']").first.click()
    press(page)
    expect(page.locator("h1")).to_be_visible()


def choose(page: Page, course: str) -> None:
    """Go from the catalogue to the page that asks to confirm a run of the course."""
    page.goto("/courses")
    page.locator(f"main a[href='/courses/{course}']").first.click()
    page.locator("input[name=run]").first.check()
    page.locator("form[action$='/enrol'] [type=submit]").click()
    expect(page).to_have_url(re.compile(r"/runs/\d+/enrol|/enrolments/"))


def without_a_place(page: Page, course: str) -> None:
    """Come to the question to confirm, whatever an earlier visit left behind."""
    choose(page, course)
    if REFERENCE.search(page.url):
        leave(page)
        choose(page, course)


def test_a_learner_enrols_once_and_leaves(visit: Reception, reader: Reader) -> None:
    page = visit("learner", lang=reader.lang, javascript=reader.javascript)
    without_a_place(page, OPEN)
    question = page.url

    press(page)
    expect(page).to_have_url(REFERENCE)
    expect(page.locator("h1")).to_have_text(words(reader.lang)("The enrolment is confirmed"))
    first = REFERENCE.search(page.url)
    assert first

    # A second tab, or the button pressed twice, lands on the same enrolment.
    page.goto(question)
    expect(page).to_have_url(re.compile(re.escape(first[1])))
    page.reload()
    expect(page).to_have_url(re.compile(re.escape(first[1])))

    leave(page)
    choose(page, OPEN)
    assert not REFERENCE.search(page.url)


def test_two_presses_enrol_once(visit: Reception, reader: Reader) -> None:
    one = visit("learner2", lang=reader.lang, javascript=reader.javascript)
    other = visit("learner2", lang=reader.lang, javascript=reader.javascript)
    without_a_place(one, OPEN)
    choose(other, OPEN)

    press(one)
    press(other)

    expect(other).to_have_url(one.url)
    leave(one)


def test_a_full_run_has_a_waitlist(visit: Reception, reader: Reader) -> None:
    say = words(reader.lang)
    page = visit("learner2", lang=reader.lang, javascript=reader.javascript)
    without_a_place(page, FULL)
    expect(page.locator("h1")).to_have_text(say("Join the waitlist"))

    press(page)

    expect(page.locator("h1")).to_have_text(say("On the waitlist"))
    place = re.compile(
        re.escape(say("Place in the waitlist: %(position)s")).replace(r"%\(position\)s", r"\d+")
    )
    expect(page.locator("main")).to_contain_text(place)
    leave(page)


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_who_is_not_known_signs_in_on_the_way(visit: Reception, lang: str) -> None:
    page = visit(lang="ar" if lang == "ar" else "fr")
    choose(page, OPEN)
    page.locator("main a[href*='/sign-in']").first.click()

    sign_in(page, "learner2", there=True)

    expect(page).to_have_url(re.compile(r"/runs/\d+/enrol|/enrolments/"))


def test_search_finds_a_course_however_it_is_spelt(visit: Reception) -> None:
    page = visit(lang="ar", javascript=False)
    page.goto("/")
    page.fill("[type=search]", "الذكاء الإصطناعي")
    page.locator("form[role=search] [type=submit]").first.click()

    expect(page.locator(f"main a[href='/courses/{OPEN}']").first).to_be_visible()


def test_a_result_explains_itself_and_a_certificate_is_downloaded(
    visit: Reception, reader: Reader
) -> None:
    page = visit("learner", lang=reader.lang, javascript=reader.javascript)
    page.goto("/me")
    page.locator("main a[href*='/me/results/']").last.click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("main")).to_contain_text("70")

    page.goto("/me/certificates")
    expect(page.locator("main")).to_contain_text(CODE)
    with page.expect_download() as started:
        page.locator("main a[href$='/file']").first.click()
    content = started.value.path().read_bytes()

    assert content.startswith(b"%PDF-1.7")
    assert len(content) < 60_000
