"""A batch of certificates under fire: whatever dies, each pass gets exactly one certificate."""

from __future__ import annotations

import hashlib
import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from nador.catalogue.rules import RunStatus
from nador.certification.models import (
    BatchFailure,
    Certificate,
    CertificateEvent,
    CertificateFile,
)
from nador.certification.rules import CertificateEventKind, CertificateStatus, FileStatus
from nador.kernel import checkup
from nador.kernel.access import Role
from nador.kernel.supervision import open_desk
from nador.kernel.work import WorkLease
from nador.settings import Settings
from tests.certification.office import give_keys
from tests.drill.report import Report, broken, database_name
from tests.factories import make_actor, make_course, make_institute, make_run, make_token
from tests.factories.assessment import make_passes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Select

    from nador.kernel.work import Desk
    from tests.drill.centre import Centre

KILLS = 10
PATIENCE = 900.0
"""Seconds without any progress after which the work counts as stuck."""
PENDING = select(func.count()).where(Certificate.status == CertificateStatus.PENDING_ISSUE)
ISSUED = select(func.count()).where(Certificate.status == CertificateStatus.ISSUED)
LEASES = select(func.count()).select_from(WorkLease)


def run(centre: Centre, *, seed: int, passes: int = 500, kills: int = KILLS) -> Report:
    """Hold the drill at an empty centre; raises AssertionError when it can't go on at all."""
    began = time.monotonic()
    desk = open_desk(Settings.from_environment(centre.environ))
    try:
        order = _open(desk, centre, passes)
        with _watching(centre, order) as watch:
            killed = _kill(centre, desk, order, random.Random(seed), kills=kills)
            _until(desk, centre, lambda: not _count(desk, PENDING) and not _count(desk, LEASES))
        found = _found(desk)
        checks = _checks(desk, order, found) | watch.checks(centre)
        counted = {
            "passes": order.passes,
            "issued": _count(desk, ISSUED),
            "codes": len({one.code_key for one in found.certificates}),
            "files": len(found.files),
            "events": sum(one.events for one in found.certificates),
            "leases": _count(desk, LEASES),
            "kills": dict(sorted(killed.items())),
            "restarts": centre.restarts,
            "answers": dict(sorted(watch.statuses.items())),
        }
        database = database_name(postgresql=centre.cluster is not None)
        seconds = time.monotonic() - began
        return Report("issuing", database, seed, counted, tuple(checks), broken(checks), seconds)
    finally:
        checkup.engine_of(desk).dispose()


@dataclass(slots=True)
class Order:
    """What was ordered so far, and by whom."""

    institute_id: int
    token: str
    passes: int = 0
    batches: list[tuple[int, int]] = field(default_factory=list)
    """Each order's run and the batch that was promised for it."""


def _open(desk: Desk, centre: Centre, passes: int) -> Order:
    """Let a certifier order certificates for everybody who passed a run."""
    with desk.sessions() as session:
        institute = make_institute(session)
        certifier = make_actor(session, Role.CERTIFIER, institute_id=institute.id)
        give_keys(session, desk)
        order = Order(institute.id, make_token(session, certifier))
    _order(desk, centre, order, passes)
    return order


def _order(desk: Desk, centre: Centre, order: Order, passes: int) -> None:
    with desk.sessions() as session:
        version = make_course(session, institute_id=order.institute_id)
        run_id = make_run(
            session,
            version,
            institute_id=order.institute_id,
            capacity=passes,
            status=RunStatus.CONCLUDED,
            starts_in=-60,
        ).id
        make_passes(session, run_id=run_id, count=passes)
    order.passes += passes
    said = centre.ask("POST", _address(run_id), order.token, key=f"run {run_id}")
    order.batches.append((run_id, said["batch"]))


def _address(run_id: int) -> str:
    return f"/api/v1/runs/{run_id}/certificates"


