"""What a formula is given, and what it answers; every version of it reads and writes the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from nador.assessment.rules.marks import rounded
from nador.assessment.rules.states import Decision, RuleKind, Verdict
from nador.catalogue.rules import PLAIN, AttendancePoints, DocumentKind, Scale
from nador.enrolment.rules import AttendanceStatus


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What a run asks of one assessment; `minimum` is eliminatory, 0 asks for none."""

    assessment_id: int
    code: str
    weight: Decimal
    out_of: Decimal
    minimum: Decimal
    category: str = ""
    """The code of its category; empty where the course has none."""


@dataclass(frozen=True, slots=True)
class Category:
    """Assessments that are weighed together; the `drop` worst of them don't count."""

    code: str
    weight: Decimal
    minimum: Decimal = Decimal(0)
    """Eliminatory, on the course's scale; 0 asks for none."""
    drop: int = 0


@dataclass(frozen=True, slots=True)
class Override:
    """A mark that a person set over the computed one, and why."""

    value: Decimal
    reason: str


Overrides = Mapping[str, Override]
"""By the code of the category; the final mark's has the empty one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One learner's value in one assessment; None and not excused is ungraded."""

    value: Decimal | None = None
    excused: bool = False


UNGRADED: Final = Standing()


@dataclass(frozen=True, slots=True)
class Presence:
    """One learner's attendance over the held meetings of a run."""

    held: int = 0
    attended: int = 0
    """Present or late."""
    excused: int = 0
    marked: int = 0
    late: int = 0
    """Of those attended; told apart where it gives other points."""
    points: AttendancePoints = PLAIN

    @property
    def unmarked(self) -> int:
        """How many held meetings say nothing about the learner."""
        return self.held - self.marked

    @property
    def percent(self) -> Decimal | None:
        """The points earned of those that the meetings could give, 0 to 100; None where none counts."""
        best = possible(self.tally)
        return rounded(100 * Fraction(earned(self.tally)) / Fraction(best)) if best > 0 else None

    @property
    def tally(self) -> Sequence[Tallied]:
        """Count the held meetings by status, the one that gives most first."""
        given, absent = self.points, self.marked - self.attended - self.excused
        return (
            Tallied(AttendanceStatus.PRESENT, self.attended - self.late, given.present),
            Tallied(AttendanceStatus.LATE, self.late, given.late),
            Tallied(AttendanceStatus.EXCUSED, self.excused, given.excused),
            Tallied(AttendanceStatus.ABSENT, absent, given.absent),
            Tallied(AttendanceStatus.UNMARKED, self.unmarked, Decimal(0)),
        )


@dataclass(frozen=True, slots=True)
class Tallied:
    """How many meetings of one status, and what each gives; None leaves them out of the count."""

    status: AttendanceStatus
    meetings: int
    points: Decimal | None


def earned(tally: Iterable[Tallied]) -> Decimal:
    """Add up the points."""
    return sum((one.meetings * one.points for one in tally if one.points is not None), Decimal(0))


def possible(tally: Sequence[Tallied]) -> Decimal:
    """Say what being present at every meeting that counts would give."""
    counted = sum(one.meetings for one in tally if one.points is not None)
    return counted * (tally[0].points or Decimal(0))


