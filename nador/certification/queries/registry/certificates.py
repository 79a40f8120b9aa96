"""Certificates, one and many, with their files and their history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from nador.accounts.models import Person
from nador.certification.models import Certificate, CertificateEvent, CertificateFile
from nador.certification.queries.registry.people import IN_PUBLIC
from nador.certification.rules import CertificateEventKind, FileStatus
from nador.kernel import codes
from nador.kernel.access import Action, Actor
from nador.kernel.errors import NotFound
from nador.kernel.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


def by_code(session: Session, typed: str) -> Certificate:
    """Find a certificate by its code however it is spelt; raises NotFound or codes.Mistyped."""
    certificate = session.scalar(
        select(Certificate).where(Certificate.code_key == str(codes.parse(typed)))
    )
    if certificate is None:
        raise NotFound
    return certificate


def by_id_for_update(session: Session, certificate_id: int) -> Certificate:
    """Return a certificate as it is now, locked until the command ends."""
    return session.get_one(Certificate, certificate_id, with_for_update=True)


def current_file(session: Session, certificate_id: int) -> CertificateFile:
    """Return the row of the file that counts; raises NotFound while there is none."""
    row = session.scalar(
        select(CertificateFile).where(
            CertificateFile.certificate_id == certificate_id,
            CertificateFile.status == FileStatus.CURRENT,
        )
    )
    if row is None:
        raise NotFound
    return row


def events_of(session: Session, certificate_id: int) -> Sequence[CertificateEvent]:
    """List what happened to a certificate, oldest first."""
    return session.scalars(
        select(CertificateEvent)
        .where(CertificateEvent.certificate_id == certificate_id)
        .order_by(CertificateEvent.id)
    ).all()


def held_by(session: Session, person_id: int) -> Sequence[Certificate]:
    """List a person's own documents, newest first."""
    return session.scalars(
        select(Certificate)
        .where(Certificate.person_id == person_id, Certificate.status.in_(IN_PUBLIC))
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    ).all()


def held(session: Session, person_id: int, typed: str) -> Certificate:
    """Find a person's own document by its code, with its credential; others' are not found."""
    certificate = session.scalar(
        select(Certificate)
        .options(joinedload(Certificate.credential))
        .where(
            Certificate.person_id == person_id,
            Certificate.status.in_(IN_PUBLIC),
            Certificate.code_key == _key(typed),
        )
    )
    if certificate is None:
        raise NotFound
    return certificate


def code_of(session: Session, certificate_id: int | None) -> str | None:
    """Return the code of a certificate that took another's place; None without one."""
    return session.scalar(select(Certificate.code).where(Certificate.id == certificate_id))


def history_for_holder(
    session: Session, certificate: Certificate, *, most: int = 50
) -> Sequence[CertificateEvent]:
    """List what was decided about a document, and its holder's own downloads; oldest first.

    When and by which staff it was looked at is the centre's own matter.
    """
    newest = session.scalars(
        select(CertificateEvent)
        .where(
            CertificateEvent.certificate_id == certificate.id,
            or_(
                CertificateEvent.kind != CertificateEventKind.DOWNLOADED,
                CertificateEvent.by_id == certificate.person_id,
            ),
        )
        .order_by(CertificateEvent.id.desc())
        .limit(most)
    ).all()
    return newest[::-1]


def registry(
    session: Session, actor: Actor, *, search: str = "", before: int | None = None, most: int = 50
) -> Sequence[Certificate]:
    """List certificates of the actor's institutes, newest first; `search` is a code or a name."""
    found = select(Certificate).where(
        Certificate.institute_id.in_(actor.institutes(Action.SEE_CERTIFICATES))
    )
    if search:
        found = found.join(Person, Person.id == Certificate.person_id).where(
            or_(
                Person.name_folded.contains(fold(search), autoescape=True),
                Certificate.number == search.strip().upper(),
                Certificate.code_key == _key(search),
            )
        )
    if before is not None:
        found = found.where(Certificate.id < before)
    return session.scalars(found.order_by(Certificate.id.desc()).limit(most)).all()


def _key(search: str) -> str:
    """Fold a code as it is looked up; what is none finds nothing."""
    try:
        return str(codes.parse(search))
    except codes.Mistyped:
        return ""
