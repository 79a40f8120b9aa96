"""One certificate of each kind of answer, and limits that no other test used up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from nador.catalogue.rules import DocumentKind
from nador.certification.rules import CertificateStatus
from nador.kernel import clock
from tests.factories import make_certificate, make_institute

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.certification.models import Certificate

DAY = timedelta(days=1)


@pytest.fixture
def institute(session: Session) -> Institute:
    return make_institute(session)


@pytest.fixture
def shelf(session: Session, institute: Institute) -> dict[str, Certificate]:
    """One certificate of each kind of answer."""
    valid = make_certificate(session, institute=institute)
    return {
        "valid": valid,
        "expired": make_certificate(
            session,
            institute=institute,
            kind=DocumentKind.ATTESTATION,
            expires_on=clock.today() - DAY,
        ),
        "revoked": make_certificate(session, institute=institute, status=CertificateStatus.REVOKED),
        "replaced": make_certificate(
            session,
            institute=institute,
            status=CertificateStatus.SUPERSEDED,
            superseded_by=valid,
        ),
        "hidden": make_certificate(session, institute=institute, holder_hidden=True),
    }
