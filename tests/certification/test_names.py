"""Every name of the list of edge cases either stands on the certificate whole, or is refused."""

import csv
import re
import subprocess
from io import StringIO
from pathlib import Path

import pytest

from nador.certification.pdf.printable import Unprintable
from nador.certification.pdf.render import render
from nador.kernel import text
from tests.factories.facts import make_facts

ROWS = list(
    csv.DictReader(
        StringIO((Path(__file__).parents[1] / "data" / "names_edge_cases.csv").read_text("utf-8"))
    )
)
# Drawn rightly, and said rightly by ActualText; only poppler's text is not what was typed.
MISREAD_BY_POPPLER = {"N20", "N52"}
REFUSED = {
    "N14": "CYRILLIC CAPITAL LETTER EM",
    "N36": "GRADUATION CAP",
    "N37": "CJK UNIFIED IDEOGRAPH-674E",
}


def read(pdf: bytes) -> str:
    """Read the PDF as poppler does, without its marks of direction, in single blanks."""
    printed = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    return " ".join(re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", printed).split())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_name(row: dict[str, str]) -> None:
    latin, arabic = text.name(row["name_latin"][:200]), text.name(row["name_arabic"])

    if row["id"] in REFUSED:
        with pytest.raises(Unprintable) as refused:
            render(make_facts(holder_latin=latin, holder_arabic=arabic))
        assert refused.value.params["name"] == REFUSED[row["id"]]
        return
    printed = read(render(make_facts(holder_latin=latin, holder_arabic=arabic)))

    if row["id"] not in MISREAD_BY_POPPLER:
        for name in filter(None, (latin, arabic)):
            assert name in printed


@pytest.mark.parametrize("row", [row for row in ROWS if row["name_other"]], ids=lambda r: r["id"])
def test_tifinagh(row: dict[str, str]) -> None:
    assert row["name_other"] in read(render(make_facts(holder_latin=row["name_other"])))
