"""What a catalogue file says, entry by entry, and what each fault says of it."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from nador.catalogue.rules import (
    AssessmentKind,
    Catalogue,
    CatalogueRefused,
    CatalogueStatus,
    DocumentKind,
    Domain,
    FaultKind,
    Mode,
    read_catalogue,
)
from nador.catalogue.rules.importing import CourseEntry, ItemEntry, ProgrammeEntry, SkillEntry
from nador.catalogue.rules.importing.places import Places
from tests.catalogue.texts import COURSE, GOOD, HEAD, PROGRAMME

TITLE = '[courses.title]\nfr = "Comprendre"\nen = "Understand"\nar = "الفهم"\n'
OUT_OF = "min_mark = 7.0\nout_of = 30"
Told = tuple[str, FaultKind, dict[str, str]]


def told(text: str) -> list[Told]:
    """List the faults of a file: the text of the line, the kind, and the words of its sentence."""
    try:
        read_catalogue(text)
    except CatalogueRefused as refused:
        lines = text.splitlines()
        return [(lines[each.line - 1], each.kind, each.params) for each in refused.faults]
    return []


def with_course(old: str, new: str) -> str:
    """Change one thing in the course of a good file."""
    assert old in COURSE
    return HEAD + COURSE.replace(old, new, 1)


def test_every_entry_is_read() -> None:
    text = (
        (GOOD + PROGRAMME)
        .replace('code = "PYTHON"', 'code = "PYTHON"\nesco = "http://data.europa.eu/esco/1"', 1)
        .replace("min_mark = 7.0", OUT_OF, 1)
        .replace("prerequisites = []", 'prerequisites = ["OLD-1"]\nstatus = "draft"', 1)
        .replace('code = "P-IA"', 'code = "P-IA"\nstatus = "retired"', 1)
        .replace("[courses.summary]", '[courses.outcomes]\nfr=["A"]\nen=["B"]\nar=["C"]\n[courses.summary]', 1)
    )  # fmt: skip

    assert read_catalogue(text, known_courses=["OLD-1"]) == Catalogue(
        skills=(
            SkillEntry(
                code="PYTHON",
                label={"ar": "بايثون", "fr": "Python", "en": "Python"},
                esco="http://data.europa.eu/esco/1",
            ),
        ),
        courses=(
            CourseEntry(
                code="IA-101",
                title={"ar": "الفهم", "fr": "Comprendre", "en": "Understand"},
                summary={"ar": "ملخص", "fr": "Résumé", "en": "Summary"},
                outcomes={"fr": ["A"], "en": ["B"], "ar": ["C"]},
                domain=Domain.FOUNDATIONS,
                level=1,
                hours=20,
                mode=Mode.BLENDED,
                languages=("fr", "ar"),
                capacity=25,
                fee=0,
                mark_scale=Decimal(20),
                pass_mark=Decimal(10),
                min_attendance=70,
                document=DocumentKind.CERTIFICATE,
                mentions=({"min": "16.00", "ar": "حسن جدا", "fr": "Très bien", "en": "Very good"},),
                skills=("PYTHON",),
                unesco=("HCM.U",),
                digcomp=("1.2",),
                prerequisites=("OLD-1",),
                plan=(
                    ItemEntry(
                        code="QCM",
                        kind=AssessmentKind.QUIZ,
                        title={"ar": "اختبار", "fr": "Questionnaire", "en": "Quiz"},
                        weight=Decimal(40),
                        out_of=Decimal(20),
                        minimum=Decimal(0),
                    ),
                    ItemEntry(
                        code="CAS",
                        kind=AssessmentKind.ASSIGNMENT,
                        title={"ar": "دراسة حالة", "fr": "Étude de cas", "en": "Case study"},
                        weight=Decimal(60),
                        out_of=Decimal(30),
                        minimum=Decimal(7),
                    ),
                ),
                status=CatalogueStatus.DRAFT,
            ),
        ),
        programmes=(
            ProgrammeEntry(
                code="P-IA",
                title={"ar": "مسار", "fr": "Parcours", "en": "Path"},
                summary={"ar": "ملخص", "fr": "Résumé", "en": "Summary"},
                courses=("IA-101",),
                status=CatalogueStatus.RETIRED,
            ),
        ),
    )


def test_what_is_left_out_has_a_usual_value() -> None:
    catalogue = read_catalogue(GOOD + PROGRAMME)

    assert catalogue.skills[0].esco is None
    assert catalogue.courses[0].outcomes == {}
    assert catalogue.programmes[0].status is CatalogueStatus.PUBLISHED


RANGES = [
    ("schema = 1", "schema", "1", "1"),
    ("mark_scale = 20", "mark_scale", "1", "1000"),
    ("min = 16.0", "min", "0", "20"),
    ("level = 1", "level", "1", "3"),
    ("hours = 20", "hours", "1", "5000"),
    ("capacity = 25", "capacity", "1", "100000"),
    ("fee = 0", "fee", "0", "1000000"),
    ("min_attendance = 70", "min_attendance", "0", "100"),
    ("pass_mark = 10.0", "pass_mark", "0", "20"),
    ("weight = 60", "weight", "0", "100"),
    ("min_mark = 7.0", "min_mark", "0", "20"),
    (OUT_OF, "out_of", "0.01", "1000"),
]
"""A line of the file, its key, and the least and greatest number that it may say."""


def out_of_range(line: str, key: str, number: Decimal) -> list[Told]:
    """List what is told of the key's range when the line says another number."""
    text = GOOD.replace("min_mark = 7.0", OUT_OF) if key == "out_of" else GOOD
    said = line.rpartition(" = ")[0] + f" = {number:f}"
    return [
        each
        for each in told(text.replace(line, said, 1))
        if each[1] is FaultKind.OUT_OF_RANGE and each[2]["key"] == key
    ]


