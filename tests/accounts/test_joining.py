"""Getting an account and getting back into it, mail by mail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from nador.accounts import labels, service
from nador.accounts.models import Account, Institute, Person, SignIn
from nador.kernel.access import NOBODY, Forbidden, Role
from nador.kernel.mail import Message
from tests.factories import (
    PASSWORD,
    make_account,
    make_actor,
    make_institute,
    make_person,
    sign_in,
)

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

NEW = "seven storks over the salt marsh"


def ask(client: FlaskClient, **changed: str) -> TestResponse:
    form = {
        "name_latin": "Salma Bouziane",
        "name_arabic": "سلمى بوزيان",
        "email": "Salma@Nador.example",
        "password": PASSWORD,
        "consent": "y",
    }
    return client.post("/sign-up?lang=fr", data=form | changed)


def mails(session: Session) -> list[Message]:
    session.rollback()
    return list(session.scalars(select(Message).order_by(Message.id)))


def link(message: Message) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", message.body)
    assert found is not None
    return found[1]


def try_password(client: FlaskClient, login: str, password: str) -> int:
    return client.post("/sign-in", data={"email": login, "password": password}).status_code


def test_from_sign_up_to_the_first_page(client: FlaskClient, session: Session) -> None:
    assert ask(client).location == "/mail-sent"
    [mail] = mails(session)
    assert (mail.recipient, mail.locale) == ("salma@nador.example", "fr")
    assert "Bonjour Salma Bouziane," in mail.body
    assert try_password(client, "salma@nador.example", PASSWORD) == 422

    renewed = mails(session)[-1]
    assert client.get(link(mail)).status_code == 404
    assert client.get(link(renewed)).status_code == 200
    assert client.post(link(renewed)).location == "/me"

    assert client.get("/me/profile").status_code == 200
    assert client.post(link(renewed)).status_code == 404
    client.post("/sign-out")
    assert try_password(client, "salma@nador.example", PASSWORD) == 303


def test_nobody_learns_that_an_address_is_known(client: FlaskClient, session: Session) -> None:
    person = make_person(session, email="salma@nador.example")
    make_account(session, person)

    assert ask(client, password=NEW).location == "/mail-sent"

    [mail] = mails(session)
    assert "/reset/" in mail.body
    assert try_password(client, "salma@nador.example", NEW) == 422
    assert try_password(client, "salma@nador.example", PASSWORD) == 303


def test_the_latest_to_ask_decides_the_password(client: FlaskClient, session: Session) -> None:
    ask(client, password=NEW)
    ask(client)
    first, second = mails(session)

    assert client.post(link(first)).status_code == 404
    client.post(link(second))

    client.post("/sign-out")
    assert try_password(client, "salma@nador.example", NEW) == 422
    assert session.scalar(select(func.count(Person.id))) == 1


def test_a_stranger_cannot_choose_the_password_of_who_opens_the_mail(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    ask(client)
    stranger = app.test_client()
    ask(stranger, password=NEW)

    assert client.post(link(mails(session)[-1])).location == "/me/password"

    assert try_password(stranger, "salma@nador.example", NEW) == 422
    client.post("/me/password", data={"password": PASSWORD})
    assert try_password(app.test_client(), "salma@nador.example", PASSWORD) == 303


def test_who_typed_the_right_password_keeps_it(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    ask(app.test_client())
    assert try_password(client, "salma@nador.example", PASSWORD) == 422

    assert client.post(link(mails(session)[-1])).location == "/me"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name_latin": "", "name_arabic": ""},
        {"email": "salma"},
        {"password": "password123"},
        {"consent": ""},
        {"name_latin": "a" * 300},
    ],
    ids=["no name", "no address", "weak", "not agreed", "endless"],
)
def test_a_wrong_form_keeps_what_was_typed(
    client: FlaskClient, session: Session, wrong: dict[str, str]
) -> None:
    answer = ask(client, **wrong)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "سلمى" in answer.text or not wrong.get("name_arabic", "x")
    assert mails(session) == []


def test_a_forgotten_password_ends_every_session(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    person = make_person(session)
    make_account(session, person)
    elsewhere = app.test_client()
    sign_in(elsewhere, session, person)
    client.post("/reset", data={"email": person.email})
    [mail] = mails(session)

    weak = client.post(link(mail), data={"password": "password123"})
    assert weak.status_code == 422
    assert client.post(link(mail), data={"password": NEW}).location == "/me"

    assert elsewhere.get("/me/profile").status_code == 303
    assert client.post(link(mail), data={"password": NEW}).status_code == 404
    client.post("/sign-out")
    assert try_password(client, person.email or "", NEW) == 303


def test_reset_says_the_same_to_strangers(client: FlaskClient, session: Session) -> None:
    answer = client.post("/reset", data={"email": "nobody@nador.example"})

    assert (answer.status_code, answer.location) == (303, "/mail-sent")
    assert mails(session) == []


def test_a_code_on_paper_opens_an_account_once(client: FlaskClient, session: Session) -> None:
    institute = make_institute(session)
    registrar = make_actor(session, Role.REGISTRAR, institute_id=institute.id)
    person = make_person(session, email=None)
    sign_in(client, session, registrar)
    made = client.post(f"/manage/people/{person.id}/code")
    sheet = client.get(made.location).text
    code = re.search(r">(\w{4}-\w{4}-\w{4})<", sheet)
    assert code is not None
    assert client.get(made.location).status_code == 404
    client.post("/sign-out")

    typed = {"reference": person.reference.lower(), "code": code[1].lower().replace("-", " ")}
    assert client.post("/sign-in/code", data=typed | {"code": "0000"}).status_code == 422
    assert client.post("/sign-in/code", data=typed).location == "/me/password"
    client.post("/me/password", data={"password": NEW})

    assert client.post("/sign-in/code", data=typed).status_code == 422
    client.post("/sign-out")
    assert try_password(client, person.reference, NEW) == 303


def test_a_registrar_prints_no_code_for_those_with_mail(session: Session) -> None:
    institute = make_institute(session)
    registrar = make_actor(session, Role.REGISTRAR, institute_id=institute.id)
    person = make_person(session)

    with pytest.raises(Forbidden):
        service.print_code(session, registrar, person_id=person.id)


def test_a_new_address_counts_once_its_owner_confirms_it(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    person = make_person(session, email="old@nador.example")
    make_account(session, person)
    sign_in(client, session, person)
    client.post("/me/email", data={"email": "new@nador.example"})
    [mail] = mails(session)
    assert mail.recipient == "new@nador.example"

    assert app.test_client().post(link(mail)).status_code == 403
    assert client.post(link(mail)).status_code == 303

    session.rollback()
    assert session.get_one(Person, person.id).email == "new@nador.example"
    assert [message.recipient for message in mails(session)] == [
        "new@nador.example",
        "old@nador.example",
    ]


def test_the_first_link_lets_the_administrator_in(client: FlaskClient, session: Session) -> None:
    secret = service.found_institute(
        session, NOBODY, name="Institut", prefix="ndr", email="admin@nador.example"
    )

    assert client.get(f"/sign-in/link/{secret}").status_code == 200
    assert client.post(f"/sign-in/link/{secret}").location == "/me/password"
    assert client.get("/manage/institute").status_code == 200
    assert client.post(f"/sign-in/link/{secret}").status_code == 404


def test_the_page_of_an_institute_is_saved_as_it_was_shown(
    client: FlaskClient, session: Session
) -> None:
    institute = make_institute(session)
    sign_in(client, session, make_actor(session, Role.ADMINISTRATOR, institute_id=institute.id))
    shown = dict(
        re.findall(r'name="(\w[\w-]*)"[^>]*? value="([^"]*)"', client.get("/manage/institute").text)
    )

    del shown["second_person"]  # a box without its tick is not sent
    answer = client.post("/manage/institute", data=shown | {"city_fr": "Nador"})

    assert shown["prefix"] == institute.prefix
    assert answer.status_code == 303
    session.rollback()
    session.expire_all()
    assert session.get_one(Institute, institute.id).city["fr"] == "Nador"


def test_an_error_that_several_fields_share_names_each_of_them(client: FlaskClient) -> None:
    page = ask(client, email="", password="").text

    assert ">Adresse e-mail\u00a0: Remplir ce champ.</a>" in page
    assert ">Mot de passe\u00a0: Remplir ce champ.</a>" in page


@pytest.mark.parametrize(
    ("device", "said"),
    [
        pytest.param(
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/130.0.0.0 Mobile Safari/537.36",
            "Chrome · Android",
            id="claims to be Safari too",
        ),
        pytest.param(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
            "Firefox · Windows",
            id="Firefox",
        ),
        pytest.param("curl/8.5.0", "curl", id="a program"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_browser_is_called_by_its_name(device: str, said: str) -> None:
    assert labels.browser(device) == said


def test_changing_the_password_ends_the_other_sessions(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    person = make_person(session)
    make_account(session, person)
    elsewhere = app.test_client()
    sign_in(elsewhere, session, person)
    sign_in(client, session, person)

    wrong = client.post("/me/password", data={"present": "wrong", "password": NEW})
    assert wrong.status_code == 422
    right = client.post("/me/password", data={"present": PASSWORD, "password": NEW})

    assert right.status_code == 303
    assert client.get("/me/profile").status_code == 200
    assert elsewhere.get("/me/profile").status_code == 303
    live = select(func.count(SignIn.id)).where(SignIn.ended_at.is_(None))
    assert session.scalar(live) == 1
    assert session.scalar(select(func.count(Account.person_id))) == 1
