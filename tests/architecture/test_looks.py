"""The looks hold together: style sheets, drawings and templates, read as text."""

from __future__ import annotations

import gzip
import hashlib
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import tinycss2
from jinja2 import Environment, nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "nador" / "static"
NADOR_CSS = STATIC / "css" / "nador.css"
PUBLIC_CSS = STATIC / "css" / "public.css"
CONTEXTS = ROOT / "nador" / "certification" / "credential" / "contexts"
VENDORED = (STATIC, CONTEXTS)

# The certificate's sheet and the other papers do not mirror, and carry their own style.
PAPER = (
    "certificates/",
    "papers/",
    "paper/",
    "assessment/slots/sheet.html",
    "enrolment/sheet.html",
    "verification/paper.html",
)

# Laid down before their first reader.
AWAITED = frozenset(
    {"_layout/mail.txt", "_layout/print.html", "_macros/tables.html", "accounts/sign_in.html"}
)

PHYSICAL_NAME = re.compile(
    r"""
    (scroll-)?(margin|padding)-(top|right|bottom|left)
    | border-(top|right|bottom|left)(-(color|style|width))?
    | border-(top|bottom)-(left|right)-radius
    | top | right | bottom | left
    | (min-|max-)?(width|height)
    """,
    re.VERBOSE,
)
FOUR_SIDED = {"margin", "padding", "inset", "border-width", "border-color", "border-style"}


class Declaration(NamedTuple):
    """One property of one selector, where it applies."""

    context: str
    selector: str
    name: str
    value: str


def _text(tokens: list[Any]) -> str:
    return re.sub(r"\s+", " ", tinycss2.serialize(tokens)).strip()


def _selectors(prelude: str) -> list[str]:
    return [part.strip() for part in re.split(r",(?![^(]*\))", prelude)]


def declarations(css: str | list[Any], context: str = "") -> Iterator[Declaration]:
    """Walk a style sheet, one property of one selector at a time."""
    parse = tinycss2.parse_stylesheet if isinstance(css, str) else tinycss2.parse_rule_list
    for rule in parse(css, skip_comments=True, skip_whitespace=True):
        assert rule.type != "error", rule.message
        prelude = _text(rule.prelude)
        if rule.type == "qualified-rule" or rule.lower_at_keyword == "page":
            for item in tinycss2.parse_blocks_contents(
                rule.content, skip_comments=True, skip_whitespace=True
            ):
                for selector in _selectors(prelude):
                    important = " !important" if item.important else ""
                    yield Declaration(context, selector, item.name, _text(item.value) + important)
        elif rule.content is not None:
            yield from declarations(
                rule.content, f"{context} @{rule.lower_at_keyword} {prelude}".strip()
            )


def is_physical(item: Declaration) -> bool:
    """Whether a declaration names a side of the screen instead of a side of the text."""
    if PHYSICAL_NAME.fullmatch(item.name) or re.search(r"\b(left|right)\b", item.value):
        return True
    sides = re.sub(r"\([^()]*(\([^()]*\)[^()]*)*\)", "", item.value).split()
    return item.name in FOUR_SIDED and len(sides) == 4 and sides[1] != sides[3]


def templates(*suffixes: str) -> list[Path]:
    return sorted(
        path for path in TEMPLATES.rglob("*") if path.is_file() and path.suffix in suffixes
    )


def screens() -> list[Path]:
    return [path for path in templates(".html") if not name_of(path).startswith(PAPER)]


def name_of(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


def parsed(path: Path) -> nodes.Template:
    return Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True).parse(
        path.read_text(encoding="utf-8")
    )


def constants(node: nodes.Node | None) -> list[str]:
    """Return the texts that an expression may become: both branches of a choice."""
    if node is None:
        return []
    found = [node] if isinstance(node, nodes.Const) else node.find_all(nodes.Const)
    return [const.value for const in found if isinstance(const.value, str)]


def read_by(path: Path) -> set[str]:
    """Return the templates that a template extends, includes or imports."""
    kinds: Any = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
    return {
        name
        for node in parsed(path).find_all(kinds)
        for name in constants(node.template)
        if "/" in name
    }


def packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


@pytest.mark.parametrize("path", [NADOR_CSS, PUBLIC_CSS], ids=lambda path: path.name)
def test_style_uses_logical_properties_only(path: Path) -> None:
    assert [
        item for item in declarations(path.read_text(encoding="utf-8")) if is_physical(item)
    ] == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param("margin-left", "0", True, id="a side"),
        pytest.param("min-width", "3rem", True, id="a width"),
        pytest.param("text-align", "left", True, id="a value"),
        pytest.param("padding", "0 1rem 0 2rem", True, id="four sides, uneven"),
        pytest.param("padding", "0 min(1rem, 5vw) 0 min(1rem, 5vw)", False, id="four sides, even"),
        pytest.param("margin-inline-start", "0", False, id="logical"),
        pytest.param("inset", "0", False, id="all sides"),
    ],
)
def test_a_physical_declaration_is_recognised(name: str, value: str, *, expected: bool) -> None:
    assert is_physical(Declaration("", "p", name, value)) is expected


