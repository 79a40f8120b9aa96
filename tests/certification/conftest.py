"""A run with people who passed it, and the desk of a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nador.kernel.access import Role
from nador.kernel.files import FileStore
from nador.kernel.work import Desk
from tests.factories import make_actor, make_institute, make_run
from tests.factories.catalogue import make_course

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

    from nador.accounts.models import Institute
    from nador.catalogue.models import Run
    from nador.kernel.access import Actor
    from nador.settings import Settings


@pytest.fixture
def institute(session: Session) -> Institute:
    return make_institute(session)


@pytest.fixture
def run(session: Session, institute: Institute) -> Run:
    version = make_course(session, institute_id=institute.id)
    return make_run(
        session, version, institute_id=institute.id, starts_in=-60, closes_in=7, capacity=500
    )


@pytest.fixture
def certifier(session: Session, institute: Institute) -> Actor:
    return make_actor(session, Role.CERTIFIER, institute_id=institute.id)


@pytest.fixture
def desk(settings: Settings, sessions: sessionmaker[Session]) -> Desk:
    return Desk(settings=settings, sessions=sessions, files=FileStore(settings.files))
