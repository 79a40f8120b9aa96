"""The page that a copy brings along: it reads one certificate out of it, in the browser alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nador.catalogue.rules import DocumentKind
from nador.kernel import letters
from nador.kernel.codes import NotACode, WrongCheck
from nador.kernel.errors import describe
from nador.kernel.i18n import LANGUAGES, pick, translator
from nador.kernel.resources import PACKAGE
from nador.verification import labels
from nador.verification.rules import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nador.kernel.db import Words
    from nador.verification.export.manifest import Manifest

STYLE: Final = "style.css"
SCRIPT: Final = "verify.js"


def files(made: Manifest, *, institute: Words) -> Iterator[tuple[str, bytes]]:
    """Give the page in every language, its style sheet and its script."""
    yield STYLE, (PACKAGE / "static" / "css" / "public.css").read_bytes()
    yield SCRIPT, (PACKAGE / "static" / "copy" / SCRIPT).read_bytes()
    for code in LANGUAGES:
        yield name_in(code), _page(made, code, institute=institute).encode()


def name_in(code: str) -> str:
    """Name the page of a language; the first one is where a visitor arrives."""
    return "index.html" if code == next(iter(LANGUAGES)) else f"index.{code}.html"


def _page(made: Manifest, code: str, *, institute: Words) -> str:
    words = translator(code)
    return letters.sheet(
        "verification/export.html",
        code,
        institute_name=pick(institute, code),
        own=name_in(code),
        languages=[(name_in(one), language) for one, language in LANGUAGES.items()],
        made=made,
        days=words.day_patterns(),
        labels=labels,
        verdicts=list(Verdict),
        kinds=list(DocumentKind),
        made_on=words.full_date(made.made_at),
        made_at=words.time_(made.made_at),
        not_a_code=describe(NotACode(), words),
        wrong_check=describe(WrongCheck(), words),
    )
