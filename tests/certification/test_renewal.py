"""A certificate that ends is renewed: the same facts, another term, a new code in its place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from nador.catalogue.rules import DocumentKind
from nador.certification import queries, service
from nador.certification.log import entries
from nador.certification.models import Certificate, LogEntry, StatusList, TemplateVersion
from nador.certification.rules import (
    AlreadyExpired,
    CertificateStatus,
    LogKind,
    NeverExpires,
    NotInForce,
    TemplateStatus,
    expiry,
)
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command
from tests.certification.office import ORIGIN, issue_one, work_off
from tests.factories import make_template_version, make_token, sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.catalogue.models import Run
    from nador.kernel.work import Desk

YEAR = 12


@command
def _bring_into_use(
    session: Session, _actor: Actor, *, version_id: int, months: int | None
) -> None:
    former = session.get_one(TemplateVersion, version_id)
    before = select(TemplateVersion).where(TemplateVersion.template_id == former.template_id)
    earlier = session.scalars(before.order_by(TemplateVersion.number)).all()
    for one in earlier:
        one.status = TemplateStatus.ARCHIVED
    session.flush()
    version = TemplateVersion(
        template_id=former.template_id,
        number=earlier[-1].number + 1,
        layout="nador",
        options={"valid_months": months},
        status=TemplateStatus.ACTIVE,
        created_at=clock.now(),
    )
    session.add(version)


def let_expire(session: Session, institute: Institute, *, months: int | None) -> None:
    """Let the institute's documents be valid for so many months from now on."""
    for kind in DocumentKind:
        former = make_template_version(session, institute_id=institute.id, kind=kind)
        _bring_into_use(session, NOBODY, version_id=former.id, months=months)


@pytest.fixture
def lasting(
    session: Session, institute: Institute, certifier: Actor, run: Run, desk: Desk
) -> Certificate:
    """A certificate that is valid for a year."""
    let_expire(session, institute, months=YEAR)
    return issue_one(session, certifier, run, desk)


@pytest.mark.parametrize("days", [30, 400], ids=["before its last day", "long after"])
def test_a_renewal_says_the_same_for_another_term(
    session: Session,
    institute: Institute,
    certifier: Actor,
    lasting: Certificate,
    desk: Desk,
    days: int,
) -> None:
    let_expire(session, institute, months=24)
    with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
        new = service.renew(session, certifier, code=lasting.code, origin=ORIGIN)
        today = clock.today()
        work_off(desk, session)
    old = queries.by_code(session, lasting.code)
    session.refresh(new)

    changed = {"code", "number", "issued_on", "expires_on", "verify_url"}
    assert {name: new.facts[name] for name in new.facts if name not in changed} == {
        name: old.facts[name] for name in old.facts if name not in changed
    }
    assert (new.issued_on, new.expires_on) == (today, expiry(today, months=24))
    assert new.facts["expires_on"] == str(new.expires_on)
    assert new.status is CertificateStatus.ISSUED
    assert (old.status, old.superseded_by_id) == (CertificateStatus.SUPERSEDED, new.id)


def test_a_renewal_is_logged_and_told_in_the_status_list(
    session: Session, certifier: Actor, lasting: Certificate
) -> None:
    before = session.scalars(select(StatusList.version)).one()

    service.renew(session, certifier, code=lasting.code, origin=ORIGIN)

    at = lasting.superseded_at
    assert at is not None
    leaf = entries.decision(LogKind.SUPERSEDE, code=lasting.code_key, uuid=lasting.uuid, at=at)
    logged = select(LogEntry.kind).where(LogEntry.leaf == leaf.hex())
    assert session.scalars(logged).one() is LogKind.SUPERSEDE
    assert session.scalars(select(StatusList.version)).one() > before


def test_a_correction_keeps_the_last_day(
    session: Session, institute: Institute, certifier: Actor, lasting: Certificate
) -> None:
    let_expire(session, institute, months=60)
    with time_machine.travel(clock.now() + timedelta(days=30), tick=False):
        new = service.replace(session, certifier, code=lasting.code, origin=ORIGIN)

    assert new.expires_on == lasting.expires_on


def test_what_has_expired_is_renewed_and_not_corrected(
    session: Session, certifier: Actor, lasting: Certificate
) -> None:
    with time_machine.travel(clock.now() + timedelta(days=400), tick=False):
        with pytest.raises(AlreadyExpired):
            service.replace(session, certifier, code=lasting.code, origin=ORIGIN)
        service.renew(session, certifier, code=lasting.code, origin=ORIGIN)
        with pytest.raises(NotInForce):
            service.renew(session, certifier, code=lasting.code, origin=ORIGIN)


def test_what_never_ends_is_not_renewed(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    certificate = issue_one(session, certifier, run, desk)

    with pytest.raises(NeverExpires):
        service.renew(session, certifier, code=certificate.code, origin=ORIGIN)


def test_whoever_has_hidden_their_name_goes_on_hiding_it(
    session: Session, certifier: Actor, lasting: Certificate
) -> None:
    holder = Actor(person_id=lasting.person_id)
    service.hide_holder(session, holder, code=lasting.code, hidden=True)

    assert service.renew(session, certifier, code=lasting.code, origin=ORIGIN).holder_hidden


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_renewing_on_the_page(
    client: FlaskClient,
    session: Session,
    certifier: Actor,
    lasting: Certificate,
    desk: Desk,
    language: str,
) -> None:
    client.set_cookie("nador_lang", language)
    sign_in(client, session, certifier)
    shown = client.get(f"/manage/certificates/{lasting.code}")
    asked = client.get(f"/manage/certificates/{lasting.code}/renewal")
    renewed = client.post(f"/manage/certificates/{lasting.code}/renewal")
    twice = client.post(f"/manage/certificates/{lasting.code}/renewal")
    work_off(desk, session)
    new = renewed.location.rpartition("/")[2]
    public = client.get(f"/v/{lasting.code}")

    assert f"/manage/certificates/{lasting.code}/renewal" in shown.text
    assert asked.status_code == 200
    assert (renewed.status_code, twice.status_code) == (303, 422)
    assert new != lasting.code
    assert f"/v/{new}" in public.text
    for one, other in ((lasting.code, new), (new, lasting.code)):
        assert other in client.get(f"/manage/certificates/{one}").text


def test_renewing_for_programs(
    client: FlaskClient, session: Session, certifier: Actor, lasting: Certificate
) -> None:
    headers = {"Authorization": f"Bearer {make_token(session, certifier)}"}
    place = f"/api/v1/certificates/{lasting.code.lower()}/renewal"

    renewed = client.post(place, headers=headers)
    twice = client.post(place, headers=headers)

    said = renewed.get_json()
    assert renewed.status_code == 201
    assert said["supersedes"] == lasting.code
    assert said["status"] == "pending_issue"
    assert said["expires_on"] == str(lasting.expires_on)
    assert (twice.status_code, twice.get_json()["code"]) == (409, "certificate_not_in_force")


@pytest.mark.parametrize(
    ("days", "said", "hint"),
    [
        pytest.param(0, "Valid until", False, id="new"),
        pytest.param(306, "Valid until", True, id="in its last sixty days"),
        pytest.param(400, "Expired", True, id="expired"),
    ],
)
def test_the_holder_sees_when_it_ends(
    client: FlaskClient, session: Session, lasting: Certificate, days: int, said: str, *, hint: bool
) -> None:
    client.set_cookie("nador_lang", "en")
    with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
        sign_in(client, session, Actor(person_id=lasting.person_id))
        page = client.get("/me/certificates")

    assert said in page.text
    assert ("The institute can renew it" in page.text) is hint
