"""What a gradebook of 500 learners by 12 assessments costs, beside the bare reading of its grades.

python -m tests.bench.bench_gradebook
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nador.app import wire
from nador.assessment import queries
from nador.kernel import schema
from nador.kernel.access import NOBODY
from nador.kernel.db import Base, make_engine, make_sessions
from tests.assessment.school import open_school
from tests.assessment.test_gradebook import TWELVE, fill, statements

if TYPE_CHECKING:
    from collections.abc import Callable

LEARNERS = 500


def measure(*, rounds: int = 15) -> dict[str, Any]:
    """Measure medians of CPU milliseconds on SQLite, their ratios, and count statements."""
    wire()
    grade = Base.metadata.tables["grade"]
    with tempfile.TemporaryDirectory(prefix="nador-bench-") as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'nador.db'}")
        schema.upgrade(engine)
        with make_sessions(engine)() as session:
            school = open_school(session, learners=0, plan=TWELVE)
            fill(session, NOBODY, school=school, learners=LEARNERS)
            run_id = school.run.id
            ways: dict[str, Callable[[], object]] = {
                "bare_read": lambda: session.execute(select(grade)).all(),
                "page": lambda: queries.gradebook(session, run_id, page=5),
                "whole": lambda: queries.gradebook(session, run_id),
            }
            counts = {}
            for name, way in ways.items():
                with statements(session) as sent:
                    way()
                counts[name] = len(sent)
            spent: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(rounds):
                for name, way in ways.items():
                    before = time.process_time()
                    way()
                    spent[name].append((time.process_time() - before) * 1000)
        engine.dispose()
    median = {name: statistics.median(times) for name, times in spent.items()}
    return {
        "learners": LEARNERS,
        "assessments": len(TWELVE),
        "statements": {"page": counts["page"], "whole": counts["whole"]},
        "cpu_ms": {name: round(value, 2) for name, value in median.items()},
        "whole_to_bare_read": round(median["whole"] / median["bare_read"], 2),
        "page_to_whole": round(median["page"] / median["whole"], 3),
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
