"""Whether an institute lets two decide about certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from nador.accounts import queries, service
from nador.accounts.models import Institute
from nador.accounts.service.institutes import TooFewCertifiers
from nador.kernel.access import Role
from nador.kernel.audit import AuditEntry
from tests.factories import make_actor, make_institute, sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


@pytest.fixture
def institute(session: Session) -> Institute:
    return make_institute(session)


@pytest.fixture
def administrator(session: Session, institute: Institute) -> Actor:
    return make_actor(session, Role.ADMINISTRATOR, institute_id=institute.id)


def ask(
    session: Session, administrator: Actor, institute: Institute, *, asked: bool | None
) -> None:
    service.edit_institute(
        session,
        administrator,
        institute_id=institute.id,
        prefix="NDR",
        cndp_number=None,
        words={},
        second_person=asked,
    )


def test_two_decide_only_where_there_are_two(
    session: Session, institute: Institute, administrator: Actor
) -> None:
    make_actor(session, Role.CERTIFIER, institute_id=institute.id)
    elsewhere = make_institute(session, prefix="SAL")
    make_actor(session, Role.CERTIFIER, institute_id=elsewhere.id)
    with pytest.raises(TooFewCertifiers) as refused:
        ask(session, administrator, institute, asked=True)
    assert refused.value.params == {"there": 1}

    make_actor(session, Role.CERTIFIER, institute_id=institute.id)
    ask(session, administrator, institute, asked=True)
    ask(session, administrator, institute, asked=None)

    assert session.get_one(Institute, institute.id).second_person
    assert len(queries.certifiers(session, institute.id)) == 2


def test_each_change_of_it_is_in_the_trail(
    session: Session, institute: Institute, administrator: Actor
) -> None:
    for _ in range(2):
        make_actor(session, Role.CERTIFIER, institute_id=institute.id)
    for asked in (True, True, False):
        ask(session, administrator, institute, asked=asked)

    told = select(AuditEntry.details).where(AuditEntry.action == "institute.second_person")
    assert session.scalars(told.order_by(AuditEntry.id)).all() == [
        {"asked": True},
        {"asked": False},
    ]


def test_the_page_of_the_institute_asks(
    client: FlaskClient, session: Session, institute: Institute, administrator: Actor
) -> None:
    client.set_cookie("nador_lang", "en")
    sign_in(client, session, administrator)

    refused = client.post("/manage/institute", data={"prefix": "NDR", "second_person": "y"})
    for _ in range(2):
        make_actor(session, Role.CERTIFIER, institute_id=institute.id)
    saved = client.post("/manage/institute", data={"prefix": "NDR", "second_person": "y"})
    page = client.get("/manage/institute")

    assert refused.status_code == 422
    assert "There must be at least two certifiers first" in refused.text
    assert saved.status_code == 303
    assert "checked" in page.text
