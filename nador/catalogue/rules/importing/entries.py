"""What a catalogue file says, once it has no fault."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

from nador.catalogue.rules.attendance import PLAIN, AttendancePoints
from nador.catalogue.rules.states import (
    AssessmentKind,
    CatalogueStatus,
    DocumentKind,
    Domain,
    Mode,
    Scale,
)
from nador.kernel.db import Words

_UNSAID: Final = {
    "scale": Scale.POINTS,
    "letters": (),
    "categories": (),
    "compensated": None,
    "attendance_points": asdict(PLAIN),
}


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
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryEntry:
    """Assessments that are weighed together: their weight, their minimum, how many don't count."""

    code: str
    title: Words
    weight: Decimal
    minimum: Decimal
    drop: int

    def as_stored(self) -> dict[str, Any]:
        """Give it as a course version keeps it."""
        return {
            "code": self.code,
            "title": self.title,
            "weight": exact(self.weight),
            "minimum": exact(self.minimum),
            "drop": self.drop,
        }


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
    scale: Scale = Scale.POINTS
    letters: tuple[Words, ...] = ()
    categories: tuple[CategoryEntry, ...] = ()
    compensated: int | None = None
    attendance_points: AttendancePoints = PLAIN

    def content_hash(self) -> str:
        """Give the hash by which a changed course is told from an unchanged one.

        What a file need not say is left out where it says nothing: an older file has not changed.
        """
        said = asdict(self)
        del said["status"]
        for name, unsaid in _UNSAID.items():
            if said[name] == unsaid:
                del said[name]
        for item in said["plan"]:
            if not item["category"]:
                del item["category"]
        written = json.dumps(said, sort_keys=True, ensure_ascii=False, default=exact)
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


def exact(value: Any) -> str:
    """Write a number with two decimals: a file that says 20 or 20.0 for 20.00 has not changed."""
    return str(Decimal(value).quantize(Decimal("0.01")))
