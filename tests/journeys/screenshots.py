"""Pictures for the README: four roles in three languages, small enough for a repository.

`python -m tests.journeys.screenshots --base-url http://127.0.0.1:8000 --out docs/screenshots`
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.chromium import ARGS, CHROMIUM
from tests.journeys.visitors import CODE, Lang, Reception

if TYPE_CHECKING:
    from playwright.sync_api import Page

LANGS: Final[tuple[Lang, ...]] = ("ar", "fr", "en")

COLOURS: Final = 96


def learner(visit: Reception, lang: Lang) -> Page:
    """My learning."""
    page = visit("learner", lang=lang, phone=False)
    page.goto("/me")
    return page


def instructor(visit: Reception, lang: Lang) -> Page:
    """A gradebook."""
    page = visit("instructor", lang=lang, phone=False)
    page.goto("/teach")
    row = page.locator("main li, main article, main .row", has_text="EMPL-170")
    row.locator("a[href*='/gradebook']").first.click()
    return page


def certifier(visit: Reception, lang: Lang) -> Page:
    """A run that is ready to certify."""
    page = visit("certifier", lang=lang, phone=False)
    page.goto("/manage/certify")
    page.locator("main tr", has_text="IA-102").locator("a[href$='/certify']").first.click()
    return page


def employer(visit: Reception, lang: Lang) -> Page:
    """A certificate that is valid."""
    holder = visit("learner", lang=lang, phone=False)
    holder.goto("/me/certificates")
    found = CODE.search(holder.locator("main").inner_text())
    assert found, "the learner has no certificate yet"
    page = visit(None, lang=lang, phone=False)
    page.goto(f"/v/{found[0]}")
    return page


ROLES: Final = (learner, instructor, certifier, employer)


def small(png: bytes) -> bytes:
    """Write a picture again with few colours."""
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    kept = io.BytesIO()
    picture.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def main() -> None:
    """Take all pictures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--base-url", default="http://127.0.0.1:8000")
    asked.add_argument("--out", type=Path, default=Path("docs/screenshots"))
    given = asked.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        visit = Reception(browser, given.base_url.rstrip("/"))
        for role in ROLES:
            for lang in LANGS:
                page = role(visit, lang)
                page.wait_for_load_state("networkidle")
                path = given.out / f"{role.__name__}.{lang}.png"
                path.write_bytes(small(page.screenshot()))
                print(path, path.stat().st_size)
                visit.close()
        browser.close()


if __name__ == "__main__":
    main()
