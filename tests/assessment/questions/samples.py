"""One question of each type, and generators of many."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from nador.assessment.questions.door import settled
from nador.assessment.questions.matching import matched
from nador.kernel import text

# The machine may be busy: what is asked is whether it holds, never how fast.
CALM = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])

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
    "true_false": {
        "kind": "true_false",
        "language": "ar",
        "prompt": "الأرض كروية.",
        "right": True,
        "feedback_true": "نعم.",
        "feedback_false": "يراجع الدرس.",
    },
    "short": {
        "kind": "short",
        "language": "fr",
        "prompt": "Qui a écrit la Muqaddima ?",
        "answers": [
            {"pattern": "Ibn Khaldoun", "credit": "1", "feedback": "Oui."},
            {"pattern": "ابن خلدون", "credit": "1"},
            {"pattern": "*Khald*n*", "credit": "1/2", "feedback": "Presque."},
        ],
    },
    "numerical": {
        "kind": "numerical",
        "language": "fr",
        "prompt": "Combien mesure un marathon ?",
        "answers": [
            {"value": "42.195", "tolerance": "0.005", "credit": "1"},
            {"value": "42", "tolerance": "1", "credit": "1/2", "feedback": "Plus précis ?"},
            {"value": "*", "credit": "0", "feedback": "Loin."},
        ],
        "units": [{"name": "km"}, {"name": "m", "per_base": "1000"}],
    },
    "matching": {
        "kind": "matching",
        "language": "fr",
        "prompt": "Quelle capitale ?",
        "pairs": [
            {"text": "Maroc", "choice": "r"},
            {"text": "Tunisie", "choice": "t"},
            {"text": "France", "choice": "p"},
        ],
        "choices": [
            {"id": "r", "text": "Rabat"},
            {"id": "t", "text": "Tunis"},
            {"id": "p", "text": "Paris"},
            {"id": "m", "text": "Madrid"},
        ],
    },
    "ordering": {
        "kind": "ordering",
        "language": "en",
        "prompt": "From the oldest to the newest.",
        "items": [{"text": "ENIAC"}, {"text": "Unix"}, {"text": "Linux"}, {"text": "Python 3"}],
        "partial": "places",
    },
    "cloze": {
        "kind": "cloze",
        "language": "en",
        "prompt": "Morocco's capital is [[1]]; it has [[2]] regions and [[3]] stars in its flag.",
        "gaps": [
            {
                "kind": "short",
                "weight": 2,
                "answers": [{"pattern": "Rabat", "credit": "1", "feedback": "Yes."}],
            },
            {"kind": "number", "answers": [{"value": "12", "credit": "1"}]},
            {
                "kind": "choice",
                "options": [{"text": "one", "credit": "1"}, {"text": "two", "credit": "-1"}],
            },
        ],
    },
    "essay": {
        "kind": "essay",
        "language": "ar",
        "prompt": "ما الذكاء الاصطناعي؟",
        "guide": "تعريف، مثال، حدود.",
        "beginning": "الذكاء الاصطناعي هو",
        "least_words": 3,
        "most_words": 6,
    },
    "file": {
        "kind": "file",
        "language": "fr",
        "prompt": "Déposer le rapport.",
        "guide": "Deux pages.",
        "most_files": 2,
        "largest": 2048,
        "endings": ".pdf, .docx",
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
TRUE_FALSE = st.fixed_dictionaries(
    {"kind": st.just("true_false"), **head(), "right": st.booleans()},
    optional={**AFTERWARDS, "feedback_true": TEXTS, "feedback_false": TEXTS},
)
LINES = TEXTS.map(text.clean).filter(bool)


@st.composite
def expected(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Patterns with what they earn, one of them everything."""
    patterns = draw(st.lists(LINES, min_size=1, max_size=4, unique=True))
    earned = draw(st.permutations(["1", *(draw(CREDITS) for _ in patterns[1:])]))
    return [
        {"pattern": each, "credit": credit, **draw(st.fixed_dictionaries({}, optional=FEEDBACK))}
        for each, credit in zip(patterns, earned, strict=True)
    ]


FEEDBACK = {"feedback": TEXTS}
SHORT = st.fixed_dictionaries(
    {
        "kind": st.just("short"),
        **head(),
        "answers": expected(),
        "compare": st.sampled_from(["loose", "exact"]),
    },
    optional=AFTERWARDS,
)
DECIMALS = st.decimals(-10_000, 10_000, places=3).map(lambda value: f"{value.normalize():f}")
TOLERANCES = st.decimals(0, 100, places=3).map(lambda value: f"{value.normalize():f}")


