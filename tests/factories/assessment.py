"""Results for tests, as concluding a run would leave them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import insert

from nador.accounts.models import Person
from nador.assessment.models import Result
from nador.assessment.rules import Decision
from nador.catalogue.rules import RunStatus
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentSource, EnrolmentStatus
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command
from nador.kernel.text import fold
from tests.factories.catalogue import MENTIONS, make_course, make_run
from tests.factories.store import numbers, store

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

GIVEN = ("Salma", "Yassine", "Imane", "Mohand", "Fatima-Zahra", "Anass")
FAMILY = ("Bouziane", "El Ouariachi", "Ameziane", "Azzouzi", "Tahiri")


def make_pass(session: Session, enrolment: Enrolment, *, mark: str = "16.25") -> Result:
    """Make a confirmed pass with a mention."""
    now = clock.now()
    mention = next(
        (one for one in MENTIONS if Decimal(one["min"]) <= Decimal(mark)),
        {"ar": "", "fr": "", "en": ""},
    )
    return store(
        session,
        Result(
            enrolment_id=enrolment.id,
            run_id=enrolment.run_id,
            decision=Decision.PASS,
            mark=Decimal(mark),
            mention={language: mention[language] for language in ("ar", "fr", "en")},
            recorded_at=now,
            confirmed_at=now,
            confirmed_by_id=enrolment.person_id,
        ),
    )


def make_passed_run(session: Session, *, institute_id: int, passes: int) -> int:
    """Make a concluded run that so many new people have passed; returns its id."""
    version = make_course(session, institute_id=institute_id)
    run_id = make_run(
        session,
        version,
        institute_id=institute_id,
        capacity=passes,
        status=RunStatus.CONCLUDED,
        starts_in=-60,
    ).id
    make_passes(session, run_id=run_id, count=passes)
    return run_id


def make_passes(session: Session, *, run_id: int, count: int, confirmed: bool = True) -> list[int]:
    """Let so many new people have passed a run, in a few statements; returns who they are."""
    return _make_passes(session, NOBODY, run_id=run_id, count=count, confirmed=confirmed)


@command
def _make_passes(
    session: Session, _actor: Actor, *, run_id: int, count: int, confirmed: bool
) -> list[int]:
    now = clock.now()
    names = [f"{GIVEN[n % len(GIVEN)]} {FAMILY[n % len(FAMILY)]}" for n in range(count)]
    people = session.scalars(
        insert(Person).returning(Person.id),
        [
            {
                "reference": f"K{next(numbers):07}",
                "name_latin": latin,
                "name_arabic": "سلمى بوزيان",
                "name_folded": fold(latin),
                "names_confirmed_at": now if confirmed else None,
                "created_at": now,
            }
            for latin in names
        ],
    ).all()
    enrolments = session.scalars(
        insert(Enrolment).returning(Enrolment.id),
        [
            {
                "run_id": run_id,
                "person_id": person_id,
                "reference": f"K{person_id:07}",
                "status": EnrolmentStatus.COMPLETED,
                "source": EnrolmentSource.STAFF,
                "created_at": now,
                "ended_at": now,
            }
            for person_id in people
        ],
    ).all()
    session.execute(
        insert(Result),
        [
            {
                "enrolment_id": enrolment_id,
                "run_id": run_id,
                "decision": Decision.PASS,
                "mark": Decimal("14.50"),
                "recorded_at": now,
                "confirmed_at": now,
                "confirmed_by_id": people[0],
            }
            for enrolment_id in enrolments
        ],
    )
    return list(people)