def _kill(
    centre: Centre, desk: Desk, order: Order, draw: random.Random, *, kills: int
) -> Counter[str]:
    """Kill one thing after another, each at a drawn moment of the work."""
    killed: Counter[str] = Counter()
    plan, passes = _plan(centre, draw, kills), order.passes
    while plan:
        # The moment is drawn in certificates: it falls into the work on a slow machine too.
        goal = _count(desk, ISSUED) + draw.randint(1, max(1, passes // (2 * kills)))
        _until(desk, centre, lambda goal=goal: _count(desk, ISSUED) >= goal or _done(desk))
        time.sleep(draw.uniform(0.0, 0.5))
        if centre.kill(plan[-1], draw) and not _done(desk):
            killed[plan.pop()] += 1
        if _done(desk):
            # A kill with nothing pending proves nothing: more is ordered, and the kill repeated.
            _order(desk, centre, order, max(1, passes // 4))
    return killed


def _plan(centre: Centre, draw: random.Random, kills: int) -> list[str]:
    kinds = ["worker", "web", *(["database"] if centre.cluster else [])]
    plan = kinds * (kills // len(kinds)) + draw.sample(kinds, kills % len(kinds))
    draw.shuffle(plan)
    return plan


def _count(desk: Desk, counting: Select[int]) -> int:
    with desk.reading() as session:
        return session.scalar(counting) or 0


def _done(desk: Desk) -> bool:
    return not _count(desk, PENDING)


def _until(desk: Desk, centre: Centre, reached: Any) -> None:
    """Tend the centre until something is reached, as long as certificates still come out."""
    last, moved = -1, time.monotonic()
    while not reached():
        centre.tend()
        issued = _count(desk, ISSUED)
        if issued != last:
            last, moved = issued, time.monotonic()
        assert time.monotonic() - moved < PATIENCE, f"stuck at {issued} issued certificates"
        time.sleep(0.2)


@dataclass(slots=True)
class Watch:
    """Somebody who keeps ordering the same again and looking at it, and writes the answers down."""

    statuses: Counter[str] = field(default_factory=Counter)
    troubles: list[tuple[float, float, str]] = field(default_factory=list)
    """From when to when a request lasted that was not served, and what it was."""
    doubled: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def checks(self, centre: Centre) -> dict[str, object]:
        """Compare the answers with what was promised."""
        return {
            "a server error while the database was there": [
                what
                for began, ended, what in self.troubles
                if not any(began < back and ended > gone for gone, back in centre.outages)
            ],
            "an error that asks for no patience": [
                what for _began, _ended, what in self.troubles if not what.startswith("503")
            ],
            "the same order under the same key became another batch": self.doubled,
            "never answered": not self.statuses["202"],
        }


@contextmanager
def _watching(centre: Centre, order: Order) -> Iterator[Watch]:
    watch = Watch()
    thread = threading.Thread(target=_watch, args=(centre, order, watch))
    thread.start()
    try:
        yield watch
    finally:
        watch.stopping.set()
        thread.join()


def _watch(centre: Centre, order: Order, watch: Watch) -> None:
    turn = 0
    while not watch.stopping.wait(0.3):
        turn += 1
        run_id, batch = order.batches[turn % len(order.batches)]
        again = ("POST", _address(run_id), f"run {run_id}")
        method, path, key = again if turn % 4 else ("GET", f"/api/v1/batches/{batch}", "")
        began = time.monotonic()
        try:
            status, said = centre.call(method, path, order.token, key=key)
        except (OSError, ValueError, http.client.HTTPException):
            # The process that had the request was killed, or none was there to take it.
            watch.statuses["unanswered"] += 1
            continue
        watch.statuses[str(status)] += 1
        if status >= http.client.BAD_REQUEST:
            watch.troubles.append((began, time.monotonic(), f"{status} {method} {path}"))
        elif method == "POST" and said["batch"] != batch:
            watch.doubled.append(f"{batch} and {said['batch']}")


@dataclass(frozen=True, slots=True)
class Found:
    """What is in the registry when all is done."""

    certificates: Sequence[Any]
    """Each with its id, code_key, status, and how often it was issued."""
    files: Sequence[Any]
    """Current ones: certificate_id and sha256."""
    failures: int


def _found(desk: Desk) -> Found:
    events = (
        select(func.count())
        .where(
            CertificateEvent.certificate_id == Certificate.id,
            CertificateEvent.kind == CertificateEventKind.ISSUED,
        )
        .scalar_subquery()
    )
    certificates = select(
        Certificate.id, Certificate.code_key, Certificate.status, events.label("events")
    )
    files = select(CertificateFile.certificate_id, CertificateFile.sha256).where(
        CertificateFile.status == FileStatus.CURRENT
    )
    with desk.reading() as session:
        return Found(
            session.execute(certificates).all(),
            session.execute(files).all(),
            session.scalar(select(func.count()).select_from(BatchFailure)) or 0,
        )


def _checks(desk: Desk, order: Order, found: Found) -> dict[str, object]:
    """Compare what is in the registry and in the store with what was ordered."""
    certificates, files = found.certificates, found.files
    hashes = {one.certificate_id: one.sha256 for one in files}
    return {
        "certificates are not as many as passes": len(certificates) - order.passes,
        "certificates that are not issued": sum(
            one.status is not CertificateStatus.ISSUED for one in certificates
        ),
        "codes that are not unique": len(certificates)
        - len({one.code_key for one in certificates}),
        "certificates without exactly one issued event": sum(
            one.events != 1 for one in certificates
        ),
        "certificates without exactly one file": len(certificates) - len(hashes)
        or len(files) - len(hashes),
        "files whose SHA-256 is not their row's": _damaged(desk, hashes.values()),
        "named failures": found.failures,
        "leases left": _count(desk, LEASES),
        "the doctor's trouble": [
            f"{one.title}: {one.troubles[:3]}"
            for one in checkup.examine(desk, deep=True)
            # A file that a killed process had just written, and never recorded, is allowed.
            if one.troubles and one.title != "no file without a row"
        ],
    }


def _damaged(desk: Desk, hashes: Any) -> int:
    """Count the files that are not there or have another content, by reading each."""
    return sum(
        not desk.files.path(sha256).exists()
        or hashlib.sha256(desk.files.path(sha256).read_bytes()).hexdigest() != sha256
        for sha256 in hashes
    )