@st.composite
def targets(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Values with tolerances and what they earn, one of them everything."""
    values = draw(st.lists(DECIMALS, min_size=1, max_size=3))
    earned = draw(st.permutations(["1", *(draw(CREDITS) for _ in values[1:])]))
    optional = {"feedback": TEXTS, "tolerance": TOLERANCES}
    made = [
        {"value": each, "credit": credit, **draw(st.fixed_dictionaries({}, optional=optional))}
        for each, credit in zip(values, earned, strict=True)
    ]
    if draw(st.booleans()):
        made.append({"value": "*", "credit": "0", "feedback": draw(TEXTS)})
    return made


UNITS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["km", "m", "°C", "%", "درهم"])},
        optional={"per_base": st.sampled_from(["1", "100", "0.001"])},
    ),
    max_size=3,
    unique_by=lambda unit: unit["name"],
)
NUMERICAL = st.fixed_dictionaries(
    {"kind": st.just("numerical"), **head(), "answers": targets()},
    optional={
        **AFTERWARDS,
        "units": UNITS,
        "unit_penalty": st.sampled_from(["0", "1/10", "1/2", "1"]),
    },
)


@st.composite
def pairs(draw: st.DrawFn) -> dict[str, Any]:
    """Entries and choices, some of which fit none."""
    entries = draw(st.lists(TEXTS, min_size=2, max_size=4, unique=True))
    choices = draw(st.lists(TEXTS, min_size=2, max_size=5, unique=True))
    fits = [draw(st.sampled_from(choices)) for _ in entries]
    return matched(
        list(zip(entries, fits, strict=True)), [each for each in choices if each not in fits]
    )


MATCHING = st.builds(
    lambda first, then: first | then,
    st.fixed_dictionaries(
        {"kind": st.just("matching"), **head(), "shuffle": st.booleans()}, optional=AFTERWARDS
    ),
    pairs(),
)
ORDERING = st.fixed_dictionaries(
    {
        "kind": st.just("ordering"),
        **head(),
        "items": st.lists(TEXTS, min_size=2, max_size=5, unique=True).map(
            lambda texts: [{"text": each} for each in texts]
        ),
        "partial": st.sampled_from(["nothing", "places", "longest"]),
    },
    optional=AFTERWARDS,
)
GAP = st.one_of(
    st.fixed_dictionaries(
        {
            "kind": st.just("short"),
            "weight": st.integers(1, 9),
            "answers": expected(),
            "compare": st.sampled_from(["loose", "exact"]),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("number"), "answers": targets()}),
    st.fixed_dictionaries(
        {"kind": st.just("choice"), "options": options(multiple=False), "shuffle": st.booleans()}
    ),
)


@st.composite
def cloze(draw: st.DrawFn) -> dict[str, Any]:
    """A text in which each gap has its place."""
    gaps = draw(st.lists(GAP, min_size=1, max_size=3))
    words = TEXTS.map(lambda said: said.replace("[[", "[ ["))
    placed = " ".join(f"{draw(words)} [[{number}]]" for number in range(1, len(gaps) + 1))
    first = draw(st.fixed_dictionaries({"kind": st.just("cloze"), **head()}, optional=AFTERWARDS))
    return first | {"prompt": text.clean_block(placed), "gaps": gaps}


ESSAY = st.fixed_dictionaries(
    {"kind": st.just("essay"), **head()},
    optional={
        **AFTERWARDS,
        "guide": TEXTS,
        "beginning": TEXTS,
        "lines": st.integers(1, 100),
        "least_words": st.integers(0, 50),
        "most_words": st.integers(50, 900),
    },
)
FILE = st.fixed_dictionaries(
    {"kind": st.just("file"), **head()},
    optional={
        **AFTERWARDS,
        "guide": TEXTS,
        "most_files": st.integers(1, 10),
        "largest": st.sampled_from([1024, 500_000, 5_242_880]),
        "endings": st.sampled_from([".pdf", ".pdf .docx", ".png .jpg .jpeg"]),
    },
)
CONTENTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "single": SINGLE,
    "multiple": MULTIPLE,
    "true_false": TRUE_FALSE,
    "short": SHORT,
    "numerical": NUMERICAL,
    "matching": MATCHING,
    "ordering": ORDERING,
    "cloze": cloze(),
    "essay": ESSAY,
    "file": FILE,
}
