"""The pages of issuing: names, order, progress, print, registry, one's own documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, func, select

from nador.accounts.models import Institute
from nador.certification import queries, service
from nador.certification.models import Certificate
from nador.certification.rules import CertificateStatus
from nador.kernel.access import NOBODY, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.db import command
from tests.certification.office import let_pass, order, work_off
from tests.factories import make_actor, make_certificate, sign_in
from tests.factories.assessment import make_passes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run
    from nador.kernel.access import Actor
    from nador.kernel.work import Desk
    from tests.conftest import Database


@pytest.fixture
def office(client: FlaskClient, session: Session, certifier: Actor) -> FlaskClient:
    """The browser of a certifier."""
    sign_in(client, session, certifier)
    client.set_cookie("nador_lang", "en")
    return client


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("ar", "إصدار الشهادات"),
        ("fr", "Émettre les certificats"),
        ("en", "Issue the certificates"),
    ],
)
def test_the_page_shows_who_passed(
    office: FlaskClient, session: Session, run: Run, language: str, heading: str
) -> None:
    let_pass(session, run, name_latin="<b>Bobby</b> & “Tables”", name_arabic=None)

    page = office.get(f"/manage/runs/{run.id}/certify?lang={language}")

    assert page.status_code == 200
    assert heading in page.text
    assert "&lt;b&gt;Bobby&lt;/b&gt; &amp; “Tables”" in page.text
    assert "<b>Bobby" not in page.text


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def note(*given: object) -> None:
        said.append(str(given[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    yield said
    event.remove(database.engine, "before_cursor_execute", note)


def test_a_page_of_five_hundred_costs_a_few_queries(
    office: FlaskClient, session: Session, run: Run, statements: list[str]
) -> None:
    make_passes(session, run_id=run.id, count=500)
    statements.clear()

    page = office.get(f"/manage/runs/{run.id}/certify")

    assert page.text.count("<tr>") > 500
    assert len([one for one in statements if one.startswith("SELECT")]) <= 8


def test_confirming_five_hundred_names_costs_a_few_statements(
    session: Session, certifier: Actor, run: Run, statements: list[str]
) -> None:
    people = make_passes(session, run_id=run.id, count=500, confirmed=False)
    statements.clear()

    confirmed = service.confirm_names(session, certifier, run_id=run.id, person_ids=people)

    assert len(statements) <= 8
    assert confirmed == 500
    assert all(one.person.names_confirmed_at for one in queries.candidates(session, run.id))
    noted = select(func.count()).where(AuditEntry.action == "person.names_confirmed")
    assert session.scalar(noted) == 500


@pytest.mark.parametrize("confirmed", [True, False], ids=["all served", "all refused"])
def test_an_order_for_five_hundred_costs_a_few_statements(
    session: Session, certifier: Actor, run: Run, statements: list[str], *, confirmed: bool
) -> None:
    make_passes(session, run_id=run.id, count=500, confirmed=confirmed)
    statements.clear()

    batch = order(session, certifier, run)

    # Two of them make the institute's first template, once: its lock, and a second look.
    assert len(statements) <= (27 if confirmed else 18)
    progress = queries.progress(session, batch.id)
    assert (progress.pending, progress.failed) == ((500, 0) if confirmed else (0, 500))
    by_name = [one.certificate for one in queries.candidates(session, run.id) if one.certificate]
    assert [one.id for one in queries.of_batch(session, batch.id)] == [one.id for one in by_name]


def test_names_are_confirmed_then_ordered_then_watched(
    office: FlaskClient, session: Session, run: Run, desk: Desk
) -> None:
    person = let_pass(session, run, confirmed=False)
    confirmed = office.post(f"/manage/runs/{run.id}/certify/names", data={"person": person.id})
    ordered = office.post(f"/manage/runs/{run.id}/certify")

    assert confirmed.status_code == ordered.status_code == 303
    running = office.get(ordered.location)
    assert running.headers["Refresh"] == "3"

    work_off(desk, session)
    done = office.get(ordered.location)
    code = session.scalars(select(Certificate.code)).one()
    assert "Refresh" not in done.headers
    assert code in done.text


def test_failures_are_named_and_can_be_tried_again(
    office: FlaskClient, session: Session, run: Run
) -> None:
    let_pass(session, run, name_latin="Nadia Azzouzi", confirmed=False)
    ordered = office.post(f"/manage/runs/{run.id}/certify")

    page = office.get(ordered.location)
    again = office.post(f"{ordered.location}/retry")

    assert "The names are not confirmed" in page.text
    assert "Nadia Azzouzi" in page.text
    assert (again.status_code, again.location) == (303, ordered.location)


def test_nobody_to_issue_for_is_told_on_the_page(office: FlaskClient, run: Run) -> None:
    page = office.post(f"/manage/runs/{run.id}/certify")

    assert page.status_code == 422
    assert "There is nobody to issue for" in page.text


def test_a_file_for_the_printer(
    office: FlaskClient, session: Session, run: Run, certifier: Actor, desk: Desk
) -> None:
    let_pass(session, run)
    order(session, certifier, run)
    work_off(desk, session)
    ordered = office.post(f"/manage/runs/{run.id}/certificates/print")
    waiting = office.get(ordered.location)
    work_off(desk, session)

    ready = office.get(ordered.location)
    link = re.search(r'href="([^"]*certificates\.pdf)"', ready.text)
    assert link is not None

    assert waiting.headers["Refresh"] == "3"
    with office.get(link[1]) as file:
        assert file.data.startswith(b"%PDF")


@pytest.mark.parametrize("found", ["code", "number", "holder_latin", "holder_arabic"])
def test_the_registry_finds(
    office: FlaskClient, session: Session, institute: Institute, found: str
) -> None:
    made = make_certificate(session, institute=institute)

    page = office.get("/manage/certificates", query_string={"q": getattr(made, found)})

    assert made.code in page.text


def test_a_revocation_without_its_reasons_keeps_what_was_typed(
    office: FlaskClient, session: Session, institute: Institute
) -> None:
    made = make_certificate(session, institute=institute)
    place = f"/manage/certificates/{made.code}/revocation"

    refused = office.post(place, data={"reason": "seen twice", "public_reason": " "})
    revoked = office.post(place, data={"reason": "seen twice", "public_reason": "In error"})

    assert refused.status_code == 422
    assert "seen twice" in refused.text
    assert revoked.status_code == 303
    session.rollback()
    session.refresh(made)
    assert made.status is CertificateStatus.REVOKED


def test_holders_see_have_and_hide_their_own(
    client: FlaskClient, session: Session, run: Run, certifier: Actor, desk: Desk
) -> None:
    holder = let_pass(session, run)
    order(session, certifier, run)
    work_off(desk, session)
    made = session.scalars(select(Certificate)).one()
    sign_in(client, session, holder)

    mine = client.get("/me/certificates")
    with client.get(f"/certificates/{made.code}/file") as file:
        given = file.data
    hidden = client.post(f"/me/certificates/{made.code}/name", data={"hidden": "1"})

    assert made.code in mine.text
    assert given == desk.files.get(queries.current_file(session, made.id).sha256)
    assert hidden.status_code == 303
    session.rollback()
    session.refresh(made)
    assert made.holder_hidden
    assert [one.kind for one in queries.events_of(session, made.id)] == ["issued", "downloaded"]


def test_a_preview_has_a_code_that_nobody_has(
    office: FlaskClient, session: Session, run: Run
) -> None:
    let_pass(session, run)
    [one] = queries.candidates(session, run.id)

    preview = office.get(f"/manage/runs/{run.id}/certify/preview/{one.enrolment_id}.pdf")

    assert preview.data.startswith(b"%PDF")
    assert session.scalars(select(Certificate)).all() == []


def test_no_preview_before_the_institute_says_who_it_is(
    office: FlaskClient, session: Session, run: Run, institute: Institute
) -> None:
    let_pass(session, run)
    [one] = queries.candidates(session, run.id)
    _forget_signatory(session, NOBODY, institute_id=institute.id)

    preview = office.get(f"/manage/runs/{run.id}/certify/preview/{one.enrolment_id}.pdf")

    assert preview.status_code == 409
    assert "an administrator must complete" in preview.text


@command
def _forget_signatory(session: Session, _actor: Actor, *, institute_id: int) -> None:
    session.get_one(Institute, institute_id).signatory = {}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "office can correct the name."),
        ("fr", "La scolarité peut corriger le nom."),
        ("ar", "يمكن لمصلحة التسجيل تصحيح الاسم."),
    ],
)
def test_a_preview_that_cannot_be_printed_says_who_and_which_character(
    office: FlaskClient, session: Session, run: Run, language: str, said: str
) -> None:
    let_pass(session, run, name_latin="Li 李 Salma")
    [one] = queries.candidates(session, run.id)

    answer = office.get(
        f"/manage/runs/{run.id}/certify/preview/{one.enrolment_id}.pdf?lang={language}"
    )

    assert answer.status_code == 422
    assert answer.content_type.startswith("text/html")
    assert "CJK UNIFIED IDEOGRAPH-674E" in answer.text
    assert "Li 李 Salma" in answer.text
    assert said in answer.text


@pytest.mark.parametrize(
    ("role", "status"), [(Role.REGISTRAR, 403), (Role.ADMINISTRATOR, 404), (Role.LEARNER, 404)]
)
def test_others_get_no_file(
    client: FlaskClient, session: Session, institute: Institute, role: Role, status: int
) -> None:
    made = make_certificate(session, institute=institute)
    sign_in(client, session, make_actor(session, role, institute_id=institute.id))

    assert client.get(f"/certificates/{made.code}/file").status_code == status


def test_retrying_serves_whoever_is_confirmed_by_now(
    session: Session, certifier: Actor, run: Run
) -> None:
    person = let_pass(session, run, confirmed=False)
    batch = order(session, certifier, run)
    service.confirm_names(session, certifier, run_id=run.id, person_ids=[person.id])
    again = order(session, certifier, run)

    assert again.id == batch.id
    assert queries.progress(session, batch.id).pending == 1
