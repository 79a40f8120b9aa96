"""A small institute with its catalogue, and someone who may change it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import nador.demo
from nador.catalogue.rules import Catalogue, read_catalogue
from nador.kernel.access import Actor, Role
from tests.factories import make_actor, make_institute

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute

CATALOGUE = Path(nador.demo.__file__).parent / "catalogue.toml"


@pytest.fixture(scope="session")
def catalogue_text() -> str:
    return CATALOGUE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def catalogue(catalogue_text: str) -> Catalogue:
    return read_catalogue(catalogue_text)


@pytest.fixture
def institute(session: Session) -> Institute:
    return make_institute(session)


@pytest.fixture
def registrar(session: Session, institute: Institute) -> Actor:
    return make_actor(session, Role.REGISTRAR, institute_id=institute.id)
