"""Reading a catalogue file: everything that is wrong with it, each with its line, or its content."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import tomllib
from collections import Counter
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

from nador.catalogue.rules.places import Path, Places
from nador.catalogue.rules.states import AssessmentKind, CatalogueStatus, DocumentKind, Domain, Mode
from nador.kernel.db import Words
from nador.kernel.errors import Invalid
from nador.kernel.text import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

LANGUAGES: Final = ("ar", "fr", "en")
TAUGHT_IN: Final = ("ar", "en", "es", "fr", "rif", "zgh")
SCHEMA: Final = 1
_CODE: Final = re.compile(r"[A-Z][A-Z0-9-]{1,31}")
_WHOLE: Final = Decimal(100)
_AT_LINE: Final = re.compile(r"\(at line (\d+)")


class FaultKind(StrEnum):
    """What can be wrong in a catalogue file."""

    SYNTAX = "syntax"
    MISSING = "missing"
    UNKNOWN_KEY = "unknown_key"
    WRONG_TYPE = "wrong_type"
    NO_WORDS = "no_words"
    OUT_OF_RANGE = "out_of_range"
    NOT_ONE_OF = "not_one_of"
    BAD_CODE = "bad_code"
    TWICE = "twice"
    UNKNOWN_SKILL = "unknown_skill"
    UNKNOWN_COURSE = "unknown_course"
    CIRCLE = "circle"
    WEIGHTS = "weights"
    NOT_ASSESSED = "not_assessed"
    MENTION_ORDER = "mention_order"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong, on one line; the params fill in its sentence."""

    line: int
    kind: FaultKind
    params: dict[str, str] = field(default_factory=dict, compare=False)


