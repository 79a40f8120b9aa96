"""Draws what is not text on a certificate: the frame beneath, and the QR code as vectors."""

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import Any

import pydyf
import segno
import weasyprint

from nador.certification.pdf.sheet import SHEET
from nador.certification.template import Accent, Design, Frame
from nador.kernel.paper import (
    Finished,
    Stationery,
    compressed,
    font_configuration,
    object_of,
    stationery,
    with_assets,
)

# A4 landscape in points.
_WIDTH, _HEIGHT = 841.8898, 595.2756
# Choosing the best of eight masks is half of the making; any mask may be read.
_MASK = 3
# An artifact: it says nothing to be read aloud.
DRAW_FRAME = b"/Artifact BMC q /frame Do Q EMC"
# Around a supplement: a thick and a thin rule in the colour of its sheet.
_RULES = (
    b"/Artifact BMC q %b RG 1.4 w 19.8 19.8 802.3 555.7 re S 0.4 w 23 23 795.9 549.3 re S Q EMC"
)
# One black pixel: the place that the QR code takes.
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c636000000002000148afa4710000000049454e44ae426082"
)


class Misdrawn(RuntimeError):
    """WeasyPrint wrote the page otherwise than this module expects."""


def beneath(accent: Accent, *, count: int) -> list[bytes]:
    """Give what is drawn beneath each page: the frame, and rules around a supplement."""
    red, green, blue = bytes.fromhex(_COLOURS[accent][0][1:])
    colour = b"%.4f %.4f %.4f" % (red / 255, green / 255, blue / 255)
    return [DRAW_FRAME, _RULES % colour][:count]


@cache
def supplement_stationery() -> Stationery:
    """Read the supplement's stylesheet once; it names no asset."""
    return stationery((SHEET / "supplement.css").read_text(encoding="utf-8"))


@cache
def certificate_stationery() -> Stationery:
    """Read the sheet's stylesheet once; the QR code's place is its only asset."""
    return stationery((SHEET / "certificate.css").read_text(encoding="utf-8"), {"qr.png": _PIXEL})


def stationery_of(design: Design) -> Stationery:
    """Let a sheet name its own pictures too, and nothing else."""
    if not design.options.pictures:
        return certificate_stationery()
    return with_assets(certificate_stationery(), design.pictures())


# --- the frame: drawn once for each process, then stamped under every page ---------------


# As the drawings are stored, and for each accent: the line, and its tint.
_DRAWN = ("#0b6b5c", "#e4efec")
_COLOURS = {
    Accent.GREEN: _DRAWN,
    Accent.BLUE: ("#0e4d92", "#e5edf6"),
    Accent.RED: ("#8a1f3a", "#f5e8eb"),
    Accent.BROWN: ("#6f4a12", "#f3ede2"),
    Accent.GREY: ("#3a4656", "#ebedf0"),
}


@cache
def _frame(frame: Frame, accent: Accent) -> bytes:
    """Let WeasyPrint draw the frame's SVG on an empty page, and keep that as a finished form."""
    drawing = (SHEET / f"frame-{frame.value}.svg").read_text(encoding="utf-8")
    for drawn, wanted in zip(_DRAWN, _COLOURS[accent], strict=True):
        drawing = drawing.replace(drawn, wanted)
    kept: list[bytes] = []

    def keep(_document: weasyprint.Document, pdf: pydyf.PDF) -> None:
        [contents] = pages_of(pdf, count=1)
        kept.append(compressed(_form(contents.stream, resources_of(pdf)["ExtGState"])))

    weasyprint.HTML(string=drawing, url_fetcher=certificate_stationery().fetcher).write_pdf(
        stylesheets=[_empty_page()], font_config=font_configuration(), finisher=keep
    )
    return kept[0]


def _form(operators: list[Any], states: dict[str, Any]) -> pydyf.Stream:
    return pydyf.Stream(
        operators,
        pydyf.Dictionary(
            {
                "Type": "/XObject",
                "Subtype": "/Form",
                "BBox": pydyf.Array((0, 0, _WIDTH, _HEIGHT)),
                "Resources": pydyf.Dictionary({"ExtGState": pydyf.Dictionary(states)}),
            }
        ),
    )


def _empty_page() -> weasyprint.CSS:
    css = "@page { size: A4 landscape; margin: 0 } body { margin: 0 } svg { display: block }"
    return weasyprint.CSS(string=css, url_fetcher=certificate_stationery().fetcher)


def add_frame(pdf: pydyf.PDF, frame: Frame, accent: Accent) -> None:
    """Put the frame among the page's resources, for DRAW_FRAME."""
    form = Finished(len(pdf.objects), _frame(frame, accent), compressible=False)
    pdf.add_object(form)
    resources_of(pdf)["XObject"]["frame"] = form.reference


def pages_of(pdf: pydyf.PDF, *, count: int) -> list[Any]:
    """Return the content of each page, of which there must be so many."""
    if len(pdf.page_references) != count:
        message = f"the certificate has {len(pdf.page_references)} pages"
        raise Misdrawn(message)
    pages = [object_of(pdf, reference) for reference in pdf.page_references]
    return [object_of(pdf, page["Contents"]) for page in pages]


def resources_of(pdf: pydyf.PDF) -> Any:
    """Return the resources, which WeasyPrint has all pages share."""
    return object_of(pdf, object_of(pdf, pdf.page_references[0])["Resources"])


# --- the QR code ------------------------------------------------------------------------


def draw_code(pdf: pydyf.PDF, url: str) -> None:
    """Put a drawing of rectangles in the place of the page's one picture of a single dot.

    WeasyPrint takes a third of its time to paint the same code from SVG.
    """
    images = [
        stored
        for stored in pdf.objects
        if isinstance(stored, pydyf.Stream)
        and stored.extra.get("Subtype") == "/Image"
        and (stored.extra["Width"], stored.extra["Height"]) == (1, 1)
    ]
    if len(images) != 1:
        message = f"the certificate has {len(images)} places for a code"
        raise Misdrawn(message)
    [image] = images
    modules = segno.make(url, error="m", micro=False, boost_error=False, mask=_MASK).matrix
    size = len(modules)
    image.stream = [b"0 g", *_rectangles(modules), b"f"]
    image.compress = True
    image.extra = pydyf.Dictionary(
        {
            "Type": "/XObject",
            "Subtype": "/Form",
            "BBox": pydyf.Array((0, 0, size, size)),
            # An image fills the unit square.
            "Matrix": pydyf.Array((1 / size, 0, 0, 1 / size, 0, 0)),
            "Resources": pydyf.Dictionary(),
        }
    )


def _rectangles(modules: Sequence[Sequence[int]]) -> list[bytes]:
    """Draw each run of dark modules in a row as one rectangle, the first row on top."""
    drawn = []
    for row, line in enumerate(modules):
        bottom = len(modules) - 1 - row
        column = 0
        for dark, run in groupby(line):
            width = len(list(run))
            if dark:
                drawn.append(b"%d %d %d 1 re" % (column, bottom, width))
            column += width
    return drawn
