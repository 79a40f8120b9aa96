"""A holder asks for another spelling; a certifier compares, and grants or refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from nador.accounts.models import Institute, Person
from nador.certification import queries, service
from nador.certification.changes import queries as changes
from nador.certification.changes.models import CorrectionRequest, Proposal
from nador.certification.models import Certificate
from nador.certification.pdf.printable import Unprintable
from nador.certification.rules import (
    AlreadyProposed,
    AlreadyRequested,
    CertificateStatus,
    NamesUnchanged,
    NotInForce,
    RequestSettled,
    RequestStatus,
    WhyMissing,
)
from nador.kernel.access import NOBODY, Actor, Forbidden, Grant, OwnCase, Role
from nador.kernel.db import command
from nador.kernel.errors import Invalid, NotFound
from nador.kernel.mail import Message
from tests.certification.office import ORIGIN, ask_for_two, issue_one, work_off
from tests.factories import make_actor, make_certificate, make_token, sign_in, store

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run
    from nador.kernel.work import Desk
    from tests.conftest import Database

NEW = {"name_latin": "Selma Bouziane", "name_arabic": "سلمى بوزيان", "reason": "A letter is wrong."}


@pytest.fixture
def issued(session: Session, certifier: Actor, run: Run, desk: Desk) -> Certificate:
    return issue_one(session, certifier, run, desk)


def ask(session: Session, certificate: Certificate, **differs: Any) -> CorrectionRequest:
    holder = Actor(person_id=certificate.person_id)
    return service.ask_for_correction(session, holder, code=certificate.code, **(NEW | differs))


def answers(session: Session) -> list[str]:
    session.rollback()
    subjects = session.scalars(select(Message.subject).order_by(Message.id)).all()
    return [one.partition(":")[0].strip() for one in subjects]


def test_granting_supersedes_with_the_new_name(
    session: Session, certifier: Actor, issued: Certificate, desk: Desk
) -> None:
    request = ask(session, issued)

    new = service.approve_correction(session, certifier, request_id=request.id, origin=ORIGIN)
    work_off(desk, session)

    assert isinstance(new, Certificate)
    session.refresh(new)
    old = queries.by_code(session, issued.code)
    person = session.get_one(Person, issued.person_id)
    assert (new.holder_latin, new.status) == ("Selma Bouziane", CertificateStatus.ISSUED)
    assert (old.holder_latin, old.status) == ("Salma Bouziane", CertificateStatus.SUPERSEDED)
    assert person.name_latin == "Selma Bouziane"
    assert person.names_confirmed_by_id == certifier.person_id
    assert changes.correction_request(session, request.id).status is RequestStatus.APPROVED
    with pytest.raises(RequestSettled):
        service.deny_correction(session, certifier, request_id=request.id, reason="no")


def test_refusing_tells_why_and_changes_nothing(
    session: Session, certifier: Actor, issued: Certificate
) -> None:
    request = ask(session, issued)
    with pytest.raises(WhyMissing):
        service.deny_correction(session, certifier, request_id=request.id, reason=" ")
    service.deny_correction(session, certifier, request_id=request.id, reason="Not on the card.")

    assert request.answer == "Not on the card."
    assert queries.by_code(session, issued.code).status is CertificateStatus.ISSUED
    with pytest.raises(RequestSettled):
        service.approve_correction(session, certifier, request_id=request.id, origin=ORIGIN)
    assert ask(session, issued, reason="Here is the card.").status is RequestStatus.OPEN


@pytest.mark.parametrize(
    ("locale", "granted", "refused"),
    [
        ("en", "The certificate is corrected", "The correction is refused"),
        ("fr", "Le certificat est corrigé", "La correction est refusée"),
        ("ar", "تصحيح الشهادة", "رفض التصحيح"),
    ],
)
def test_the_holder_hears_of_either(
    session: Session,
    certifier: Actor,
    issued: Certificate,
    locale: str,
    granted: str,
    refused: str,
) -> None:
    _speak(session, NOBODY, person_id=issued.person_id, locale=locale)
    first = ask(session, issued)
    service.deny_correction(session, certifier, request_id=first.id, reason="Not on the card.")
    second = ask(session, issued)
    service.approve_correction(session, certifier, request_id=second.id, origin=ORIGIN)

    assert answers(session)[-2:] == [refused, granted]
    bodies = session.scalars(select(Message.body).order_by(Message.id)).all()
    assert "Not on the card." in bodies[-2]
    assert issued.code in bodies[-1]


@command
def _speak(session: Session, _actor: Actor, *, person_id: int, locale: str) -> None:
    session.get_one(Person, person_id).locale = locale


@pytest.mark.parametrize(
    ("differs", "refusal", "field"),
    [
        pytest.param(
            {"name_latin": "Salma Bouziane "}, NamesUnchanged, "name_latin", id="nothing new"
        ),
        pytest.param({"name_latin": "", "name_arabic": " "}, Invalid, "name_latin", id="no name"),
        pytest.param({"name_latin": "李"}, Unprintable, "name_latin", id="a letter of no face"),
        pytest.param({"name_arabic": "سلمى 🎓"}, Unprintable, "name_arabic", id="an emoji"),
        pytest.param({"name_latin": "x" * 201}, Invalid, "name_latin", id="endless"),
        pytest.param({"reason": "\u200b"}, WhyMissing, "reason", id="no reason"),
    ],
)
def test_what_cannot_be_asked(
    session: Session,
    issued: Certificate,
    differs: dict[str, str],
    refusal: type[Invalid],
    field: str,
) -> None:
    with pytest.raises(refusal) as refused:
        ask(session, issued, **differs)

    assert refused.value.field == field


def test_asking_twice_and_asking_too_late(
    session: Session, certifier: Actor, issued: Certificate
) -> None:
    request = ask(session, issued)
    with pytest.raises(AlreadyRequested):
        ask(session, issued, name_latin="Selma B.")
    with pytest.raises(AlreadyRequested):
        service.replace(session, certifier, code=issued.code, origin=ORIGIN)
    service.revoke(session, certifier, code=issued.code, reason="a", public_reason="b")
    with pytest.raises(NotInForce):
        ask(session, issued)
    with pytest.raises(NotInForce):
        service.approve_correction(session, certifier, request_id=request.id, origin=ORIGIN)

    service.deny_correction(session, certifier, request_id=request.id, reason="It is revoked.")
    assert request.status is RequestStatus.DENIED


def test_only_the_holder_asks_and_never_answers(
    session: Session, institute: Institute, issued: Certificate
) -> None:
    with pytest.raises(NotFound):
        service.ask_for_correction(
            session,
            make_actor(session, Role.CERTIFIER, institute_id=institute.id),
            code=issued.code,
            **NEW,
        )
    request = ask(session, issued)
    grants = frozenset({Grant(Role.CERTIFIER, institute.id)})
    holder = Actor(person_id=issued.person_id, grants=grants)
    registrar = make_actor(session, Role.REGISTRAR, institute_id=institute.id)

    for actor, refusal in ((holder, OwnCase), (registrar, Forbidden), (NOBODY, NotFound)):
        with pytest.raises(refusal):
            service.approve_correction(session, actor, request_id=request.id, origin=ORIGIN)
        with pytest.raises(refusal):
            service.deny_correction(session, actor, request_id=request.id, reason="no")
    with pytest.raises(NotFound):
        service.approve_correction(session, holder, request_id=404, origin=ORIGIN)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE correction_request SET name_latin = 'X'",
        "UPDATE correction_request SET reason = 'X'",
        (
            "UPDATE correction_request SET status = 'approved', decided_at = asked_at, "
            "decided_by_id = asked_by_id"
        ),
        "DELETE FROM correction_request",
    ],
)
def test_the_database_keeps_what_was_asked(
    session: Session, issued: Certificate, statement: str
) -> None:
    ask(session, issued)

    @command
    def tamper(inner: Session, _actor: Actor) -> None:
        inner.execute(text(statement))

    with pytest.raises(DBAPIError):
        tamper(session, NOBODY)


def test_where_two_decide_granting_waits_for_the_second(
    session: Session, institute: Institute, certifier: Actor, issued: Certificate
) -> None:
    ask_for_two(session, institute)
    colleague = make_actor(session, Role.CERTIFIER, institute_id=institute.id)
    request = ask(session, issued)

    proposal = service.approve_correction(session, certifier, request_id=request.id, origin=ORIGIN)
    assert isinstance(proposal, Proposal)
    assert request.status is RequestStatus.OPEN
    with pytest.raises(AlreadyProposed):
        service.deny_correction(session, colleague, request_id=request.id, reason="no")
    service.deny(session, colleague, proposal_id=proposal.id, reason="Look again.")

    again = service.approve_correction(session, certifier, request_id=request.id, origin=ORIGIN)
    new = service.approve(session, colleague, proposal_id=again.id, origin=ORIGIN)
    assert isinstance(new, Certificate)
    assert new.holder_latin == "Selma Bouziane"
    session.refresh(request)
    assert (request.status, request.decided_by_id) == ("approved", colleague.person_id)


# --- the doors -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_from_the_holder_to_the_certifier_and_back(
    client: FlaskClient,
    session: Session,
    certifier: Actor,
    issued: Certificate,
    language: str,
) -> None:
    client.set_cookie("nador_lang", language)
    sign_in(client, session, Actor(person_id=issued.person_id))
    form = client.get(f"/me/certificates/{issued.code}/correction")
    asked = client.post(f"/me/certificates/{issued.code}/correction", data=NEW)
    mine = client.get("/me/certificates")
    session.rollback()
    request = changes.open_request(session, issued.id)
    assert request is not None
    session.rollback()

    sign_in(client, session, certifier)
    listed = client.get("/manage/decisions")
    place = f"/manage/corrections/{request.id}"
    page = client.get(place)
    unsaid = client.post(f"{place}/denial", data={"reason": ""})
    denied = client.post(f"{place}/denial", data={"reason": "<i>Not on the card.</i>"})
    history = client.get(f"/manage/certificates/{issued.code}")

    sign_in(client, session, Actor(person_id=issued.person_id))
    told = client.get("/me/certificates")

    assert 'value="Salma Bouziane"' in form.text
    assert asked.status_code == 303
    assert "Selma Bouziane" in mine.text
    assert f"/me/certificates/{issued.code}/correction" not in mine.text
    assert place in listed.text
    assert page.text.count("Salma Bouziane") >= 2
    assert "<strong>" in page.text
    assert (unsaid.status_code, denied.status_code) == (422, 303)
    assert "&lt;i&gt;Not on the card.&lt;/i&gt;" in history.text
    assert "&lt;i&gt;Not on the card.&lt;/i&gt;" in told.text
    assert f"/me/certificates/{issued.code}/correction" in told.text


def test_granting_on_the_page(
    client: FlaskClient, session: Session, certifier: Actor, issued: Certificate
) -> None:
    request = ask(session, issued)
    sign_in(client, session, certifier)

    done = client.post(f"/manage/corrections/{request.id}/approval")
    twice = client.post(f"/manage/corrections/{request.id}/approval")

    assert (done.status_code, twice.status_code) == (303, 422)
    assert not done.location.endswith(issued.code)


def test_a_refused_form_loses_nothing_and_names_the_character(
    client: FlaskClient, session: Session, issued: Certificate
) -> None:
    client.set_cookie("nador_lang", "en")
    sign_in(client, session, Actor(person_id=issued.person_id))

    page = client.post(
        f"/me/certificates/{issued.code}/correction",
        data={"name_latin": "Sel李ma <b>", "name_arabic": "سلمى", "reason": "“typed”"},
    )

    assert page.status_code == 422
    assert "CJK UNIFIED IDEOGRAPH-674E" in page.text
    assert "Sel李ma &lt;b&gt;" in page.text
    assert "سلمى" in page.text
    assert "“typed”" in page.text


def test_certifiers_correct_of_their_own_accord(
    client: FlaskClient, session: Session, certifier: Actor, issued: Certificate
) -> None:
    client.set_cookie("nador_lang", "en")
    sign_in(client, session, certifier)
    place = f"/manage/certificates/{issued.code}/replacement"

    form = client.get(place)
    same = client.post(
        place,
        data={
            "name_latin": issued.holder_latin,
            "name_arabic": issued.holder_arabic,
            "reason": "seen",
        },
    )
    done = client.post(place, data=NEW)

    assert 'value="Salma Bouziane"' in form.text
    assert same.status_code == 422
    assert "The certificate has these names already" in same.text
    assert done.status_code == 303
    session.rollback()
    new = queries.by_code(session, done.location.rpartition("/")[2])
    assert new.holder_latin == "Selma Bouziane"


def test_programs_correct(
    client: FlaskClient, session: Session, certifier: Actor, issued: Certificate
) -> None:
    headers = {"Authorization": f"Bearer {make_token(session, certifier)}", "Idempotency-Key": "k"}
    place = f"/api/v1/certificates/{issued.code}/replacement"
    body = {"name_latin": "Selma Bouziane", "reason": "a letter"}

    unsaid = client.post(
        place, json={"name_latin": "S"}, headers=headers | {"Idempotency-Key": "j"}
    )
    done = client.post(place, json=body, headers=headers)
    again = client.post(place, json=body, headers=headers)

    said = done.get_json()
    assert unsaid.status_code == 422
    assert (done.status_code, again.get_json()) == (201, said)
    assert (said["supersedes"], said["status"]) == (issued.code, "pending_issue")
    session.rollback()
    new = queries.by_code(session, said["code"])
    assert (new.holder_latin, new.holder_arabic) == ("Selma Bouziane", issued.holder_arabic)


def test_the_list_of_what_waits_costs_a_few_queries(
    client: FlaskClient,
    session: Session,
    institute: Institute,
    certifier: Actor,
    database: Database,
) -> None:
    another = make_actor(session, Role.CERTIFIER, institute_id=institute.id)
    for number in range(12):
        made = make_certificate(session, institute=institute)
        ask(session, made, name_latin=f"Selma {number:02}")
        proposal = Proposal(
            institute_id=institute.id,
            kind="revoke",
            certificate_id=made.id,
            act={"code": made.code, "reason": "a", "public_reason": "b"},
            proposed_by_id=another.person_id,
            proposed_at=made.ordered_at,
        )
        store(session, proposal)
    sign_in(client, session, certifier)
    said: list[str] = []

    def note(*given: object) -> None:
        said.append(str(given[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    page = client.get("/manage/decisions")
    event.remove(database.engine, "before_cursor_execute", note)

    assert page.text.count("/manage/proposals/") == page.text.count("/manage/corrections/") == 12
    assert len([one for one in said if one.startswith("SELECT")]) <= 8
