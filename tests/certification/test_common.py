"""A certificate drawn over its run's common part is the one that is drawn whole."""

import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pytest
from structlog.testing import capture_logs

from nador.certification.facts import Words
from nador.certification.pdf.common import render_over_common
from nador.certification.pdf.drawing import Misdrawn
from nador.certification.pdf.render import render, render_whole
from nador.certification.template import PLAIN
from tests.certification.sheets import CASES, CREDENTIAL, VOWELLED, opened, text_of
from tests.factories.facts import ISSUER, make_facts

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)

MORE_CASES = [
    *CASES,
    pytest.param(
        {"issuer": replace(ISSUER, names=replace(ISSUER.names, zgh=""))}, id="no Tifinagh"
    ),
    pytest.param({"holder_arabic": None, "holder_latin": "Ḥemmu ⴰⵎⵣⵢⴰⵏ"}, id="Tifinagh in a name"),
    pytest.param({"holder_latin": "12 0 R"}, id="a name like a reference"),
    pytest.param({"title": Words(ar="12 0 R", fr="0 0 R (1 0 R)", en="%d 0 R")}, id="such a title"),
]


def page_of(pdf: bytes) -> bytes:
    return subprocess.run(
        ["pdftoppm", "-r", "120", "-png", "-"], input=pdf, capture_output=True, check=True
    ).stdout


def shown(document: pikepdf.Pdf) -> dict[int, bytes]:
    """Collect the glyphs of each mark of the page."""
    glyphs: dict[int, bytes] = defaultdict(bytes)
    mark = None
    for instruction in pikepdf.parse_content_stream(document.pages[0]):
        match str(instruction.operator):
            case "BDC":
                mark = int(instruction.operands[1].MCID)
            case "EMC":
                mark = None
            case "TJ" if mark is not None:
                strings = instruction.operands[0]
                glyphs[mark] += b"".join(
                    bytes(string) for string in strings if isinstance(string, pikepdf.String)
                )
    return glyphs


def read_aloud(document: pikepdf.Pdf) -> Iterator[tuple[Any, ...]]:
    """Walk the tags in the order of reading, each with what it says of itself and shows."""
    glyphs = shown(document)

    def walk(element: Any, depth: int) -> Iterator[tuple[Any, ...]]:
        said = [str(element.get(key, "")) for key in ("/S", "/Lang", "/ActualText", "/Alt")]
        yield depth, *said
        for kid in element.K:
            if isinstance(kid, int):
                yield depth, glyphs[kid]
            else:
                yield from walk(kid, depth + 1)

    yield from walk(document.Root.StructTreeRoot.K[0], 0)


@pytest.mark.parametrize("said", MORE_CASES)
def test_over_the_common_part_all_is_as_when_drawn_whole(said: dict[str, Any]) -> None:
    facts = make_facts(**said)

    whole = render_whole(facts, dated=NOON, attachments=[CREDENTIAL])
    over = render_over_common(facts, PLAIN, dated=NOON, attachments=[CREDENTIAL])

    assert page_of(over) == page_of(whole)
    if facts.holder_arabic != VOWELLED:
        assert text_of(over) == text_of(whole)
    with opened(over) as document, opened(whole) as model:
        assert list(read_aloud(document)) == list(read_aloud(model))
        assert set(document.pages[0].Resources.Font) == set(model.pages[0].Resources.Font)
        assert document.Root.keys() == model.Root.keys()
        assert document.docinfo == model.docinfo


@pytest.mark.parametrize("said", MORE_CASES)
def test_every_mark_finds_its_tag(said: dict[str, Any]) -> None:
    with opened(render_over_common(make_facts(**said), PLAIN, dated=NOON)) as document:
        marks = shown(document)
        [page_number, tagged] = document.Root.StructTreeRoot.ParentTree.Nums

        assert page_number == document.pages[0].StructParents
        assert max(marks) < len(tagged)
        for mark, element in enumerate(tagged):
            assert mark in [int(kid) for kid in element.K]
            assert element.Pg.objgen == document.pages[0].objgen


def test_neighbours_of_a_run_do_not_show_in_one_another() -> None:
    one = make_facts(holder_latin="Wxyz", holder_arabic=None, code="NDR-1111-1111-1111-1")
    other = make_facts(holder_latin="Nguyễn Thị Ánh", expires_on=NOON.date())
    alone = render(other)

    render(one)

    assert render(other) == alone
    assert "Wxyz" not in text_of(alone)
    assert b"Wxyz" not in alone


def test_what_cannot_be_laid_over_is_drawn_whole() -> None:
    """An empty line looks like the place of a name: an untranslated title must not cost a certificate."""
    title = make_facts().title
    facts = make_facts(title=Words(ar=title.ar, fr=title.fr, en=""))

    with pytest.raises(Misdrawn, match="gaps"):
        render_over_common(facts, PLAIN, dated=NOON)
    with capture_logs() as logged:
        drawn = render(facts)

    assert drawn == render_whole(facts, dated=NOON)
    assert [(entry["log_level"], entry["code"]) for entry in logged] == [("warning", facts.code)]
