"""Draws a certificate: as a PDF/A-3a and PDF/UA-1 of one page, and perhaps a supplement on a second."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

import pydyf
import structlog
import weasyprint

from nador.certification.facts import CertificateFacts
from nador.certification.pdf.common import render_over_common
from nador.certification.pdf.drawing import (
    add_frame,
    beneath,
    draw_code,
    pages_of,
    stationery_of,
    supplement_stationery,
)
from nador.certification.pdf.printable import Unprintable
from nador.certification.pdf.sheet import accent_of, compose, frame_of
from nador.certification.pdf.supplement import SupplementTooLong, compose_supplement
from nador.certification.template import PLAIN, Design
from nador.kernel.paper import Attachment, Finisher, render_document

log = structlog.get_logger(__name__)


def render(
    facts: CertificateFacts,
    design: Design = PLAIN,
    *,
    attachments: Sequence[Attachment] = (),
    finish: Finisher | None = None,
) -> bytes:
    """Render a certificate: over what its run has in common, or whole when that fails.

    The same facts and design give the same bytes. `finish` has the last word on the objects: it makes
    room for a seal. Raises Unprintable for a character outside the bundled faces, SupplementTooLong.
    """
    # Noon in UTC is the same day in Morocco, whatever its clocks are set to that year.
    noon = datetime.combine(facts.issued_on, time(12), UTC)
    if design.options.names_holder:  # Next to nothing is common to a run.
        return render_whole(facts, design, dated=noon, attachments=attachments, finish=finish)
    try:
        return render_over_common(facts, design, dated=noon, attachments=attachments, finish=finish)
    except (Unprintable, SupplementTooLong):
        raise
    except Exception as surprise:  # noqa: BLE001  # the other way needs nothing that can fail here
        log.warning("certificate drawn whole", code=facts.code, reason=repr(surprise))
        return render_whole(facts, design, dated=noon, attachments=attachments, finish=finish)


def render_whole(
    facts: CertificateFacts,
    design: Design = PLAIN,
    *,
    dated: datetime,
    attachments: Sequence[Attachment] = (),
    finish: Finisher | None = None,
) -> bytes:
    """Render a certificate in one go, by what WeasyPrint and pydyf document."""
    accent = accent_of(facts, design.options)
    more = (
        [(compose_supplement(facts, accent=accent), supplement_stationery())]
        if facts.supplement
        else []
    )

    def draw_the_rest(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
        add_frame(pdf, frame_of(facts, design.options), accent)
        pages = pages_of(pdf, count=1 + len(more))
        for contents, drawn in zip(pages, beneath(accent, count=len(pages)), strict=True):
            contents.stream.insert(0, drawn)
        draw_code(pdf, facts.verify_url)
        if finish:
            finish(document, pdf)

    return render_document(
        compose(facts, design),
        stationery_of(design),
        dated=dated,
        identifier=facts.to_json() + design.options.to_json(),
        attachments=attachments,
        finisher=draw_the_rest,
        more=more,
    )
