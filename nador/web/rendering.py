"""Templates: the words, the language and the actor that every page has."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Protocol
from urllib.parse import urlencode

from flask import (
    Flask,
    Response,
    flash,
    get_flashed_messages,
    render_template,
    request,
    send_file,
    url_for,
)
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from nador.kernel import markup
from nador.kernel.access import Action, Actor
from nador.kernel.errors import NotFound
from nador.kernel.i18n import LANGUAGES, pick
from nador.kernel.resources import PACKAGE
from nador.web.request import actor, brand, files, is_public_page, locale, parts, translator


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """This page in another language."""

    code: str
    name: str
    dir: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the main menu; `label` is an English msgid."""

    label: str
    endpoint: str
    icon: str
    shown: Callable[[Actor], bool]


@dataclass(frozen=True, slots=True)
class MenuLink:
    """A menu entry as a page shows it."""

    label: str
    url: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class RunTab:
    """One staff page of a run; `label` is an English msgid, `below` are pages that belong to it."""

    label: str
    endpoint: str
    action: Action
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TabLink:
    """A run's staff page as a page links to it; `current` is page, true (a page below it) or empty."""

    label: str
    url: str
    current: str


class OnRun(Protocol):
    """A run, as far as links to its pages need it."""

    @property
    def id(self) -> int:
        """The run."""

    @property
    def institute_id(self) -> int:
        """The institute that delivers it."""


_menu: list[MenuItem] = []
_run_tabs: list[RunTab] = []


def set_menu(items: list[MenuItem]) -> None:
    """Set the main menu; only `app.py` calls it."""
    _menu[:] = items


def set_run_tabs(tabs: list[RunTab]) -> None:
    """Set the staff pages that every run has; only `app.py` calls it."""
    _run_tabs[:] = tabs


def run_tabs(run: OnRun) -> list[TabLink]:
    """Return the staff pages of the run that the actor may enter."""
    return [
        TabLink(
            label=translator().gettext(tab.label),
            url=url_for(tab.endpoint, run_id=run.id),
            current="page"
            if request.endpoint == tab.endpoint
            else "true"
            if request.endpoint in tab.below
            else "",
        )
        for tab in _run_tabs
        if actor().may(tab.action, institute_id=run.institute_id, run_id=run.id)
    ]


def render(template: str, **context: Any) -> str:
    """Render a page."""
    return render_template(template, **context)


def fill(template: str, texts: Mapping[str, str], **fixed: Any) -> bytes:
    """Render a page of which thousands differ only in a few texts.

    It is rendered once per language, `fixed` values and set of texts; after that the escaped texts
    are put in their places. A template may only show a text, or ask whether it is there.
    """
    if request.query_string and request.args.keys() - {"lang"}:
        return render_template(template, **texts, **fixed).encode()
    here, language = parts(), locale()
    institute = pick(brand().name, language)
    key = (template, language, institute, here.demo, *texts, *fixed.items())
    cut = _cuts.get(key)
    if cut is None:
        if len(_cuts) >= _CUTS_KEPT:
            _cuts.clear()
        cut = _cuts[key] = _cut(template, texts, fixed)
    said = {name: _written(text) for name, text in texts.items()}
    whole, names = cut
    pieces = list(whole)
    pieces[1::2] = [said[name] for name in names]
    return b"".join(pieces)


# No text that was typed holds a control character: `kernel.text` takes them out.
_MARK = "\x1f"
_CUTS_KEPT = 200
_cuts: dict[tuple[Any, ...], tuple[tuple[bytes, ...], tuple[str, ...]]] = {}


# The same titles and days stand on thousands of pages.
@lru_cache(maxsize=4096)
def _written(text: str) -> bytes:
    return escape(text).encode()


def _cut(
    template: str, texts: Iterable[str], fixed: Mapping[str, Any]
) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
    """Render with a mark for each text, and cut there: what is fixed, and the names in between."""
    marked = {name: Markup(f"{_MARK}{name}{_MARK}") for name in texts}  # noqa: S704 - our own names
    cut = render_template(template, **marked, **fixed).split(_MARK)
    return tuple(piece.encode() for piece in cut), tuple(cut[1::2])


