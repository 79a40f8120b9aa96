"""The page of a copy, in a real browser: from a web server that knows nothing, and from a disk."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from nador.kernel.i18n import LANGUAGES, translator
from nador.verification import labels
from nador.verification.export.entries import shards
from tests.factories import make_institute
from tests.verification.copies import CopyOfShelf, copy_of_shelf, one_of_each
from tests.verification.test_pages import MISTYPED, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from nador.kernel.work import Desk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def copied(shared_desk: Desk) -> CopyOfShelf:
    """A copy for all to read: it is the same from both databases (`test_export.py`)."""
    settings, sessions = shared_desk.settings, shared_desk.sessions
    with sessions() as session:
        shelf = one_of_each(session, make_institute(session))
        return copy_of_shelf(sessions, session, settings, shelf, settings.instance)


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None: ...


@pytest.fixture(scope="module")
def served(copied: CopyOfShelf) -> Iterator[str]:
    """The address of the folder on Python's own web server."""
    with on_a_server(copied.folder) as address:
        yield address


@contextmanager
def on_a_server(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Silent, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Page]:
    """A page of a browser that says it when something was blocked or went wrong."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    yield page
    context.close()
    assert told == []


def ask(page: Page, address: str, code: str) -> None:
    page.goto(address)
    page.fill("#code", code)
    page.click("form button")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["valid", "expired", "revoked", "replaced", "hidden"])
def test_a_code_is_answered_in_the_words_of_the_register(
    visit: Page, served: str, copied: CopyOfShelf, kind: str, lang: str
) -> None:
    view, words = copied.views[kind], translator(lang)
    verdict = view.verdict(copied.day)
    typed = view.code.lower().replace("-", " ").replace("0", "o")

    ask(visit, f"{served}/{'index' if lang == 'ar' else f'index.{lang}'}.html?{lang}", typed)

    expect(visit.locator("h1:visible")).to_have_text(
        words.gettext(labels.heading(verdict, view.kind, hidden=view.holder_hidden))
    )
    look, _drawing = labels.look(verdict)
    expect(visit.locator("#result .verdict")).to_have_class(re.compile(f"v-{look}"))
    shown = visit.locator("#result").inner_text()
    told = labels.facts(view, words, now=copied.made_at)
    for name in (
        "code",
        "number",
        "holder_latin",
        "holder_arabic",
        "issuer",
        "length",
        "issued_on",
    ):
        assert told.get(name, "") in shown
    for name in ("expires_on", "revoked_on", "public_reason", "superseded_on", "superseded_by"):
        assert told.get(name, "") in shown
    for language in LANGUAGES:
        assert told.get(f"title_{language}", "") in shown
    if kind == "hidden":
        assert "Salma" not in shown
        assert "سلمى" not in shown
    assert words.full_date(copied.made_at) in shown


@pytest.mark.parametrize("kind", ["valid", "revoked"])
def test_it_works_from_a_disk(visit: Page, copied: CopyOfShelf, kind: str) -> None:
    view = copied.views[kind]

    ask(visit, f"{(copied.folder / 'index.en.html').as_uri()}?en", view.code)

    expect(visit.locator("#result h1")).to_have_text(f"This certificate is {kind}")


def test_an_unknown_and_a_mistyped_code_are_told_apart(visit: Page, served: str) -> None:
    ask(visit, f"{served}/index.en.html", UNKNOWN)
    expect(visit.locator("#result")).to_contain_text("This copy has no certificate with this code")
    expect(visit.locator("#result")).to_contain_text("If it was issued later than this copy")

    ask(visit, f"{served}/index.en.html", MISTYPED)
    expect(visit.locator("#result")).to_contain_text("This is not one of our codes")
    expect(visit.locator("#result p:visible")).to_have_count(1)


def test_a_missing_file_says_nothing_of_the_certificate(
    browser: Browser, copied: CopyOfShelf, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(copied.folder, tmp_path / "torn"))
    for shard in shards(copied.manifest.digits):
        (folder / "entries" / f"{shard}.js").unlink()
    page = browser.new_page()

    with on_a_server(folder) as served:
        ask(page, f"{served}/index.en.html", copied.views["valid"].code)
        expect(page.locator("#result")).to_contain_text("That says nothing about the certificate")
    page.close()


def test_nothing_leaves_the_browser_but_the_name_of_a_shard(
    visit: Page, served: str, copied: CopyOfShelf
) -> None:
    asked: list[str] = []
    visit.on("request", lambda request: asked.append(request.url))

    ask(visit, f"{served}/index.en.html", copied.views["valid"].code)
    expect(visit.locator("#result h1")).to_be_visible()

    paths = [url.removeprefix(served) for url in asked if not url.startswith("data:")]
    assert paths[:3] == ["/index.en.html", "/style.css", "/verify.js"]
    assert re.fullmatch(r"/entries/[0-9a-f]\.js", paths[3])
    assert len(paths) == 4


def test_a_code_behind_the_number_sign_is_answered_at_once(
    visit: Page, served: str, copied: CopyOfShelf
) -> None:
    visit.goto(f"{served}/#{copied.views['revoked'].code}")

    # The browser reads English, the first page is Arabic.
    expect(visit.locator("#result h1")).to_have_text("This certificate is revoked")

    visit.click("[data-language=ar]")
    expect(visit.locator("html")).to_have_attribute("dir", "rtl")
    expect(visit.locator("#result .verdict")).to_have_class(re.compile("v-bad"))


@pytest.mark.parametrize("whole", [True, False])
def test_the_file_is_compared_without_being_sent(
    visit: Page, served: str, copied: CopyOfShelf, *, whole: bool
) -> None:
    visit.goto(f"{served}/index.en.html")
    visit.fill("#code", copied.views["valid"].code)
    content = copied.pdf if whole else copied.pdf + b" "
    visit.set_input_files(
        "#file", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    visit.click("form button")

    same = visit.get_by_text("This is the file that the institute issued")
    expect(visit.locator("#result h1")).to_be_visible()
    expect(same).to_have_count(1 if whole else 0)
    expect(visit.get_by_text("but not this file")).to_have_count(0 if whole else 1)


def test_without_script_the_page_says_how_else(browser: Browser, served: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/index.fr.html")

    expect(page.locator("form")).to_be_hidden()
    expect(page.locator("main")).to_contain_text("nador verify CODE --export FOLDER")
    expect(page.locator("noscript")).to_be_visible()
    context.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_day_is_written_as_the_register_writes_it(visit: Page, served: str, lang: str) -> None:
    words = translator(lang)
    year = [date(2028, 1, 1) + timedelta(days=number) for number in range(366)]
    visit.goto(f"{served}/{'index' if lang == 'ar' else f'index.{lang}'}.html?{lang}")

    written = visit.evaluate("days => days.map(day)", [one.isoformat() for one in year])

    assert written == [words.date(one) for one in year]


def test_codes_are_read_as_the_register_reads_them(visit: Page, served: str) -> None:
    from nador.kernel import codes

    made = [codes.make(prefix) for prefix in ("NDR", "OUJ", "IL", "LOIOL") for _ in range(50)]
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    typed = [
        *made,
        *(one.translate(arabic) for one in made),
        *(f"https://a.example/v/{one.lower()}?lang=ar" for one in made),
        *(one.replace("-", "\u2013 ") for one in made),
    ]
    visit.goto(f"{served}/index.en.html")

    read = visit.evaluate("typed => typed.map(one => parse(one).code)", typed)

    assert read == [str(codes.parse(one)) for one in typed]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_wider_than_the_screen(
    browser: Browser, served: str, copied: CopyOfShelf, lang: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    address = f"{served}/{'index' if lang == 'ar' else f'index.{lang}'}.html?{lang}"
    for kind in ("valid", "revoked", "replaced"):
        ask(page, address, copied.views[kind].code)
        expect(page.locator("#result h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
