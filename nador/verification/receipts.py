"""Draws a receipt: what the register answers at this moment, on paper, sealed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from nador.certification.pdf.fit import unprintable
from nador.certification.pdf.seal import Timestamps, seal
from nador.kernel import clock, letters
from nador.kernel.i18n import pick, translator
from nador.kernel.paper import plain_paper, render_document
from nador.verification import labels
from nador.verification.rules import Standing

if TYPE_CHECKING:
    from datetime import datetime

    from nador.certification.keys.signer import Signer
    from nador.kernel.db import Words
    from nador.settings import Settings
    from nador.verification.lists import Line
    from nador.verification.rules import Checked


def draw(
    lines: list[Line],
    checked: list[Checked],
    *,
    locale: str,
    single: bool,
    institute: Words,
    signer: Signer,
    settings: Settings,
) -> bytes:
    """Draw and seal the answers to a list, or to one certificate, as of now."""
    now = clock.now()
    words = translator(locale)
    today = clock.local(now).date()
    told = [
        labels.told(number, line.name, one, words, today=today)
        for number, (line, one) in enumerate(zip(lines, checked, strict=True), start=1)
    ]
    counts = Counter(one.standing for one in told)
    html = letters.sheet(
        "verification/paper.html",
        locale,
        institute_name=pick(institute, locale),
        told=told,
        counts=[
            (words.gettext(labels.standing(each)), counts[each])
            for each in Standing
            if counts[each]
        ],
        facts=_facts(checked[0], locale, now=now) if single else None,
        named=any(line.name for line in lines),
        now=now,
        site=settings.public_url,
    )

    def drawn(finisher: Any) -> bytes:
        return render_document(
            _legible(html),
            plain_paper(),
            dated=now,
            identifier=f"receipt:{now}:{html}",
            finisher=finisher,
        )

    return seal(drawn, signer, timestamps=Timestamps.of(settings))


def _facts(checked: Checked, locale: str, *, now: datetime) -> dict[str, str] | None:
    if checked.view is None:
        return None
    words, view = translator(locale), checked.view
    verdict = view.verdict(clock.local(now).date())
    heading = labels.heading(verdict, view.kind, hidden=view.holder_hidden)
    return {
        **labels.facts(view, words, now=now),
        "heading": words.gettext(heading),
        "document": words.gettext(labels.document(view.kind)),
        "title": pick(view.title, locale),
    }


def _legible(html: str) -> str:
    """Show a question mark where somebody typed what no face of ours can draw."""
    unknown = set(unprintable(html)) - {"\n"}
    return html.translate({ord(character): "?" for character in unknown})
