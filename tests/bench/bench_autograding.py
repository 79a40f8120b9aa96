"""What it costs to grade attempts as they are handed in: answers, marks, grades with their history.

Attempts of forty questions are made in bulk on SQLite, then ended one by one by the command that the
worker runs. Twenty thousand have to cost ten times what two thousand do.

    python -m tests.bench.bench_autograding [--attempts 2000 20000]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, text

from nador.app import wire
from nador.assessment.models import Attempt, AttemptAnswer, Grade
from nador.assessment.queries.quizzes import newest
from nador.assessment.rules.quizzes import AttemptStatus
from nador.assessment.service.attempts import end_overdue
from nador.enrolment.models import Enrolment
from nador.kernel import clock, schema
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command, make_engine, make_sessions
from tests.assessment.exam import SHORT, SINGLE, Exam, open_exam
from tests.factories.assessment import make_passes

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

QUESTIONS = 40
PIECE = 500


def exam_of(session: Session) -> Exam:
    """Make a quiz of choices and short answers."""
    contents = [
        {**(SINGLE if number % 2 else SHORT), "prompt": f"Question {number} ?"}
        for number in range(QUESTIONS)
    ]
    return open_exam(session, *contents, learners=0)


@command
def sit(session: Session, _actor: Actor, *, exam: Exam, count: int) -> list[int]:
    """Let so many new learners answer everything, and run out of time; gives their attempts."""
    session.execute(text("UPDATE run SET capacity = 1000000"))
    known = set(session.scalars(select(Attempt.enrolment_id)))
    make_passes(session, run_id=exam.school.run.id, count=count, confirmed=False)
    session.execute(text("UPDATE enrolment SET status = 'active', ended_at = NULL"))
    now = clock.now()
    enrolments = [each for each in session.scalars(select(Enrolment.id)) if each not in known]
    attempts = list(
        session.scalars(
            insert(Attempt).returning(Attempt.id),
            [
                {
                    "assessment_id": exam.quiz.id,
                    "enrolment_id": each,
                    "number": 1,
                    "status": AttemptStatus.IN_PROGRESS,
                    "seed": each,
                    "started_at": now,
                    "ends_at": now,
                    "counts_until": now,
                    "void_reason": "",
                }
                for each in enrolments
            ],
        )
    )
    versions = [each[0] for each in newest(session, [q.id for q in exam.questions]).values()]
    for start in range(0, len(attempts), PIECE):
        session.execute(
            insert(AttemptAnswer),
            [
                {
                    "attempt_id": attempt_id,
                    "position": position,
                    "version_id": version_id,
                    "points": 1,
                    "answer": {"choice": "four"} if position % 2 == 0 else {"text": "Rabat"},
                    "sequence": 1,
                    "saved_at": now,
                    "comment": "",
                }
                for attempt_id in attempts[start : start + PIECE]
                for position, version_id in enumerate(versions, start=1)
            ],
        )
    return attempts


def grade(session: Session, attempts: list[int]) -> dict[str, Any]:
    """End them all, and say what it cost."""
    begun, wall = time.process_time(), time.perf_counter()
    for attempt_id in attempts:
        end_overdue(session, NOBODY, item_id=attempt_id)
    spent, wall = time.process_time() - begun, time.perf_counter() - wall
    return {
        "attempts": len(attempts),
        "cpu_ms_each": round(spent / len(attempts) * 1000, 3),
        "attempts_per_cpu_second": round(len(attempts) / spent, 1),
        "answers_per_cpu_second": round(len(attempts) * QUESTIONS / spent),
        "attempts_per_second": round(len(attempts) / wall, 1),
    }


def measure(*, attempts: tuple[int, ...] = (2_000, 20_000)) -> dict[str, Any]:
    """Grade each number of attempts on one database, and compare what one of them costs."""
    wire()
    figures = {}
    with tempfile.TemporaryDirectory(prefix="nador-bench-") as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'nador.db'}")
        schema.upgrade(engine)
        with make_sessions(engine)() as session:
            exam = exam_of(session)
            for count in attempts:
                made = sit(session, NOBODY, exam=exam, count=count)
                figures[str(count)] = grade(session, made)
            session.rollback()
            graded = session.scalar(select(func.count()).select_from(Grade))
        engine.dispose()
    if graded != sum(attempts):
        raise RuntimeError(f"{graded} grades of {sum(attempts)} attempts")
    costs = [each["cpu_ms_each"] for each in figures.values()]
    return {**figures, "last_to_first": round(costs[-1] / costs[0], 2)}


def main() -> None:
    """Measure as the command line says."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--attempts", type=int, nargs="+", default=[2_000, 20_000])
    print(json.dumps(measure(attempts=tuple(asked.parse_args().attempts)), indent=2))


if __name__ == "__main__":
    main()
