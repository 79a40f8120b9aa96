"""The one question to the register: what it says of a code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, select

from nador.certification.models import Certificate
from nador.certification.rules import CertificateStatus
from nador.verification.rules import CertificateView, NoSuchCertificate

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from nador.kernel.codes import Code

# Tables and not classes: this is read for every scan of a code, and needs no object of the ORM.
_certificate = Certificate.__table__.alias("certificate")
_successor = Certificate.__table__.alias("successor")


def _public(which: ColumnElement[bool]) -> Select[Any]:
    """Ask for what may be known in public; what waits for its issue does not exist yet."""
    named = _certificate.c
    follows = and_(
        _successor.c.id == named.superseded_by_id,
        _successor.c.status != CertificateStatus.PENDING_ISSUE,
    )
    return (
        select(
            named.code,
            named.status,
            named.kind,
            named.holder_latin,
            named.holder_arabic,
            named.holder_hidden,
            named.title,
            named.issuer,
            named.hours,
            named.number,
            named.starts_on,
            named.ends_on,
            named.issued_on,
            named.expires_on,
            named.revoked_at,
            named.public_reason,
            named.superseded_at,
            _successor.c.code.label("superseded_by"),
        )
        .select_from(_certificate.outerjoin(_successor, follows))
        .where(which, named.status != CertificateStatus.PENDING_ISSUE)
    )


BY_CODE = _public(_certificate.c.code_key == bindparam("key"))
_BY_CODES = _public(_certificate.c.code_key.in_(bindparam("keys", expanding=True))).add_columns(
    _certificate.c.code_key
)


def find(session: Session, code: Code) -> CertificateView | None:
    """Return what the register says of a code, if it knows it: one statement."""
    row = session.execute(BY_CODE, {"key": str(code)}).mappings().first()
    return None if row is None else CertificateView(**row)


def get(session: Session, code: Code) -> CertificateView:
    """Return what the register says of a code; raises NoSuchCertificate."""
    found = find(session, code)
    if found is None:
        raise NoSuchCertificate
    return found


def find_all(session: Session, codes: Collection[Code]) -> dict[Code, CertificateView]:
    """Return what the register says of each code that it knows: one statement."""
    by_key = {str(code): code for code in codes}
    rows = session.execute(_BY_CODES, {"keys": list(by_key)}).mappings() if by_key else ()
    found = {}
    for row in rows:
        facts = dict(row)
        code = by_key[facts.pop("code_key")]
        found[code] = CertificateView(**facts)
    return found
