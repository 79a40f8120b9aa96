import os
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pydyf
import pytest
import weasyprint

from nador.kernel import paper
from nador.kernel.paper import (
    Attachment,
    ForeignAsset,
    Mistagged,
    plain_paper,
    render_document,
    stationery,
)
from nador.kernel.resources import PACKAGE, folder

PAPERS = [*PACKAGE.glob("static/paper/*.css"), *folder("templates").glob("certificates/*.css")]
THEN = datetime(2026, 10, 5, 8, tzinfo=UTC)
ROWS = "".join(
    f"<tr><td class=num>{number}</td><td>محمد أمزيان</td><td class=sign></td></tr>"
    for number in range(60)
)
LIST = f"""<!DOCTYPE html><html lang="ar" dir="rtl"><head><title>لائحة الحضور</title></head><body>
<h1>لائحة الحضور</h1><dl><dt>الدورة</dt><dd>Python</dd></dl>
<p>العنوان: <a href="https://certs.example.org/">certs.example.org</a></p><ul><li>واحد</li></ul>
<table><thead><tr><th>#</th><th>الاسم</th><th>التوقيع</th></tr></thead><tbody>{ROWS}</tbody></table>
<div class="signatures"><p>المكون</p><p>المدير</p></div></body></html>"""


def rendered(html: str, **said: object) -> bytes:
    return render_document(html, plain_paper(), dated=THEN, identifier="list", **said)  # type: ignore[arg-type]  # attachments only


def page(body: str, head: str = "") -> str:
    return f'<html lang="fr"><head><title>t</title>{head}</head><body>{body}</body></html>'


def test_a_list_of_several_pages_is_tagged_and_kept() -> None:
    with pikepdf.open(BytesIO(rendered(LIST))) as document:
        assert len(document.pages) > 2
        assert document.Root.Lang == "ar"
        assert document.open_metadata().pdfa_status == "3A"
        tags = {
            str(element.S)
            for element in document.objects
            if isinstance(element, pikepdf.Dictionary) and element.get("/Type") == "/StructElem"
        }

    assert {"/H1", "/Table", "/THead", "/TH", "/TD", "/L", "/LI", "/Link", "/P"} <= tags


def test_everything_shown_is_tagged_or_an_artifact() -> None:
    with pikepdf.open(BytesIO(rendered(LIST))) as document:
        for sheet in document.pages:
            depth = 0
            for instruction in pikepdf.parse_content_stream(sheet):
                operator = str(instruction.operator)
                depth += {"BMC": 1, "BDC": 1, "EMC": -1}.get(operator, 0)
                assert operator not in {"Tj", "TJ", "Do", "f", "S"} or depth > 0


def test_the_same_list_is_the_same_bytes() -> None:
    assert rendered(LIST) == rendered(LIST)


def test_an_attachment_is_listed_once() -> None:
    attachment = Attachment("list.csv", b"a,b", "The list", THEN)

    with pikepdf.open(BytesIO(rendered(LIST, attachments=[attachment]))) as document:
        assert len(document.Root.AF) == 1


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname",
        "http://127.0.0.1:9/",
        "https://bundle.invalid/../../etc/hostname",
        "https://bundle.invalid/%2e%2e/latin.ttf",
        "data:image/png;base64,iVBORw0KGgo=",
        "latin.ttf?a",
        "//127.0.0.1/latin.ttf",
        "ftp://127.0.0.1/",
    ],
)
@pytest.mark.parametrize(
    "document",
    [
        pytest.param('<img alt="x" src="{}">', id="image"),
        pytest.param("<p style=\"background: url('{}')\">x</p>", id="background"),
        pytest.param('<link rel="stylesheet" href="{}">', id="stylesheet"),
        pytest.param('<link rel="attachment" href="{}">', id="attachment"),
        pytest.param('<a rel="attachment" href="{}">x</a>', id="linked attachment"),
        pytest.param("<style>@import url('{}');</style>", id="import"),
        pytest.param("<style>@font-face {{ font-family: F; src: url('{}') }}</style>", id="face"),
        pytest.param('<svg><title>x</title><image href="{}"/></svg>', id="svg"),
    ],
)
def test_nothing_is_fetched(document: str, address: str) -> None:
    with pytest.raises(ForeignAsset):
        rendered(page(document.format(address)))


def test_a_stylesheet_fetches_nothing_either() -> None:
    with pytest.raises(ForeignAsset):
        stationery("@font-face { font-family: F; src: url(file:///etc/hostname) }")


def test_a_base_address_does_not_widen_the_bundle() -> None:
    with pytest.raises(ForeignAsset):
        rendered(page('<img alt="x" src="hostname">', '<base href="file:///etc/">'))


@pytest.mark.parametrize("sheet", PAPERS, ids=lambda path: path.stem)
def test_no_rule_of_a_paper_is_dropped(sheet: Path, caplog: pytest.LogCaptureFixture) -> None:
    stationery(sheet.read_text(encoding="utf-8"))

    assert not [each.getMessage() for each in caplog.records if each.name == "weasyprint"]


def test_children_of_this_process_keep_their_fonts() -> None:
    before = os.environ.get("FONTCONFIG_FILE")

    rendered(page("<p>x</p>"))

    assert os.environ.get("FONTCONFIG_FILE") == before


def test_no_font_of_the_machine_is_used() -> None:
    with pikepdf.open(BytesIO(rendered(page("<p>李 x</p>")))) as document:
        fonts = {str(font.BaseFont) for font in document.pages[0].Resources.Font.values()}

    assert all("Cert" in font for font in fonts)


def test_text_that_is_not_tagged_as_expected_stops_the_making() -> None:
    """One run too many would shift every language and every word after it."""
    pdf = pydyf.PDF()
    pdf.add_object(pydyf.Dictionary({"S": "/Span", "K": pydyf.Array([0])}))

    with pytest.raises(Mistagged):
        paper._say_text(weasyprint.HTML(string="<p>").render().copy([]), pdf)
