"""One question of each type, and generators of many."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from nador.assessment.questions.door import settled
from nador.kernel import text

SAMPLES: dict[str, dict[str, Any]] = {
    "single": {
        "kind": "single",
        "language": "fr",
        "prompt": "Quelle est la capitale du **Maroc** ?",
        "options": [
            {"text": "Rabat", "credit": "1", "feedback": "Oui."},
            {"text": "Casablanca", "credit": "-1/4", "feedback": "La plus grande ville."},
            {"text": {"text": "فاس", "language": "ar"}},
        ],
        "explanation": "Depuis 1912.",
    },
    "multiple": {
        "kind": "multiple",
        "language": "en",
        "prompt": "Which are prime?",
        "options": [
            {"text": "2", "credit": "1/2"},
            {"text": "3", "credit": "1/2", "feedback": "The first odd one."},
            {"text": "4", "credit": "-1/2"},
            {"text": "6", "credit": "-1/2", "feedback": "Twice three."},
        ],
        "if_right": "All right.",
        "if_partly": "Partly.",
        "if_wrong": "No.",
    },
}

# Signs that mean something in Markdown, GIFT, Moodle's cloze, XML and CSV, and letters of three scripts.
SIGNS = "abcé ZءةاﻻتⵉⵣЖ中0129~=#{}:%\\*|<>&\"'`$[]()!-_+.,;/@^\n🙂"
LANGUAGES = st.sampled_from(["fr", "ar", "en", "zgh"])


def cleaned(limit: int) -> st.SearchStrategy[str]:
    """Texts as the door keeps them."""
    return (
        st.text(SIGNS, min_size=1, max_size=limit)
        .map(lambda typed: text.clean_block(typed).strip())
        .filter(lambda kept: bool(kept.strip()) and "![" not in kept)
    )


TEXTS = cleaned(40)
CREDITS = st.one_of(
    st.fractions(-1, 1, max_denominator=20),
    st.integers(-9_999_999, 9_999_999).map(lambda units: Fraction(units, 10_000_000)),
).map(lambda credit: str(settled(credit)))


def head() -> dict[str, st.SearchStrategy[Any]]:
    return {
        "language": LANGUAGES,
        "prompt": TEXTS,
        "points": st.sampled_from(["1", "0", "2.5", "0.01", "1000"]),
    }


AFTERWARDS = {
    "explanation": TEXTS,
    "if_right": TEXTS,
    "if_partly": TEXTS,
    "if_wrong": TEXTS,
}


@st.composite
def options(draw: st.DrawFn, *, multiple: bool) -> list[dict[str, Any]]:
    texts = draw(st.lists(TEXTS, min_size=2, max_size=6, unique=True))
    count = draw(st.integers(1, len(texts))) if multiple else 1
    earned = [f"1/{count}" if multiple else "1"] * count
    while len(earned) < len(texts):
        credit = draw(CREDITS)
        earned.append(credit if not multiple or credit.startswith("-") else f"-{credit}")
    made = []
    for each, credit in zip(texts, draw(st.permutations(earned)), strict=True):
        option: dict[str, Any] = {"text": each, "credit": credit}
        if draw(st.booleans()):
            option["feedback"] = draw(TEXTS)
        made.append(option)
    return made


SINGLE = st.fixed_dictionaries(
    {
        "kind": st.just("single"),
        **head(),
        "options": options(multiple=False),
        "shuffle": st.booleans(),
    },
    optional=AFTERWARDS,
)
MULTIPLE = st.fixed_dictionaries(
    {
        "kind": st.just("multiple"),
        **head(),
        "options": options(multiple=True),
        "shuffle": st.booleans(),
        "partial": st.sampled_from(["sum", "nothing"]),
    },
    optional=AFTERWARDS,
)
CONTENTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {"single": SINGLE, "multiple": MULTIPLE}
