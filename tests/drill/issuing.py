"""A batch of certificates under fire: whatever dies, each pass gets exactly one certificate."""

from __future__ import annotations

import random
import time
from collections import Counter
from decimal import Decimal as Number
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from nador.accounts.models import RoleGrant, Token
from nador.accounts.rules import digest, new_token
from nador.app import wire
from nador.assessment.models import Result
from nador.assessment.rules import Decision
from nador.catalogue.rules import RunStatus
from nador.certification.models import Certificate
from nador.certification.rules import CertificateStatus
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentSource, EnrolmentStatus
from nador.kernel import checkup, clock
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.db import Base, command
from nador.kernel.supervision import open_desk
from nador.kernel.text import fold
from nador.kernel.work import WorkLease
from nador.settings import Settings
from tests.drill.centre import Centre, opened
from tests.factories import make_course, make_institute, make_person, make_run, store

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from nador.kernel.work import Desk

KINDS = ("worker", "web", "database")
KILLS = 10
AT_LEAST = 3
GIVEN = ("Salma", "Yassine", "Imane", "Mohand", "Fatima-Zahra", "Anass")
FAMILY = ("Bouziane", "El Ouariachi", "Ameziane", "Azzouzi", "Tahiri")
PATIENCE = 1800.0


def run(folder: Path, *, seed: int, passes: int = 500) -> dict[str, Any]:
    """Hold the drill and return what was counted; raises AssertionError when anything is amiss."""
    draw = random.Random(seed)
    with opened(folder, postgresql=True, names=("serve", "worker")) as centre:
        wire()
        desk = open_desk(Settings.from_environment(centre.environ))
        with desk.sessions() as session:
            institute_id, token = _staff(session)
            ordered = 0
            centre.tend()
            _order(session, centre, institute_id, token, passes)
            ordered += passes
        kills: Counter[str] = Counter()
        plan = _plan(draw)
        while plan:
            time.sleep(draw.uniform(1.0, 5.0))
            centre.tend()
            if not _pending(desk):
                # A kill with nothing pending proves nothing: more is ordered, and the kill repeated.
                with desk.sessions() as session:
                    _order(session, centre, institute_id, token, passes // 4)
                ordered += passes // 4
                continue
            if centre.kill(plan[-1], draw):
                kills[plan.pop()] += 1
        _wait(centre, desk)
        found = _count(desk, ordered)
        found |= {"kills": dict(kills), "commands_started_again": centre.restarts}
        found["web_answers"] = centre.ask("GET", "/healthz", token)["status"]
        checkup.engine_of(desk).dispose()
    return found


def _plan(draw: random.Random) -> list[str]:
    plan = [*KINDS * AT_LEAST, draw.choice(KINDS)][:KILLS]
    draw.shuffle(plan)
    return plan


def _staff(session: Session) -> tuple[int, str]:
    institute = make_institute(session)
    certifier = make_person(session, name_latin="Karima Tahiri")
    secret, now = new_token(), clock.now()
    store(
        session,
        RoleGrant(
            person_id=certifier.id,
            institute_id=institute.id,
            role=Role.CERTIFIER,
            granted_at=now,
        ),
        Token(
            person_id=certifier.id,
            name="drill",
            secret_hash=digest(secret),
            scopes=[],
            created_at=now,
        ),
    )
    return institute.id, secret


def _order(session: Session, centre: Centre, institute_id: int, token: str, passes: int) -> None:
    """Make a concluded run on which so many passed, and order its certificates."""
    version = make_course(session, institute_id=institute_id)
    made = make_run(
        session,
        version,
        institute_id=institute_id,
        capacity=passes,
        status=RunStatus.CONCLUDED,
        starts_in=-60,
    )
    _let_pass(session, NOBODY, run_id=made.id, passes=passes)
    centre.ask("POST", f"/api/v1/runs/{made.id}/certificates", token)


@command
def _let_pass(session: Session, _actor: Actor, *, run_id: int, passes: int) -> None:
    now, tables = clock.now(), Base.metadata.tables
    first = (session.scalar(select(func.max(tables["person"].c.id))) or 0) + 1
    for number in range(first, first + passes):
        latin = f"{GIVEN[number % len(GIVEN)]} {FAMILY[number % len(FAMILY)]}"
        session.execute(
            insert(tables["person"]).values(
                reference=f"K{number:06}",
                name_latin=latin,
                name_arabic="سلمى بوزيان",
                name_folded=fold(latin),
                locale="fr",
                names_confirmed_at=now,
                created_at=now,
            )
        )
    people = session.scalars(
        select(tables["person"].c.id).where(tables["person"].c.id >= first)
    ).all()
    for person_id in people:
        enrolment = Enrolment(
            run_id=run_id,
            person_id=person_id,
            reference=f"K{person_id:06}",
            status=EnrolmentStatus.COMPLETED,
            source=EnrolmentSource.STAFF,
            created_at=now,
            ended_at=now,
        )
        session.add(enrolment)
        session.flush()
        session.add(
            Result(
                enrolment_id=enrolment.id,
                run_id=run_id,
                decision=Decision.PASS,
                mark=Number("14.50"),
                recorded_at=now,
                confirmed_at=now,
            )
        )


def _pending(desk: Desk) -> int:
    with desk.reading() as session:
        return session.scalar(_certificates(CertificateStatus.PENDING_ISSUE)) or 0


def _certificates(status: CertificateStatus) -> Any:
    return select(func.count()).select_from(Certificate).where(Certificate.status == status)


def _wait(centre: Centre, desk: Desk) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        centre.tend()
        try:
            if not _pending(desk):
                return
        except OperationalError:
            pass
        time.sleep(1)
    raise AssertionError(f"{_pending(desk)} certificates are still pending")


def _count(desk: Desk, ordered: int) -> dict[str, Any]:
    with desk.reading() as session:
        issued = session.scalar(_certificates(CertificateStatus.ISSUED))
        codes = session.scalar(select(func.count(func.distinct(Certificate.code_key))))
        leases = session.scalar(select(func.count()).select_from(WorkLease))
    troubles = {
        one.title: one.troubles
        for one in checkup.examine(desk, deep=True)
        if one.troubles and one.title != "no file without a row"
    }
    counted = {"passes": ordered, "issued": issued, "codes": codes, "leases": leases}
    assert (issued, codes, leases) == (ordered, ordered, 0), counted
    assert troubles == {}, troubles
    return counted | {"files": "each equals its row", "events": "one each"}
