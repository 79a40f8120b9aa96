"""OULAD's results computed again from its marks, beside those that the Open University recorded.

The set says what became of every student, and most marks; the formula is held against both. Where
they differ, it is said how: the University looks at coursework and examination apart, and publishes
few marks of examinations. Then what the largest presentation asks of the database.

    python -m tests.bench.bench_results
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from nador.app import wire
from nador.assessment import queries
from nador.assessment.rules import Decision, RowFilter, Standing, decide_given
from nador.catalogue.models import Run
from nador.catalogue.rules import AssessmentKind
from nador.demo import oulad
from nador.enrolment.models import Enrolment
from nador.kernel import schema
from nador.kernel.access import Actor, Grant, Role
from nador.kernel.db import make_engine, make_sessions
from tests.assessment.test_gradebook import statements
from tests.conftest import SHARED
from tests.factories import make_institute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.orm import Session

    from nador.assessment.queries import Gradebook, Row

DATA = SHARED / "oulad"
PASS_MARK = 40
AGREE = "agree"


@dataclass(frozen=True)
class Compared:
    """One student: whether the computed decision is the recorded one, and how it differs if not."""

    strict: str
    """With every mark that has weight: `agree`, how they differ, or why they can't be compared."""
    lenient: str
    """The same where what was not handed in counts 0, in presentations with marks of an examination."""


def compare(book: Gradebook) -> Iterable[Compared]:
    """Hold every recorded result of an imported run against what its marks give."""
    exams = {
        column.assessment.id
        for column in book.columns
        if column.assessment.kind is AssessmentKind.EXAM
    }
    published = any(
        cell.value is not None
        for row in book.rows
        for key, cell in row.cells.items()
        if key in exams
    )
    for row in book.rows:
        yield Compared(
            strict=_strict(row, exams, published=published),
            lenient=_lenient(row, exams) if published else "no examination published",
        )


def _strict(row: Row, exams: set[int], *, published: bool) -> str:
    """Compare where nothing is missing; what weighs nothing is left out, as the University does."""
    plan = [line for line in row.given.plan if line.weight]
    decided = decide_given(replace(row.given, plan=plan))
    if decided.decision is not Decision.INCOMPLETE:
        return _difference(row, decided.decision, exams)
    if not published:
        return "not comparable: no examination published"
    known = row.given.standings
    missing = [line for line in plan if known.get(line.assessment_id, Standing()).value is None]
    if any(line.assessment_id in exams for line in missing):
        return "not comparable: no mark of the examination"
    return "not comparable: coursework not marked"


def _lenient(row: Row, exams: set[int]) -> str:
    plan = [line for line in row.given.plan if line.weight]
    nothing = Standing(value=row.given.rules.pass_mark * 0)
    known = {
        line.assessment_id: one
        if (one := row.given.standings.get(line.assessment_id)) and one.value is not None
        else nothing
        for line in plan
    }
    return _difference(
        row, decide_given(replace(row.given, plan=plan, standings=known)).decision, exams
    )


def _difference(row: Row, computed: Decision, exams: set[int]) -> str:
    """Say how a computed decision differs from the recorded one, by the marks alone."""
    recorded = row.outcome.decision
    if computed is recorded:
        return AGREE
    if recorded is Decision.PASS:
        return "passed there, mean below 40 here"
    exam = [cell.value for key, cell in row.cells.items() if key in exams]
    if not any(value is not None for value in exam):
        return "failed there without an examination, mean of 40 or more here"
    if any(value is not None and value < PASS_MARK for value in exam):
        return "failed there with an examination below 40, mean of 40 or more here"
    if _coursework(row, exams) < PASS_MARK:
        return "failed there with coursework below 40, mean of 40 or more here"
    return "failed there for a reason that no mark says"


def _coursework(row: Row, exams: set[int]) -> Decimal:
    """The weighted mean of what is no examination; what was not handed in counts 0."""
    lines = [line for line in row.given.plan if line.assessment_id not in exams]
    known = row.given.standings
    points = sum(
        line.weight * (known.get(line.assessment_id, Standing()).value or 0) for line in lines
    )
    return points / (sum(line.weight for line in lines) or Decimal(1))


def shares(counts: Counter[str]) -> dict[str, Any]:
    """Say how many could be compared, how many agree, and how the others differ."""
    apart = {name: count for name, count in counts.items() if not name.startswith("no")}
    compared = sum(apart.values())
    return {
        "students": counts.total(),
        "compared": compared,
        "agree": apart.get(AGREE, 0),
        "agree_per_cent": round(100 * apart.get(AGREE, 0) / compared, 2) if compared else None,
        "others": {name: count for name, count in counts.most_common() if name != AGREE},
    }


def measure(*, data: Path = DATA) -> dict[str, Any]:
    """Import the set into SQLite and compare; says so where the set is not there."""
    if not data.is_dir():
        return {"skipped": f"the OULAD files are not in {data}"}
    wire()
    with tempfile.TemporaryDirectory(prefix="nador-bench-") as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'nador.db'}")
        schema.upgrade(engine)
        with make_sessions(engine)() as session:
            bring_in(session, data)
            figures = agreement(session) | {"largest": largest(session)}
        engine.dispose()
    return figures


def bring_in(session: Session, data: Path) -> None:
    """Import every presentation of the set."""
    institute_id = make_institute(session).id
    registrar = Actor(grants=frozenset({Grant(Role.REGISTRAR, institute_id)}))
    for presentation in oulad.read(data):
        oulad.import_presentation(
            session, registrar, institute_id=institute_id, presentation=presentation
        )


def agreement(session: Session) -> dict[str, Any]:
    """Compare all runs."""
    strict: Counter[str] = Counter()
    lenient: Counter[str] = Counter()
    for run_id in session.scalars(select(Run.id).where(Run.imported).order_by(Run.id)).all():
        for one in compare(queries.gradebook(session, run_id)):
            strict[one.strict] += 1
            lenient[one.lenient] += 1
    return {"every_mark_there": shares(strict), "missing_counts_0": shares(lenient)}


def largest(session: Session) -> dict[str, Any]:
    """Count the statements that the pages of the run with most learners take."""
    run_id, learners = session.execute(
        select(Enrolment.run_id, func.count())
        .where(Enrolment.status.in_(queries.LISTED))
        .group_by(Enrolment.run_id)
        .order_by(func.count().desc(), Enrolment.run_id)
        .limit(1)
    ).one()
    ways: dict[str, Callable[[], object]] = {
        "first_page": lambda: queries.gradebook(session, run_id, page=1),
        "failing": lambda: queries.gradebook(session, run_id, show=RowFilter.FAILING, page=1),
        "whole": lambda: queries.gradebook(session, run_id),
        "statistics": lambda: queries.statistics(session, run_id),
    }
    counts = {}
    for name, way in ways.items():
        with statements(session) as sent:
            way()
        counts[name] = len(sent)
    return {"learners": learners, "statements": counts}


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