@pytest.mark.parametrize(("line", "key", "low", "high"), RANGES, ids=[row[1] for row in RANGES])
def test_numbers_stay_in_their_range(line: str, key: str, low: str, high: str) -> None:
    step = Decimal("0.01") if key == "out_of" else Decimal(1)

    for number in (Decimal(low), Decimal(high)):
        assert out_of_range(line, key, number) == []
    for number in (Decimal(low) - step, Decimal(high) + step):
        assert out_of_range(line, key, number) == [
            (
                f"{key} = {number:f}",
                FaultKind.OUT_OF_RANGE,
                {"key": key, "value": str(number), "low": low, "high": high},
            )
        ]


COURSE_KEYS = (
    *("code", "domain", "level", "hours", "mode", "languages", "prerequisites", "capacity"),
    *("fee", "min_attendance", "pass_mark", "document", "skills", "unesco", "digcomp"),
)


@pytest.mark.parametrize("key", COURSE_KEYS)
def test_a_course_says_all_of_these(key: str) -> None:
    text = HEAD + re.sub(rf"^{key} = .*\n", "", COURSE, count=1, flags=re.MULTILINE)

    assert told(text) == [("[[courses]]", FaultKind.MISSING, {"key": key})]


@pytest.mark.parametrize("key", ["code", "kind", "weight", "min_mark", "title"])
def test_an_assessment_says_all_of_these(key: str) -> None:
    head, mark, item = COURSE.rpartition("[[courses.assessments]]")
    text = HEAD + head + mark + re.sub(rf"^{key} = .*\n", "", item, flags=re.MULTILINE)

    assert ("[[courses.assessments]]", FaultKind.MISSING, {"key": key}) in told(text)


@pytest.mark.parametrize("key", ["code", "courses", "title", "summary"])
def test_a_programme_says_all_of_these(key: str) -> None:
    text = GOOD + re.sub(rf"^{key} = .*\n", "", PROGRAMME, flags=re.MULTILINE)

    assert told(text) == [("[[programmes]]", FaultKind.MISSING, {"key": key})]


@pytest.mark.parametrize("key", ["schema", "mark_scale"])
def test_a_file_says_both_of_these(key: str) -> None:
    text = re.sub(rf"^{key} = .*\n", "", GOOD, flags=re.MULTILINE)

    assert any(each[1:] == (FaultKind.MISSING, {"key": key}) for each in told(text))