@dataclass(frozen=True, slots=True)
class PassRules:
    """What a course version asks for, on its own scale."""

    document: DocumentKind
    mark_scale: Decimal
    pass_mark: Decimal
    min_attendance: int
    mentions: Sequence[Mapping[str, Any]] = ()
    scale: Scale = Scale.POINTS
    letters: Sequence[Mapping[str, Any]] = ()
    """Highest first: {"min": "16.00", "letter": "A"}."""
    categories: Sequence[Category] = ()
    compensated: int | None = None
    """How many categories may stay below the pass mark where the mean reaches it; None: all."""


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One rule, what it was held against, and what it says; learner, jury and minutes read it."""

    rule: RuleKind
    subject: str
    """The code of the assessment or category; empty for a rule about the whole run."""
    value: Decimal | str | None
    threshold: Decimal | None
    verdict: Verdict
    weight: Decimal | None = None
    out_of: Decimal | None = None
    share: Decimal | None = None
    """What the weight comes to, in per cent of the whole, after what does not count was left out."""
    category: str = ""
    dropped: bool = False
    """Whether it is one of the worst of its category, and left out of the mean."""
    computed: Decimal | None = None
    """What was computed where a person set another mark."""
    reason: str = ""
    """Why a person set another mark."""
    letter: str = ""
    tally: Sequence[Tallied] = ()
    """Attendance by status, where a course gives points for it."""

    def as_row(self) -> dict[str, Any]:
        """Give the line as it is stored and answered: decimals as text with two places."""
        later = {
            "share": _written(self.share),
            "category": self.category,
            "dropped": self.dropped,
            "computed": _written(self.computed),
            "reason": self.reason,
            "letter": self.letter,
            "tally": [[one.status.value, one.meetings, _written(one.points)] for one in self.tally],
        }
        return {
            "rule": self.rule.value,
            "subject": self.subject,
            "value": _written(self.value),
            "threshold": _written(self.threshold),
            "verdict": self.verdict.value,
            "weight": _written(self.weight),
            "out_of": _written(self.out_of),
            # Lines of version 1 stay as they were.
            **{name: value for name, value in later.items() if value},
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules decide about one learner."""

    decision: Decision
    mark: Decimal | None
    attendance: Decimal | None
    mention: dict[str, str] | None
    trace: tuple[TraceLine, ...]

    def lines(self, kind: RuleKind) -> list[TraceLine]:
        """Give the lines of one kind of rule."""
        return [line for line in self.trace if line.rule is kind]

    def rows(self) -> list[dict[str, Any]]:
        """Give the whole trace as it is stored."""
        return [line.as_row() for line in self.trace]


def recorded_outcome(
    decision: Decision,
    *,
    mark: Decimal | None,
    attendance: Decimal | None,
    mention: dict[str, str] | None,
    trace: Iterable[Mapping[str, Any]],
) -> Outcome:
    """Give a stored result as the outcome that it was."""
    return Outcome(decision, mark, attendance, mention, tuple(map(trace_line, trace)))


def trace_line(row: Mapping[str, Any]) -> TraceLine:
    """Read a line of a stored trace."""
    rule = RuleKind(row["rule"])
    value = row["value"]
    if value is not None and rule is not RuleKind.RECORDED:
        value = Decimal(value)
    weight, out_of, threshold, share, computed = (
        None if row.get(name) is None else Decimal(row[name])
        for name in ("weight", "out_of", "threshold", "share", "computed")
    )
    return TraceLine(
        rule,
        row["subject"],
        value,
        threshold,
        Verdict(row["verdict"]),
        weight,
        out_of,
        share,
        category=row.get("category", ""),
        dropped=row.get("dropped", False),
        computed=computed,
        reason=row.get("reason", ""),
        letter=row.get("letter", ""),
        tally=tuple(
            Tallied(AttendanceStatus(status), meetings, None if said is None else Decimal(said))
            for status, meetings, said in row.get("tally", ())
        ),
    )


def mention_for(
    value: Decimal | None, mentions: Iterable[Mapping[str, Any]]
) -> dict[str, str] | None:
    """Give the highest mention whose threshold the mark reaches, in every language."""
    if value is None:
        return None
    reached = [one for one in mentions if Decimal(str(one["min"])) <= value]
    if not reached:
        return None
    best = max(reached, key=lambda one: Decimal(str(one["min"])))
    return {key: str(words) for key, words in best.items() if key != "min"}


def _written(value: Decimal | str | None) -> str | None:
    return f"{value:.2f}" if isinstance(value, Decimal) else value
