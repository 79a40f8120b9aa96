"""Before a person is erased: where somebody typed their name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import String, types

from nador.certification.changes.models import CorrectionRequest
from nador.enrolment.models import Equivalence
from nador.kernel import audit, clock
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.db import command
from nador.kernel.i18n import translator
from nador.registry import metadata
from nador.reporting import labels, queries
from nador.reporting.queries.mentions import TYPED
from nador.reporting.rules import TypedText
from tests.factories import (
    make_actor,
    make_certificate,
    make_course,
    make_institute,
    make_person,
    sign_in,
    store,
)
from tests.reporting.test_pages import statements

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.accounts.models import Person
    from tests.conftest import Database


@pytest.mark.parametrize("code", ["en", "fr", "ar"])
def test_every_kind_of_text_has_words(code: str) -> None:
    said = [labels.typed_text(translator(code), kind) for kind in TypedText]

    assert len(set(said)) == len(TypedText)


def test_every_reason_and_answer_is_looked_at() -> None:
    """A new column for what somebody types freely is named in `TYPED`, or here with its cause."""
    looked_at = {
        (column.table.name, column.name)
        for typed in TYPED
        for column in typed.column.property.columns
    }
    # Not about people, or written by a program.
    other = {("batch_failure", "reason")}
    typed = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String) and not isinstance(column.type, types.Enum)
        if column.name.endswith(("reason", "answer", "comment", "feedback", "remark"))
    }

    assert typed - other <= looked_at


@pytest.fixture
def person(session: Session) -> Person:
    return make_person(session, name_latin="Éric Wardi", name_arabic="إيريك الوردي")


def test_texts_in_both_scripts_are_listed_with_their_rows(
    session: Session, person: Person, database: Database
) -> None:
    institute = make_institute(session)
    revoked = make_certificate(
        session,
        institute=institute,
        status="revoked",  # type: ignore[arg-type] # its value is enough
        revocation_reason="Copied from ÉRIC",
        public_reason="رسالة من الوردي",
    )
    make_certificate(
        session,
        institute=institute,
        status="revoked",  # type: ignore[arg-type] # its value is enough
        revocation_reason="generic reason",
    )
    trail(session, NOBODY)
    store(
        session,
        Equivalence(
            person_id=person.id,
            course_id=make_course(session, institute_id=institute.id).course_id,
            reason="Wardi a montré son diplôme",
            recorded_at=clock.now(),
            recorded_by_id=person.id,
        ),
    )

    session.refresh(person)
    with statements(database.engine) as sent:
        found = queries.mentions(session, person)

    assert [(one.kind, one.row, one.place) for one in found.rows] == [
        (TypedText.REVOCATION, revoked.id, "certificate.revocation_reason"),
        (TypedText.PUBLIC_REASON, revoked.id, "certificate.public_reason"),
        (TypedText.EQUIVALENCE, person.id, "equivalence.reason"),
        (TypedText.AUDIT, 1, "audit_entry.details"),
    ]
    assert found.rows[-1].text == "بطلب من الوردي"
    assert not found.more
    assert len(sent) == 1


@command
def trail(session: Session, actor: Actor) -> None:
    audit.record(session, actor, "run.cancelled", "run:1", reason="بطلب من الوردي")
    audit.record(session, actor, "person.corrected", "person:9", latin="Wardi")


def test_more_than_a_page_is_said(session: Session, person: Person) -> None:
    certificate = make_certificate(session, institute=make_institute(session))
    for _ in range(3):
        store(session, asked(certificate.id, person.id, reason="Wardi, with an i"))

    found = queries.mentions(session, person, most=2)

    assert len(found.rows) == 2
    assert found.more


def asked(certificate_id: int, person_id: int, **columns: Any) -> CorrectionRequest:
    now = clock.now()
    return CorrectionRequest(
        certificate_id=certificate_id,
        name_latin="A",
        asked_by_id=person_id,
        asked_at=now,
        status="denied",
        decided_at=now,
        decided_by_id=person_id + 1,
        answer="",
        **columns,
    )


def test_administrators_find_them_before_they_erase(
    client: FlaskClient, session: Session, person: Person
) -> None:
    institute = make_institute(session)
    make_certificate(
        session,
        institute=institute,
        status="revoked",  # type: ignore[arg-type] # its value is enough
        revocation_reason="Copied from <b>Wardi</b>",
    )
    sign_in(client, session, make_actor(session, Role.ADMINISTRATOR, institute_id=institute.id))
    client.set_cookie("nador_lang", "en")
    place = f"/manage/people/{person.id}"

    asks = client.get(f"{place}/erase").text
    page = client.get(f"{place}/mentions").text

    assert f"{place}/mentions" in asks
    assert "Copied from &lt;b&gt;Wardi&lt;/b&gt;" in page
    assert "certificate.revocation_reason" in page
    nobody = make_person(session, name_latin="Zo Xu", name_arabic=None)
    assert "No text has this name" in client.get(f"/manage/people/{nobody.id}/mentions").text
