"""From an empty run to a certificate that an employer checks, by everybody who has a part in it."""

from __future__ import annotations

import re
import secrets
import time
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from nador.kernel import clock
from tests.journeys.visitors import CODE, Reader, press

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.journeys.visitors import Reception

COURSE: Final = "EMPL-170"  # asks for nothing before it, and has two assessments
LEARNERS: Final = (("Tarik Bourass", "طارق بوراس"), ("Hafida Znagui", "حفيظة الزناكي"))
MARKS: Final = ("14,5", "16.25")
DRAWING: Final = 120  # seconds for a worker on a busy machine


@pytest.fixture(params=[Reader("ar", javascript=False), Reader("fr", javascript=True)], ids=str)
def reader(request: pytest.FixtureRequest) -> Reader:
    found: Reader = request.param
    return found


def submit(page: Page, action: str) -> None:
    """Press the button of the form whose action ends in `action`."""
    page.locator(f"main form[method=post][action$='{action}'] [type=submit]").first.click()
    page.wait_for_load_state()


def fill_dates(page: Page, *, first: date, last: date) -> None:
    """Write the days of a run, with a window around now."""
    now = clock.local(clock.now()).replace(tzinfo=None)
    page.fill("[name=starts_on]", first.isoformat())
    page.fill("[name=ends_on]", last.isoformat())
    page.fill("[name=opens_at]", _minute(now - timedelta(days=30)))
    page.fill("[name=closes_at]", _minute(now + timedelta(days=2)))


def _minute(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M")


def open_run(page: Page) -> str:
    """Open a run that is on its last day, and name its instructor; returns its id."""
    today = clock.today()
    page.goto(f"/manage/courses/{COURSE}/open")
    page.fill("[name=code]", f"{COURSE}-{secrets.token_hex(3)}")
    fill_dates(page, first=today - timedelta(days=20), last=today)
    page.fill("[name=capacity]", "5")
    page.check("[name=publish]")
    press(page)
    expect(page).to_have_url(re.compile(r"/manage/runs/\d+$"))
    run_id = page.url.rpartition("/")[2]
    page.fill("[name=person]", "instructor@nador.example")
    submit(page, "/staff")
    expect(page.locator("main")).to_contain_text("instructor@nador.example")
    return run_id


def enrol(page: Page, run_id: str, name_latin: str, name_arabic: str) -> None:
    """Enrol somebody who has no account and no e-mail."""
    page.goto(f"/manage/runs/{run_id}/people/add")
    page.fill("[name=name_latin]", name_latin)
    page.fill("[name=name_arabic]", name_arabic)
    press(page)
    expect(page.locator("main")).to_contain_text(name_arabic)


def grade(page: Page, run_id: str) -> None:
    """Enter all marks, with a comma and with a dot, and release them."""
    page.goto(f"/teach/runs/{run_id}/gradebook?edit=page")
    cells = page.locator("input.mark")
    expect(cells).to_have_count(len(LEARNERS) * 2)
    for number in range(len(LEARNERS) * 2):
        cells.nth(number).fill(MARKS[number // 2])
    page.locator("#ed [type=submit]").first.click()
    page.wait_for_load_state()
    page.goto(f"/teach/runs/{run_id}/gradebook")
    submit(page, "/release")
    expect(page.locator("main")).to_contain_text("14")


def conclude(page: Page, run_id: str) -> None:
    """Let the run end yesterday, look at the results, and confirm them."""
    yesterday = clock.today() - timedelta(days=1)
    page.goto(f"/manage/runs/{run_id}/change")
    fill_dates(page, first=yesterday - timedelta(days=20), last=yesterday)
    press(page)
    page.goto(f"/teach/runs/{run_id}/conclude")
    for tick in page.locator("main form[method=post] [type=checkbox]").all():
        tick.check()
    press(page)
    expect(page.locator("main")).to_contain_text("14")


def issue(page: Page, run_id: str) -> list[str]:
    """Confirm the names, order the certificates, wait for them; returns their codes."""
    page.goto(f"/manage/runs/{run_id}/certify")
    for tick in page.locator("[name=person]").all():
        tick.check()
    page.locator("button[form=names]").click()
    page.wait_for_load_state()
    page.locator("aside form[method=post] button.btn").first.click()
    expect(page).to_have_url(re.compile(r"/manage/batches/\d+"))
    until = time.monotonic() + DRAWING
    while time.monotonic() < until:
        codes = sorted({found[0] for found in CODE.finditer(page.locator("main").inner_text())})
        if len(codes) == len(LEARNERS):
            return codes
        # The page renews itself: asked for once more at that moment, the browser gives it up.
        page.wait_for_timeout(500)
    raise AssertionError(page.locator("main").inner_text())


def download_printed(page: Page, run_id: str) -> bytes:
    """Order one file of all certificates, and fetch it when it is ready."""
    page.goto(f"/manage/runs/{run_id}/certify")
    submit(page, "/certificates/print")
    until = time.monotonic() + DRAWING
    link = page.locator("main a[href$='.pdf']")
    while time.monotonic() < until and not link.count():
        page.wait_for_timeout(500)
    with page.expect_download() as started:
        link.first.click()
    return started.value.path().read_bytes()


def revoke(page: Page, code: str) -> None:
    """Revoke a certificate, with a reason for the file and one for the public."""
    page.goto(f"/manage/certificates/{code}")
    page.fill("[name=reason]", "Erreur de session")
    page.fill("[name=public_reason]", "Document établi par erreur")
    press(page)


def sloppy(code: str) -> str:
    """Type a code as people do: small letters, blanks for dashes, O for 0."""
    prefix, _, symbols = code.partition("-")
    return f" {prefix.lower()} {symbols.lower().replace('0', 'o').replace('-', ' ')}"


def test_the_whole_job(visit: Reception, reader: Reader) -> None:
    def at(who: str | None) -> Page:
        return visit(who, lang=reader.lang, javascript=reader.javascript)

    registrar = at("registrar")
    run_id = open_run(registrar)
    for name_latin, name_arabic in LEARNERS:
        enrol(registrar, run_id, name_latin, name_arabic)
    grade(at("instructor"), run_id)
    conclude(registrar, run_id)
    certifier = at("certifier")
    valid, revoked = issue(certifier, run_id)
    assert download_printed(certifier, run_id).startswith(b"%PDF")
    revoke(certifier, revoked)

    employer = at(None)
    employer.goto("/verify")
    employer.fill("[name=code]", sloppy(valid))
    employer.locator("main form [type=submit]").first.click()
    expect(employer).to_have_url(re.compile(f"/v/{valid}"))
    expect(employer.locator(".verdict")).to_have_class(re.compile("v-ok"))
    expect(employer.locator("main")).to_contain_text(re.compile("طارق بوراس|حفيظة الزناكي"))
    employer.goto(f"/v/{revoked}")
    expect(employer.locator(".verdict")).to_have_class(re.compile("v-bad"))
    expect(employer.locator("main")).to_contain_text("Document établi par erreur")
