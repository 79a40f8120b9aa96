"""What issuing costs from the order to the file in the store: by workers as an operator runs them.

Two worker processes sign, log, draw, seal and record on a database of their own; everybody has
names of their own, and each thousand another run. CPU time is that of the whole tree of the
worker, and of the database's server beside it; memory is what the larger of the workers holds for
itself (`Anonymous`: without the pages of files that the kernel can take back).

    python -m tests.bench.bench_issuing [--certificates 1000] [--database sqlite]

Memory has to be flat over ten thousand: `--certificates 10000` takes a quarter of an hour.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from sqlalchemy import func, select

from nador.accounts.models import Person
from nador.app import wire
from nador.certification import service
from nador.certification.models import Certificate
from nador.certification.rules import CertificateStatus
from nador.enrolment.models import Enrolment
from nador.kernel import checkup
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.db import command
from nador.kernel.supervision import open_desk
from nador.kernel.work import Desk
from nador.settings import Settings
from tests.certification.office import ORIGIN, give_keys
from tests.clusters import binaries
from tests.drill.centre import Centre, opened
from tests.factories import make_actor, make_institute
from tests.factories.assessment import make_passed_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


OF_A_RUN = 1_000
WARM_UP = 40
LOOK_EVERY = 0.2
LOOKS = 10
"""How often memory is read on the way."""
ISSUED = select(func.count()).where(Certificate.status == CertificateStatus.ISSUED)


def measure(
    *, certificates: int = 300, databases: Sequence[str] = ("sqlite", "postgresql")
) -> dict[str, Any]:
    """Measure certificates a second, CPU milliseconds of each, and the memory of a worker."""
    wire()
    return {
        database: _measured(certificates, postgresql=database == "postgresql")
        for database in databases
        if database == "sqlite" or binaries()
    }


@dataclass(slots=True)
class Office:
    """A centre with workers, and somebody who orders."""

    centre: Centre
    desk: Desk
    institute_id: int
    certifier: Actor
    ordering_s: float = 0.0
    memory: dict[str, float] = field(default_factory=dict)

    def order(self, count: int) -> None:
        """Order so many certificates, a thousand of each run."""
        for first in range(0, count, OF_A_RUN):
            with self.desk.sessions() as session:
                passes = min(OF_A_RUN, count - first)
                run_id = make_passed_run(session, institute_id=self.institute_id, passes=passes)
                _name(session, NOBODY, run_id=run_id)
                began = time.perf_counter()
                service.order_batch(session, self.certifier, run_id=run_id, origin=ORIGIN)
                self.ordering_s += time.perf_counter() - began

    def work_off(self, goal: int, marks: Sequence[int] = ()) -> None:
        """Wait until so many certificates are issued; read memory where a mark is passed."""
        left = list(marks)
        issued = 0
        while issued < goal:
            self.centre.tend()
            time.sleep(LOOK_EVERY)
            with self.desk.reading() as session:
                issued = session.scalar(ISSUED) or 0
            while left and issued >= left[0]:
                self.memory[f"after_{left.pop(0) - WARM_UP}"] = self._held()

    def cpu(self) -> tuple[float, float]:
        """Seconds of CPU that the workers, and the database's server, have used."""
        cluster = self.centre.cluster
        return _spent(self._supervisor()), _spent(psutil.Process(cluster.pid())) if cluster else 0.0

    def _supervisor(self) -> psutil.Process:
        return psutil.Process(self.centre.commands["worker"].pid)

    def _held(self) -> float:
        """Give MiB that the larger worker holds for itself."""
        return max(_anonymous(one.pid) for one in self._supervisor().children())


def _measured(certificates: int, *, postgresql: bool) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory(prefix="nador-bench-") as folder,
        opened(Path(folder), postgresql=postgresql, names=("worker",)) as centre,
    ):
        desk = open_desk(Settings.from_environment(centre.environ))
        try:
            office = _open(centre, desk)
            return _taken(office, certificates)
        finally:
            checkup.engine_of(desk).dispose()


def _open(centre: Centre, desk: Desk) -> Office:
    with desk.sessions() as session:
        institute_id = make_institute(session).id
        certifier = make_actor(session, Role.CERTIFIER, institute_id=institute_id)
        give_keys(session, desk)
    return Office(centre, desk, institute_id, certifier)


def _taken(office: Office, certificates: int) -> dict[str, Any]:
    # Programs are loaded and fonts are read once: that belongs to nobody's certificate.
    office.order(WARM_UP)
    office.work_off(WARM_UP)
    office.ordering_s = 0.0
    office.order(certificates)
    began, (workers, server) = time.perf_counter(), office.cpu()
    # Some may have been drawn while the rest was still ordered: they are not counted.
    with office.desk.reading() as session:
        early = (session.scalar(ISSUED) or 0) - WARM_UP
    goal = WARM_UP + certificates
    office.work_off(goal, [goal - certificates * left // LOOKS for left in reversed(range(LOOKS))])
    seconds, (workers_after, server_after) = time.perf_counter() - began, office.cpu()
    counted = certificates - early
    return {
        "certificates": counted,
        "ordered_ms_each": round(office.ordering_s / certificates * 1000, 2),
        "seconds": round(seconds, 1),
        "a_second": round(counted / seconds, 1),
        "workers_cpu_ms_each": round((workers_after - workers) / counted * 1000, 1),
        "server_cpu_ms_each": round((server_after - server) / counted * 1000, 1),
        "worker_mib": office.memory,
    }


@command
def _name(session: Session, _actor: Actor, *, run_id: int) -> None:
    """Give people names that nobody else has: what is kept of a name must not be kept for ever."""
    enrolled = select(Enrolment.person_id).where(Enrolment.run_id == run_id)
    for person in session.scalars(select(Person).where(Person.id.in_(enrolled))):
        person.name_latin = f"Salma El {_letters(person.id, 'abcdefghij').title()}"
        person.name_arabic = f"سلمى {_letters(person.id, 'ابتثجحدرسع')}"


def _letters(number: int, digits: str) -> str:
    return "".join(digits[int(digit)] for digit in f"{number:06}")


def _spent(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in family)


def _anonymous(pid: int) -> float:
    told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = re.search(r"^Anonymous:\s+(\d+) kB$", told, re.MULTILINE)
    return round(int(found[1]) / 1024, 1) if found else 0.0


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--certificates", type=int, default=1_000)
    parser.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    told = parser.parse_args()
    databases = told.database or ("sqlite", "postgresql")
    print(json.dumps(measure(certificates=told.certificates, databases=databases), indent=2))


if __name__ == "__main__":
    main()
