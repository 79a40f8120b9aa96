"""Certificates that end: reminders that go out once, and the office's lists."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from nador.certification import queries
from nador.certification.models import Reminder
from nador.certification.rules import CertificateStatus, Validity
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.db import command
from nador.kernel.mail import Message
from tests.certification.office import work_off_as_it_is
from tests.factories import (
    make_actor,
    make_certificate,
    make_course,
    make_institute,
    make_person,
    make_run,
    sign_in,
)

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.certification.models import Certificate
    from nador.kernel.work import Desk


def make_ending(session: Session, institute: Institute, left: int, **said: Any) -> Certificate:
    """Make a certificate of which so many days are left; it was issued a year ago."""
    facts = {"issued_on": clock.today() - timedelta(days=365)} | said
    ends = clock.today() + timedelta(days=left)
    return make_certificate(session, institute=institute, expires_on=ends, **facts)


def mails(session: Session) -> list[str]:
    return [one.body for one in session.scalars(select(Message).order_by(Message.id))]


def reminders(session: Session) -> list[tuple[int, bool]]:
    rows = session.execute(select(Reminder.days, Reminder.sent).order_by(Reminder.days))
    return [(row.days, row.sent) for row in rows]


@pytest.mark.parametrize(
    ("left", "sent"),
    [(90, []), (60, [60]), (45, [60]), (30, [30]), (7, [7]), (0, [7]), (-1, [])],
)
def test_each_goes_out_once_and_only_the_nearest(
    session: Session, institute: Institute, desk: Desk, left: int, sent: list[int]
) -> None:
    made = make_ending(session, institute, left)

    work_off_as_it_is(desk, session)
    work_off_as_it_is(desk, session)

    assert reminders(session) == [(days, True) for days in sent]
    assert len(mails(session)) == len(sent)
    assert all(made.code in body for body in mails(session))


def test_the_next_one_goes_out_on_its_day(
    session: Session, institute: Institute, desk: Desk
) -> None:
    made = make_ending(session, institute, 30)

    @command
    def tell_before(inner: Session, _actor: Actor) -> None:
        inner.add(Reminder(certificate_id=made.id, days=60, at=clock.now(), sent=True))

    tell_before(session, NOBODY)
    work_off_as_it_is(desk, session)

    assert reminders(session) == [(30, True), (60, True)]
    assert len(mails(session)) == 1


@pytest.mark.parametrize("status", [CertificateStatus.REVOKED, CertificateStatus.PENDING_ISSUE])
def test_what_does_not_stand_is_not_reminded_of(
    session: Session, institute: Institute, desk: Desk, status: CertificateStatus
) -> None:
    make_ending(session, institute, 30, status=status)

    assert session.scalars(queries.reminders_due(clock.now())).all() == []


def test_a_replaced_one_is_not_reminded_of(session: Session, institute: Institute) -> None:
    new = make_certificate(session, institute=institute)
    make_ending(session, institute, 7, status=CertificateStatus.SUPERSEDED, superseded_by=new)

    assert session.scalars(queries.reminders_due(clock.now())).all() == []


def test_an_imported_run_tells_nobody(session: Session, institute: Institute, desk: Desk) -> None:
    run = make_run(
        session, make_course(session, institute_id=institute.id), institute_id=institute.id
    )

    @command
    def import_it(inner: Session, _actor: Actor) -> None:
        inner.merge(run).imported = True

    import_it(session, NOBODY)
    make_ending(session, institute, 30, run=run)
    work_off_as_it_is(desk, session)

    assert mails(session) == []


def test_a_certificate_of_a_month_is_not_reminded_of_on_its_first_day(
    session: Session, institute: Institute, desk: Desk
) -> None:
    make_ending(session, institute, 30, issued_on=clock.today())

    work_off_as_it_is(desk, session)

    assert reminders(session) == [(30, False)]
    assert mails(session) == []


def test_the_mail_is_in_the_holder_s_language(
    session: Session, institute: Institute, desk: Desk
) -> None:
    person = make_person(session)

    @command
    def speak_french(inner: Session, _actor: Actor) -> None:
        inner.merge(person).locale = "fr"

    speak_french(session, NOBODY)
    make_ending(session, institute, 7, person=person)
    work_off_as_it_is(desk, session)

    [mail] = session.scalars(select(Message))
    assert mail.subject.startswith("Le certificat expire le ")
    assert "Données et tableur pour décider" in mail.body


def test_lists_of_what_ends_and_what_has_ended(session: Session, institute: Institute) -> None:
    certifier = make_actor(session, Role.CERTIFIER, institute_id=institute.id)
    soon = [make_ending(session, institute, left) for left in (60, 3, 3, 0)]
    over = [make_ending(session, institute, left) for left in (-1, -400)]
    make_ending(session, institute, 61)
    make_ending(session, institute, 3, status=CertificateStatus.REVOKED)
    elsewhere = make_institute(session, prefix="OUJ")
    make_ending(session, elsewhere, 3)

    first = queries.endings(session, certifier, Validity.ENDS_SOON, most=2)
    rest = queries.endings(session, certifier, Validity.ENDS_SOON, after=first.next or "", most=2)
    expired = queries.endings(session, certifier, Validity.EXPIRED, most=1)
    older = queries.endings(session, certifier, Validity.EXPIRED, after=expired.next or "")

    assert [one.certificate.id for one in first.rows] == [soon[3].id, soon[1].id]
    assert [one.certificate.id for one in rest.rows] == [soon[2].id, soon[0].id]
    assert rest.next is None
    assert [one.certificate.id for one in [*expired.rows, *older.rows]] == [one.id for one in over]


@pytest.fixture
def office(client: FlaskClient, session: Session, certifier: Actor) -> FlaskClient:
    sign_in(client, session, certifier)
    client.set_cookie("nador_lang", "en")
    return client


def test_the_office_sees_and_takes_the_list(
    office: FlaskClient, session: Session, institute: Institute, desk: Desk
) -> None:
    hostile = make_person(session, name_latin="=cmd|' /C calc'!A0 <b>", name_arabic=None)
    made = make_ending(session, institute, 5, person=hostile)
    work_off_as_it_is(desk, session)

    page = office.get("/manage/certificates/ending")
    table = office.get("/manage/certificates/ending.csv")
    nothing = office.get("/manage/certificates/ending?show=expired&after=x:y")

    assert made.code in page.text
    assert "<b>" not in page.text
    rows = list(csv.reader(io.StringIO(table.data.decode("utf-8-sig"))))
    assert [row[1] for row in rows] == ["Code", made.code]
    assert rows[1][3].startswith("'=cmd")
    assert rows[1][8] == clock.today().isoformat()
    assert "No certificate has expired" in nothing.text


def test_holders_see_until_when(
    client: FlaskClient, session: Session, institute: Institute
) -> None:
    person = make_person(session)
    for left in (-1, 10, 400):
        make_ending(session, institute, left, person=person)
    sign_in(client, session, person)

    page = client.get("/me/certificates?lang=en").text

    assert page.count("Valid until") == 3
    assert "Expired" in page
    assert "Ends soon" in page
    assert "In force" in page
