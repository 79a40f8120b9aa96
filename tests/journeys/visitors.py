"""People at the browser: who they are, their language, their device, and what they read."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from playwright.sync_api import Browser, BrowserContext, ViewportSize

from nador.kernel.i18n import translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

PASSWORD: Final = "Nador-demo-2026"
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 900}
CODE: Final = re.compile(r"NDR(-[0-9A-Z]{4}){3}-[0-9A-Z]")
Lang = Literal["ar", "fr", "en"]


@dataclass(frozen=True)
class Reader:
    """Somebody's language, and whether their browser runs scripts."""

    lang: Lang
    javascript: bool

    def __str__(self) -> str:
        return f"{self.lang}-{'script' if self.javascript else 'plain'}"


READERS: Final = (
    Reader("ar", javascript=True),
    Reader("ar", javascript=False),
    Reader("fr", javascript=True),
    Reader("fr", javascript=False),
)


@dataclass
class Reception:
    """Opens browsers for visitors; everybody signs in once and is known from then on."""

    browser: Browser
    base_url: str
    known: dict[str, Any] = field(default_factory=dict)
    open: list[BrowserContext] = field(default_factory=list)

    def __call__(
        self,
        who: str | None = None,
        *,
        lang: Lang = "fr",
        javascript: bool = True,
        phone: bool | None = None,
    ) -> Page:
        """Give a page to somebody: `who` is the account's name before @nador.example.

        Arabic readers hold a phone, unless told otherwise.
        """
        small = lang == "ar" if phone is None else phone
        context = self.browser.new_context(
            base_url=self.base_url,
            locale={"ar": "ar-MA", "fr": "fr-MA", "en": "en-GB"}[lang],
            timezone_id="Africa/Casablanca",
            viewport=PHONE if small else DESKTOP,
            java_script_enabled=javascript,
            storage_state=self._state(who) if who else None,
        )
        context.add_cookies([{"name": "nador_lang", "value": lang, "url": self.base_url}])
        context.set_default_timeout(45_000)
        self.open.append(context)
        return context.new_page()

    def _state(self, who: str) -> Any:
        if who not in self.known:
            context = self.browser.new_context(base_url=self.base_url, locale="en-GB")
            page = context.new_page()
            sign_in(page, who)
            self.known[who] = context.storage_state()
            context.close()
        return self.known[who]

    def close(self) -> None:
        """Let everybody go home; who signed in stays known."""
        while self.open:
            self.open.pop().close()


def press(page: Page) -> None:
    """Press the one filled button of a page's form."""
    page.locator("main form[method=post] [type=submit]").first.click()
    page.wait_for_load_state()


def sign_in(page: Page, who: str, *, there: bool = False) -> None:
    """Sign in by the form (`there`: it is on the page already), patient with the limit on tries."""
    for _try in range(8):
        if not there:
            page.goto("/sign-in")
        page.fill("[name=email]", f"{who}@nador.example")
        page.fill("[name=password]", PASSWORD)
        page.locator("main form [type=submit]").first.click()
        page.wait_for_load_state()
        if "/sign-in" not in page.url:
            return
        time.sleep(10)
    raise AssertionError(f"{who} can't sign in: {page.locator('main').inner_text()}")


def words(lang: Lang) -> Callable[..., str]:
    """Give the gettext of a language, for what a visitor looks for on a page."""
    return translator(lang).gettext
