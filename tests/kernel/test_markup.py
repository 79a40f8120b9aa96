"""Authors' Markdown on our pages: what it may do, and what it may not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nador.kernel.markup import FORMULA_LIMIT, block, inline, no_image


def image(name: str) -> str | None:
    return f"/files/{name}" if name == "map.png" else None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("**bold** and *not*", "<p><strong>bold</strong> and <em>not</em></p>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("# Title", "<h4>Title</h4>"),
        ("###### Deep", "<h6>Deep</h6>"),
        ("~~gone~~", "<p><s>gone</s></p>"),
        ("![A map](map.png)", '<p><img src="/files/map.png" alt="A map"></p>'),
        ("![A *map*](other.png)", "<p>[A map]</p>"),
        ("![x](https://evil.example/x.png)", "<p>[x]</p>"),
        (
            "[ours](https://nador.example/)",
            '<p><a href="https://nador.example/" rel="noopener noreferrer nofollow">ours</a></p>',
        ),
        ("It costs $5 or $6.", "<p>It costs $5 or $6.</p>"),
        (
            "$5$",
            '<p><math display="inline" dir="ltr" alttext="5"><mrow><mn>5</mn></mrow></math></p>',
        ),
    ],
)
def test_markdown_is_set(source: str, expected: str) -> None:
    assert expected in str(block(source, image))


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "![x](javascript:alert(1))",
        "<svg><style><img src=x onerror=alert(1)>",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\text{<img src=x onerror=alert(1)>}$",
        r"$\text{</mtext></math><script>alert(1)</script>}$",
        r"$\style{background:url(//evil)}{x}$",
        "$<script>$",
        '![" onerror="alert(1)](map.png)',
    ],
)
def test_markup_of_authors_stays_text(hostile: str) -> None:
    for html in (str(block(hostile, image)), str(inline(hostile, image))):
        tags = re.findall(r"<[^>]*>", html)
        assert not [
            tag for tag in tags if re.search(r"script|\son\w+=|style|javascript:", unquoted(tag))
        ]
        assert not re.findall(r'(?:href|src)="(?!/files/)', html)


def unquoted(tag: str) -> str:
    return re.sub(r'(alt|alttext)="[^"]*"', "", tag)


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        (r"$\frac{a}{b}$", ["<mfrac>", 'alttext="\\frac{a}{b}"', 'display="inline"']),
        ("$$x^2$$", ["<msup>", 'display="block"']),
        (r"$$\begin{matrix}1&2\\3&4\end{matrix}$$", ["<mtable>", "<mtr>"]),
    ],
)
def test_formulas_become_mathml(source: str, parts: list[str]) -> None:
    html = str(block(source, no_image))

    assert [part for part in parts if part not in html] == []


@pytest.mark.parametrize(
    "formula",
    [
        r"\frac{",
        "^^",
        "{" * 300 + "}" * 300,
        "x" * (FORMULA_LIMIT + 1),
        r"\left(",
        r"\text{<b>}",
        r"\begin{matrix}1",
    ],
)
def test_what_is_no_formula_is_shown_as_written(formula: str) -> None:
    html = str(inline(f"${formula}$", no_image))

    assert "<math" not in html
    assert '<code dir="ltr">' in html


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(r"${}\_^&<>`[]()!*#|-abc" + "\n", max_size=60))
def test_any_text_can_be_set(source: str) -> None:
    for html in (str(block(source, no_image)), str(inline(source, no_image))):
        assert "<script" not in html
        assert "<img" not in html
