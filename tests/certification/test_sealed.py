"""Certificates that prove themselves: sealed, with a signed credential inside; without keys, nothing."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
import time_machine
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import func, select, text, update

from nador.catalogue.models import Skill
from nador.certification import jobs, queries, service
from nador.certification.credential import jwt, proof, status
from nador.certification.credential.shape import email_hash
from nador.certification.keys import queries as registered
from nador.certification.keys.chain import read_chain
from nador.certification.keys.store import KeyRing
from nador.certification.log import entries
from nador.certification.log import queries as logged
from nador.certification.log.note import log_name
from nador.certification.log.proof import LogProof
from nador.certification.models import Certificate, Credential, StatusList
from nador.certification.pdf.seal import _for_pyhanko
from nador.certification.rules import BatchStatus, CertificateStatus, KeyPurpose
from nador.kernel import checkup, clock
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.db import command
from nador.kernel.work import AWAY, WorkLease
from tests.certification.office import (
    ORIGIN,
    give_keys,
    issue_one,
    let_pass,
    order,
    work_off,
    work_off_as_it_is,
)
from tests.factories import make_actor, make_institute, make_run, sign_in, store
from tests.factories.catalogue import make_course

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.catalogue.models import Run
    from nador.kernel.work import Desk

LARGEST = 60_000


@pytest.fixture
def issued(session: Session, certifier: Actor, run: Run, desk: Desk) -> Certificate:
    return issue_one(session, certifier, run, desk)


def controller(client: FlaskClient) -> dict[str, Any]:
    """The issuer's keys as they are published; the address is that of the test's instance."""
    found: dict[str, Any] = client.get("/.well-known/did.json").get_json(force=True)
    there: dict[str, Any] = json.loads(
        json.dumps(found).replace(found["id"], "did:web:certs.example.org")
    )
    return there


def served(client: FlaskClient, certificate: Certificate) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/credentials/{certificate.uuid}").get_json(force=True)
    return found


def served_list(client: FlaskClient, credential: dict[str, Any]) -> dict[str, Any]:
    where = credential["credentialStatus"]["statusListCredential"].removeprefix(ORIGIN)
    found: dict[str, Any] = client.get(where).get_json(force=True)
    return found


def is_revoked(client: FlaskClient, certificate: Certificate) -> bool:
    credential = served(client, certificate)
    return status.is_revoked(
        credential,
        served_list(client, credential),
        controller=controller(client),
        now=clock.now() + timedelta(seconds=1),
    )


# --- one complete certificate --------------------------------------------------------------


def test_the_file_is_sealed_for_good(session: Session, desk: Desk, issued: Certificate) -> None:
    content = desk.files.get(queries.current_file(session, issued.id).sha256)
    known = registered.key_in_use(session, KeyPurpose.SEAL, issued.institute_id).known
    root = _for_pyhanko(read_chain(known.chain or "").root)

    [found] = PdfFileReader(BytesIO(content)).embedded_signatures
    told = validate_pdf_signature(found, ValidationContext(trust_roots=[root]))

    assert told.bottom_line
    assert told.docmdp_ok
    assert told.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert len(content) <= LARGEST


def test_foreign_tools_accept_the_file(
    session: Session, desk: Desk, issued: Certificate, tmp_path: Any
) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(desk.files.get(queries.current_file(session, issued.id).sha256))

    def said(*told: str) -> str:
        return subprocess.run(told, check=True, capture_output=True, text=True).stdout

    assert "Signature is Valid" in said("pdfsig", "-nocert", str(path))
    assert "Total document signed" in said("pdfsig", "-nocert", str(path))
    assert "No syntax or stream encoding errors" in said("qpdf", "--check", str(path))


def test_the_file_carries_what_is_served(
    session: Session, desk: Desk, issued: Certificate, client: FlaskClient
) -> None:
    content = desk.files.get(queries.current_file(session, issued.id).sha256)

    with pikepdf.open(BytesIO(content)) as pdf:
        inside = {name: one.get_file().read_bytes() for name, one in pdf.attachments.items()}
        related = {str(one.AFRelationship) for one in pdf.Root.AF}

    proven = LogProof.parse(inside.pop("log-proof").decode())
    entry = entries.credential(inside["credential.json"])
    keys = logged.note_keys(session, log_name(desk.settings.public_url))
    assert proven.verify(entry, keys).size > proven.index
    assert inside == {
        "credential.json": client.get(f"/credentials/{issued.uuid}").data,
        "credential.jwt": client.get(f"/credentials/{issued.uuid}.jwt").data,
    }
    assert related == {"/Source"}


def test_both_forms_are_the_issuers(client: FlaskClient, issued: Certificate) -> None:
    document = served(client, issued)
    token = client.get(f"/credentials/{issued.uuid}.jwt").text

    proof.verify(document, controller=controller(client))
    unsigned = {key: value for key, value in document.items() if key != "proof"}
    assert jwt.verify(token, controller=controller(client)) == unsigned
    assert document["id"] == f"{ORIGIN}/credentials/{issued.uuid}"
    assert document["credentialSubject"]["licenseNumber"] == issued.code


def test_the_credential_says_what_was_taught(
    session: Session, certifier: Actor, institute: Institute, desk: Desk, client: FlaskClient
) -> None:
    store(session, Skill(code="py", label={"fr": "Python", "ar": "بايثون", "en": "P"}, esco="12"))
    version = make_course(session, institute_id=institute.id, min_attendance=80)

    @command
    def teach(inner: Session, _actor: Actor) -> None:
        inner.merge(version).skills = ["py", "gone"]

    teach(session, NOBODY)
    run = make_run(session, version, institute_id=institute.id, starts_in=-60)
    person = let_pass(session, run)
    order(session, certifier, run)
    work_off(desk, session)
    certificate = session.scalars(select(Certificate)).one()
    subject = served(client, certificate)["credentialSubject"]
    achievement, address = subject["achievement"], subject["identifier"][-1]

    assert [one["targetUrl"] for one in achievement["alignment"]] == [
        "http://data.europa.eu/esco/skill/12"
    ]
    assert "QCM" in achievement["criteria"]["narrative"]
    assert "80" in achievement["criteria"]["narrative"]
    assert address["identityHash"] == email_hash(person.email or "", salt=address["salt"])
    assert len(address["salt"]) == 32


# --- who may read --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (None, "application/vc"),
        ("*/*", "application/vc"),
        ("application/ld+json, application/json", "application/ld+json"),
        ("application/json", "application/json"),
    ],
)
def test_each_reader_gets_its_kind(
    client: FlaskClient, issued: Certificate, asked: str | None, told: str
) -> None:
    headers = {"Accept": asked} if asked else {}
    answer = client.get(f"/credentials/{issued.uuid}", headers=headers)
    listed = client.get("/credentials/status/1", headers=headers)
    token = client.get(f"/credentials/{issued.uuid}.jwt", headers=headers)

    assert answer.content_type == listed.content_type == told
    assert token.content_type == "application/vc+jwt"
    assert listed.headers["Cache-Control"] == "public, max-age=300"
    for one in (answer, token):
        assert one.headers["X-Robots-Tag"] == "noindex"
        assert one.headers["Cache-Control"] == "private, no-cache"
    for one in (answer, listed, token):
        assert one.headers["Access-Control-Allow-Origin"] == "*"
        assert "Set-Cookie" not in one.headers
        path = one.request.path
        assert client.get(path, headers={"If-None-Match": one.headers["ETag"]}).status_code == 304


def test_what_is_not_issued_is_not_there(
    session: Session, certifier: Actor, run: Run, client: FlaskClient
) -> None:
    let_pass(session, run)
    order(session, certifier, run)
    coming = session.scalars(select(Certificate)).one()

    for name in (coming.uuid, "00000000-0000-4000-8000-000000000000", "x"):
        assert client.get(f"/credentials/{name}").status_code == 404
        assert client.get(f"/credentials/{name}.jwt").status_code == 404
    assert client.get("/credentials/status/1").status_code == 404, "it is not signed yet"
    assert client.get("/credentials/status/99").status_code == 404


def test_holders_find_their_link(
    session: Session, client: FlaskClient, issued: Certificate
) -> None:
    sign_in(client, session, Actor(person_id=issued.person_id))

    page = client.get(f"/me/certificates/{issued.code}").text

    assert f"/credentials/{issued.uuid}" in page
    assert f"/credentials/{issued.uuid}.jwt" in page
    assert issued.uuid not in client.get(f"/v/{issued.code}").text


# --- places in the list --------------------------------------------------------------------


def test_places_are_drawn_by_lot_from_half_of_a_list(
    session: Session, certifier: Actor, run: Run, institute: Institute
) -> None:
    store(session, StatusList(institute_id=institute.id, origin=ORIGIN, size=8))
    store(session, StatusList(institute_id=institute.id, origin="https://before.example.org"))
    for number in range(10):
        let_pass(session, run, name_latin=f"Person {number}")
    order(session, certifier, run)

    lists = session.scalars(select(StatusList).order_by(StatusList.id)).all()
    places = session.execute(select(Credential.status_list_id, Credential.status_index)).all()

    assert [(one.size, one.taken) for one in lists] == [(8, 4), (131_072, 0), (131_072, 6)]
    assert len(set(places)) == 10
    assert all(0 <= index < 8 for list_id, index in places if list_id == lists[0].id)


def test_each_institute_has_lists_of_its_own(
    session: Session, certifier: Actor, run: Run, issued: Certificate, desk: Desk
) -> None:
    other = make_institute(session, prefix="OUJ")
    colleague = make_actor(session, Role.CERTIFIER, institute_id=other.id)
    version = make_course(session, institute_id=other.id)
    theirs = make_run(session, version, institute_id=other.id, starts_in=-60)
    let_pass(session, theirs)
    order(session, colleague, theirs)
    work_off(desk, session)

    found = session.scalars(select(StatusList.institute_id).order_by(StatusList.id)).all()
    signed = session.scalars(select(StatusList.document).order_by(StatusList.id)).all()

    assert found == [issued.institute_id, other.id]
    assert [json.loads(one or "")["issuer"] for one in signed] == [
        "did:web:certs.example.org",
        "did:web:certs.example.org:institutes:OUJ",
    ]


# --- what no longer stands -----------------------------------------------------------------


def test_a_revocation_reaches_the_list(
    session: Session, certifier: Actor, desk: Desk, client: FlaskClient, issued: Certificate
) -> None:
    assert not is_revoked(client, issued)

    service.revoke(session, certifier, code=issued.code, reason="a", public_reason="b")
    assert not is_revoked(client, issued), "a worker has to sign it first"
    work_off(desk, session)

    assert is_revoked(client, issued)
    assert session.scalar(select(func.count()).select_from(WorkLease)) == 0


def test_a_replacement_revokes_the_old_credential_only(
    session: Session, certifier: Actor, desk: Desk, client: FlaskClient, issued: Certificate
) -> None:
    new = service.replace(session, certifier, code=issued.code, origin=ORIGIN)
    work_off(desk, session)

    assert is_revoked(client, issued)
    assert not is_revoked(client, session.get_one(Certificate, new.id))


def test_lists_are_signed_anew_every_day_and_only_then(
    session: Session, desk: Desk, issued: Certificate
) -> None:
    def signed() -> str:
        work_off(desk, session)
        return queries.signed_list(session, 1)

    first = signed()
    with time_machine.travel(clock.now() + timedelta(hours=23)):
        assert signed() == first
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert signed() != first
    assert issued.status is CertificateStatus.ISSUED


def test_a_list_that_nobody_signs_is_told_before_it_ends(
    session: Session, desk: Desk, issued: Certificate
) -> None:
    assert issued
    assert list(jobs.lists_in_time(desk)) == []
    with time_machine.travel(clock.now() + timedelta(days=3, minutes=1)):
        [told] = jobs.lists_in_time(desk)
    assert "status list 1" in told


# --- without keys --------------------------------------------------------------------------


def anew(desk: Desk) -> KeyRing:
    """Forget what this process has opened, as a new start does."""
    ring = KeyRing.of(desk.settings)
    ring._opened.clear()
    return ring


@pytest.mark.parametrize("purpose", [KeyPurpose.CREDENTIAL, KeyPurpose.SEAL])
def test_a_lost_key_stops_issuing_until_it_is_back(
    session: Session, certifier: Actor, run: Run, desk: Desk, purpose: KeyPurpose
) -> None:
    give_keys(session, desk)
    known = registered.key_in_use(session, purpose, run.institute_id).known
    path = anew(desk).path(purpose, known.kid)
    content = path.read_bytes()
    for number in range(3):
        let_pass(session, run, name_latin=f"Person {number}")
    batch = order(session, certifier, run)
    path.unlink()

    for hours in range(12):
        with time_machine.travel(clock.now() + timedelta(hours=hours)):
            work_off_as_it_is(desk, session)

    progress = queries.progress(session, batch.id)
    assert (progress.status, progress.pending, progress.failed) == (BatchStatus.RUNNING, 3, 0)
    [(reason, count)] = queries.held_up(session, batch.id).items()
    assert path.name in reason
    assert count == 3
    assert session.scalar(select(func.max(WorkLease.attempts))) == 0
    assert any(path.name in told for told in jobs.keys_at_hand(desk))
    signed = select(func.count()).where(Credential.signed_at.is_not(None))
    assert session.scalar(signed) == 0

    path.write_bytes(content)
    path.chmod(0o600)
    with time_machine.travel(clock.now() + timedelta(hours=12) + AWAY):
        work_off_as_it_is(desk, session)

    assert queries.progress(session, batch.id).issued == 3
    assert queries.held_up(session, batch.id) == {}


def test_an_expired_seal_stops_issuing(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    give_keys(session, desk)
    let_pass(session, run)
    batch = order(session, certifier, run)

    with time_machine.travel(clock.now() + timedelta(days=4000)):
        work_off_as_it_is(desk, session)
        assert "expired" in next(iter(queries.held_up(session, batch.id)))


def test_an_institute_without_keys_does_not_stop_another(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    for number in range(20):
        let_pass(session, run, name_latin=f"Person {number}")
    batch = order(session, certifier, run)
    other = make_institute(session, prefix="OUJ")
    keeper = make_actor(session, Role.ADMINISTRATOR, institute_id=other.id)
    ring = KeyRing.of(desk.settings)
    service.make_first_keys(session, keeper, institute_id=other.id, ring=ring)
    colleague = make_actor(session, Role.CERTIFIER, institute_id=other.id)
    version = make_course(session, institute_id=other.id)
    theirs = make_run(session, version, institute_id=other.id, starts_in=-60)
    let_pass(session, theirs)
    mine = order(session, colleague, theirs)

    work_off_as_it_is(desk, session)

    assert queries.progress(session, mine.id).issued == 1
    assert queries.progress(session, batch.id).pending == 20
    [(reason, count)] = queries.held_up(session, batch.id).items()
    assert "nador init" in reason
    assert count == 20


def test_the_page_of_an_order_says_what_it_waits_for(
    session: Session, certifier: Actor, run: Run, desk: Desk, client: FlaskClient
) -> None:
    let_pass(session, run)
    batch = order(session, certifier, run)
    work_off_as_it_is(desk, session)
    sign_in(client, session, certifier)

    page = client.get(f"/manage/batches/{batch.id}?lang=en").text

    assert "An administrator has to see to this" in page
    assert "nador init" in page


def test_what_a_compromised_key_signed_is_signed_by_another(
    session: Session, desk: Desk, client: FlaskClient, issued: Certificate, institute: Institute
) -> None:
    keeper = make_actor(session, Role.ADMINISTRATOR, institute_id=institute.id)
    before = served(client, issued)
    old = registered.key_in_use(session, KeyPurpose.CREDENTIAL, institute.id).kid

    service.retire_key(session, keeper, kid=old, compromised=True)
    with pytest.raises(proof.NotProven):
        proof.verify(before, controller=controller(client))
    work_off(desk, session)
    after = served(client, issued)

    proof.verify(after, controller=controller(client))
    assert not is_revoked(client, issued)
    assert {**before, "proof": None} == {**after, "proof": None}
    assert before["proof"] != after["proof"]


def test_what_a_credential_is_made_of_is_kept(session: Session, issued: Certificate) -> None:
    @command
    def move(inner: Session, _actor: Actor) -> None:
        inner.execute(update(Credential).values(status_index=Credential.status_index + 1))

    with pytest.raises(Exception, match="snapshot"):
        move(session, NOBODY)
    assert issued


def disagreements(desk: Desk) -> list[str]:
    return [told for one in checkup.examine(desk, deep=True) for told in one.troubles if told]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        pytest.param(
            "UPDATE credential SET document = replace(document, 'Salma', 'Selma')",
            "not proven (altered)",
            id="a credential that was altered",
        ),
        pytest.param(
            "UPDATE credential SET document = replace(document, 'NDR-', 'NDX-')",
            "that of another certificate",
            id="a credential of another certificate",
        ),
        pytest.param(
            "UPDATE credential SET sha256 = 'x'",
            "is not in the log",
            id="a credential that the log does not know",
        ),
        pytest.param(
            "UPDATE certificate SET status = 'superseded', superseded_by_id = id,"
            " superseded_at = issued_at",
            "(superseded): place",
            id="a list that was not told",
        ),
    ],
)
def test_the_doctor_finds_what_disagrees(
    session: Session, desk: Desk, issued: Certificate, statement: str, said: str
) -> None:
    assert issued.status is CertificateStatus.ISSUED
    whole = disagreements(desk)

    @command
    def tamper(inner: Session, _actor: Actor) -> None:
        inner.execute(text(statement))

    tamper(session, NOBODY)

    assert not any(said in told for told in whole)
    assert any(said in told for told in disagreements(desk))
