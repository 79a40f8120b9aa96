"""An institute with its keys, whose log a worker writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nador.certification import service
from nador.certification.keys.store import KeyRing
from nador.certification.rules import LogKind
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.db import command
from tests.factories import make_actor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.settings import Settings


@pytest.fixture
def administrator(session: Session, institute: Institute) -> Actor:
    return make_actor(session, Role.ADMINISTRATOR, institute_id=institute.id)


@pytest.fixture
def ring(settings: Settings) -> KeyRing:
    return KeyRing.of(settings)


@pytest.fixture
def _keys(session: Session, administrator: Actor, institute: Institute, ring: KeyRing) -> None:
    service.make_first_keys(session, administrator, institute_id=institute.id, ring=ring)


def entries_of(count: int, *, since: int = 0) -> list[bytes]:
    return [number.to_bytes(32) for number in range(since, since + count)]


def append(session: Session, leaves: Iterable[bytes]) -> None:
    @command
    def decide(session: Session, _actor: Actor) -> None:
        for leaf in leaves:
            service.append_to_log(session, LogKind.ISSUE, leaf)

    decide(session, NOBODY)
