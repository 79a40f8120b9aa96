"""Reading a catalogue file: everything that is wrong with it, each with its line, or its content."""

from __future__ import annotations

import itertools
import re
import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from nador.catalogue.rules.importing.entries import (
    Catalogue,
    CategoryEntry,
    CourseEntry,
    ItemEntry,
    ProgrammeEntry,
    SkillEntry,
    exact,
)
from nador.catalogue.rules.importing.faults import CatalogueRefused, Fault, FaultKind
from nador.catalogue.rules.importing.places import Path, Places
from nador.catalogue.rules.importing.values import LANGUAGES, Table
from nador.catalogue.rules.importing.weighing import Weighing
from nador.catalogue.rules.states import (
    AssessmentKind,
    CatalogueStatus,
    DocumentKind,
    Domain,
    Mode,
    Scale,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from nador.kernel.db import Words

TAUGHT_IN: Final = ("ar", "en", "es", "fr", "rif", "zgh")
SCHEMA: Final = 1
_HUNDRED: Final = Decimal(100)
_AT_LINE: Final = re.compile(r"\(at line (\d+)")
_COURSE_KEYS: Final = frozenset(
    [
        "code",
        "domain",
        "level",
        "hours",
        "mode",
        "languages",
        "prerequisites",
        "capacity",
        "fee",
        "min_attendance",
        "pass_mark",
        "document",
        "skills",
        "unesco",
        "digcomp",
        "title",
        "summary",
        "outcomes",
        "assessments",
        "status",
        "scale",
        "letters",
        "categories",
        "compensated",
        "attendance_points",
    ]
)
_ITEM_KEYS: Final = frozenset(["code", "kind", "weight", "min_mark", "out_of", "title", "category"])
_SKILL_KEYS: Final = frozenset({"code", "esco", *LANGUAGES})
_PROGRAMME_KEYS: Final = frozenset(["code", "title", "summary", "courses", "status"])
_TOP_KEYS: Final = frozenset(
    ["schema", "currency", "mark_scale", "timezone", "mentions", "skills", "courses", "programmes"]
)


def read_catalogue(text: str, *, known_courses: Collection[str] = ()) -> Catalogue:
    """Read a catalogue file; courses may ask for `known_courses` that it does not hold.

    Raises CatalogueRefused with every fault, not only the first.
    """
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as wrong:
        raise CatalogueRefused(faults=[_syntax_fault(text, str(wrong))]) from None
    reader = _Reader(Places(text))
    catalogue = reader.catalogue(content, known_courses)
    if reader.faults:
        raise CatalogueRefused(faults=reader.faults)
    return catalogue


def _syntax_fault(text: str, message: str) -> Fault:
    found = _AT_LINE.search(message)
    line = int(found[1]) if found else len(text.splitlines()) or 1
    return Fault(line, FaultKind.SYNTAX, {"reason": message.partition(" (at ")[0]})


class _Reader(Weighing):
    """Reads tables into entries."""

    def catalogue(self, content: Table, known_courses: Collection[str]) -> Catalogue:
        self.keys(content, (), _TOP_KEYS)
        self.whole(content, (), "schema", low=SCHEMA, high=SCHEMA)
        scale = self.number(content, (), "mark_scale", low=Decimal(1), high=Decimal(1000))
        mentions = self.mentions(content, scale)
        skills = tuple(
            self.skill(table, path) for table, path in self.tables(content, (), "skills")
        )
        courses = [
            (self.course(table, path, scale, mentions), path)
            for table, path in self.tables(content, (), "courses")
        ]
        programmes = [
            (self.programme(table, path), path)
            for table, path in self.tables(content, (), "programmes")
        ]
        self.single((skill.code, ("skills", at)) for at, skill in enumerate(skills))
        self.single((course.code, path) for course, path in courses)
        self.single((programme.code, path) for programme, path in programmes)
        self.references(courses, programmes, {skill.code for skill in skills}, known_courses)
        return Catalogue(
            skills=skills,
            courses=tuple(course for course, _ in courses),
            programmes=tuple(programme for programme, _ in programmes),
        )

    def mentions(self, content: Table, scale: Decimal) -> tuple[Words, ...]:
        read = []
        for table, path in self.tables(content, (), "mentions"):
            self.keys(table, path, frozenset({"min", *LANGUAGES}))
            least = self.number(table, path, "min", low=Decimal(0), high=scale)
            read.append((least, path, self.spoken(table, path)))
        for (higher, _, _), (lower, path, _) in itertools.pairwise(read):
            if lower >= higher:
                self.fault((*path, "min"), FaultKind.MENTION_ORDER)
        return tuple({"min": exact(least), **words} for least, _, words in read)

    def skill(self, table: Table, path: Path) -> SkillEntry:
        self.keys(table, path, _SKILL_KEYS)
        return SkillEntry(
            code=self.code(table, path),
            label=self.spoken(table, path),
            esco=self.text(table, path, "esco") if "esco" in table else None,
        )

    def course(
        self, table: Table, path: Path, scale: Decimal, mentions: tuple[Words, ...]
    ) -> CourseEntry:
        self.keys(table, path, _COURSE_KEYS)
        document = self.one_of(table, path, "document", DocumentKind)
        said_in = self.scale_of(table, path)
        if said_in is Scale.PERCENT:
            scale = _HUNDRED
        categories = self.categories(table, path, scale)
        plan = self.plan(table, path, scale, document, categories)
        # The file's mentions belong to marks on the file's own scale.
        mentioned = document is DocumentKind.CERTIFICATE and said_in is Scale.POINTS
        return CourseEntry(
            code=self.code(table, path),
            title=self.words(table, path, "title"),
            summary=self.words(table, path, "summary"),
            outcomes=self.outcomes(table, path),
            domain=self.one_of(table, path, "domain", Domain),
            level=self.whole(table, path, "level", low=1, high=3),
            hours=self.whole(table, path, "hours", low=1, high=5000),
            mode=self.one_of(table, path, "mode", Mode),
            languages=self.taught_in(table, path),
            capacity=self.whole(table, path, "capacity", low=1, high=100_000),
            fee=self.whole(table, path, "fee", low=0, high=1_000_000),
            mark_scale=scale,
            pass_mark=self.number(table, path, "pass_mark", low=Decimal(0), high=scale),
            min_attendance=self.whole(table, path, "min_attendance", low=0, high=100),
            document=document,
            mentions=mentions if mentioned else (),
            scale=said_in,
            letters=self.letters(table, path, said_in, scale),
            categories=categories,
            compensated=self.compensated(table, path, categories),
            attendance_points=self.attendance_points(table, path),
            skills=self.texts(table, path, "skills"),
            unesco=self.texts(table, path, "unesco"),
            digcomp=self.texts(table, path, "digcomp"),
            prerequisites=self.texts(table, path, "prerequisites"),
            plan=plan,
            status=self.start(table, path),
        )

    def plan(
        self,
        table: Table,
        path: Path,
        scale: Decimal,
        document: DocumentKind,
        categories: tuple[CategoryEntry, ...],
    ) -> tuple[ItemEntry, ...]:
        items = [
            (self.item(item, at, scale), at) for item, at in self.tables(table, path, "assessments")
        ]
        self.single((item.code, at) for item, at in items)
        self.weighed(items, categories, path)
        if not items and document is DocumentKind.CERTIFICATE:
            self.fault((*path, "document"), FaultKind.NOT_ASSESSED)
        return tuple(item for item, _ in items)

    def item(self, table: Table, path: Path, scale: Decimal) -> ItemEntry:
        self.keys(table, path, _ITEM_KEYS)
        out_of = scale
        if "out_of" in table:
            out_of = self.number(table, path, "out_of", low=Decimal("0.01"), high=Decimal(1000))
        return ItemEntry(
            code=self.code(table, path),
            kind=self.one_of(table, path, "kind", AssessmentKind),
            title=self.words(table, path, "title"),
            weight=self.number(table, path, "weight", low=Decimal(0), high=_HUNDRED),
            out_of=out_of,
            minimum=self.number(table, path, "min_mark", low=Decimal(0), high=out_of),
            category=self.text(table, path, "category") if "category" in table else "",
        )

    def programme(self, table: Table, path: Path) -> ProgrammeEntry:
        self.keys(table, path, _PROGRAMME_KEYS)
        courses = self.texts(table, path, "courses")
        if table.get("courses") == []:
            self.fault((*path, "courses"), FaultKind.MISSING, key="courses")
        return ProgrammeEntry(
            code=self.code(table, path),
            title=self.words(table, path, "title"),
            summary=self.words(table, path, "summary"),
            courses=courses,
            status=self.start(table, path),
        )

    def start(self, table: Table, path: Path) -> CatalogueStatus:
        if "status" not in table:
            return CatalogueStatus.PUBLISHED
        return self.one_of(table, path, "status", CatalogueStatus)

    def taught_in(self, table: Table, path: Path) -> tuple[str, ...]:
        languages = self.texts(table, path, "languages")
        if table.get("languages") == []:
            self.fault((*path, "languages"), FaultKind.MISSING, key="languages")
        for language in languages:
            if language not in TAUGHT_IN:
                self.not_one_of((*path, "languages"), language, TAUGHT_IN)
        return languages

    def outcomes(self, table: Table, path: Path) -> dict[str, list[str]]:
        said = table.get("outcomes", {})
        if not isinstance(said, dict):
            self.wrong_type((*path, "outcomes"), "outcomes", "table")
            return {}
        if said:
            self.all_languages(said, (*path, "outcomes"))
        self.keys(said, (*path, "outcomes"), frozenset(LANGUAGES))
        return {
            language: list(self.texts(said, (*path, "outcomes"), language)) for language in said
        }

    def references(
        self,
        courses: list[tuple[CourseEntry, Path]],
        programmes: list[tuple[ProgrammeEntry, Path]],
        skills: set[str],
        known_courses: Collection[str],
    ) -> None:
        """Refuse courses and skills that nobody defines, and courses that wait for themselves."""
        known = {course.code for course, _ in courses} | set(known_courses)
        asks = {course.code: course.prerequisites for course, _ in courses}
        for course, path in courses:
            self.known(course.skills, skills, (*path, "skills"), FaultKind.UNKNOWN_SKILL)
            at = (*path, "prerequisites")
            self.known(course.prerequisites, known, at, FaultKind.UNKNOWN_COURSE)
            if _asks_for_itself(course.code, asks):
                self.fault(at, FaultKind.CIRCLE, code=course.code)
        for programme, path in programmes:
            self.known(programme.courses, known, (*path, "courses"), FaultKind.UNKNOWN_COURSE)

    def known(
        self, codes: Iterable[str], known: Collection[str], path: Path, kind: FaultKind
    ) -> None:
        for code in codes:
            if code not in known:
                self.fault(path, kind, code=code)


def _asks_for_itself(code: str, asks: dict[str, tuple[str, ...]]) -> bool:
    """Whether the courses that a course asks for lead back to it."""
    seen: set[str] = set()
    ahead = list(asks.get(code, ()))
    while ahead:
        asked = ahead.pop()
        if asked == code:
            return True
        if asked not in seen:
            seen.add(asked)
            ahead += asks.get(asked, ())
    return False