@pytest.mark.parametrize(
    ("old", "new", "key", "wanted"),
    [
        pytest.param('code = "IA-101"', "code = 101", "code", "text", id="text"),
        pytest.param("hours = 20", "hours = 20.0", "hours", "whole number", id="whole number"),
        pytest.param("pass_mark = 10.0", "pass_mark = true", "pass_mark", "number", id="number"),
        pytest.param(
            "pass_mark = 10.0",
            "pass_mark = 9.995",
            "pass_mark",
            "number with two decimals at most",
            id="two decimals",
        ),
        pytest.param('unesco = ["HCM.U"]', "unesco = 1", "unesco", "array of texts", id="array"),
        pytest.param(
            'unesco = ["HCM.U"]', "unesco = [1]", "unesco", "array of texts", id="array of numbers"
        ),
        pytest.param("fee = 0", "fee = 0\noutcomes = 1", "outcomes", "table", id="outcomes"),
    ],
)
def test_a_value_has_its_type(old: str, new: str, key: str, wanted: str) -> None:
    line = new.rpartition("\n")[2]

    assert told(with_course(old, new)) == [
        (line, FaultKind.WRONG_TYPE, {"key": key, "wanted": wanted})
    ]


def test_words_stand_in_a_table() -> None:
    text = with_course(TITLE, "").replace("fee = 0", "fee = 0\ntitle = 1", 1)

    assert told(text) == [("title = 1", FaultKind.WRONG_TYPE, {"key": "title", "wanted": "table"})]


