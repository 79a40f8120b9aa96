"""Cookies open pages, tokens open the interface for programs; never one for the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nador.accounts.views import find_visitor
from nador.accounts.views.door import TokenReadsOnly
from nador.kernel.access import NOBODY, Actor, Grant, Role
from tests.factories import make_actor, make_institute, make_token

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session


def visitor(app: Flask, session: Session, path: str, token: str, method: str = "GET") -> Actor:
    headers = {"Authorization": f"Bearer {token}"}
    with app.test_request_context(path, method=method, headers=headers):
        return find_visitor(session, also=lambda _, __: [Grant(Role.INSTRUCTOR, 1, 7)])


@pytest.fixture
def registrar(session: Session) -> Actor:
    institute = make_institute(session)
    return make_actor(session, Role.REGISTRAR, Role.CERTIFIER, institute_id=institute.id)


def test_a_token_opens_the_interface_only(app: Flask, session: Session, registrar: Actor) -> None:
    token = make_token(session, registrar)

    assert visitor(app, session, "/api/v1/runs", token).person_id == registrar.person_id
    assert visitor(app, session, "/manage/people", token) is NOBODY
    assert visitor(app, session, "/api/v1/runs", "wrong") is NOBODY


def test_scopes_hold_for_the_grants_of_every_feature(
    app: Flask, session: Session, registrar: Actor
) -> None:
    whole = make_token(session, registrar)
    narrow = make_token(session, registrar, scopes=("instructor",))

    assert visitor(app, session, "/api/v1/runs", whole).roles() == {
        Role.LEARNER,
        Role.REGISTRAR,
        Role.CERTIFIER,
        Role.INSTRUCTOR,
    }
    assert visitor(app, session, "/api/v1/runs", narrow).grants == {Grant(Role.INSTRUCTOR, 1, 7)}


def test_a_reading_token_changes_nothing(app: Flask, session: Session, registrar: Actor) -> None:
    token = make_token(session, registrar, scopes=("read",))

    assert visitor(app, session, "/api/v1/runs", token).person_id == registrar.person_id
    with pytest.raises(TokenReadsOnly):
        visitor(app, session, "/api/v1/runs", token, method="POST")
