"""What a centre's whole history costs: OULAD imported, its largest run concluded and certified.

Real processes on both databases: the commands of the terminal, two workers, a durable PostgreSQL
of its own. CPU seconds are those of our processes, and apart from them those of the database's server.

    python -m tests.bench.bench_oulad
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from sqlalchemy import func, select

from nador.accounts.models import Person
from nador.app import create_app, wire
from nador.assessment.jobs import count
from nador.assessment.models import Assessment, Grade, Result
from nador.assessment.rules import Decision
from nador.assessment.service.figures import keep_figures
from nador.catalogue.models import Run, RunStaff
from nador.certification.models import Certificate
from nador.certification.rules import CertificateStatus
from nador.enrolment.models import Enrolment
from nador.kernel import checkup, clock
from nador.kernel.access import NOBODY, Role
from nador.kernel.supervision import open_desk
from nador.kernel.work import Heartbeat
from nador.settings import Settings
from tests.bench.bench_assessment import ROUNDS, cost, pages_of
from tests.certification.office import give_keys
from tests.conftest import SHARED
from tests.drill.centre import PATIENCE, Centre, opened
from tests.factories import make_actor, make_institute, sign_in
from tests.factories.store import store

if TYPE_CHECKING:
    from nador.kernel.work import Desk

DATA = SHARED / "oulad"
WORKERS = 2


def measure(*, data: Path = DATA) -> dict[str, Any]:
    """Measure both databases in turn; says so where the data set is not there."""
    if not data.is_dir():
        return {"skipped": f"the OULAD files are not in {data}"}
    wire()
    return {
        name: _measured(data, postgresql=name == "postgresql") for name in ("sqlite", "postgresql")
    }


def _measured(data: Path, *, postgresql: bool) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory(prefix="nador-bench-") as folder,
        opened(Path(folder), postgresql=postgresql, names=("worker",)) as centre,
    ):
        desk = open_desk(Settings.from_environment(centre.environ))
        try:
            with desk.sessions() as session:
                institute_id = make_institute(session).id
                roles = (Role.REGISTRAR, Role.CERTIFIER)
                actor = make_actor(session, *roles, institute_id=institute_id)
                give_keys(session, desk)
                email = session.get_one(Person, actor.person_id).email or ""
            return {
                "import": _cost(centre, "import", "oulad", str(data)) | _counts(desk),
                "pages": _pages(desk),
                "conclude": _cost(centre, "run", "conclude", _largest(desk), "--as", email),
                "issue": _issued(centre, desk, email),
            }
        finally:
            checkup.engine_of(desk).dispose()


def _cost(centre: Centre, *command: str) -> dict[str, Any]:
    """Run one command of the terminal, and say how long it took, on the wall and of CPU."""
    began, before, server = time.monotonic(), _cpu_of_children(), _cpu_of_server(centre)
    subprocess.run(
        [sys.executable, "-m", "nador", *command],
        env=centre.environ,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return {
        "wall_s": round(time.monotonic() - began, 1),
        "cpu_s": round(_cpu_of_children() - before, 1),
        "server_cpu_s": round(_cpu_of_server(centre) - server, 1),
    }


def _pages(desk: Desk) -> dict[str, Any]:
    """CPU milliseconds of the pages of the largest run, and of the smallest with as many assessments."""
    app = create_app(desk.settings)
    learners = select(func.count()).where(Enrolment.run_id == Run.id).scalar_subquery()
    columns = select(func.count()).where(Assessment.run_id == Run.id).scalar_subquery()
    with desk.reading() as session:
        sizes = session.execute(select(Run.id, learners, columns).order_by(learners)).all()
    last = sizes[-1]
    first = next(each for each in sizes if each[2] == last[2])
    costs: dict[str, dict[str, float]] = {}
    for name, (run_id, size, _columns) in {"smallest": first, "largest": last}.items():
        with desk.sessions() as session:
            instructor = make_actor(session)
            staff = {"run_id": run_id, "person_id": instructor.person_id}
            store(session, RunStaff(granted_at=clock.now(), **staff))
            client = app.test_client()
            sign_in(client, session, instructor)
            keep_figures(session, NOBODY, item_id=run_id, outcome=count(desk, run_id))
        pages = {page: cost(client, where, ROUNDS) for page, where in pages_of(run_id).items()}
        costs[name] = {"learners": size, **pages}
    app.extensions["nador"].engine.dispose()
    ratios = {
        name: round(spent / costs["smallest"][name], 2) for name, spent in costs["largest"].items()
    }
    return {**costs, "largest_to_smallest": ratios}


def _issued(centre: Centre, desk: Desk, email: str) -> dict[str, Any]:
    """Let two workers issue everything that was passed, and weigh them before and after."""
    workers = _start_workers(centre, desk)
    start, before, server = _weights(workers), _cpu(workers), _cpu_of_server(centre)
    ordering = _cost(centre, "issue", _largest(desk), "--as", email)
    end, spent = _weights(workers), _cpu(workers) - before
    with desk.reading() as session:
        count, ordered, last = session.execute(
            select(
                func.count(), func.min(Certificate.ordered_at), func.max(Certificate.issued_at)
            ).where(Certificate.status == CertificateStatus.ISSUED)
        ).one()
    if ordered is None or last is None:
        raise RuntimeError("nothing was issued")
    seconds = (last - ordered).total_seconds()
    return {
        "certificates": count,
        "wall_s": round(seconds, 1),
        "per_second": round(count / seconds, 1),
        "cpu_ms_each": round(spent / count * 1000, 1),
        "server_cpu_ms_each": round((_cpu_of_server(centre) - server) / count * 1000, 1),
        "order_cpu_s": ordering["cpu_s"],
        "workers_mib": {"start": start, "end": end},
    }


def _start_workers(centre: Centre, desk: Desk) -> list[psutil.Process]:
    """Start the workers, and wait until each has shown life."""
    centre.tend()
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with desk.reading() as session:
            if session.scalar(select(func.count()).select_from(Heartbeat)) == WORKERS:
                parent = psutil.Process(centre.commands["worker"].pid)
                return [
                    one for one in parent.children() if "resource_tracker" not in str(one.cmdline())
                ]
        time.sleep(0.5)
    raise RuntimeError("the workers do not start")


def _largest(desk: Desk) -> str:
    """Name the run with the most passes."""
    passes = func.count().desc()
    with desk.reading() as session:
        return session.scalars(
            select(Run.code)
            .join(Result, Result.run_id == Run.id)
            .where(Result.decision == Decision.PASS)
            .group_by(Run.code)
            .order_by(passes, Run.code)
            .limit(1)
        ).one()


def _counts(desk: Desk) -> dict[str, int]:
    counted = {"runs": Run, "people": Person, "enrolments": Enrolment, "grades": Grade}
    with desk.reading() as session:
        return {
            name: session.scalar(select(func.count()).select_from(kind)) or 0
            for name, kind in counted.items()
        }


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _cpu_of_server(centre: Centre) -> float:
    """Seconds of CPU of PostgreSQL, with the connections that are closed; SQLite has no server."""
    if centre.cluster is None:
        return 0.0
    postmaster = psutil.Process(centre.cluster.pid())
    return sum(postmaster.cpu_times()[:4]) + _cpu(postmaster.children())


def _cpu(processes: list[psutil.Process]) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in processes)


def _weights(processes: list[psutil.Process]) -> list[int]:
    """MiB of memory of each process."""
    return [round(one.memory_info().rss / 2**20) for one in processes]


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
