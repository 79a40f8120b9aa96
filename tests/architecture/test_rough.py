"""What no page of ours ever sends: endless numbers, NUL, half an address. No route breaks on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from nador.accounts.models import RoleGrant
from nador.accounts.rules import GRANTABLE
from nador.kernel import clock
from nador.kernel.files import FileStore
from nador.web.security import limiter
from tests.architecture.world import DOCUMENT, World, build
from tests.factories import store

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.settings import Settings

ENDLESS = "9" * 5000
ASKED = "q after before page show edit state id run course level name action subject next"
EVERYTHING = "administrator own"


@pytest.fixture
def world(session: Session, settings: Settings) -> World:
    """A centre one of whose people may open every page."""
    made = build(session)
    grant = {"person_id": made.people[EVERYTHING], "institute_id": made.ids["institute_id"]}
    for role in set(GRANTABLE) - {"administrator"}:
        store(session, RoleGrant(role=role, granted_at=clock.now(), **grant))
    session.rollback()
    FileStore(settings.files).put(DOCUMENT)
    return made


@pytest.fixture
def visitor(app: Flask, world: World) -> FlaskClient:
    """Whoever may open every page, by cookie and by token."""
    app.testing = False
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": world.cookies[EVERYTHING], "_fresh": True})
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {world.tokens[EVERYTHING]}"
    return client


def breaks(visitor: FlaskClient, address: str, method: str = "GET", **query: str) -> bool:
    limiter.reset()
    with visitor.open(address, method=method, query_string=query) as answer:
        return answer.status_code == 500


def usual(world: World, rule: str) -> str:
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda name: str(world.ids.get(name[1], "x")), rule)


@pytest.mark.parametrize("rough", ["9" * 25, "²", f"2026-01-01.{'9' * 25}", f"ali:{ENDLESS}"])
def test_a_rough_query_breaks_nothing(
    app: Flask, world: World, visitor: FlaskClient, rough: str
) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    pages = sorted(rule for rule in rules if not rule.endswith(".pdf"))

    query = dict.fromkeys(ASKED.split(), rough)

    assert not [rule for rule in pages if breaks(visitor, usual(world, rule), **query)]


def test_a_rough_address_is_not_there(app: Flask, visitor: FlaskClient) -> None:
    asked = {
        (re.sub(r"<[^<>]+>", ENDLESS, rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if "<" in rule.rule
    }

    assert not [each for each in sorted(asked) if breaks(visitor, *each)]


@pytest.mark.parametrize(
    ("address", "status"),
    [("/courses?q=a%00b", 400), ("/courses/a%00b", 404), ("/api/v1/runs?course=%00", 400)],
)
def test_a_nul_is_refused(client: FlaskClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status
