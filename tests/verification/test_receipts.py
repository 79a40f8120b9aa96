"""Receipts: ordered by anybody, made and sealed by a worker, gone after a day."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pytest
import time_machine
from sqlalchemy import func, select

from nador.certification.keys.store import KeyRing
from nador.certification.rules import KeyPurpose
from nador.certification.service.keys import make_first_keys
from nador.kernel import clock
from nador.kernel.access import NOBODY, Role
from nador.kernel.codes import make
from nador.kernel.files import FileStore
from nador.kernel.work import (
    AWAY,
    MOST_ATTEMPTS,
    Desk,
    WorkLease,
    retry,
    run_once,
    troubles_of,
)
from nador.verification.models import Receipt
from nador.verification.rules import ReceiptStatus
from nador.verification.service import RECEIPT
from tests.certification.sheets import text_of
from tests.certification.test_seal import troubles
from tests.factories import make_actor, make_certificate
from tests.verification.test_pages import UNKNOWN, statements

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, sessionmaker

    from nador.accounts.models import Institute
    from nador.certification.models import Certificate, SigningKey
    from nador.settings import Settings

HOSTILE = "<b>Salma</b> & 李 🎓 \u202eevil =1+1"

# What paper looks like does not depend on the database that the words come from.
on_one = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def desk(settings: Settings, sessions: sessionmaker[Session]) -> Desk:
    return Desk(settings=settings, sessions=sessions, files=FileStore(settings.files))


@pytest.fixture
def keys(session: Session, desk: Desk, institute: Institute) -> list[SigningKey]:
    """The institute's keys, as `nador init` makes them."""
    administrator = make_actor(session, Role.ADMINISTRATOR, institute_id=institute.id)
    ring = KeyRing.of(desk.settings)
    return make_first_keys(session, administrator, institute_id=institute.id, ring=ring)


def order(client: FlaskClient, codes: str, lang: str = "en") -> str:
    answer = client.post(f"/verify/list/receipt?lang={lang}", data={"codes": codes})
    assert answer.status_code == 303
    return str(answer.location)


def made(client: FlaskClient, desk: Desk, address: str) -> bytes:
    run_once(desk, holder="a worker")
    page = client.get(address)
    link = re.search(r'href="([^"]+/receipt\.pdf)"', page.text)
    assert link is not None, page.text
    return bytes(client.get(link[1]).data)