def note(text: str, kind: str = "ok") -> None:
    """Show one message on the next page; kind is ok, info, warn or bad."""
    flash(text, kind)


def send_pdf(sha256: str, *, name: str) -> Response:
    """Send a stored PDF as a file of that name."""
    return send_stored(sha256, name=f"{name}.pdf", kind="application/pdf")


def send_stored(sha256: str, *, name: str, kind: str) -> Response:
    """Send a stored file under that name; raises NotFound for one that was let go."""
    path = files().path(sha256)
    if not path.exists():
        raise NotFound
    return send_file(path, mimetype=kind, download_name=name, as_attachment=True)


def institute_name() -> str:
    """Return the name in the page's head, in the page's language."""
    return pick(brand().name, locale())


@cache
def static_version(path: str) -> str:
    """Return the first symbols of a static file's hash, for its URL."""
    return hashlib.sha256((PACKAGE / "static" / path).read_bytes()).hexdigest()[:10]


def static_url(path: str) -> str:
    """Return the URL of a static file, which changes with its content."""
    return url_for("static", filename=path, v=static_version(path))


@cache
def public_style() -> Markup:
    """Return the stylesheet of the public pages, to be inlined; the CSP allows it by its hash."""
    text = (PACKAGE / "static" / "css" / "public.css").read_text(encoding="utf-8").strip()
    return Markup(text)  # noqa: S704 - our own file


def public_style_hash() -> str:
    """Return the CSP source of the public stylesheet."""
    digest = hashlib.sha256(str(public_style()).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def language_links() -> list[LanguageLink]:
    """Return this very page in every language."""
    kept = [(name, one) for name, one in request.args.items(multi=True) if name != "lang"]
    return [
        LanguageLink(
            language.code,
            language.own_name,
            language.direction,
            f"?{urlencode([*kept, ('lang', language.code)])}",
            language.code == locale(),
        )
        for language in LANGUAGES.values()
    ]


def menu() -> list[MenuLink]:
    """Return the main menu as the actor may see it."""
    words = translator()
    return [
        MenuLink(
            label=words.gettext(item.label),
            url=url_for(item.endpoint),
            icon=item.icon,
            current=request.endpoint == item.endpoint,
        )
        for item in _menu
        if item.shown(actor())
    ]


def install(app: Flask) -> None:
    """Give every template its words, formats and surroundings."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.add_extension("jinja2.ext.i18n")
    # The words are collected from the templates in the same way.
    environment.policies["ext.i18n.trimmed"] = True
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.install_gettext_callables(  # type: ignore[attr-defined] # the extension adds it
        lambda text: translator().gettext(text),
        lambda one, many, number: translator().ngettext(one, many, number),
        newstyle=True,
    )
    environment.globals.update(
        static_url=static_url,
        public_style=public_style,
        language_links=language_links,
        run_tabs=run_tabs,
    )
    _install_filters(app)

    @app.context_processor
    def surroundings() -> dict[str, Any]:
        return {
            "locale": locale(),
            "direction": translator().direction,
            "languages": language_links(),
            "demo": parts().demo,
            "institute_name": institute_name(),
            "cndp_declaration": brand().cndp_number,
        }

    @app.context_processor
    def visitor() -> dict[str, Any]:
        if is_public_page():
            return {}
        return {
            "actor": actor(),
            "menu": menu(),
            "notes": get_flashed_messages(with_categories=True),
        }


def _install_filters(app: Flask) -> None:
    def by_translator(name: str) -> Callable[..., str]:
        def say(value: Any, *args: Any, **kwargs: Any) -> str:
            return str(getattr(translator(), name)(value, *args, **kwargs))

        return say

    for name, method in {
        "date": "date",
        "short_date": "short_date",
        "full_date": "full_date",
        "datetime": "datetime_",
        "time": "time_",
        "listing": "listing",
        "number": "number",
        "mark": "mark",
        "percent": "percent",
        "hours": "hours",
        "money": "money",
    }.items():
        app.jinja_env.filters[name] = by_translator(method)
    app.jinja_env.filters["pick"] = lambda words: pick(words, locale())
    app.jinja_env.filters.update(
        markdown=markup.block, markdown_line=markup.inline, gapped=markup.gapped
    )