def test_public_style_repeats_the_main_one() -> None:
    main = set(declarations(NADOR_CSS.read_text(encoding="utf-8")))
    own = set(declarations(PUBLIC_CSS.read_text(encoding="utf-8")))

    # The public pages are one request: the tile travels inside the style.
    assert {item for item in own - main if item.name != "--tile"} == set()


@pytest.mark.parametrize(
    ("path", "budget"), [(NADOR_CSS, 12_000), (PUBLIC_CSS, 4_000)], ids=["nador.css", "public.css"]
)
def test_style_stays_small(path: Path, budget: int) -> None:
    assert packed(path) <= budget


def test_colours_are_tokens() -> None:
    main = declarations(NADOR_CSS.read_text(encoding="utf-8"))
    written = {
        item.selector
        for item in main
        if "@layer tokens" not in item.context
        and "@layer print" not in item.context
        and re.search(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(", item.value)
    }

    assert written <= {".cert > div", ".cert .i", ".muted-fixed", ".mark-it"}


def test_every_token_is_known() -> None:
    for path in (NADOR_CSS, PUBLIC_CSS):
        css = path.read_text(encoding="utf-8")
        defined = {item.name for item in declarations(css) if item.name.startswith("--")}
        assert set(re.findall(r"var\((--[\w-]+)", css)) == defined, path.name


def test_script_stays_small() -> None:
    """All pages together; the register's copy goes without us and has a script of its own."""
    assert sum(path.stat().st_size for path in (STATIC / "js").rglob("*.js")) <= 15_000
    assert sum(path.stat().st_size for path in (STATIC / "copy").rglob("*.js")) <= 8_000
    assert {path.parent.name for path in STATIC.rglob("*.js")} <= {"js", "copy"}


def test_zellige_stays_small() -> None:
    assert (STATIC / "img" / "zellige.svg").stat().st_size < 500


def test_templates_end_in_an_escaped_suffix() -> None:
    named = {name_of(path) for path in TEMPLATES.rglob("*") if path.is_file()}

    assert {
        name for name in named if not name.endswith((".html", ".txt", ".xml", ".css", ".svg"))
    } == set()


@pytest.mark.parametrize("path", screens(), ids=name_of)
def test_a_screen_has_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert re.findall(r"\sstyle\s*=", text) == []
    assert re.findall(r"<[^>]*\son[a-z]+\s*=", text) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", text) == []
    assert text.count("<style") == (name_of(path) == "_layout/public.html")


@pytest.mark.parametrize("path", templates(".html", ".txt", ".xml"), ids=name_of)
def test_what_a_template_reads_exists(path: Path) -> None:
    missing = [name for name in read_by(path) if not (TEMPLATES / name).is_file()]
    assert missing == []

    for node in parsed(path).find_all(nodes.FromImport):
        (source,) = constants(node.template)
        module = parsed(TEMPLATES / source)
        definitions: Any = (nodes.Macro, nodes.Name)
        offered = {item.name for item in module.find_all(definitions) if item.name}
        wanted = {name if isinstance(name, str) else name[0] for name in node.names}
        assert wanted <= offered, f"{source} has no {wanted - offered}"


@pytest.mark.parametrize("path", screens(), ids=name_of)
def test_every_drawing_exists(path: Path) -> None:
    drawn = set(
        re.findall(
            r"^  '([a-z-]+)': '<",
            (TEMPLATES / "_macros/icons.html").read_text("utf-8"),
            re.MULTILINE,
        )
    )
    asked = set(re.findall(r"\bicon\('([a-z-]+)'", path.read_text(encoding="utf-8")))

    assert asked <= drawn


def test_every_class_has_a_rule() -> None:
    """A class that no style sheet knows is a typing error, or a part that was never drawn."""
    css = NADOR_CSS.read_text(encoding="utf-8")
    known = {
        name for item in declarations(css) for name in re.findall(r"\.([a-z][\w-]*)", item.selector)
    }
    used = {
        word
        for path in screens()
        for value in re.findall(r'class="([^"{]*)"', path.read_text(encoding="utf-8"))
        for word in value.split()
    }

    assert used - known - UNSTYLED == set()


UNSTYLED = frozenset({"menu", "names", "name"})


def test_every_template_is_read() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in _python_files())
    by_templates = {name for path in templates(".html", ".txt", ".xml") for name in read_by(path)}
    unread = {
        name
        for name in map(name_of, templates(".html", ".txt", ".xml"))
        if name not in by_templates and name not in code
    }

    assert unread - AWAITED == set()


def _python_files() -> Iterable[Path]:
    return (ROOT / "nador").rglob("*.py")


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.name)
def test_vendored_files_match_their_manifest(folder: Path) -> None:
    entries = tomllib.loads((folder / "vendored.toml").read_text(encoding="utf-8"))["file"]

    assert entries
    for entry in entries:
        assert {"path", "name", "version", "licence", "source", "sha256"} <= entry.keys()
        assert (
            hashlib.sha256((folder / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
        ), entry["path"]


def test_every_vocabulary_is_in_the_manifest() -> None:
    entries = tomllib.loads((CONTEXTS / "vendored.toml").read_text(encoding="utf-8"))["file"]

    assert {path.name for path in CONTEXTS.glob("*.json")} == {entry["path"] for entry in entries}
