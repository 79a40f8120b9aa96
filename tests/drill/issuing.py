"""A batch of certificates under fire: whatever dies, each pass gets exactly one certificate."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

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
from nador.kernel.work import Desk
from nador.settings import Settings
from tests.certification.office import give_keys
from tests.drill.centre import Centre
from tests.drill.fire import KILLS, LEASES, Answers, beside, count, last_checks, under_fire
from tests.drill.report import Report, broken, database_name
from tests.factories import make_actor, make_institute, make_token
from tests.factories.assessment import make_passed_run

if TYPE_CHECKING:
    import threading


PENDING = select(func.count()).where(Certificate.status == CertificateStatus.PENDING_ISSUE)
ISSUED = select(func.count()).where(Certificate.status == CertificateStatus.ISSUED)


def run(centre: Centre, *, seed: int, passes: int = 500, kills: int = KILLS) -> Report:
    """Hold the drill at an empty centre; raises AssertionError when it can't go on at all."""
    began = time.monotonic()
    desk = open_desk(Settings.from_environment(centre.environ))
    try:
        story = _open(desk, centre, passes)
        with beside(partial(_watch, story)):
            stride = passes // (2 * kills)
            killed = under_fire(story, random.Random(seed), kills=kills, stride=stride)
        found = _found(desk)
        checks = _checks(desk, story, found) | story.answers.checks(centre, wanted="202")
        counted = {
            "passes": story.passes,
            "issued": story.done(),
            "codes": len({one.code_key for one in found.certificates}),
            "files": len(found.files),
            "events": sum(one.events for one in found.certificates),
            "leases": count(desk, LEASES),
            "kills": killed,
            "restarts": centre.restarts,
            "answers": dict(sorted(story.answers.statuses.items())),
        }
        database = database_name(postgresql=centre.cluster is not None)
        seconds = time.monotonic() - began
        return Report("issuing", database, seed, counted, tuple(checks), broken(checks), seconds)
    finally:
        checkup.engine_of(desk).dispose()


@dataclass(slots=True)
class Issuing:
    """What was ordered so far, by whom, and how that was answered."""

    centre: Centre
    desk: Desk
    institute_id: int
    token: str
    more_passes: int
    passes: int = 0
    batches: list[tuple[int, int]] = field(default_factory=list)
    """Each order's run and the batch that was promised for it."""
    answers: Answers = field(default_factory=Answers)
    doubled: list[str] = field(default_factory=list)

    def done(self) -> int:
        """Count the certificates that are issued."""
        return count(self.desk, ISSUED)

    def pending(self) -> bool:
        """Whether certificates are still to be made."""
        return bool(count(self.desk, PENDING))

    def more(self) -> None:
        """Order more."""
        self.order(self.more_passes)

    def order(self, passes: int) -> None:
        """Order certificates for so many people who passed a new run."""
        with self.desk.sessions() as session:
            run_id = make_passed_run(session, institute_id=self.institute_id, passes=passes)
        self.passes += passes
        said = self.centre.ask("POST", _address(run_id), self.token, key=f"run {run_id}")
        self.batches.append((run_id, said["batch"]))


def _open(desk: Desk, centre: Centre, passes: int) -> Issuing:
    """Let a certifier order certificates for everybody who passed a run."""
    with desk.sessions() as session:
        institute_id = make_institute(session).id
        certifier = make_actor(session, Role.CERTIFIER, institute_id=institute_id)
        give_keys(session, desk)
        token = make_token(session, certifier)
    story = Issuing(centre, desk, institute_id, token, more_passes=max(1, passes // 4))
    story.order(passes)
    return story


def _address(run_id: int) -> str:
    return f"/api/v1/runs/{run_id}/certificates"


def _watch(story: Issuing, stopping: threading.Event) -> None:
    """Keep ordering the same again and looking at it."""
    turn = 0
    while not stopping.wait(0.3):
        turn += 1
        run_id, batch = story.batches[turn % len(story.batches)]
        again = ("POST", _address(run_id), f"run {run_id}")
        method, path, key = again if turn % 4 else ("GET", f"/api/v1/batches/{batch}", "")
        answer = story.answers.ask(story.centre, method, path, story.token, key=key)
        if answer and method == "POST" and answer[1]["batch"] != batch:
            story.doubled.append(f"{batch} and {answer[1]['batch']}")


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


def _checks(desk: Desk, story: Issuing, found: Found) -> dict[str, object]:
    """Compare what is in the registry and in the store with what was ordered."""
    certificates, files = found.certificates, found.files
    hashes = {one.certificate_id: one.sha256 for one in files}
    return {
        "certificates are not as many as passes": len(certificates) - story.passes,
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
        "the same order under the same key became another batch": story.doubled,
    } | last_checks(desk)


def _damaged(desk: Desk, hashes: Any) -> int:
    """Count the files that are not there or have another content, by reading each."""
    return sum(
        not desk.files.path(sha256).exists()
        or hashlib.sha256(desk.files.path(sha256).read_bytes()).hexdigest() != sha256
        for sha256 in hashes
    )