@pytest.mark.parametrize("key", ["skills", "courses", "programmes", "mentions"])
@pytest.mark.parametrize("value", ["1", "[1]", '[{ code = "A" }, 1]'])
def test_entries_stand_in_tables(key: str, value: str) -> None:
    text = f"{key} = {value}\nschema = 1\nmark_scale = 20\n"

    assert told(text) == [
        (
            f"{key} = {value}",
            FaultKind.WRONG_TYPE,
            {"key": key, "wanted": "array of tables"},
        )
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(
            with_course('mode = "blended"', 'mode = "telepathy"'),
            (
                'mode = "telepathy"',
                FaultKind.NOT_ONE_OF,
                {"value": "telepathy", "known": "onsite, online, blended"},
            ),
            id="mode",
        ),
        pytest.param(
            with_course('kind = "quiz"', 'kind = "riddle"'),
            (
                'kind = "riddle"',
                FaultKind.NOT_ONE_OF,
                {
                    "value": "riddle",
                    "known": "quiz, assignment, oral, practical, project, portfolio, exam",
                },
            ),
            id="kind",
        ),
        pytest.param(
            with_course("fee = 0", 'fee = 0\nstatus = "gone"'),
            (
                'status = "gone"',
                FaultKind.NOT_ONE_OF,
                {"value": "gone", "known": "draft, published, retired"},
            ),
            id="status",
        ),
        pytest.param(
            with_course('languages = ["fr", "ar"]', 'languages = ["fr", "tlh"]'),
            (
                'languages = ["fr", "tlh"]',
                FaultKind.NOT_ONE_OF,
                {"value": "tlh", "known": "ar, en, es, fr, rif, zgh"},
            ),
            id="language",
        ),
        pytest.param(
            with_course('languages = ["fr", "ar"]', "languages = []"),
            ("languages = []", FaultKind.MISSING, {"key": "languages"}),
            id="no language",
        ),
        pytest.param(
            with_course('code = "IA-101"', 'code = "ia"'),
            ('code = "ia"', FaultKind.BAD_CODE, {"code": "ia"}),
            id="code",
        ),
        pytest.param(
            with_course('skills = ["PYTHON"]', 'skills = ["PYTHON", " PYTHON"]'),
            ('skills = ["PYTHON", " PYTHON"]', FaultKind.TWICE, {"code": "PYTHON"}),
            id="a skill twice",
        ),
        pytest.param(
            with_course('code = "CAS"', 'code = "QCM"'),
            ('code = "QCM"', FaultKind.TWICE, {"code": "QCM"}),
            id="an assessment twice",
        ),
        pytest.param(
            GOOD + PROGRAMME + PROGRAMME,
            ('code = "P-IA"', FaultKind.TWICE, {"code": "P-IA"}),
            id="a programme twice",
        ),
        pytest.param(
            with_course('skills = ["PYTHON"]', 'skills = ["COBOL"]'),
            ('skills = ["COBOL"]', FaultKind.UNKNOWN_SKILL, {"code": "COBOL"}),
            id="unknown skill",
        ),
        pytest.param(
            with_course("prerequisites = []", 'prerequisites = ["X1"]'),
            ('prerequisites = ["X1"]', FaultKind.UNKNOWN_COURSE, {"code": "X1"}),
            id="unknown course",
        ),
        pytest.param(
            with_course("prerequisites = []", 'prerequisites = ["IA-101"]'),
            ('prerequisites = ["IA-101"]', FaultKind.CIRCLE, {"code": "IA-101"}),
            id="circle",
        ),
        pytest.param(
            with_course("weight = 60", "weight = 59.5"),
            ("weight = 40", FaultKind.WEIGHTS, {"total": "99.5"}),
            id="weights",
        ),
        pytest.param(
            with_course('en = "Understand"\n', ""),
            ("[courses.title]", FaultKind.NO_WORDS, {"language": "en"}),
            id="no words",
        ),
        pytest.param(
            with_course('en = "Understand"', 'en = " "'),
            ("[courses.title]", FaultKind.NO_WORDS, {"language": "en"}),
            id="a blank for words",
        ),
        pytest.param(
            with_course("fee = 0", "fee = 0\nfeee = 1"),
            ("feee = 1", FaultKind.UNKNOWN_KEY, {"key": "feee"}),
            id="unknown key",
        ),
        pytest.param(
            with_course('ar = "الفهم"', 'ar = "الفهم"\nes = "Entender"'),
            ('es = "Entender"', FaultKind.UNKNOWN_KEY, {"key": "es"}),
            id="unknown key among words",
        ),
        pytest.param(
            GOOD.replace("schema = 1", 'schema = 1\nowner = "x"', 1),
            ('owner = "x"', FaultKind.UNKNOWN_KEY, {"key": "owner"}),
            id="unknown key on top",
        ),
        pytest.param(
            GOOD.replace("min = 16.0", "min = 16.0\nmax = 20", 1),
            ("max = 20", FaultKind.UNKNOWN_KEY, {"key": "max"}),
            id="unknown key of a mention",
        ),
        pytest.param(
            GOOD.replace('code = "PYTHON"', 'code = "PYTHON"\nlevel = 1', 1),
            ("level = 1", FaultKind.UNKNOWN_KEY, {"key": "level"}),
            id="unknown key of a skill",
        ),
        pytest.param(
            GOOD + PROGRAMME.replace('code = "P-IA"', 'code = "P-IA"\nfee = 1'),
            ("fee = 1", FaultKind.UNKNOWN_KEY, {"key": "fee"}),
            id="unknown key of a programme",
        ),
        pytest.param(
            with_course("weight = 40", "weight = 40\nwait = 1"),
            ("wait = 1", FaultKind.UNKNOWN_KEY, {"key": "wait"}),
            id="unknown key of an assessment",
        ),
        pytest.param(
            with_course(
                "[courses.summary]",
                '[courses.outcomes]\nfr=["A"]\nen=["B"]\nar=["C"]\nes=["D"]\n[courses.summary]',
            ),
            ('es=["D"]', FaultKind.UNKNOWN_KEY, {"key": "es"}),
            id="unknown key of outcomes",
        ),
        pytest.param(
            GOOD + PROGRAMME.replace('["IA-101"]', "[]"),
            ("courses = []", FaultKind.MISSING, {"key": "courses"}),
            id="an empty programme",
        ),
        pytest.param(
            GOOD + PROGRAMME.replace('code = "P-IA"', 'code = "P-IA"\nstatus = "gone"'),
            (
                'status = "gone"',
                FaultKind.NOT_ONE_OF,
                {"value": "gone", "known": "draft, published, retired"},
            ),
            id="status of a programme",
        ),
        pytest.param(
            with_course("fee = 0", "fee = = 0"),
            ("fee = = 0", FaultKind.SYNTAX, {"reason": "Invalid value"}),
            id="syntax",
        ),
        pytest.param(
            GOOD.replace(
                "[[skills]]", "[[mentions]]\nmin = 16\nar='ا'\nfr='f'\nen='e'\n[[skills]]", 1
            ),
            ("min = 16", FaultKind.MENTION_ORDER, {}),
            id="two mentions from the same mark on",
        ),
    ],
)  # fmt: skip
def test_a_fault_says_what_it_found(text: str, fault: Told) -> None:
    assert told(text) == [fault]


