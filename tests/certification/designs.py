"""Templates as staff might make them, and the pictures on them."""

from io import BytesIO

from PIL import Image, ImageDraw

from nador.certification.facts import Words
from nador.certification.pdf.pictures import take_in
from nador.certification.template import (
    SLOTS,
    Accent,
    Design,
    Frame,
    OnSheet,
    TemplateOptions,
    Texts,
)

LOGO_SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40">'
    b'<g style="fill:#8a1f3a;stroke:none"><circle cx="20" cy="20" r="18"/>'
    b'<path d="M44 4h70v10H44z" transform="rotate(3 60 20)"/></g></svg>'
)


def png(width: int = 300, height: int = 100, mode: str = "RGBA") -> bytes:
    """Draw a flourish."""
    image = Image.new(mode, (width, height))
    ImageDraw.Draw(image).line([(9, height - 9), (width // 2, 9), (width - 9, height - 9)], width=5)
    written = BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


LOGO, LOGO_BYTES = take_in(LOGO_SVG)
SIGNATURE, SIGNATURE_BYTES = take_in(png())
FILES = {LOGO.sha256: LOGO_BYTES, SIGNATURE.sha256: SIGNATURE_BYTES}

DIRECTOR = OnSheet(
    "Pr Najib Azzouzi",
    "ذ. نجيب العزوزي",
    Words(ar="مدير المعهد", fr="Le directeur", en="The director"),
    SIGNATURE,
)
HEAD = OnSheet(
    "Karima El Fassi Fihri",
    "كريمة الفاسي الفهري",
    Words(
        ar="رئيسة قسم الدراسات والتكوين المستمر",
        fr="Cheffe du département des études et de la formation continue",
        en="Head of studies",
    ),
)
DESIGNS = {
    "logo, one signature": TemplateOptions(
        logo=LOGO, signatories=(DIRECTOR,), accent=Accent.RED, valid_months=24
    ),
    "a drawn logo, three signatures": TemplateOptions(
        logo=SIGNATURE, signatories=(DIRECTOR, HEAD, DIRECTOR), frame=Frame.RULES
    ),
    "two languages": TemplateOptions(
        languages=("ar", "fr"), signatories=(HEAD, DIRECTOR), frame=Frame.NONE, accent=Accent.GREY
    ),
    "Arabic alone": TemplateOptions(languages=("ar",), tifinagh=False, accent=Accent.BROWN),
    "French and English": TemplateOptions(languages=("fr", "en"), show_mention=False),
    "English alone, bare": TemplateOptions(
        languages=("en",), show_hours=False, show_dates=False, show_mention=False
    ),
}


def texts(**said: Words) -> Texts:
    """Make texts of which only some are not the bundled ones."""
    return Texts(**{slot: said.get(slot, Words(ar="", fr="", en="")) for slot in SLOTS})


def designed(options: TemplateOptions) -> Design:
    return Design(options, FILES.__getitem__)