def words(pdf: bytes) -> str:
    """What a reader aloud would say where letters are joined: the text of each such element."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        said = [
            str(one.ActualText)
            for one in document.objects
            if isinstance(one, pikepdf.Dictionary) and "/ActualText" in one
        ]
    return " ".join(said)


def statuses(session: Session) -> list[ReceiptStatus]:
    session.rollback()
    return list(session.scalars(select(Receipt.status)))


def test_a_list_becomes_sealed_paper(
    client: FlaskClient, desk: Desk, keys: list[SigningKey], shelf: dict[str, Certificate]
) -> None:
    lines = f"{shelf['valid'].code}\tسلمى بوزيان\n{shelf['revoked'].code}\t{HOSTILE}\n{UNKNOWN}\n"
    address = order(client, lines, lang="fr")
    waiting = client.get(address)
    assert "Le reçu est en préparation" in waiting.text
    assert waiting.headers["Refresh"] == "2"
    assert client.get(address.replace("?", "/receipt.pdf?")).status_code == 303

    pdf = made(client, desk, address)

    ring = KeyRing.of(desk.settings)
    [seal] = [key for key in keys if key.purpose is KeyPurpose.SEAL]
    assert troubles(pdf, ring.open(seal.known)) == []
    assert "Reçu de vérification" in text_of(pdf)
    assert "سلمى بوزيان" in words(pdf)
    assert "Refresh" not in client.get(address).headers


@on_one
@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
@pytest.mark.parametrize("kind", ["valid", "expired", "revoked", "replaced", "hidden"])
def test_one_certificate_has_a_receipt(
    client: FlaskClient,
    desk: Desk,
    keys: list[SigningKey],
    shelf: dict[str, Certificate],
    lang: str,
    kind: str,
) -> None:
    path = f"/v/{shelf[kind].code}/receipt.pdf?lang={lang}"
    assert client.get(path).mimetype == "text/html"
    address = client.post(path).location

    pdf = made(client, desk, address)

    assert keys
    assert pdf.startswith(b"%PDF-")
    assert client.get(path).data == pdf
    assert ("سلمى بوزيان" in words(pdf)) is (kind != "hidden")


def test_one_receipt_serves_all_who_ask_just_now(
    client: FlaskClient, desk: Desk, keys: list[SigningKey], shelf: dict[str, Certificate]
) -> None:
    path = f"/v/{shelf['valid'].code}/receipt.pdf"
    first = client.post(f"{path}?lang=fr").location
    assert client.post(f"{path}?lang=fr").location == first
    assert client.post(f"{path}?lang=ar").location.partition("?")[0] != first.partition("?")[0]

    run_once(desk, holder="a worker")
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert client.get(f"{path}?lang=fr").mimetype == "text/html"
        assert client.post(f"{path}?lang=fr").location != first
    assert keys


def test_codes_that_nobody_has_get_no_receipt(
    client: FlaskClient, session: Session, institute: Institute
) -> None:
    for method in (client.get, client.post):
        assert method(f"/v/{UNKNOWN}/receipt.pdf").status_code == 404
        assert method("/v/x/receipt.pdf").status_code == 404
    assert client.post("/verify/list/receipt", data={"codes": ""}).status_code == 422
    assert client.get("/verify/receipts/guessed").status_code == 404
    assert client.get("/verify/receipts/guessed/receipt.pdf").status_code == 404
    assert session.scalar(select(func.count(Receipt.id))) == 0


def test_a_day_later_it_is_gone(
    client: FlaskClient,
    session: Session,
    desk: Desk,
    keys: list[SigningKey],
    shelf: dict[str, Certificate],
) -> None:
    address = order(client, shelf["valid"].code)
    made(client, desk, address)
    session.rollback()
    asked = session.scalars(select(Receipt.asked)).all()
    assert asked == [""]

    with time_machine.travel(clock.now() + timedelta(hours=24)):
        assert client.get(address).status_code == 404
        run_once(desk, holder="a worker")
    session.rollback()
    assert session.scalar(select(func.count(Receipt.id))) == 0
    assert keys


def test_without_a_key_receipts_wait_until_it_is_back(
    client: FlaskClient,
    session: Session,
    desk: Desk,
    keys: list[SigningKey],
    shelf: dict[str, Certificate],
) -> None:
    addresses = [order(client, one.code) for one in shelf.values()]
    [seal] = [key.known for key in keys if key.purpose is KeyPurpose.SEAL]
    ring = KeyRing.of(desk.settings)
    path = ring.path(seal.purpose, seal.kid)
    away = path.rename(path.with_suffix(".away"))
    ring._opened.clear()

    with time_machine.travel(clock.now(), tick=False) as wall:
        for _ in range(MOST_ATTEMPTS + 1):
            run_once(desk, holder="a worker")
            wall.shift(AWAY)
        session.rollback()
        waiting = session.scalars(select(WorkLease).where(WorkLease.work == RECEIPT)).all()
        assert [(one.attempts, one.dead) for one in waiting] == [(0, False)] * len(shelf)
        assert all(path.name in (one.last_error or "") for one in waiting)
        session.rollback()
        assert "It takes longer than usual" in client.get(addresses[0]).text
        assert any(path.name in trouble for trouble in troubles_of(desk))

        away.rename(path)
        run_once(desk, holder="a worker")
    assert statuses(session) == [ReceiptStatus.READY] * len(shelf)
    assert "The receipt is ready" in client.get(addresses[0]).text


def test_they_wait_for_the_authority_of_timestamps_too(
    client: FlaskClient,
    session: Session,
    desk: Desk,
    keys: list[SigningKey],
    shelf: dict[str, Certificate],
) -> None:
    order(client, shelf["valid"].code)
    stamped = replace(desk.settings, tsa_url="http://127.0.0.1:9/")

    run_once(Desk(stamped, desk.sessions, desk.files), holder="a worker")

    session.rollback()
    [lease] = session.scalars(select(WorkLease).where(WorkLease.work == RECEIPT))
    assert (lease.attempts, lease.last_error) == (0, "no timestamp from http://127.0.0.1:9/")
    with time_machine.travel(clock.now() + AWAY):
        run_once(desk, holder="a worker")
    assert statuses(session) == [ReceiptStatus.READY]
    assert keys


def test_what_waits_for_a_key_is_forgotten_like_others(
    client: FlaskClient, session: Session, desk: Desk, shelf: dict[str, Certificate]
) -> None:
    order(client, shelf["valid"].code)
    run_once(desk, holder="a worker")
    session.rollback()
    [lease] = session.scalars(select(WorkLease))
    assert "nador init" in (lease.last_error or "")

    with time_machine.travel(clock.now() + timedelta(hours=24)):
        run_once(desk, holder="a worker")
    session.rollback()
    assert session.scalars(select(WorkLease)).all() == []
    assert session.scalars(select(Receipt)).all() == []


def test_what_can_never_be_made_is_dead_until_somebody_tries_it_again(
    client: FlaskClient,
    session: Session,
    desk: Desk,
    keys: list[SigningKey],
    shelf: dict[str, Certificate],
) -> None:
    address = order(client, shelf["valid"].code)
    wrong = replace(desk.settings, tsa_url="http://127.0.0.1:9/", tsa_roots_file=Path("nowhere"))
    broken = Desk(wrong, desk.sessions, desk.files)
    with time_machine.travel(clock.now(), tick=False) as wall:
        for _ in range(MOST_ATTEMPTS):
            run_once(broken, holder="a worker")
            session.rollback()
            lease = session.scalars(select(WorkLease).where(WorkLease.work == RECEIPT)).one()
            if not lease.dead:
                wall.move_to(lease.until + timedelta(seconds=1))
        assert lease.dead
        assert statuses(session) == [ReceiptStatus.DEAD]
        assert "could not be made" in client.get(address).text

        retry(session, NOBODY, work_name=RECEIPT, item_id=lease.item_id)
        assert statuses(session) == [ReceiptStatus.DUE]
    assert keys


def test_nothing_of_who_asked_is_kept(client: FlaskClient, shelf: dict[str, Certificate]) -> None:
    columns = set(Receipt.__table__.columns.keys())

    assert columns == {"id", "token", "locale", "code", "asked", "asked_at", "status", "pdf"}
    for path in ("/verify/list/receipt", f"/v/{shelf['valid'].code}/receipt.pdf"):
        answer = client.post(path, data={"codes": UNKNOWN})
        assert "Set-Cookie" not in answer.headers


@on_one
@pytest.mark.timeout(600)
def test_a_thousand_lines_fit_on_paper(
    client: FlaskClient,
    app: Flask,
    desk: Desk,
    keys: list[SigningKey],
    shelf: dict[str, Certificate],
) -> None:
    codes = [shelf["valid"].code, *(make("NDR") for _ in range(999))]
    with statements(app) as sent:
        address = order(client, "".join(f"{code}\tSalma Bouziane\n" for code in codes), lang="ar")
    assert len(sent) <= 3

    pdf = made(client, desk, address)

    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) > 20
    assert len(pdf) < 1_500_000
    assert keys


def test_orders_are_limited_by_the_minute(
    client: FlaskClient, session: Session, institute: Institute
) -> None:
    code = make_certificate(session, institute=institute).code
    statuses = [client.post(f"/v/{code}/receipt.pdf").status_code for _ in range(11)]

    assert statuses == [303] * 10 + [429]
