"""Certificates for tests, written as issuing would leave them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from nador.accounts.models import Institute
from nador.catalogue.rules import DocumentKind
from nador.certification.models import (
    Certificate,
    CertificateTemplate,
    Credential,
    StatusList,
    TemplateVersion,
)
from nador.certification.rules import CertificateStatus, TemplateStatus, certificate_number
from nador.kernel import clock, codes
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command
from tests.factories.accounts import make_person
from tests.factories.catalogue import make_course, make_run
from tests.factories.store import store

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.accounts.models import Person
    from nador.catalogue.models import Run


def make_template_version(
    session: Session, *, institute_id: int, kind: DocumentKind = DocumentKind.CERTIFICATE
) -> TemplateVersion:
    """Make the institute's active template of that kind, unless there is one."""
    known = session.scalar(
        select(TemplateVersion)
        .join(CertificateTemplate)
        .where(CertificateTemplate.institute_id == institute_id, CertificateTemplate.kind == kind)
    )
    if known is not None:
        return known
    template = store(
        session, CertificateTemplate(institute_id=institute_id, kind=kind, name="classic")
    )
    return store(
        session,
        TemplateVersion(
            template_id=template.id,
            number=1,
            layout="classic",
            status=TemplateStatus.ACTIVE,
            created_at=clock.now(),
        ),
    )


def make_certificate(
    session: Session,
    *,
    institute: Institute,
    run: Run | None = None,
    person: Person | None = None,
    status: CertificateStatus = CertificateStatus.ISSUED,
    superseded_by: Certificate | None = None,
    **facts: Any,
) -> Certificate:
    """Make a certificate in any state; `facts` are columns that differ from a plain one.

    Without a run or a person new ones are made. A superseded one needs its successor.
    """
    run = run or make_run(
        session, make_course(session, institute_id=institute.id), institute_id=institute.id
    )
    person = person or make_person(session)
    kind = facts.pop("kind", DocumentKind.CERTIFICATE)
    version = make_template_version(session, institute_id=institute.id, kind=kind)
    running = _take_number(session, NOBODY, institute_id=institute.id)
    columns = _plain(institute, person, running) | _of_status(status, superseded_by, person) | facts
    return store(
        session,
        Certificate(
            institute_id=institute.id,
            person_id=person.id,
            run_id=run.id,
            template_version_id=version.id,
            kind=kind,
            **columns,
        ),
    )


def make_status_list(session: Session, certificate: Certificate) -> StatusList:
    """Give a certificate a credential as it is served, and a list that tells of it."""
    listed = store(
        session,
        StatusList(
            institute_id=certificate.institute_id,
            origin="https://certs.example.org",
            taken=1,
            signed_version=1,
            signed_at=clock.now(),
            document='{"type":"list"}',
        ),
    )
    store(
        session,
        Credential(
            certificate_id=certificate.id,
            status_list_id=listed.id,
            status_index=94567,
            document='{"type":"credential"}',
            token="head.body.signature",
        ),
    )
    return listed


@command
def _take_number(session: Session, _actor: Actor, *, institute_id: int) -> int:
    return session.scalars(
        update(Institute)
        .where(Institute.id == institute_id)
        .values(last_number=Institute.last_number + 1)
        .returning(Institute.last_number)
    ).one()


def _plain(institute: Institute, person: Person, running: int) -> dict[str, Any]:
    today = clock.today()
    return {
        "code": codes.make(institute.prefix),
        "number": certificate_number(institute.prefix, year=today.year, running=running),
        "holder_latin": person.name_latin,
        "holder_arabic": person.name_arabic,
        "title": {
            "ar": "البيانات والجداول الحسابية لاتخاذ القرار",
            "fr": "Données et tableur pour décider",
            "en": "Data and spreadsheets for deciding",
        },
        "issuer": institute.name,
        "hours": 30,
        "starts_on": today - timedelta(days=49),
        "ends_on": today - timedelta(days=12),
        "issued_on": today - timedelta(days=7),
        "facts": {},
        "ordered_by_id": person.id,
        "ordered_at": clock.now() - timedelta(days=7),
    }


def _of_status(
    status: CertificateStatus, superseded_by: Certificate | None, person: Person
) -> dict[str, Any]:
    now = clock.now()
    given: dict[str, Any] = {"status": status, "issued_at": now - timedelta(days=7)}
    match status:
        case CertificateStatus.PENDING_ISSUE:
            given["issued_at"] = None
        case CertificateStatus.REVOKED:
            given |= {
                "revoked_at": now - timedelta(days=2),
                "revoked_by_id": person.id,
                "revocation_reason": "Seen at the audit of the attendance sheets.",
                "public_reason": "Issued in error: the required attendance was not reached.",
            }
        case CertificateStatus.SUPERSEDED if superseded_by is not None:
            given |= {
                "superseded_at": now - timedelta(days=1),
                "superseded_by_id": superseded_by.id,
            }
        case _:
            pass
    return given
