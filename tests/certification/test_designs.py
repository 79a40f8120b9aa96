"""Sheets of templates that staff made: drawn, read back, and refused where something has no room."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pikepdf
import pytest
from structlog.testing import capture_logs

from nador.certification.facts import Kind, Words
from nador.certification.pdf.common import render_over_common
from nador.certification.pdf.flaws import flaws
from nador.certification.pdf.render import render, render_whole
from nador.certification.pdf.specimens import hardest, usual
from nador.certification.template import (
    BUNDLED,
    PLAIN,
    SLOTS,
    Flaw,
    FlawKind,
    OnSheet,
    TemplateFlawed,
    TemplateOptions,
)
from tests.certification.designs import DESIGNS, DIRECTOR, HEAD, designed, texts
from tests.certification.sheets import CREDENTIAL, opened, text_of
from tests.certification.test_common import page_of, read_aloud
from tests.factories.facts import ISSUER, make_facts

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
EVERY = [pytest.param(options, id=name) for name, options in DESIGNS.items()]


@pytest.mark.parametrize("options", EVERY)
def test_over_the_common_part_a_design_is_as_when_drawn_whole(options: TemplateOptions) -> None:
    facts, design = make_facts(expires_on=date(2028, 11, 1)), designed(options)

    whole = render_whole(facts, design, dated=NOON, attachments=[CREDENTIAL])
    over = render_over_common(facts, design, dated=NOON, attachments=[CREDENTIAL])

    assert page_of(over) == page_of(whole)
    assert text_of(over) == text_of(whole)
    with opened(over) as document, opened(whole) as model:
        assert list(read_aloud(document)) == list(read_aloud(model))


@pytest.mark.parametrize("options", EVERY)
def test_a_design_is_accessible_and_carries_only_its_credential(options: TemplateOptions) -> None:
    with opened(render(make_facts(), designed(options), attachments=[CREDENTIAL])) as document:
        assert document.open_metadata().pdfa_status == "3A"
        assert list(document.attachments) == ["credential.json"]
        figures = [
            str(element.get("/Alt", ""))
            for element in document.objects
            if isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/Figure"
        ]

    signed = sum(one.signature is not None for one in options.signatories)
    assert len(figures) == 1 + bool(options.logo) + signed
    assert all(figures)


def test_designs_of_one_run_do_not_mix() -> None:
    facts = make_facts()
    red = designed(DESIGNS["logo, one signature"])
    alone = render(facts, red)

    plain = render(facts, PLAIN)

    assert render(facts, red) == alone
    assert plain == render(facts)
    assert plain != alone


def test_a_text_that_names_the_holder_is_drawn_whole_and_right() -> None:
    options = TemplateOptions(texts=texts(followed=Words(ar="", fr="{holder} a suivi ceci", en="")))
    others = make_facts(holder_latin="Wxyz", holder_arabic=None)

    with capture_logs() as logged:
        render(others, designed(options))
        said = text_of(render(make_facts(), designed(options)))

    assert "Fatima-Zahra El Ouariachi a suivi ceci" in " ".join(said.split())
    assert "Wxyz" not in said
    assert logged == []


HOSTILE = (
    "<img src=file:///etc/passwd>",
    '<link rel=attachment href="file:///etc/hostname">',
    "{{ 7 * 7 }}{% include 'x' %}",
    "</p><script>alert(1)</script>",
    "url(http://127.0.0.1:9/x)",
    '" style="background:url(http://127.0.0.1:9/y)',
)


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_and_addresses_in_a_text_stay_text(text: str) -> None:
    """A fetch would be refused by the stationery, and stop the drawing: nothing is asked for."""
    options = TemplateOptions(
        languages=("fr",),
        texts=texts(awarded=Words(ar="", fr=text.replace("{", "(").replace("}", ")"), en="")),
        signatories=(OnSheet(text, text, Words(ar=text, fr=text, en=text)),),
    )

    pdf = render_whole(make_facts(), designed(options), dated=NOON, attachments=[CREDENTIAL])

    with opened(pdf) as document:
        assert list(document.attachments) == ["credential.json"]
    assert text.split(maxsplit=1)[0].replace("{", "(").replace("}", ")") in text_of(pdf)


def test_a_brace_of_a_template_language_is_a_flaw_and_runs_nothing() -> None:
    options = TemplateOptions(texts=texts(awarded=Words(ar="", fr="{{ 7 * 7 }}", en="")))

    assert {flaw.kind for flaw in flaws(make_facts(), options)} == {
        FlawKind.STRAY_BRACE,
        FlawKind.UNKNOWN_FACT,
    }


@pytest.mark.parametrize("slot", SLOTS)
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_text_without_room_is_told_by_name_and_language(slot: str, language: str) -> None:
    words = {"ar": "كلمة طويلة جدا ", "fr": "Mot très long ", "en": "Very long word "}[
        language
    ] * 18
    blank = {"ar": "", "fr": "", "en": ""}
    options = TemplateOptions(texts=texts(**{slot: Words(**{**blank, language: words.strip()})}))
    one_day = {"ends_on": date(2026, 10, 5)} if slot == "day" else {}
    facts = make_facts(expires_on=date(2028, 11, 1), **one_day)

    found = flaws(facts, options)

    if slot == "place" and language == "en":  # the leading Latin language is French: not shown
        assert found == []
    else:
        assert found == [Flaw(FlawKind.CROWDED, slot, language)]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (TemplateOptions(), []),
        (TemplateOptions(languages=()), [Flaw(FlawKind.NO_LANGUAGE)]),
        (
            TemplateOptions(signatories=(replace(DIRECTOR, latin="", arabic=""),)),
            [Flaw(FlawKind.NAMELESS, "signatory")],
        ),
        (
            TemplateOptions(signatories=(replace(DIRECTOR, latin="李"),)),
            [Flaw(FlawKind.UNPRINTABLE, "signatory", "mul", "李 (CJK UNIFIED IDEOGRAPH-674E)")],
        ),
        (
            TemplateOptions(signatories=(HEAD, replace(HEAD, latin="Abc " * 30))),
            [Flaw(FlawKind.CROWDED, "signatory", "mul")],
        ),
        (
            TemplateOptions(texts=texts(heading=Words(ar="شهادة 贈", fr="", en=""))),
            [Flaw(FlawKind.UNPRINTABLE, "heading", "ar", "贈 (CJK UNIFIED IDEOGRAPH-8D08)")],
        ),
    ],
)
def test_flaws_are_told_by_name(options: TemplateOptions, found: list[Flaw]) -> None:
    assert flaws(make_facts(), options) == found


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("name", ["as bundled", *DESIGNS])
def test_the_hardest_sheets_are_drawn_whole_and_without_a_flaw(kind: Kind, name: str) -> None:
    options = DESIGNS.get(name, TemplateOptions())
    specimen = usual(kind, ISSUER, expires_on=date(2028, 9, 30))

    for facts in hardest(specimen).values():
        assert flaws(facts, options) == []
        with opened(render(facts, designed(options))) as document:
            assert len(document.pages) == 1


def test_the_bundled_texts_are_what_they_were() -> None:
    certificate = BUNDLED[Kind.CERTIFICAT]

    assert certificate.heading.fr == "Certificat de réussite"
    said = " ".join(text_of(render(make_facts())).split())
    assert "du 5 octobre 2026 au 20 novembre 2026, mention Très bien" in said


def test_a_refusal_survives_the_way_from_a_worker() -> None:
    import pickle

    refusal = TemplateFlawed(Flaw(FlawKind.CROWDED, "place", "fr"))

    again = pickle.loads(pickle.dumps(refusal))  # noqa: S301  # our own bytes

    assert again.params == refusal.params
