"""What a certificate costs, beside what WeasyPrint costs when it is used without care.

The naive way sets the same document with the same faces, makes a FontConfiguration and
reads the stylesheet for every call, and draws QR code and frame from SVG. It has the same
tags and the same PDF/A level. All are measured in turn, in one process, by CPU time; the
naive way once as a machine with fonts of its own gives it, and once on a bare one. Ours is
measured as a run is drawn, over what its certificates have in common, and drawn whole.

    python -m tests.bench.bench_pdf [--rounds 35] [--renders 300]
"""

import argparse
import gc
import json
import os
import secrets
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from datetime import time as time_of_day
from typing import Any

import psutil
import segno
import weasyprint
from weasyprint.text.fonts import FontConfiguration

from nador.certification.facts import CertificateFacts
from nador.certification.pdf.fonts import FACES
from nador.certification.pdf.render import render, render_whole
from nador.certification.pdf.sheet import SHEET, compose
from nador.kernel.paper import without_system_fonts
from tests.factories.facts import make_facts

Way = Callable[[CertificateFacts], bytes]
WARM_UP = 3
NOON = time_of_day(12)
# Not round numbers: a name and a code of its own for each round, as in a run.
HOLDERS = ("Fatima-Zahra El Ouariachi", "Mohand Ameziane", "Salma Bouziane", "Nguyễn Thị Ánh")


def measure(*, rounds: int = 35, renders: int = 300) -> dict[str, Any]:
    """Measure CPU milliseconds, their ratios, sizes, and memory over many renders."""
    ways: dict[str, Way] = {
        "ours": render,
        "ours_whole": _whole,
        "naive": _naive,
        "naive_bare": _naive_bare,
    }
    spent: dict[str, list[float]] = {way: [] for way in ways}
    sizes: dict[str, list[int]] = {way: [] for way in ways}
    for number in range(rounds + WARM_UP):
        facts = someone(number)
        for way, made in ways.items():
            before = time.process_time()
            pdf = made(facts)
            if number >= WARM_UP:
                spent[way].append((time.process_time() - before) * 1000)
                sizes[way].append(len(pdf))
    return {
        "cpu_ms": {way: _middle_and_least(times) for way, times in spent.items()},
        # The harder comparison is the one that counts: nothing but the document's own faces.
        "ratio": _ratio(spent["ours"], spent["naive_bare"]),
        "ratio_with_system_fonts": _ratio(spent["ours"], spent["naive"]),
        "ratio_whole": _ratio(spent["ours_whole"], spent["naive_bare"]),
        "ratio_whole_with_system_fonts": _ratio(spent["ours_whole"], spent["naive"]),
        "largest_bytes": {way: max(size) for way, size in sizes.items()},
        "memory": memory(renders=renders),
    }


def _middle_and_least(times: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(times), 1), "minimum": round(min(times), 1)}


def _ratio(ours: list[float], naive: list[float]) -> dict[str, float]:
    """Compare round by round: neighbours on the clock share what else the machine does."""
    paired = statistics.median(a / b for a, b in zip(ours, naive, strict=True))
    return {"median": round(paired, 3), "of_minima": round(min(ours) / min(naive), 3)}


def memory(*, renders: int) -> dict[str, Any]:
    """Render so many certificates and tell how much the process grew after the first tenth."""
    process = psutil.Process()
    settled = peak = 0
    for number in range(renders):
        render(someone(number))
        if number == renders // 10:
            gc.collect()
            settled = process.memory_info().rss
        peak = max(peak, process.memory_info().rss)
    gc.collect()
    grown = process.memory_info().rss - settled
    return {
        "renders": renders,
        "settled_mib": round(settled / 2**20, 1),
        "peak_mib": round(peak / 2**20, 1),
        "grown_mib": round(grown / 2**20, 2),
        "grown_kib_per_render": round(grown / 2**10 / (renders - renders // 10), 2),
    }


def someone(number: int) -> CertificateFacts:
    """Say something of everybody that differs, as in a run."""
    code = f"NDR-{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}-8".upper()
    return replace(
        make_facts(),
        holder_latin=f"{HOLDERS[number % len(HOLDERS)]} {secrets.token_hex(3)}",
        code=code,
        number=f"NDR-2026-{number:06}",
        verify_url=f"https://certs.example.org/v/{code}",
    )


def _whole(facts: CertificateFacts) -> bytes:
    return render_whole(facts, dated=datetime.combine(facts.issued_on, NOON, UTC))


def _naive(facts: CertificateFacts) -> bytes:
    return naive_pdf(facts)


def naive_pdf(
    facts: CertificateFacts, *, attachments: Sequence[weasyprint.Attachment] = ()
) -> bytes:
    """Draw a certificate by what WeasyPrint's manual shows."""
    code = segno.make(facts.verify_url, error="m", micro=False)
    drawn = code.svg_inline(svgclass="qr", lineclass=None, border=0, omitsize=True)
    html = compose(facts)
    start, end = html.index('<img class="qr"'), html.index(">", html.index('<img class="qr"')) + 1
    frame = (SHEET / f"frame-{facts.kind.value}.svg").as_uri()
    css = (SHEET / "certificate.css").read_text(encoding="utf-8")
    style = f"<style>{_font_faces()}{css}@page {{ background: url({frame}) }}</style></head>"
    html = (html[:start] + drawn + html[end:]).replace("</head>", style)
    pdf: bytes = weasyprint.HTML(string=html).write_pdf(
        font_config=FontConfiguration(),
        pdf_variant="pdf/a-3a",
        pdf_identifier=b"0" * 32,
        attachments=list(attachments),
    )
    return pdf


def _naive_bare(facts: CertificateFacts) -> bytes:
    with without_system_fonts():
        return _naive(facts)


def _font_faces() -> str:
    families = {"latin": "Cert", "arabic": "CertArabic", "tifinagh": "CertTifinagh"}
    return "".join(
        f"@font-face {{ font-family: {families[face.name]}; src: url({face.path.as_uri()}) }}\n"
        for face in FACES
    )


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=35)
    parser.add_argument("--renders", type=int, default=int(os.environ.get("PDF_RENDERS", "300")))
    told = parser.parse_args()
    print(json.dumps(measure(rounds=told.rounds, renders=told.renders), indent=2))


if __name__ == "__main__":
    main()
