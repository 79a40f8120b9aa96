"""The one question to the register: what it says of a code, or of a file."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from nador.certification.models import Certificate, CertificateFile
from nador.certification.rules import CertificateStatus
from nador.kernel import clock, codes
from nador.kernel.errors import NotFound
from nador.kernel.prepared import Prepared
from nador.verification.models import Receipt
from nador.verification.rules import (
    FRESH,
    KEPT,
    CertificateView,
    NoSuchCertificate,
    ReceiptStatus,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Engine
    from sqlalchemy.orm import Session

    from nador.kernel.codes import Code

    Reader = Session | Connection

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
            *(named[field.name] for field in fields(CertificateView)[:-1]),
            _successor.c.code.label("superseded_by"),
        )
        .select_from(_certificate.outerjoin(_successor, follows))
        .where(which, named.status != CertificateStatus.PENDING_ISSUE)
    )


BY_CODE = _public(_certificate.c.code_key == bindparam("key"))
_BY_CODES = _public(_certificate.c.code_key.in_(bindparam("keys", expanding=True))).add_columns(
    _certificate.c.code_key
)


_by_code = Prepared(BY_CODE)


def find(engine: Engine, code: Code) -> CertificateView | None:
    """Return what the register says of a code, if it knows it: one statement."""
    row = _by_code.first(engine, str(code))
    return None if row is None else CertificateView(*row)


def get(engine: Engine, code: Code) -> CertificateView:
    """Return what the register says of a code; raises NoSuchCertificate."""
    found = find(engine, code)
    if found is None:
        raise NoSuchCertificate
    return found


def receipts_due(_now: datetime) -> Select[int]:
    """Select the receipts that a worker has to make, the oldest first."""
    return select(Receipt.id).where(Receipt.status == ReceiptStatus.DUE).order_by(Receipt.id)


def receipts_to_forget(now: datetime) -> Select[int]:
    """Select the receipts that were kept long enough."""
    return select(Receipt.id).where(Receipt.asked_at <= now - KEPT).order_by(Receipt.id)


def receipt(session: Session, token: str) -> Receipt:
    """Return the receipt of a token; raises NotFound."""
    found = session.scalar(select(Receipt).where(Receipt.token == token))
    if found is None or found.asked_at <= clock.now() - KEPT:
        raise NotFound
    return found


def fresh_receipt(session: Session, code: str, locale: str) -> Receipt | None:
    """Return the receipt of a certificate that was made just now, if one was."""
    return session.scalar(
        select(Receipt)
        .where(
            Receipt.code == code,
            Receipt.locale == locale,
            Receipt.status == ReceiptStatus.READY,
            Receipt.asked_at > clock.now() - FRESH,
        )
        .order_by(Receipt.id.desc())
        .limit(1)
    )


def find_all(reader: Reader, codes: Collection[Code]) -> dict[Code, CertificateView]:
    """Return what the register says of each code that it knows: one statement."""
    by_key = {str(code): code for code in codes}
    rows = reader.execute(_BY_CODES, {"keys": list(by_key)}) if by_key else ()
    return {by_key[row.code_key]: CertificateView(*row[:-1]) for row in rows}


_ALL = (
    _public(_certificate.c.id > bindparam("after"))
    .add_columns(_certificate.c.code_key, _certificate.c.id)
    .order_by(_certificate.c.id)
    .limit(bindparam("most"))
)


def count_all(session: Session) -> int:
    """Count the certificates that the register answers for in public."""
    issued = _certificate.c.status != CertificateStatus.PENDING_ISSUE
    return session.scalar(select(func.count()).select_from(_certificate).where(issued)) or 0


def all_in_public(
    session: Session, *, at_once: int
) -> Iterator[list[tuple[Code, CertificateView, tuple[str, ...]]]]:
    """Give every certificate with its code and the hashes of its files, some at a time."""
    last = 0
    while rows := session.execute(_ALL, {"after": last, "most": at_once}).all():
        last = rows[-1].id
        files: defaultdict[int, list[str]] = defaultdict(list)
        for certificate_id, sha256 in session.execute(
            select(CertificateFile.certificate_id, CertificateFile.sha256)
            .where(CertificateFile.certificate_id.in_([row.id for row in rows]))
            .order_by(CertificateFile.id)
        ):
            files[certificate_id].append(sha256)
        yield [
            (codes.parse(row.code_key), CertificateView(*row[:-2]), tuple(files[row.id]))
            for row in rows
        ]


@dataclass(frozen=True, slots=True)
class FoundByFile:
    """The certificate that a file is of, or speaks of."""

    view: CertificateView | None
    issued: bool = False
    """Whether the register issued exactly these bytes."""


_OF_FILE = select(CertificateFile.certificate_id).where(
    CertificateFile.sha256 == bindparam("sha256")
)
_ISSUED = _certificate.c.id.in_(_OF_FILE).label("is_of_file")
_BY_FILE = _public(
    or_(_ISSUED, _certificate.c.code_key.in_(bindparam("keys", expanding=True)))
).add_columns(_ISSUED, _certificate.c.code_key)


def find_by_file(reader: Reader, sha256: str, named: Sequence[Code]) -> FoundByFile:
    """Return the certificate of a file, else the first that it names: one statement."""
    keys = [str(code) for code in named]
    rows = reader.execute(_BY_FILE, {"sha256": sha256, "keys": keys}).all()
    best = min(rows, key=lambda row: (not row.is_of_file, _place(row.code_key, keys)), default=None)
    if best is None:
        return FoundByFile(None)
    return FoundByFile(CertificateView(*best[:-2]), issued=bool(best.is_of_file))


def _place(key: str, keys: Sequence[str]) -> int:
    return keys.index(key) if key in keys else len(keys)
