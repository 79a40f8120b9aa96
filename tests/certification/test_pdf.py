import os
import re
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import pdfa

from nador.certification.facts import CertificateFacts
from nador.certification.pdf.merge import merge
from nador.certification.pdf.printable import Unprintable
from nador.certification.pdf.render import render
from tests.certification.sheets import CASES, CREDENTIAL, VOWELLED, opened, text_of
from tests.factories.facts import make_facts

LARGEST = 46_000


@pytest.mark.parametrize("said", CASES)
def test_one_page_that_declares_what_it_is(said: dict[str, Any]) -> None:
    pdf = render(make_facts(**said), attachments=[CREDENTIAL])

    assert len(pdf) <= LARGEST
    with opened(pdf) as document:
        assert len(document.pages) == 1
        metadata = document.open_metadata()
        assert metadata.pdfa_status == "3A"
        assert metadata["pdfuaid:part"] == "1"
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert document.Root.Lang == "fr"


# The checker knows only what level B asks, and takes what it does not know for a fault.
UNKNOWN_TO_THE_CHECKER = (
    "pdfaid:conformance is 'A', expected 'B'",
    "pdfuaid:part",
    "pdfaExtension",
    "pdfaSchema",
    "pdfaProperty",
)


@pytest.mark.parametrize("said", CASES)
def test_nothing_that_pdf_a_forbids(said: dict[str, Any]) -> None:
    with opened(render(make_facts(**said), attachments=[CREDENTIAL])) as document:
        findings = pdfa.check(document, "3b").findings

    assert [
        finding
        for finding in findings
        if not any(known in finding.message for known in UNKNOWN_TO_THE_CHECKER)
    ] == []


@pytest.mark.parametrize("said", CASES)
def test_everything_shown_is_tagged_or_an_artifact(said: dict[str, Any]) -> None:
    with opened(render(make_facts(**said))) as document:
        depth, shown = 0, 0
        for instruction in pikepdf.parse_content_stream(document.pages[0]):
            operator = str(instruction.operator)
            depth += {"BMC": 1, "BDC": 1, "EMC": -1}.get(operator, 0)
            if operator in {"Tj", "TJ", "Do", "f", "S"}:
                shown += 1
                assert depth > 0
        numbered = document.Root.StructTreeRoot.ParentTree.Nums[1]

    assert shown >= len(numbered) > 0


@pytest.mark.parametrize("said", CASES)
def test_names_are_read_back_whole(said: dict[str, Any]) -> None:
    facts = make_facts(**said)

    text = " ".join(text_of(render(facts)).split())

    for name in (facts.holder_latin, facts.holder_arabic):
        if name and name != VOWELLED:
            assert name in text


def test_a_missing_name_leaves_its_line_out() -> None:
    facts = make_facts(holder_arabic=None)

    assert "فاطمة" not in text_of(render(facts))


def test_the_attachment_is_listed_once_and_whole() -> None:
    with opened(render(make_facts(), attachments=[CREDENTIAL])) as document:
        assert len(document.Root.AF) == 1
        assert document.Root.AF[0].AFRelationship == "/Source"
        assert document.attachments["credential.json"].get_file().read_bytes() == CREDENTIAL.content


def test_the_code_is_vectors_with_words_for_who_cannot_see_it() -> None:
    facts = make_facts()

    with opened(render(facts)) as document:
        drawn = document.pages[0].Resources.XObject
        assert [x.Subtype for x in drawn.values()] == ["/Form", "/Form"]
        figures = [
            element
            for element in document.objects
            if isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/Figure"
        ]
        assert [str(figure.Alt) for figure in figures] == [f"Code QR\xa0: {facts.verify_url}"]


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://certs.example.org/v/NDR-7Q4M-2K9X-T3WV-8", id="usual"),
        pytest.param(
            "https://certificats.institut-intelligence-artificielle-nador.example/v/NDRXX-7Q4M-2K9X-T3WV-8",
            id="long",
        ),
    ],
)
def test_the_code_is_read_at_150_dots_an_inch(url: str, tmp_path: Path) -> None:
    (tmp_path / "certificate.pdf").write_bytes(render(make_facts(verify_url=url)))
    subprocess.run(
        ["pdftoppm", "-r", "150", "-png", "certificate.pdf", "page"], cwd=tmp_path, check=True
    )

    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "page-1.png"], cwd=tmp_path, capture_output=True, check=True
    )

    assert read.stdout.decode().strip() == url


