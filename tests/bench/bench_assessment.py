"""What the pages of one run cost with more and more learners on it: gradebook, queue, statistics.

Whole requests on SQLite, of runs of twelve assessments: a handed-in work and an essay of everybody
wait for marks, and the statistics are kept, as a worker leaves them. `anew`: counted from the grades,
as it is while a run is being graded.

    python -m tests.bench.bench_assessment [--learners 200 1000 2500]
"""

from __future__ import annotations

import argparse
import gc
import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nador.app import create_app
from nador.assessment.jobs import count
from nador.assessment.service.figures import keep_figures
from nador.kernel import schema
from nador.kernel.access import NOBODY
from nador.kernel.db import make_engine
from nador.kernel.files import FileStore
from nador.kernel.work import Desk
from nador.settings import Settings
from tests.assessment.crowd import open_crowd
from tests.factories import sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient

ROUNDS = 15
LEARNERS = (200, 1_000, 2_500)


def measure(*, learners: tuple[int, ...] = LEARNERS) -> dict[str, Any]:
    """Measure CPU milliseconds a request, and how often the largest run costs what the smallest does."""
    costs = {str(each): _costs(each) for each in learners}
    first, *_, last = costs.values()
    return {
        "cpu_ms": costs,
        "last_to_first": {name: round(last[name] / first[name], 2) for name in first},
    }


def _costs(learners: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="nador-bench-") as folder:
        settings = Settings.from_environment({"NADOR_INSTANCE": folder})
        settings.make_secret_key()
        engine = make_engine(settings.database_url)
        schema.upgrade(engine)
        engine.dispose()
        app = create_app(settings)
        parts = app.extensions["nador"]
        with parts.sessions() as session:
            school = open_crowd(session, learners).school
            client = app.test_client()
            sign_in(client, session, school.instructor)
            run_id = school.run.id
            pages = pages_of(run_id)
            costs = {f"{name}_anew": cost(client, pages[name], 3) for name in pages}
            desk = Desk(settings, parts.sessions, FileStore(Path(folder)))
            keep_figures(session, NOBODY, item_id=run_id, outcome=count(desk, run_id))
        costs |= {name: cost(client, page, ROUNDS) for name, page in pages.items()}
        parts.engine.dispose()
    del costs["queue_anew"]
    return costs


def pages_of(run_id: int) -> dict[str, str]:
    """Name the pages that grow with a run, and where they are."""
    return {
        "gradebook": f"/teach/runs/{run_id}/gradebook",
        "queue": "/teach/marking",
        "statistics": f"/teach/runs/{run_id}/statistics",
    }


def cost(client: FlaskClient, page: str, rounds: int) -> float:
    """Milliseconds of CPU of the request that took least: what runs beside only adds."""
    spent = []
    client.get(page)
    for _ in range(rounds):
        gc.collect()
        before = time.process_time()
        answer = client.get(page)
        spent.append((time.process_time() - before) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{page} answers {answer.status_code}")
    return round(min(spent), 1)


def main() -> None:
    """Measure as the command line says."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--learners", type=int, nargs="+", default=LEARNERS)
    print(json.dumps(measure(learners=tuple(asked.parse_args().learners)), indent=2))


if __name__ == "__main__":
    main()
