"""The pages of one's own certificates."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
import weasyprint
from sqlalchemy import event

from nador.certification.models import CertificateEvent
from nador.certification.rules import CertificateEventKind, CertificateStatus
from nador.kernel import clock
from nador.kernel.access import Actor, Role
from tests.factories import (
    make_actor,
    make_certificate,
    make_person,
    make_status_list,
    sign_in,
    store,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute, Person
    from nador.certification.models import Certificate
    from tests.conftest import Database


@pytest.fixture
def holder(session: Session) -> Person:
    return make_person(session, name_latin="Salma Bouziane", name_arabic="سلمى بوزيان")


@pytest.fixture
def own(session: Session, institute: Institute, holder: Person) -> Certificate:
    made = make_certificate(session, institute=institute, person=holder)
    make_status_list(session, made)
    return made


@pytest.fixture
def home(client: FlaskClient, session: Session, holder: Person) -> FlaskClient:
    """The browser of the holder."""
    sign_in(client, session, Actor(person_id=holder.id))
    client.set_cookie("nador_lang", "en")
    return client


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def note(*given: object) -> None:
        said.append(str(given[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    yield said
    event.remove(database.engine, "before_cursor_execute", note)


def test_a_list_of_fifty_costs_as_much_as_of_one(
    home: FlaskClient,
    session: Session,
    institute: Institute,
    holder: Person,
    statements: list[str],
) -> None:
    for _ in range(50):
        make_certificate(session, institute=institute, person=holder)
    statements.clear()

    page = home.get("/me/certificates").text

    assert len(set(re.findall(r'href="/me/certificates/([^"/]+)"', page))) == 50
    assert len([one for one in statements if one.startswith("SELECT")]) <= 4


def test_a_page_offers_every_way_to_show_it(home: FlaskClient, own: Certificate) -> None:
    page = unescape(home.get(f"/me/certificates/{own.code}").text)

    public = f"/v/{own.code}"
    assert "سلمى بوزيان" in page
    assert f'href="/certificates/{own.code}/file"' in page
    assert re.search(
        rf'<input id="address"[^>]* value="https?://[^"]*{public}"[^>]* readonly', page
    )
    assert 'href="https://wa.me/?text=' in page
    assert 'href="mailto:?subject=' in page
    assert f"&certId={own.code}" in page
    assert "LinkedIn does not follow" in page
    assert f'href="/credentials/{own.uuid}"' in page
    assert f'href="/credentials/{own.uuid}.jwt"' in page


def test_what_is_sent_on_names_nobody(home: FlaskClient, own: Certificate) -> None:
    page = unescape(home.get(f"/me/certificates/{own.code}").text)

    for start in ("https://wa.me/", "mailto:", "https://www.linkedin.com/"):
        [link] = re.findall(rf'href="({re.escape(start)}[^"]*)"', page)
        assert "Salma" not in link
        assert own.uuid not in link


def test_a_camera_reads_the_credentials_address(
    home: FlaskClient, own: Certificate, tmp_path: Path
) -> None:
    page = home.get(f"/me/certificates/{own.code}").text
    [drawn] = re.findall(r'<svg[^>]*class="scan".*?</svg>', page, re.DOTALL)
    drawn = drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg" width="300"', 1)
    weasyprint.HTML(string=drawn).write_pdf(tmp_path / "code.pdf")
    subprocess.run(
        ["pdftoppm", "-png", "-singlefile", "code.pdf", "code"], cwd=tmp_path, check=True
    )

    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "code.png"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert read.stdout.strip().endswith(f"/credentials/{own.uuid}")


def test_others_are_not_told_that_it_exists(
    client: FlaskClient, session: Session, institute: Institute, own: Certificate
) -> None:
    for role in (Role.LEARNER, Role.CERTIFIER, Role.ADMINISTRATOR):
        sign_in(client, session, make_actor(session, role, institute_id=institute.id))
        assert client.get(f"/me/certificates/{own.code}").status_code == 404


@pytest.mark.parametrize("typed", ["x", "NDR-0000-0000-0000-0", "%00", "..%2F..%2Fetc"])
def test_what_is_no_code_is_not_there(home: FlaskClient, typed: str) -> None:
    assert home.get(f"/me/certificates/{typed}").status_code in {400, 404}


def test_what_is_being_made_is_not_there_yet(
    home: FlaskClient, session: Session, institute: Institute, holder: Person
) -> None:
    coming = make_certificate(
        session, institute=institute, person=holder, status=CertificateStatus.PENDING_ISSUE
    )

    assert home.get(f"/me/certificates/{coming.code}").status_code == 404
    assert coming.code not in home.get("/me/certificates").text


def test_a_revoked_one_says_why_and_is_shared_no_more(
    home: FlaskClient, session: Session, institute: Institute, holder: Person
) -> None:
    revoked = make_certificate(
        session,
        institute=institute,
        person=holder,
        status=CertificateStatus.REVOKED,
        public_reason="<b>Error</b> of the centre",
        revocation_reason="for the file only",
    )

    page = home.get(f"/me/certificates/{revoked.code}").text

    assert "&lt;b&gt;Error&lt;/b&gt; of the centre" in page
    assert "for the file only" not in page
    assert "wa.me" not in page
    assert "linkedin.com" not in page


def test_a_replaced_one_leads_to_its_successor(
    home: FlaskClient, session: Session, institute: Institute, holder: Person, own: Certificate
) -> None:
    old = make_certificate(
        session,
        institute=institute,
        person=holder,
        status=CertificateStatus.SUPERSEDED,
        superseded_by=own,
    )

    assert f'href="/me/certificates/{own.code}"' in home.get(f"/me/certificates/{old.code}").text


def test_an_expired_one_is_shown_but_not_put_on_a_profile(
    home: FlaskClient, session: Session, institute: Institute, holder: Person
) -> None:
    old = make_certificate(
        session,
        institute=institute,
        person=holder,
        expires_on=clock.today() - timedelta(days=1),
    )

    page = home.get(f"/me/certificates/{old.code}").text

    assert "It was in force until" in page
    assert "wa.me" in page
    assert "linkedin.com" not in page


def test_the_history_keeps_what_staff_did_to_itself(
    home: FlaskClient, session: Session, institute: Institute, own: Certificate
) -> None:
    colleague = make_actor(session, Role.CERTIFIER, institute_id=institute.id)
    for kind, by in (
        (CertificateEventKind.ISSUED, colleague.person_id),
        (CertificateEventKind.DOWNLOADED, colleague.person_id),
        (CertificateEventKind.DOWNLOADED, own.person_id),
    ):
        done = CertificateEvent(certificate_id=own.id, kind=kind, at=clock.now(), by_id=by)
        store(session, done)

    page = home.get(f"/me/certificates/{own.code}").text

    assert page.count("Came into force") == 1
    assert page.count("Downloaded") == 1


def test_hiding_the_name_comes_back_to_the_page(home: FlaskClient, own: Certificate) -> None:
    hidden = home.post(f"/me/certificates/{own.code}/name", data={"hidden": "1"})

    assert (hidden.status_code, hidden.location) == (303, f"/me/certificates/{own.code}")
    assert "Show my name" in home.get(hidden.location).text


@pytest.mark.parametrize(
    ("language", "said"), [("ar", "إضافة إلى حساب LinkedIn"), ("fr", "Ajouter au profil LinkedIn")]
)
def test_it_is_said_in_the_readers_language(
    home: FlaskClient, own: Certificate, language: str, said: str
) -> None:
    assert said in home.get(f"/me/certificates/{own.code}?lang={language}").text