def test_every_run_of_arabic_says_its_language_and_characters() -> None:
    facts = make_facts()

    with opened(render(facts)) as document:
        said = [
            (str(element.get("/Lang")), str(element.ActualText))
            for element in document.objects
            if isinstance(element, pikepdf.Dictionary) and "/ActualText" in element
        ]

    assert ("ar", facts.holder_arabic) in said
    assert all(language == "ar" for language, text in said if re.search("[\u0600-\u06ff]", text))


def test_no_face_but_ours() -> None:
    with opened(render(make_facts())) as document:
        fonts = {str(font.BaseFont) for font in document.pages[0].Resources.Font.values()}

    families = {re.sub(r"^/[A-Z]{6}\+", "", name).split("-")[0] for name in fonts}
    assert families == {"Cert", "CertArabic", "CertTifinagh"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("José 🎓", "GRADUATION CAP", id="emoji"),
        pytest.param("李小龙", "CJK UNIFIED IDEOGRAPH-674E", id="Chinese"),
        pytest.param("Моhamed", "CYRILLIC CAPITAL LETTER EM", id="homoglyph"),
    ],
)
def test_a_character_that_cannot_be_drawn_is_refused_by_name(name: str, told: str) -> None:
    with pytest.raises(Unprintable) as refused:
        render(make_facts(holder_latin=name))

    assert refused.value.params["name"] == told


def test_the_refusal_covers_every_text_of_the_sheet() -> None:
    with pytest.raises(Unprintable):
        render(make_facts(number="№ 漢"))


HOSTILE = [
    '<link rel="attachment" href="file:///etc/hostname">',
    '<img src="http://127.0.0.1:9/">',
    '<img src="data:image/svg+xml,<svg/>">',
    "</bdi></p><style>@import url(file:///etc/passwd)</style>",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_markup_in_a_name_is_text(name: str) -> None:
    pdf = render(make_facts(holder_latin=name))

    assert name in " ".join(text_of(pdf).split())
    with opened(pdf) as document:
        assert not document.attachments


def test_same_facts_same_bytes() -> None:
    facts = make_facts()

    assert render(facts, attachments=[CREDENTIAL]) == render(facts, attachments=[CREDENTIAL])
    assert render(facts) != render(make_facts(number="NDR-2026-000124"))


@pytest.mark.parametrize(
    "surroundings",
    [
        {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "2", "TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8"},
    ],
    ids=lambda surroundings: str(surroundings["TZ"]),
)
def test_same_bytes_in_another_process(surroundings: dict[str, str]) -> None:
    facts = make_facts()
    code = (
        "import sys, hashlib\n"
        "from nador.certification.facts import CertificateFacts\n"
        "from nador.certification.pdf.render import render\n"
        "facts = CertificateFacts.from_json(sys.stdin.buffer.read().decode('utf-8'))\n"
        "print(hashlib.sha256(render(facts)).hexdigest())\n"
    )

    elsewhere = subprocess.run(
        [sys.executable, "-c", code],
        input=facts.to_json().encode(),
        env={**os.environ, **surroundings},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=True,
    )

    assert elsewhere.stdout.decode().strip() == sha256(render(facts)).hexdigest()


@pytest.fixture(name="printed")
def _printed() -> Callable[[int], list[bytes]]:
    def printed(count: int) -> list[bytes]:
        return [
            render(make_facts(holder_latin=f"Person {number}", holder_arabic=None))
            for number in range(count)
        ]

    return printed


def test_a_run_is_merged_in_order(printed: Callable[[int], list[bytes]]) -> None:
    pdfs = printed(3) * 20

    merged = merge(iter(pdfs))

    pages = text_of(merged).split("\f")[:-1]
    assert [re.search(r"Person \d", page)[0] for page in pages] == [  # type: ignore[index]  # each page has one
        f"Person {number % 3}" for number in range(60)
    ]
    assert merged == merge(pdfs)


def test_nothing_to_merge() -> None:
    with pytest.raises(ValueError, match="no file"):
        merge([])


def test_facts_are_all_that_is_rendered() -> None:
    """The frozen JSON is enough to draw the same certificate again."""
    facts = make_facts()

    assert render(CertificateFacts.from_json(facts.to_json())) == render(facts)
