"""Certificates that were hard to set, and how a PDF of one is read."""

import re
import subprocess
from datetime import UTC, date, datetime
from io import BytesIO

import pikepdf
import pytest

from nador.certification.facts import Kind
from nador.kernel.paper import Attachment

LONG_LATIN = "Mohamed Ben Ali Ben Haddou Ben Mohand Ouchen El Bouyafari Al Ouriaghli Temsamani"
LONG_ARABIC = "محمد بن علي بن حدو بن محند أوشن البويفراري الورياغلي التمسماني"
CREDENTIAL = Attachment(
    name="credential.json",
    content=b'{"type": ["VerifiableCredential"]}' * 100,
    description="Open Badges 3.0",
    dated=datetime(2026, 11, 27, 11, tzinfo=UTC),
)

# Drawn rightly, and said rightly by ActualText; poppler reads a fully vowelled word otherwise.
VOWELLED = "مُحَمَّدٌ"

CASES = [
    pytest.param({}, id="short"),
    pytest.param({"holder_latin": LONG_LATIN, "holder_arabic": LONG_ARABIC}, id="80 letters"),
    pytest.param(
        {
            "holder_latin": f"{LONG_LATIN} {LONG_LATIN} {LONG_LATIN}"[:200].strip(),
            "holder_arabic": f"{LONG_ARABIC} {LONG_ARABIC} {LONG_ARABIC}"[:200].strip(),
        },
        id="200 letters",
    ),
    pytest.param({"holder_latin": "a" * 200}, id="200 letters without a blank"),
    pytest.param({"holder_latin": None}, id="Arabic only"),
    pytest.param({"holder_arabic": None}, id="Latin only"),
    pytest.param({"holder_latin": "Nguyễn Thị Ánh", "holder_arabic": VOWELLED}, id="stacked marks"),
    pytest.param(
        {
            "kind": Kind.ATTESTATION,
            "mention": None,
            "ends_on": date(2026, 10, 5),
            "expires_on": date(2029, 11, 1),
        },
        id="attestation of one day",
    ),
]


def text_of(pdf: bytes) -> str:
    """Read a PDF as poppler does, without the marks of direction that it adds."""
    read = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", read.stdout.decode())


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(pdf))