def test_a_file_that_stops_in_the_middle_is_wrong_on_its_last_line() -> None:
    with pytest.raises(CatalogueRefused) as refused:
        read_catalogue('schema = 1\n\nname = """never closed\nnor here')

    [fault] = refused.value.faults
    assert (fault.line, fault.kind) == (4, FaultKind.SYNTAX)
    assert "(at " not in fault.params["reason"]


def test_courses_may_ask_for_the_same_one_on_two_ways() -> None:
    def course(code: str, *asks: str) -> str:
        listed = ", ".join(f'"{each}"' for each in asks)
        return COURSE.replace('"IA-101"', f'"{code}"').replace(
            "prerequisites = []", f"prerequisites = [{listed}]"
        )

    diamond = course("D1", "B1", "C1") + course("B1", "A1") + course("C1", "A1") + course("A1")

    assert told(HEAD + diamond) == []


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        pytest.param('a = "\\"[b"\nc = 1', ("c",), 2, id="an escaped quotation mark"),
        pytest.param("a = '\\'\nc = [\n'[', # ]\n]\nd = 1", ("d",), 5, id="a literal backslash"),
        pytest.param('a = """\n\\"""\nc = 1\n"""\nd = 1', ("d",), 5, id="escaped in a long text"),
        pytest.param("[t]\na = 1\n[t.u]\nb = 1", ("t", "u", "b"), 4, id="a table in a table"),
        pytest.param("[[t]]\n[[t.u]]\n[[t.u]]\nb = 1", ("t", 0, "u", 1, "b"), 4, id="arrays"),
        pytest.param(
            "[[t]]\n[t.u]\nb = 1\n[[t]]", ("t", 0, "u", "b"), 3, id="a table of the first"
        ),
        pytest.param("a.b = 1\n'c d'.\"e\" = 2", ("c d", "e"), 2, id="names in quotation marks"),
        pytest.param("a = 1\n[b]\nc = 1", ("b", "x", "y"), 2, id="the thing around"),
        pytest.param("a = 1", ("z",), 1, id="nowhere"),
        pytest.param("a = {\nb = 1 }\nb = 2", ("b",), 3, id="inside braces"),
        pytest.param("x = 1 # [\ny = 2", ("y",), 2, id="a bracket in a note"),
    ],
)
def test_places(text: str, path: tuple[str | int, ...], line: int) -> None:
    assert Places(text).line(path) == line


def test_the_refusal_counts_the_faults() -> None:
    with pytest.raises(CatalogueRefused) as refused:
        read_catalogue(with_course("level = 1", "level = 4").replace("fee = 0", "fee = -1", 1))

    assert refused.value.params == {"count": 2}


def test_the_order_of_languages_changes_nothing() -> None:
    def outcomes(*languages: str) -> str:
        listed = "".join(f'{language} = ["A"]\n' for language in languages)
        return with_course("[courses.summary]", f"[courses.outcomes]\n{listed}[courses.summary]")

    [one], [other] = (
        read_catalogue(outcomes(*languages)).courses
        for languages in (("ar", "fr", "en"), ("en", "fr", "ar"))
    )

    assert one.content_hash() == other.content_hash()


def test_the_hash_of_a_course_outlives_releases() -> None:
    [course] = read_catalogue(GOOD).courses

    assert course.content_hash() == (
        "2713fb504b91ae270618df13f09347f86883f8a6f079a3eb2a0ecbed5b5ed5b6"
    )
