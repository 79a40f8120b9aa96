"""Signing in and out, as a browser and as a program see it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from nador.accounts import rules
from nador.accounts.models import Account, SignIn
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.db import command
from tests.factories import (
    PASSWORD,
    make_account,
    make_actor,
    make_institute,
    make_person,
    sign_in,
    store,
)

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse


def attempt(
    client: FlaskClient, login: str, password: str = PASSWORD, to: str = ""
) -> TestResponse:
    return client.post(f"/sign-in{to}", data={"email": login, "password": password})


def trail(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def is_in(client: FlaskClient) -> bool:
    return "/sign-out" in client.get("/sign-in").text


def test_the_right_password_opens(client: FlaskClient, session: Session) -> None:
    person = make_person(session)
    make_account(session, person)

    answer = attempt(client, (person.email or "").upper())

    assert (answer.status_code, answer.location) == (303, "/me")
    assert is_in(client)
    assert trail(session) == ["sign_in.opened"]


def test_a_person_without_address_signs_in_by_reference(
    client: FlaskClient, session: Session
) -> None:
    person = make_person(session, email=None)
    make_account(session, person)

    assert attempt(client, f" {person.reference} ").status_code == 303


def test_nobody_learns_who_has_an_account(client: FlaskClient, session: Session) -> None:
    person = make_person(session)
    make_account(session, person)

    known = attempt(client, person.email or "", "wrong")
    unknown = attempt(client, "nobody@nador.example", "wrong")
    nonsense = attempt(client, "nobody@", "wrong")

    assert known.status_code == unknown.status_code == nonsense.status_code == 422
    assert _page(known.text, person.email or "") == _page(unknown.text, "nobody@nador.example")
    assert trail(session) == ["sign_in.refused"] * 3


def _page(text: str, typed: str) -> str:
    """A page without what was typed and without its token, which holds the second it was made in."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", text.replace(typed, "X"))


def test_the_hash_is_renewed_with_todays_parameters(client: FlaskClient, session: Session) -> None:
    person = make_person(session)
    before = make_account(session, person).password_hash

    attempt(client, person.email or "")

    session.rollback()
    session.expire_all()
    after = session.get_one(Account, person.id).password_hash
    assert after != before
    assert attempt(client, person.email or "").status_code == 303


def test_a_copied_cookie_dies_at_sign_out(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    person = make_person(session)
    make_account(session, person)
    attempt(client, person.email or "")
    cookie = client.get_cookie("nador")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("nador", cookie.value)
    assert is_in(thief)

    client.post("/sign-out")

    assert not is_in(client)
    assert not is_in(thief)
    assert trail(session) == ["sign_in.opened", "sign_in.ended"]


@pytest.mark.parametrize(
    ("idle", "left", "lives"),
    [
        pytest.param(timedelta(hours=11), timedelta(days=1), True, id="in use"),
        pytest.param(timedelta(hours=12), timedelta(days=1), False, id="idle too long"),
        pytest.param(timedelta(0), timedelta(0), False, id="past its last day"),
    ],
)
def test_a_session_ends_by_itself(
    client: FlaskClient, session: Session, idle: timedelta, left: timedelta, *, lives: bool
) -> None:
    person = make_person(session)
    now, secret = clock.now(), "secret"
    store(
        session,
        SignIn(
            secret_hash=rules.digest(secret),
            person_id=person.id,
            created_at=now - idle,
            last_seen_at=now - idle,
            expires_at=now + left,
        ),
    )
    with client.session_transaction() as cookie:
        cookie["_user_id"] = secret

    assert is_in(client) is lives


@command
def _last_seen(session: Session, _actor: Actor, *, ago: timedelta) -> None:
    session.scalars(select(SignIn)).one().last_seen_at = clock.now() - ago


def test_use_is_noted_every_ten_minutes(client: FlaskClient, session: Session) -> None:
    person = make_person(session)
    sign_in(client, session, person)
    before = session.scalar(select(SignIn.last_seen_at))
    client.get("/sign-in")
    session.rollback()
    assert session.scalar(select(SignIn.last_seen_at)) == before

    _last_seen(session, NOBODY, ago=timedelta(minutes=11))
    client.get("/sign-in")

    session.rollback()
    session.expire_all()
    seen = session.scalars(select(SignIn.last_seen_at)).one()
    assert clock.now() - seen < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        pytest.param("/runs/3/enrol?step=2", "/runs/3/enrol?step=2", id="a page of ours"),
        pytest.param("https://evil.example/", "/me", id="another site"),
        pytest.param("//evil.example/", "/me", id="another site without scheme"),
        pytest.param("/\\evil.example/", "/me", id="a backslash"),
        pytest.param("/\t/evil.example/", "/me", id="a hidden tab"),
        pytest.param("javascript:alert(1)", "/me", id="script"),
        pytest.param("", "/me", id="nowhere"),
        pytest.param("/no/such/page", "/me", id="no page of ours"),
        pytest.param("/me/sessions/end", "/me", id="a button"),
    ],
)
def test_next_leads_to_our_pages_only(
    client: FlaskClient, session: Session, wanted: str, reached: str
) -> None:
    person = make_person(session)
    make_account(session, person)

    answer = client.post(
        "/sign-in",
        query_string={"next": wanted},
        data={"email": person.email, "password": PASSWORD},
    )

    assert answer.location == reached


def test_the_eleventh_try_in_a_minute_has_to_wait(client: FlaskClient, session: Session) -> None:
    person = make_person(session)
    make_account(session, person)
    for _ in range(10):
        assert attempt(client, person.email or "", "wrong").status_code == 422

    answer = attempt(client, person.email or "")

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
    assert not is_in(client)


@pytest.mark.parametrize(
    ("path", "name", "spelt"),
    [
        pytest.param(
            "/sign-in",
            "email",
            ["salma@bücher.example", "Salma@xn--bcher-kva.example", "salma@bücher。example"],
            id="address",
        ),
        pytest.param(
            "/sign-in/code",
            "reference",
            ["P-0000-0101", "p 0000 0101", "PO0O0OIOL", "P-00\u034f00-0101"],
            id="reference",
        ),
    ],
)
def test_another_spelling_is_no_other_account(
    client: FlaskClient, path: str, name: str, spelt: list[str]
) -> None:
    said = [
        client.post(
            path,
            data={
                "email": f"{number}@nador.example",
                "password": "wrong",
                "code": "0000",
                name: spelt[number % len(spelt)],
            },
            environ_base={"REMOTE_ADDR": f"10.0.0.{number}"},
        ).status_code
        for number in range(11)
    ]

    assert said == [422] * 10 + [429]


def test_one_address_cannot_try_many_accounts(client: FlaskClient) -> None:
    for number in range(10):
        assert attempt(client, f"person{number}@nador.example").status_code == 422

    assert attempt(client, "person10@nador.example").status_code == 429


def test_a_class_may_sign_in_behind_one_address(client: FlaskClient, session: Session) -> None:
    people = [make_person(session) for _ in range(12)]
    for person in people:
        make_account(session, person)

    assert {attempt(client, person.email or "").status_code for person in people} == {303}


def test_roles_come_from_the_database(client: FlaskClient, session: Session) -> None:
    institute = make_institute(session)
    actor = make_actor(session, Role.REGISTRAR, institute_id=institute.id)

    sign_in(client, session, actor)

    assert is_in(client)