class CatalogueRefused(Invalid):
    """The file has faults (`count`), so nothing of it was imported."""

    code = "catalogue_refused"

    def __init__(self, *, faults: Iterable[Fault] = (), **params: Any) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__(**{"count": len(self.faults), **params})


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillEntry:
    """A skill as the file says it."""

    code: str
    label: Words
    esco: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEntry:
    """One item of a course's assessment plan."""

    code: str
    kind: AssessmentKind
    title: Words
    weight: Decimal
    out_of: Decimal
    minimum: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseEntry:
    """A course as the file says it."""

    code: str
    title: Words
    summary: Words
    outcomes: dict[str, list[str]]
    domain: Domain
    level: int
    hours: int
    mode: Mode
    languages: tuple[str, ...]
    capacity: int
    fee: int
    mark_scale: Decimal
    pass_mark: Decimal
    min_attendance: int
    document: DocumentKind
    mentions: tuple[Words, ...]
    skills: tuple[str, ...]
    unesco: tuple[str, ...]
    digcomp: tuple[str, ...]
    prerequisites: tuple[str, ...]
    plan: tuple[ItemEntry, ...]
    status: CatalogueStatus
    """Where a new course starts; one that is known keeps its own."""

    def content_hash(self) -> str:
        """Give the hash by which a changed course is told from an unchanged one."""
        said = asdict(self)
        del said["status"]
        written = json.dumps(said, sort_keys=True, ensure_ascii=False, default=_exact)
        return hashlib.sha256(written.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeEntry:
    """A programme as the file says it: its courses in order."""

    code: str
    title: Words
    summary: Words
    courses: tuple[str, ...]
    status: CatalogueStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The content of a catalogue file without a fault."""

    skills: tuple[SkillEntry, ...]
    courses: tuple[CourseEntry, ...]
    programmes: tuple[ProgrammeEntry, ...]


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


def _exact(value: Any) -> str:
    # 20, 20.0 and 20.00 are one number: a file that only writes it otherwise has not changed.
    return str(Decimal(value).quantize(Decimal("0.01")))


def _syntax_fault(text: str, message: str) -> Fault:
    found = _AT_LINE.search(message)
    line = int(found[1]) if found else len(text.splitlines()) or 1
    return Fault(line, FaultKind.SYNTAX, {"reason": message.partition(" (at ")[0]})


Kind = TypeVar("Kind", bound=StrEnum)
Table = dict[str, Any]

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
    ]
)
_ITEM_KEYS: Final = frozenset(["code", "kind", "weight", "min_mark", "out_of", "title"])
_SKILL_KEYS: Final = frozenset({"code", "esco", *LANGUAGES})
_PROGRAMME_KEYS: Final = frozenset(["code", "title", "summary", "courses", "status"])
_TOP_KEYS: Final = frozenset(
    ["schema", "currency", "mark_scale", "timezone", "mentions", "skills", "courses", "programmes"]
)


class _Reader:
    """Reads tables, and goes on after a fault with a stand-in, so that all faults are found."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.faults: list[Fault] = []

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
        return tuple({"min": _exact(least), **words} for least, _, words in read)

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
        plan = self.plan(table, path, scale, document)
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
            mentions=mentions if document is DocumentKind.CERTIFICATE else (),
            skills=self.texts(table, path, "skills"),
            unesco=self.texts(table, path, "unesco"),
            digcomp=self.texts(table, path, "digcomp"),
            prerequisites=self.texts(table, path, "prerequisites"),
            plan=plan,
            status=self.start(table, path),
        )

    def plan(
        self, table: Table, path: Path, scale: Decimal, document: DocumentKind
    ) -> tuple[ItemEntry, ...]:
        items = [
            (self.item(item, at, scale), at) for item, at in self.tables(table, path, "assessments")
        ]
        self.single((item.code, at) for item, at in items)
        total = sum((item.weight for item, _ in items), Decimal(0))
        if items and total != _WHOLE:
            self.fault((*items[0][1], "weight"), FaultKind.WEIGHTS, total=_plain(total))
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
            weight=self.number(table, path, "weight", low=Decimal(0), high=_WHOLE),
            out_of=out_of,
            minimum=self.number(table, path, "min_mark", low=Decimal(0), high=out_of),
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

    # One value each.

    def tables(self, table: Table, path: Path, key: str) -> list[tuple[Table, Path]]:
        listed = table.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            self.wrong_type((*path, key), key, "array of tables")
            return []
        return [(each, (*path, key, at)) for at, each in enumerate(listed)]

    def code(self, table: Table, path: Path) -> str:
        code = self.text(table, path, "code")
        if code and not _CODE.fullmatch(code):
            self.fault((*path, "code"), FaultKind.BAD_CODE, code=code)
        return code

    def text(self, table: Table, path: Path, key: str) -> str:
        said = self.value(table, path, key, str, "text")
        return clean(said) if said is not None else ""

    def texts(self, table: Table, path: Path, key: str) -> tuple[str, ...]:
        listed = self.value(table, path, key, list, "array of texts")
        if listed is None:
            return ()
        if not all(isinstance(each, str) for each in listed):
            self.wrong_type((*path, key), key, "array of texts")
            return ()
        cleaned = tuple(map(clean, listed))
        for text, times in Counter(cleaned).items():
            if times > 1:
                self.fault((*path, key), FaultKind.TWICE, code=text)
        return cleaned

    def words(self, table: Table, path: Path, key: str) -> Words:
        said = self.value(table, path, key, dict, "table")
        if said is None:
            return dict.fromkeys(LANGUAGES, "")
        self.keys(said, (*path, key), frozenset(LANGUAGES))
        return self.spoken(said, (*path, key))

    def spoken(self, table: Table, path: Path) -> Words:
        """Read a text in every language of the interface from the keys of a table."""
        self.all_languages(table, path)
        return {
            language: self.text(table, path, language)
            for language in LANGUAGES
            if language in table
        }

    def all_languages(self, table: Table, path: Path) -> None:
        for language in LANGUAGES:
            if not table.get(language) or table[language] == " ":
                self.fault(path, FaultKind.NO_WORDS, language=language)

    def whole(self, table: Table, path: Path, key: str, *, low: int, high: int) -> int:
        number: int | None = self.value(table, path, key, int, "whole number")
        if number is None:
            return low
        self.within(number, (*path, key), Decimal(low), Decimal(high))
        return number

    def number(self, table: Table, path: Path, key: str, *, low: Decimal, high: Decimal) -> Decimal:
        found = self.value(table, path, key, (int, Decimal), "number")
        if found is None:
            return low
        number = Decimal(found)
        if not number.is_finite() or number != number.quantize(Decimal("0.01")):
            self.wrong_type((*path, key), key, "number with two decimals at most")
            return low
        self.within(number, (*path, key), low, high)
        return number

    def one_of(self, table: Table, path: Path, key: str, kind: type[Kind]) -> Kind:
        said = self.text(table, path, key)
        try:
            return kind(said)
        except ValueError:
            if isinstance(table.get(key), str):
                self.not_one_of((*path, key), said, [each.value for each in kind])
            return next(iter(kind))

    def value(self, table: Table, path: Path, key: str, kind: Any, called: str) -> Any:
        if key not in table:
            self.fault(path, FaultKind.MISSING, key=key)
            return None
        found = table[key]
        if not isinstance(found, kind) or isinstance(found, bool):
            self.wrong_type((*path, key), key, called)
            return None
        return found

    # Faults.

    def fault(self, path: Path, kind: FaultKind, **params: str) -> None:
        self.faults.append(Fault(self.places.line(path), kind, params))

    def wrong_type(self, path: Path, key: str, called: str) -> None:
        self.fault(path, FaultKind.WRONG_TYPE, key=key, wanted=called)

    def not_one_of(self, path: Path, said: str, known: Iterable[str]) -> None:
        self.fault(path, FaultKind.NOT_ONE_OF, value=said, known=", ".join(known))

    def within(self, number: Decimal | int, path: Path, low: Decimal, high: Decimal) -> None:
        if not low <= number <= high:
            self.fault(
                path,
                FaultKind.OUT_OF_RANGE,
                key=str(path[-1]),
                value=str(number),
                low=_plain(low),
                high=_plain(high),
            )

    def keys(self, table: Table, path: Path, known: frozenset[str]) -> None:
        for key in sorted(table.keys() - known):
            self.fault((*path, key), FaultKind.UNKNOWN_KEY, key=key)

    def single(self, codes: Iterable[tuple[str, Path]]) -> None:
        seen: set[str] = set()
        for code, path in codes:
            if code and code in seen:
                self.fault((*path, "code"), FaultKind.TWICE, code=code)
            seen.add(code)

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


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
