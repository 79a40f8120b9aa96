"""Results for tests, as concluding a run would leave them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from nador.assessment.models import Result
from nador.assessment.rules import Decision
from nador.kernel import clock
from tests.factories.catalogue import MENTIONS
from tests.factories.store import store

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.enrolment.models import Enrolment


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
