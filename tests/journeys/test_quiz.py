"""A quiz in a real browser: the line is cut, the server restarts, the page reloads; nothing saved is lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from nador.assessment.models import AnswerAside
from tests.assessment.exam import ESSAY, FILE, SHORT, SINGLE
from tests.journeys.hall import Hall, hall
from tests.journeys.visitors import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route

SAVED = re.compile(r"Saved at \d\d:\d\d")
UNSAVED = re.compile("Not saved yet")
PATIENCE = 30_000
PLAIN = Reader("en", javascript=False)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path / "hall", SINGLE, SHORT, ESSAY, minutes=60) as opened:
        yield opened


def begin(context: BrowserContext, room: Hall) -> Page:
    page = context.new_page()
    page.goto(f"/me/quizzes/{room.exam.quiz.id}?lang=en")
    page.locator("main form button").click()
    expect(page).to_have_url(re.compile(r"/me/attempts/\d+"))
    # What is typed before the scripts are there waits for a button.
    page.wait_for_load_state()
    return page


def told(page: Page, position: int) -> Any:
    return page.locator(f"[data-position='{position}'] [role=status]")


def test_without_script(room: Hall, browser: Browser) -> None:
    with room.house.enter(browser, room.exam.actors[0], PLAIN) as context:
        page = begin(context, room)
        page.get_by_text("Quatre").click()
        page.fill("[name=q2-text]", "Rabat")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(told(page, 2)).to_have_text(SAVED)
        room.house.stop()
        room.house.start()
        page.fill("[name=q3-text]", "Parce que.")
        page.get_by_role("button", name="Check and hand in").click()
        expect(page.locator("main")).to_contain_text("Every question is answered.")
        page.get_by_role("button", name="Hand in").click()
        expect(page.locator("main")).to_contain_text("Handed in")

    assert room.answers() == [{"choice": "four"}, {"text": "Rabat"}, {"text": "Parce que."}]


def test_with_script_the_line_is_cut_and_the_server_restarts(room: Hall, browser: Browser) -> None:
    with room.house.enter(browser, room.exam.actors[0]) as context:
        page = begin(context, room)
        page.get_by_text("Quatre").click()
        expect(told(page, 1)).to_have_text(SAVED)
        assert room.answers()[0] == {"choice": "four"}

        context.set_offline(True)
        page.fill("[name=q2-text]", "Rabat")
        expect(told(page, 2)).to_have_text(UNSAVED, timeout=PATIENCE)
        assert room.answers()[1] == {}
        context.set_offline(False)
        expect(told(page, 2)).to_have_text(SAVED, timeout=PATIENCE)
        assert room.answers()[1] == {"text": "Rabat"}

        room.house.stop()
        page.fill("[name=q3-text]", "Parce que la ligne tient.")
        expect(told(page, 3)).to_have_text(UNSAVED, timeout=PATIENCE)
        room.house.start()
        expect(told(page, 3)).to_have_text(SAVED, timeout=60_000)
        page.reload()
        expect(page.locator("[name=q3-text]")).to_have_value("Parce que la ligne tient.")

        page.get_by_role("button", name="Check and hand in").click()
        page.get_by_role("button", name="Hand in").dblclick()
        expect(page.locator("main")).to_contain_text("Handed in")

    assert room.answers()[2] == {"text": "Parce que la ligne tient."}


def test_what_was_typed_without_a_line_survives_a_closed_window(
    room: Hall, browser: Browser
) -> None:
    with room.house.enter(browser, room.exam.actors[0]) as context:
        page = begin(context, room)
        url = page.url
        context.set_offline(True)
        page.fill("[name=q3-text]", "Rien ne se perd.")
        expect(told(page, 3)).to_have_text(UNSAVED, timeout=PATIENCE)
        page.close()
        context.set_offline(False)
        page = context.new_page()
        page.goto(url)
        expect(page.locator("[name=q3-text]")).to_have_value("Rien ne se perd.")
        expect(told(page, 3)).to_have_text(SAVED, timeout=PATIENCE)

    assert room.answers()[2] == {"text": "Rien ne se perd."}


def test_two_windows_without_a_line_keep_what_each_was_told(room: Hall, browser: Browser) -> None:
    with room.house.enter(browser, room.exam.actors[0]) as context:
        one = begin(context, room)
        other = context.new_page()
        other.goto(one.url)
        context.set_offline(True)
        one.fill("[name=q2-text]", "Rabat")
        expect(told(one, 2)).to_have_text(UNSAVED, timeout=PATIENCE)
        other.fill("[name=q3-text]", "Rien ne se perd.")
        expect(told(other, 3)).to_have_text(UNSAVED, timeout=PATIENCE)
        url = one.url
        one.close()
        other.close()
        context.set_offline(False)
        page = context.new_page()
        page.goto(url)
        expect(told(page, 2)).to_have_text(SAVED, timeout=PATIENCE)
        expect(told(page, 3)).to_have_text(SAVED, timeout=PATIENCE)

    assert room.answers()[1:] == [{"text": "Rabat"}, {"text": "Rien ne se perd."}]


def test_what_was_typed_last_is_sent_when_the_page_is_left(room: Hall, browser: Browser) -> None:
    with room.house.enter(browser, room.exam.actors[0]) as context:
        page = begin(context, room)
        page.fill("[name=q3-text]", "Le dernier mot")
        page.goto("/me?lang=en")
        page.wait_for_timeout(1500)

    assert room.answers()[2] == {"text": "Le dernier mot"}


def test_two_windows_and_a_wrong_clock(room: Hall, browser: Browser) -> None:
    with room.house.enter(browser, room.exam.actors[0]) as context:
        # The learner's clock is a day ahead: the time that is left is the server's.
        context.clock.install(time="2031-01-01T00:00:00")
        one = begin(context, room)
        expect(one.locator("[data-left]")).to_have_text(re.compile(r"^(60|59):\d\d$"))
        other = context.new_page()
        other.goto(one.url)
        one.fill("[name=q2-text]", "Rabat")
        one.locator("[name=q2-text]").blur()
        expect(told(one, 2)).to_have_text(SAVED)
        other.fill("[name=q2-text]", "Fès")
        other.locator("[name=q2-text]").blur()
        expect(told(other, 2)).to_contain_text("changed in another window")
        assert room.answers()[1] == {"text": "Rabat"}
        other.fill("[name=q2-text]", "Oujda")
        other.locator("[name=q2-text]").blur()
        expect(told(other, 2)).to_have_text(SAVED)

    assert room.answers()[1] == {"text": "Oujda"}
    kept = room.exam.session.query(AnswerAside).all()
    assert [(each.reason, each.answer) for each in kept] == [("stale", {"text": "Fès"})]


def test_a_file_goes_on_where_it_stood_and_what_was_typed_stays(
    tmp_path: Path, browser: Browser
) -> None:
    pieces: list[str] = []

    def cut_once(route: Route) -> None:
        if route.request.method == "PATCH":
            pieces.append(route.request.headers["upload-offset"])
        if len(pieces) == 2 and route.request.method == "PATCH":
            route.abort()
        else:
            route.continue_()

    with (
        hall(tmp_path / "hall", FILE, SHORT, minutes=60) as room,
        room.house.enter(browser, room.exam.actors[0]) as context,
    ):
        page = begin(context, room)
        page.route("**/me/uploads/*", cut_once)
        page.fill("[name=q2-text]", "Rabat")
        page.locator("[name=q1-file]").set_input_files(
            {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF" * 200_000}
        )
        expect(page.locator("[name=q1-keep]")).to_be_checked(timeout=PATIENCE)
        expect(page.locator("[name=q2-text]")).to_have_value("Rabat")
        expect(told(page, 2)).to_have_text(SAVED, timeout=PATIENCE)

        page.locator("[name=q1-file]").set_input_files(
            {"name": "second.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
        )
        expect(page.locator("output.errmsg")).to_be_visible(timeout=PATIENCE)

        first, second = room.answers()
        assert [(each["name"], each["size"]) for each in first["files"]] == [("plan.pdf", 800_000)]
        assert second == {"text": "Rabat"}
    assert pieces == ["0", "524288", "524288"]


def test_what_is_being_sent_is_not_left_behind(tmp_path: Path, browser: Browser) -> None:
    """Neither a button nor another file that is there sooner takes the page away."""
    held: list[Route] = []
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    def hold_first(route: Route) -> None:
        if route.request.method == "PATCH" and not held:
            held.append(route)
        else:
            route.continue_()

    with (
        hall(tmp_path / "hall", FILE, FILE, minutes=60) as room,
        room.house.enter(browser, room.exam.actors[0]) as context,
    ):
        page = begin(context, room)
        page.on("dialog", stay)
        page.route("**/me/uploads/*", hold_first)
        for at in (1, 2):
            page.locator(f"[name=q{at}-file]").set_input_files(
                {"name": f"plan {at}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF" * 9}
            )
            expect(page.locator("progress")).to_have_count(at)
        expect(page.locator("progress").nth(1)).to_have_js_property("value", 36, timeout=PATIENCE)
        with page.expect_event("dialog"):
            page.locator("[name=finish]").click(no_wait_after=True)
        assert asked == ["beforeunload"]
        expect(page.locator("progress")).to_have_count(2)

        held[0].continue_()
        for at in (1, 2):
            expect(page.locator(f"[name=q{at}-keep]")).to_be_checked(timeout=PATIENCE)
        assert [[each["name"] for each in one["files"]] for one in room.answers()] == [
            ["plan 1.pdf"],
            ["plan 2.pdf"],
        ]
