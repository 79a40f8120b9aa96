"""A catalogue file: what it says, and every line that is wrong in it."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nador.catalogue import labels
from nador.catalogue.rules import (
    Catalogue,
    CatalogueRefused,
    CatalogueStatus,
    DocumentKind,
    Fault,
    FaultKind,
    read_catalogue,
)
from nador.catalogue.rules.importing.places import Places
from nador.kernel.i18n import LANGUAGES, translator
from tests.catalogue.texts import COURSE, GOOD, HEAD, PROGRAMME


def faults(text: str) -> list[tuple[str, FaultKind]]:
    """List the faults as the text of their line and their kind."""
    with pytest.raises(CatalogueRefused) as refused:
        read_catalogue(text)
    lines = text.splitlines()
    return [(lines[fault.line - 1].strip(), fault.kind) for fault in refused.value.faults]


def test_a_good_file_is_read_exactly() -> None:
    [course] = read_catalogue(GOOD).courses

    assert (course.code, course.hours, course.languages) == ("IA-101", 20, ("fr", "ar"))
    assert course.document is DocumentKind.CERTIFICATE
    assert [(item.code, item.weight, item.minimum) for item in course.plan] == [
        ("QCM", Decimal(40), Decimal(0)),
        ("CAS", Decimal(60), Decimal(7)),
    ]
    assert course.mentions == (
        {"min": "16.00", "ar": "حسن جدا", "fr": "Très bien", "en": "Very good"},
    )
    assert course.status is CatalogueStatus.PUBLISHED


def test_the_demo_catalogue_is_good(catalogue: Catalogue) -> None:
    assert len(catalogue.courses) == 14
    assert len(catalogue.skills) == 23
    attested = [course for course in catalogue.courses if not course.plan]
    assert [course.code for course in attested] == ["AGRI-130"]
    assert attested[0].mentions == ()


ONE_FAULT = [
    pytest.param("level = 1", "level = 4", "level = 4", FaultKind.OUT_OF_RANGE, id="level"),
    pytest.param("hours = 20", 'hours = "20"', 'hours = "20"', FaultKind.WRONG_TYPE, id="a text"),
    pytest.param("hours = 20", "hours = true", "hours = true", FaultKind.WRONG_TYPE, id="a truth"),
    pytest.param("hours = 20\n", "", "[[courses]]", FaultKind.MISSING, id="no hours"),
    pytest.param("fee = 0", "fee = 0\nfeee = 1", "feee = 1", FaultKind.UNKNOWN_KEY, id="a typing error"),
    pytest.param(
        "pass_mark = 10.0", "pass_mark = 20.01", "pass_mark = 20.01", FaultKind.OUT_OF_RANGE,
        id="pass mark above the scale",
    ),
    pytest.param(
        "pass_mark = 10.0", "pass_mark = 10.001", "pass_mark = 10.001", FaultKind.WRONG_TYPE,
        id="three decimals",
    ),
    pytest.param(
        "pass_mark = 10.0", "pass_mark = nan", "pass_mark = nan", FaultKind.WRONG_TYPE,
        id="not a number",
    ),
    pytest.param(
        "pass_mark = 10.0", "pass_mark = 1e40", "pass_mark = 1e40", FaultKind.OUT_OF_RANGE,
        id="more digits than can be rounded",
    ),
    pytest.param("weight = 60", "weight = 61", "weight = 40", FaultKind.WEIGHTS, id="weights"),
    pytest.param(
        "min_mark = 7.0", "min_mark = 21", "min_mark = 21", FaultKind.OUT_OF_RANGE,
        id="minimum above the scale",
    ),
    pytest.param(
        'en = "Understand"\n', "", "[courses.title]", FaultKind.NO_WORDS, id="no English title"
    ),
    pytest.param(
        'fr = "Résumé"', 'fr = ""', "[courses.summary]", FaultKind.NO_WORDS, id="empty summary"
    ),
    pytest.param(
        ', en = "Case study"', "",
        'title = { fr = "Étude de cas", ar = "دراسة حالة" }', FaultKind.NO_WORDS,
        id="an inline table",
    ),
    pytest.param(
        "prerequisites = []", 'prerequisites = ["IA-100"]', 'prerequisites = ["IA-100"]',
        FaultKind.UNKNOWN_COURSE, id="unknown prerequisite",
    ),
    pytest.param(
        "prerequisites = []", 'prerequisites = [\n  "IA-101",\n]', "prerequisites = [",
        FaultKind.CIRCLE, id="asks for itself",
    ),
    pytest.param(
        'skills = ["PYTHON"]', 'skills = ["PYTON"]', 'skills = ["PYTON"]',
        FaultKind.UNKNOWN_SKILL, id="unknown skill",
    ),
    pytest.param(
        'skills = ["PYTHON"]', 'skills = ["PYTHON", "PYTHON"]', 'skills = ["PYTHON", "PYTHON"]',
        FaultKind.TWICE, id="a skill twice",
    ),
    pytest.param(
        'domain = "foundations"', 'domain = "magic"', 'domain = "magic"', FaultKind.NOT_ONE_OF,
        id="unknown domain",
    ),
    pytest.param(
        'languages = ["fr", "ar"]', 'languages = ["fr", "tlh"]', 'languages = ["fr", "tlh"]',
        FaultKind.NOT_ONE_OF, id="unknown language",
    ),
    pytest.param(
        'languages = ["fr", "ar"]', "languages = []", "languages = []", FaultKind.MISSING,
        id="no language",
    ),
    pytest.param(
        'languages = ["fr", "ar"]', "languages = [1]", "languages = [1]", FaultKind.WRONG_TYPE,
        id="numbers for languages",
    ),
    pytest.param('code = "IA-101"', 'code = "ia 101"', 'code = "ia 101"', FaultKind.BAD_CODE, id="code"),
    pytest.param('code = "CAS"', 'code = "QCM"', 'code = "QCM"', FaultKind.TWICE, id="item twice"),
    pytest.param("schema = 1", "schema = 2", "schema = 2", FaultKind.OUT_OF_RANGE, id="schema"),
    pytest.param("min = 16.0", "min = 21", "min = 21", FaultKind.OUT_OF_RANGE, id="mention"),
    pytest.param(
        "[[skills]]\n", "[[mentions]]\nmin = 17\nar='ا'\nfr='f'\nen='e'\n[[skills]]\n",
        "min = 17", FaultKind.MENTION_ORDER, id="mentions out of order",
    ),
    pytest.param("fee = 0", "fee = = 0", "fee = = 0", FaultKind.SYNTAX, id="syntax"),
    pytest.param("fee = 0", "fee = 0\nfee = 1", "fee = 1", FaultKind.SYNTAX, id="a key twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "kind"), ONE_FAULT)
def test_a_fault_is_told_with_its_line(old: str, new: str, line: str, kind: FaultKind) -> None:
    assert old in GOOD

    assert faults(GOOD.replace(old, new, 1)) == [(line, kind)]


def test_a_certificate_without_assessment_is_none() -> None:
    bare = GOOD[: GOOD.index("[[courses.assessments]]")]

    assert faults(bare) == [('document = "certificat"', FaultKind.NOT_ASSESSED)]
    attested = read_catalogue(bare.replace('"certificat"', '"attestation"'))
    assert attested.courses[0].plan == ()


def test_all_faults_are_told_at_once() -> None:
    text = GOOD
    for old, new in [("level = 1", "level = 9"), ("fee = 0", ""), ("weight = 60", "weight = 50")]:
        text = text.replace(old, new)

    assert faults(text) == [
        ("[[courses]]", FaultKind.MISSING),
        ("level = 9", FaultKind.OUT_OF_RANGE),
        ("weight = 40", FaultKind.WEIGHTS),
    ]


def test_a_circle_through_others_is_found() -> None:
    first = COURSE.replace("prerequisites = []", 'prerequisites = ["IA-102"]')
    second = COURSE.replace('"IA-101"', '"IA-102"').replace(
        "prerequisites = []", 'prerequisites = ["IA-101"]'
    )

    assert faults(HEAD + first + second) == [
        ('prerequisites = ["IA-102"]', FaultKind.CIRCLE),
        ('prerequisites = ["IA-101"]', FaultKind.CIRCLE),
    ]


def test_a_course_twice_is_told_at_the_second() -> None:
    found = faults(GOOD + COURSE)

    assert found == [('code = "IA-101"', FaultKind.TWICE)]
    with pytest.raises(CatalogueRefused) as refused:
        read_catalogue(GOOD + COURSE)
    assert refused.value.faults[0].line == len(GOOD.splitlines()) + 3


def test_courses_of_the_institute_may_be_asked_for() -> None:
    text = GOOD.replace("prerequisites = []", 'prerequisites = ["OLD-1"]')

    assert read_catalogue(text, known_courses={"OLD-1"}).courses[0].prerequisites == ("OLD-1",)


def test_programmes_are_read() -> None:
    [programme] = read_catalogue(GOOD + PROGRAMME).programmes

    assert (programme.code, programme.courses) == ("P-IA", ("IA-101",))


@pytest.mark.parametrize(
    ("courses", "kind"),
    [('["IA-999"]', FaultKind.UNKNOWN_COURSE), ("[]", FaultKind.MISSING)],
)
def test_a_programme_has_known_courses(courses: str, kind: FaultKind) -> None:
    text = GOOD + PROGRAMME.replace('["IA-101"]', courses)

    assert faults(text) == [(f"courses = {courses}", kind)]


OUTCOMES = '[courses.outcomes]\nar = ["أ"]\nfr = ["A"]\nen = ["A"]\n[courses.summary]'


def test_outcomes_are_sentences_by_language() -> None:
    [course] = read_catalogue(GOOD.replace("[courses.summary]", OUTCOMES)).courses

    assert course.outcomes == {"ar": ["أ"], "fr": ["A"], "en": ["A"]}


@pytest.mark.parametrize(
    ("text", "line", "kind"),
    [
        (OUTCOMES.replace('ar = ["أ"]\n', ""), "[courses.outcomes]", FaultKind.NO_WORDS),
        (OUTCOMES.replace('["أ"]', "[1]"), "ar = [1]", FaultKind.WRONG_TYPE),
    ],
)
def test_outcomes_in_part_are_refused(text: str, line: str, kind: FaultKind) -> None:
    assert faults(GOOD.replace("[courses.summary]", text)) == [(line, kind)]


@pytest.mark.parametrize(
    "text",
    ["courses = 1\n", "courses = [1]\n", "title = 1\n", "", "[[courses]]\n", "outcomes = 1\n"],
)
def test_nonsense_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises(CatalogueRefused):
        read_catalogue(text)


def test_a_number_written_otherwise_changes_nothing() -> None:
    [course] = read_catalogue(GOOD).courses
    [other] = read_catalogue(
        GOOD.replace("10.0", "10").replace("weight = 40", "weight = 40.00")
    ).courses

    assert course.content_hash() == other.content_hash()
    assert course.content_hash() == replace(course, status=CatalogueStatus.DRAFT).content_hash()
    assert course.content_hash() != replace(course, hours=21).content_hash()


def test_every_fault_has_words_in_every_language() -> None:
    for code in LANGUAGES:
        for kind in FaultKind:
            params = dict.fromkeys(
                (
                    "reason",
                    "key",
                    "wanted",
                    "language",
                    "value",
                    "low",
                    "high",
                    "known",
                    "code",
                    "total",
                ),
                "x",
            )
            said = labels.fault(Fault(1, kind, params), translator(code))
            assert said
            assert "%(" not in said


KEYS = st.sampled_from(["a", "b", "c-d", '"e f"'])
VALUES = st.sampled_from(
    [
        "1",
        '"x # y"',
        "'z = 1'",
        "[\n1,\n2,\n]",
        '"""\n[t]\nq = 1\n"""',
        "'''\n[[u]]\n'''",
        "{ k = 1 }",
    ]
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(["[t]", "[[u]]", "[[u.v]]", ""]), st.dictionaries(KEYS, VALUES))
    )
)
def test_every_key_is_found_where_it_stands(tables: list[tuple[str, dict[str, str]]]) -> None:
    lines: list[str] = []
    for header, keys in tables:
        lines += [header, *[f"{key} = {value} # note" for key, value in keys.items()]]
    text = "\n".join(lines)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    places, split = Places(text), text.splitlines()

    def walk(value: object, path: tuple[str | int, ...]) -> None:
        if isinstance(value, dict) and value.keys() != {"k"}:
            for key, inner in value.items():
                walk(inner, (*path, key))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, inner in enumerate(value):
                walk(inner, (*path, number))
        else:
            line = split[places.line(path) - 1]
            assert line.startswith((f"{path[-1]} =", f'"{path[-1]}" ='))

    walk(content, ())
