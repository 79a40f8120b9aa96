"""Markdown to HTML that is safe on any page: tight lists of tags, formulas as MathML, own images only.

Authors are trusted with words, never with markup: HTML in their text is shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import Element, tostring

import nh3
from defusedxml.ElementTree import fromstring
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

ImageUrl = Callable[[str], str | None]
"""Gives the address of an image by the name that the text uses, None where there is no such image."""

FORMULA_LIMIT: Final = 1_000
_DEEPEST: Final = 40
_MATHML: Final = "{http://www.w3.org/1998/Math/MathML}"
_MATH_TAGS: Final = frozenset(
    [
        "math",
        "menclose",
        "mfrac",
        "mi",
        "mn",
        "mo",
        "mover",
        "mpadded",
        "mphantom",
        "mroot",
        "mrow",
        "mspace",
        "msqrt",
        "mstyle",
        "msub",
        "msubsup",
        "msup",
        "mtable",
        "mtd",
        "mtext",
        "mtr",
        "munder",
        "munderover",
    ]
)
_MATH_ATTRIBUTES: Final = frozenset(
    [
        "alttext",
        "columnalign",
        "columnlines",
        "columnspan",
        "displaystyle",
        "fence",
        "height",
        "linethickness",
        "lspace",
        "mathvariant",
        "maxsize",
        "minsize",
        "movablelimits",
        "notation",
        "rowlines",
        "rspace",
        "scriptlevel",
        "separator",
        "stretchy",
        "symmetric",
        "width",
    ]
)
_TAGS: Final = frozenset(
    [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_ATTRIBUTES: Final = {
    "a": {"href"},
    "code": {"class", "dir"},
    "img": {"alt", "src"},
    "math": {"alttext", "dir", "display"},
    "ol": {"start"},
    "pre": {"dir"},
    **{tag: set(_MATH_ATTRIBUTES) for tag in _MATH_TAGS - {"math"}},
}


def block(source: str, image: ImageUrl) -> Markup:
    """Set a text of several paragraphs."""
    return _safe(_parser().render(source, {"image": image}))


def inline(source: str, image: ImageUrl) -> Markup:
    """Set a text that stands inside a line: no paragraphs, no lists."""
    return _safe(_parser().renderInline(source, {"image": image}))


# A tag as the sanitiser writes it, or a place such as [[3]]; quoted values may hold anything.
_PLACE: Final = re.compile(r'(<[^>"]*(?:"[^"]*"[^>"]*)*>)|\[\[([1-9][0-9]?)\]\]')


def gapped(html: Markup) -> list[Markup | str]:
    """Cut a set text at its places ([[1]]): what stands between is markup, every second entry a place."""
    pieces: list[Markup | str] = []
    start = 0
    for found in _PLACE.finditer(html):
        if found[2]:
            pieces += [Markup(html[start : found.start()]), found[2]]  # noqa: S704 - cut from what was safe
            start = found.end()
    return [*pieces, Markup(html[start:])]  # noqa: S704 - the same


def no_image(_name: str) -> None:
    """Know no image: what shows texts without files passes this."""


def _safe(html: str) -> Markup:
    cleaned = nh3.clean(
        html,
        tags=set(_TAGS | _MATH_TAGS),
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(cleaned)  # noqa: S704 - nh3 has just cleaned it


@cache
def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    made.use(
        dollarmath_plugin,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        double_inline=True,
        renderer=_formula,
    )
    made.add_render_rule("image", _image)
    made.add_render_rule("heading_open", _heading)
    made.add_render_rule("heading_close", _heading)
    return made


def _image(
    renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Mapping[str, Any]
) -> str:
    token = tokens[index]
    alt = renderer.renderInlineAsText(token.children or [], options, env)
    url = env["image"](str(token.attrs.get("src", "")))
    if url is None:
        return f"[{escape(alt)}]"
    return f'<img src="{escape(url)}" alt="{escape(alt)}">'


def _heading(
    _renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Mapping[str, Any]
) -> str:
    """Put an author's headings below those of the page."""
    token = tokens[index]
    level = min(int(token.tag[1:]) + 3, 6)
    return f"<{'/' if token.nesting < 0 else ''}h{level}>"


def _formula(source: str, options: Mapping[str, Any]) -> str:
    """Set a formula as MathML; one that can't be read is shown as it was written."""
    display = "block" if options.get("display_mode") else "inline"
    return _mathml(source.strip(), display) or f'<code dir="ltr">{escape(source.strip())}</code>'


def _mathml(source: str, display: str) -> str | None:
    if len(source) > FORMULA_LIMIT or source.count("{") > _DEEPEST * 3 or _depth(source) > _DEEPEST:
        return None
    # Its table of symbols takes time to read: a process loads it with the first formula.
    from latex2mathml.converter import convert

    try:
        # What it makes is not escaped throughout: read as XML, and only what is known goes on.
        found = fromstring(convert(source, display=display), forbid_dtd=True)
    except Exception:  # noqa: BLE001 - its errors have no common kind, and all mean: no formula
        return None
    if any(each.tag.removeprefix(_MATHML) not in _MATH_TAGS for each in found.iter()):
        return None
    kept = _kept(found)
    kept.attrib = {"display": display, "dir": "ltr", "alttext": source}
    return tostring(kept, encoding="unicode")


def _depth(source: str) -> int:
    deepest = depth = 0
    for sign in source:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    return deepest


def _kept(element: Element) -> Element:
    made = Element(
        element.tag.removeprefix(_MATHML),
        {name: value for name, value in element.attrib.items() if name in _MATH_ATTRIBUTES},
    )
    made.text, made.tail = element.text, element.tail
    made.extend(_kept(child) for child in element)
    return made
