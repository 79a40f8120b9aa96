"""Every page that a visitor can reach from the landing page is whole, and in their language."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest

from tests.journeys.pages import Page, read
from tests.journeys.visitors import Lang

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, BrowserContext

    from tests.journeys.visitors import Reception

MOST: Final = 80
MOST_OF_A_KIND: Final = 2  # pages that differ in a number or a code only
UNPROCESSABLE: Final = 422
STAFF: Final = ("admin", "registrar", "certifier", "instructor", "instructor2")


@dataclass
class Walk:
    """A walk along all links, each kind of page only a few times."""

    base_url: str
    lang: Lang
    waiting: deque[str] = field(default_factory=lambda: deque(["/"]))
    seen: set[str] = field(default_factory=set)
    kinds: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def next(self) -> str | None:
        """Give the next page worth a look."""
        while self.waiting and len(self.seen) < MOST:
            path = self.waiting.popleft()
            kind = "/".join(
                "*" if any(c.isdigit() for c in step) else step for step in path.split("/")
            ).partition("?")[0]
            if path in self.seen or self.kinds.get(kind, 0) >= MOST_OF_A_KIND:
                continue
            self.seen.add(path)
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
            return path
        return None

    def note(self, path: str, response: APIResponse) -> None:
        """Look at an answer, and remember where it leads."""
        if response.status == UNPROCESSABLE and path.endswith(".pdf"):
            return  # a name that no font of ours has: the page says so
        if response.status >= 400:
            self.faults.append(f"{path}: {response.status}")
            return
        if "text/html" not in response.headers.get("content-type", ""):
            return
        page = read(response.text())
        if page.lang != self.lang:
            self.faults.append(f"{path}: in {page.lang}")
        self.faults += [f"{path}: {fault}" for fault in page.faults()]
        self.waiting.extend(self._inner_links(path, page))

    def _inner_links(self, path: str, page: Page) -> list[str]:
        found = []
        for href in page.links:
            url, _ = urldefrag(urljoin(f"{self.base_url}{path}", href))
            if not url.startswith(f"{self.base_url}/"):
                continue
            parts = urlsplit(url)
            if "lang" in parse_qs(parts.query) or parts.path.startswith("/api/"):
                continue
            found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
        return found


def walk(context: BrowserContext, base_url: str, lang: Lang) -> Walk:
    """Follow every link."""
    way = Walk(base_url, lang)
    while (path := way.next()) is not None:
        way.note(
            path,
            context.request.get(path, headers={"Accept": "text/html", "Accept-Language": lang}),
        )
    return way


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_every_public_page_is_whole(visit: Reception, base_url: str, lang: Lang) -> None:
    way = walk(visit(lang=lang).context, base_url, lang)

    assert way.faults == []
    assert len(way.seen) > 10


@pytest.mark.parametrize("who", [*STAFF, "learner", "learner2"])
def test_every_page_of_a_role_is_whole_in_arabic(visit: Reception, base_url: str, who: str) -> None:
    way = walk(visit(who, lang="ar").context, base_url, "ar")

    assert way.faults == []


@pytest.mark.parametrize("who", STAFF)
def test_every_page_of_the_staff_is_whole_in_french(
    visit: Reception, base_url: str, who: str
) -> None:
    way = walk(visit(who, lang="fr").context, base_url, "fr")

    assert way.faults == []
