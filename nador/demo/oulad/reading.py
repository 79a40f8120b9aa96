"""The five files of the set, read row by row into presentations; days stay days, words the set's."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from nador.kernel import clock
from nador.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

FIRST_MONTH: Final = {"B": 2, "J": 10}
"""Presentations of a year begin in February (B) or October (J)."""

Key = tuple[str, str]
T = TypeVar("T")


class OuladFileMissing(Invalid):
    """The folder lacks one of the five files: `file`."""

    code = "oulad_file_missing"


class OuladLineUnreadable(Invalid):
    """A row has no value where one must be, or one that is no number: `file`, `line`."""

    code = "oulad_line_unreadable"


class PaperKind(StrEnum):
    """How an assessment is marked: by a tutor, by a computer, or as the examination."""

    TMA = "TMA"
    CMA = "CMA"
    EXAM = "Exam"


class FinalResult(StrEnum):
    """What became of a student."""

    PASS = "Pass"  # noqa: S105 - no secret: the set's word
    DISTINCTION = "Distinction"
    FAIL = "Fail"
    WITHDRAWN = "Withdrawn"


@dataclass(frozen=True, slots=True)
class Paper:
    """One assessment; `day` counts from the presentation's first day, None where it is not known."""

    number: str
    kind: PaperKind
    day: int | None
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Student:
    """One student's registration: days count from the presentation's first day."""

    number: str
    registered: int | None
    left: int | None
    result: FinalResult

    @property
    def stayed(self) -> bool:
        """Whether they kept their place to the end."""
        return self.result is not FinalResult.WITHDRAWN


@dataclass(frozen=True, slots=True)
class Score:
    """One handed-in assessment; a missing score is not a score of 0."""

    paper: str
    student: str
    day: int
    banked: bool
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Presentation:
    """One dated delivery of a module, with everything that the set knows of it."""

    module: str
    name: str
    days: int
    papers: list[Paper] = field(default_factory=list)
    students: list[Student] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The run's code."""
        return f"OULAD-{self.module}-{self.name}"

    @property
    def starts_on(self) -> date:
        """The day from which all days count."""
        return date(int(self.name[:4]), FIRST_MONTH[self.name[4]], 1)

    @property
    def registered(self) -> list[int]:
        """The days on which students registered, as far as they are known."""
        return [one.registered for one in self.students if one.registered is not None]

    def day(self, number: int) -> date:
        """Turn a number of days into a date."""
        return self.starts_on + timedelta(days=number)

    def instant(self, number: int) -> datetime:
        """Turn a number of days into the midnight with which that day begins."""
        return clock.on_the_wall(datetime.combine(self.day(number), time()))


def read(folder: Path) -> list[Presentation]:
    """Read the five files into presentations, in the set's order.

    Raises OuladFileMissing, OuladLineUnreadable.
    """
    found = {
        key: Presentation(*key, days=days) for key, days in _rows(folder, "courses", _presentation)
    }
    of_paper: dict[str, Key] = {}
    for key, paper in _rows(folder, "assessments", _paper):
        found[key].papers.append(paper)
        of_paper[paper.number] = key
    registered = dict(_rows(folder, "studentRegistration", _registration))
    for key, (number, result) in _rows(folder, "studentInfo", _info):
        found[key].students.append(Student(number, *registered[*key, number], result))
    for score in _rows(folder, "studentAssessment", _score):
        found[of_paper[score.paper]].scores.append(score)
    return list(found.values())


def _rows(folder: Path, name: str, build: Callable[[Mapping[str, str]], T]) -> Iterator[T]:
    path = folder / f"{name}.csv.gz"
    if not path.is_file():
        raise OuladFileMissing(file=path.name)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as opened:
        rows = csv.DictReader(opened)
        for row in rows:
            try:
                built = build(row)
            except (KeyError, ValueError, ArithmeticError, TypeError):
                raise OuladLineUnreadable(file=path.name, line=rows.line_num) from None
            yield built


def _key(row: Mapping[str, str]) -> Key:
    return row["code_module"], row["code_presentation"]


def _presentation(row: Mapping[str, str]) -> tuple[Key, int]:
    key = _key(row)
    FIRST_MONTH[key[1][4:]]
    return key, int(row["module_presentation_length"])


def _paper(row: Mapping[str, str]) -> tuple[Key, Paper]:
    paper = Paper(
        number=row["id_assessment"],
        kind=PaperKind(row["assessment_type"]),
        day=_day(row["date"]),
        weight=Decimal(row["weight"]),
    )
    return _key(row), paper


def _registration(
    row: Mapping[str, str],
) -> tuple[tuple[str, str, str], tuple[int | None, int | None]]:
    days = _day(row["date_registration"]), _day(row["date_unregistration"])
    return (*_key(row), row["id_student"]), days


def _info(row: Mapping[str, str]) -> tuple[Key, tuple[str, FinalResult]]:
    return _key(row), (row["id_student"], FinalResult(row["final_result"]))


def _score(row: Mapping[str, str]) -> Score:
    return Score(
        paper=row["id_assessment"],
        student=row["id_student"],
        day=int(row["date_submitted"]),
        banked=row["is_banked"] == "1",
        value=Decimal(row["score"]) if row["score"] else None,
    )


def _day(text: str) -> int | None:
    return int(text) if text else None
