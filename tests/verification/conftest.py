"""One certificate of each kind of answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories import make_institute
from tests.verification.copies import one_of_each

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.certification.models import Certificate


@pytest.fixture
def institute(session: Session) -> Institute:
    return make_institute(session)


@pytest.fixture
def shelf(session: Session, institute: Institute) -> dict[str, Certificate]:
    return one_of_each(session, institute)
