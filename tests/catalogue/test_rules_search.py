"""What is found by what somebody types or ticks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.catalogue.rules import (
    Catalogue,
    Listing,
    RunGlance,
    Wish,
    folded,
    meets,
    says,
    would_leave,
)
from nador.kernel.text import search_terms


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        pytest.param("تطبيق الفلاحة الدقيقة", "الفلاحه", id="teh marbuta typed as heh"),
        pytest.param("الأخلاقيات", "الاخلاقيات", id="hamza on alef left out"),
        pytest.param("إحداث مشروع بمساعدة الذكاء", "احداث", id="hamza under alef left out"),
        pytest.param("تنظيم السقي", "سقى", id="without the article, alef maksura for yeh"),
        pytest.param("والمقاولون الذاتيون", "مقاولون", id="behind a conjunction"),
        pytest.param("الذكاء الاصطناعي", "الذَّكَاء", id="with vowel marks"),
        pytest.param("البيانات", "البيـــانات", id="with tatweel"),
        pytest.param("Prévision solaire", "prevision SOLAIRE", id="accents and case"),
        pytest.param("l’irrigation", "l'irrigation", id="another apostrophe"),
        pytest.param("IA-101", "ia101", id="a code without its dash"),
        pytest.param("القانون 09-08", "٠٩٠٨", id="Arabic-Indic digits"),
    ],
)
def test_found(text: str, typed: str) -> None:
    assert says(folded([text]), search_terms(typed))


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        pytest.param("réseau social", "ia", id="two letters inside a word"),
        pytest.param("analyse de données", "donnees tableur", id="one word missing"),
        pytest.param("bases de l’IA", "dela", id="across two words"),
    ],
)
def test_not_found(text: str, typed: str) -> None:
    assert not says(folded([text]), search_terms(typed))


@given(st.text(max_size=60))
def test_every_word_of_a_text_finds_it(text: str) -> None:
    kept = folded([text])

    assert all(says(kept, [term]) for term in search_terms(text))


def listing(**changes: Any) -> Listing:
    facts: dict[str, Any] = {
        "code": "IA-101",
        "title": {"ar": "فهم الذكاء الاصطناعي"},
        "summary": {},
        "domain": "foundations",
        "level": 1,
        "hours": 20,
        "mode": "blended",
        "languages": ["fr", "ar"],
        "fee": 300,
        "needs_courses": True,
        "text_folded": folded(["Comprendre l’intelligence artificielle"]),
    }
    return Listing(**(facts | changes))


def run(**changes: Any) -> RunGlance:
    facts: dict[str, Any] = {
        "id": 1,
        "starts_on": date(2027, 1, 1),
        "seats_left": 3,
        "waiting": 0,
        "enrolling": True,
    }
    return RunGlance(**(facts | changes))


@pytest.mark.parametrize(
    ("wish", "changes", "met"),
    [
        pytest.param(Wish(), {}, True, id="nothing asked"),
        pytest.param(Wish(domains=frozenset({"data"})), {}, False, id="another domain"),
        pytest.param(
            Wish(domains=frozenset({"data", "foundations"})), {}, True, id="one of two domains"
        ),
        pytest.param(Wish(levels=frozenset({2})), {}, False, id="another level"),
        pytest.param(Wish(languages=frozenset({"ar", "en"})), {}, True, id="one of its languages"),
        pytest.param(Wish(languages=frozenset({"en"})), {}, False, id="another language"),
        pytest.param(Wish(modes=frozenset({"online"})), {}, False, id="another mode"),
        pytest.param(Wish(free=True), {}, False, id="not free"),
        pytest.param(Wish(free=True), {"fee": 0}, True, id="free"),
        pytest.param(Wish(no_prerequisites=True), {}, False, id="asks for courses"),
        pytest.param(Wish(no_prerequisites=True), {"needs_courses": False}, True, id="asks none"),
        pytest.param(Wish(open_seats=True), {}, False, id="no run"),
        pytest.param(Wish(open_seats=True), {"runs": (run(),)}, True, id="seats"),
        pytest.param(
            Wish(open_seats=True), {"runs": (run(waiting=1),)}, False, id="a queue before the seat"
        ),
        pytest.param(
            Wish(open_seats=True), {"runs": (run(enrolling=False),)}, False, id="not enrolling"
        ),
        pytest.param(Wish(terms=("artificielle",)), {}, True, id="a word"),
        pytest.param(Wish(terms=("irrigation",)), {}, False, id="another word"),
    ],
)
def test_wishes(wish: Wish, changes: dict[str, Any], *, met: bool) -> None:
    assert meets(listing(**changes), wish) is met


def test_a_filter_says_how_many_it_would_leave() -> None:
    listings = [listing(), listing(domain="data"), listing(domain="data", fee=0)]
    wish = Wish(domains=frozenset({"foundations"}))

    assert would_leave(listings, wish) == 1
    assert would_leave(listings, wish, domains=frozenset({"data"})) == 2
    assert would_leave(listings, wish, domains=frozenset(), free=True) == 1


def test_the_demo_catalogue_is_found_in_every_language(catalogue: Catalogue) -> None:
    texts = {
        course.code: folded([*course.title.values(), *course.summary.values()])
        for course in catalogue.courses
    }

    def found(typed: str) -> set[str]:
        return {code for code, text in texts.items() if says(text, search_terms(typed))}

    assert {"AGRI-230"} <= found("السقي")
    assert found("irrigation") <= found("irrig")
    assert found("المارتشيكا") == set()
    assert found("مارتشيكا") == found("Marchica") == {"TOUR-140"}
