"""The page is its own receipt: on paper it is one sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pikepdf
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from playwright.sync_api import Browser

    from nador.certification.models import Certificate


@pytest.mark.browser
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_every_outcome_prints_on_one_sheet(
    client: FlaskClient,
    browser: Browser,
    shelf: dict[str, Certificate],
    tmp_path: Path,
    language: str,
) -> None:
    page = browser.new_page()
    for outcome, certificate in shelf.items():
        page.set_content(client.get(f"/v/{certificate.code}?lang={language}").text)
        page.pdf(path=tmp_path / f"{outcome}.pdf", format="A4", prefer_css_page_size=True)
        with pikepdf.open(tmp_path / f"{outcome}.pdf") as printed:
            assert len(printed.pages) == 1, outcome
    page.close()
