"""An employer has a paper in hand, no account and little time."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journeys.visitors import CODE, READERS, Reader

if TYPE_CHECKING:
    from tests.journeys.visitors import Reception

EVERY_READER = (*READERS, Reader("en", javascript=False))


@pytest.fixture(params=EVERY_READER, ids=str)
def reader(request: pytest.FixtureRequest) -> Reader:
    found: Reader = request.param
    return found


@pytest.fixture
def code(visit: Reception) -> str:
    """The code of a certificate of the demo that is valid."""
    page = visit("learner", lang="fr")
    page.goto("/me/certificates")
    found = CODE.search(page.locator("main").inner_text())
    assert found
    return found[0]


def test_a_code_typed_sloppily_is_found(visit: Reception, reader: Reader, code: str) -> None:
    page = visit(lang=reader.lang, javascript=reader.javascript)
    page.goto("/")
    page.locator("main a[href='/verify']").first.click()
    page.fill("[name=code]", code.lower().replace("-", " ").replace("0", "o"))
    page.locator("main form [type=submit]").first.click()

    expect(page).to_have_url(re.compile(f"/v/{code}"))
    expect(page.locator(".verdict")).to_have_class(re.compile("v-ok"))
    expect(page.locator("main")).to_contain_text("سلمى")
    expect(page.locator("main")).to_contain_text("Salma")


def test_a_wrong_code_keeps_what_was_typed(visit: Reception, reader: Reader, code: str) -> None:
    page = visit(lang=reader.lang, javascript=reader.javascript)
    last = "A" if code[-1] != "A" else "B"
    page.goto("/verify")
    page.fill("[name=code]", code[:-1] + last)
    page.locator("main form [type=submit]").first.click()

    expect(page.locator("[name=code]")).to_have_value(code[:-1] + last)
    expect(page.locator("main")).not_to_contain_text("Salma")


def test_the_address_of_the_qr_answers_people_and_programs(visit: Reception, code: str) -> None:
    page = visit(lang="fr", phone=True)
    answer = page.goto(f"/v/{code}")
    assert answer
    assert answer.status == 200
    assert "set-cookie" not in answer.headers
    assert len(page.context.cookies()) <= 1, "none but the reader's own language"

    said = page.context.request.get(f"/v/{code}", headers={"Accept": "application/json"})
    assert json.loads(said.text())["status"] == "valid"


def test_every_status_has_a_page(visit: Reception) -> None:
    registry = visit("certifier", lang="fr")
    registry.goto("/manage/certificates")
    looks = set()
    reader = visit(lang="fr")
    codes: list[str] = []
    for _page in range(6):
        codes += [found[0] for found in CODE.finditer(registry.locator("main").inner_text())]
        older = registry.locator("a[href*='before=']")
        if not older.count():
            break
        older.first.click()
    for one in dict.fromkeys(codes[-30:]):
        answer = reader.goto(f"/v/{one}")
        if answer and answer.status == 200:
            looks.add(reader.locator(".verdict").get_attribute("class"))

    assert len(looks) >= 3
