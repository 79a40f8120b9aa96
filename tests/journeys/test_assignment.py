"""An assignment from the draft to the feedback, with the line cut in between."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.factories.work import PDF
from tests.journeys.visitors import Reader, press, words

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.journeys.visitors import Reception

RECEIPT = re.compile(r"/me/submissions/\d+")
READERS = (Reader("ar", javascript=True), Reader("fr", javascript=False))
# Not a word of it may be lost.
TEXT = "Les communes sont ramenées à une graphie.\n\nتم توحيد أسماء الجماعات."


@pytest.fixture(params=READERS, ids=str)
def reader(request: pytest.FixtureRequest) -> Reader:
    found: Reader = request.param
    return found


def open_draft(page: Page) -> None:
    """Go from the learner's page to the draft of the run's last work, a new version where need be."""
    page.goto("/me")
    page.locator("main a[href*='/me/assignments/']").last.click()
    page.wait_for_load_state()
    begin = page.locator("main form[action$='/begin'] [type=submit]")
    if begin.count():
        begin.click()
    expect(page.locator("textarea[name=text]")).to_be_visible()
    page.wait_for_load_state()


def write_with_the_line_cut(page: Page, lang: str) -> None:
    """Type while the line is gone, and add a file when it has come back: both are kept by themselves."""
    page.context.set_offline(True)
    page.locator("textarea[name=text]").fill(TEXT)
    told = page.locator("#saved")
    expect(told).to_contain_text(words(lang)("Not saved yet: it is sent when the line is back."))  # type: ignore[arg-type] # one of ours
    page.context.set_offline(False)
    expect(told).to_contain_text(words(lang)("Saved at"))  # type: ignore[arg-type] # as above
    # A further version begins with the files of the last one.
    kept = page.locator("main .list a[href*='/me/submissions/files/']")
    before = kept.count()
    page.locator("input[type=file]").set_input_files(
        {"name": "tableau.pdf", "mimeType": "application/pdf", "buffer": PDF + b"%" * 900_000}
    )
    expect(kept).to_have_count(before + 1)


def test_from_a_draft_to_feedback(visit: Reception, reader: Reader) -> None:
    page = visit("learner", lang=reader.lang, javascript=reader.javascript)
    open_draft(page)
    if reader.javascript:
        write_with_the_line_cut(page, reader.lang)
    else:
        page.locator("textarea[name=text]").fill(TEXT)
        page.locator("input[type=file]").set_input_files(
            {"name": "tableau.pdf", "mimeType": "application/pdf", "buffer": PDF}
        )
    page.locator("button[value=check]").click()
    expect(page).to_have_url(re.compile(r"/hand-in(#draft)?$"))
    expect(page.locator(".typed")).to_contain_text("توحيد أسماء")
    page.locator("input[name=own_work]").check()
    press(page)

    expect(page).to_have_url(RECEIPT)
    hash_ = page.locator("#receipt ~ .facts .hash, .facts .hash").first
    expect(hash_).to_have_text(re.compile(r"[0-9a-f]{64}"))
    receipt = page.url.partition("#")[0]
    page.go_back()
    page.reload()
    page.goto(receipt)
    expect(page.locator(".typed").first).to_contain_text("توحيد أسماء")

    number = receipt.rsplit("/", 1)[-1]
    staff = visit("instructor", lang="fr")
    staff.goto(f"/teach/submissions/{number}")
    staff.locator("textarea[name=feedback]").fill("Un graphique de trop ; le reste est clair.")
    staff.locator("input[name=value]").fill("14,5")
    press(staff)
    expect(staff).to_have_url(re.compile(r"/teach/assessments/\d+/submissions$"))

    page.goto(receipt)
    expect(page.locator("#feedback")).to_contain_text("Un graphique de trop")
    expect(page.locator("#feedback")).not_to_contain_text("14,5")
