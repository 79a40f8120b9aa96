"""A copy of a small register, with the keys that signed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from nador.catalogue.rules import DocumentKind
from nador.certification.keys.store import KeyRing
from nador.certification.rules import CertificateStatus
from nador.certification.service.keys import make_first_keys
from nador.kernel import clock
from nador.kernel.access import Role
from nador.kernel.codes import parse
from nador.kernel.files import FileStore
from nador.kernel.work import Desk, run_once
from nador.verification import queries
from nador.verification.export import writing
from nador.verification.export.manifest import Manifest
from nador.verification.rules import CertificateView
from tests.factories import make_actor, make_certificate
from tests.verification.papers import keep

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session, sessionmaker

    from nador.accounts.models import Institute
    from nador.certification.models import Certificate
    from nador.settings import Settings

DAY = timedelta(days=1)
QUICK = 10
"""Rounds of PBKDF2 where it does not matter how long a stranger would try."""
PDF = b"%PDF-1.7 as it was issued"


@dataclass(frozen=True)
class CopyOfShelf:
    """A copy, and what the register itself says of each certificate in it."""

    folder: Path
    manifest: Manifest
    views: dict[str, CertificateView]
    pdf: bytes

    @property
    def made_at(self) -> datetime:
        return self.manifest.made_at

    @property
    def day(self) -> date:
        return self.made_at.date()


def one_of_each(session: Session, institute: Institute) -> dict[str, Certificate]:
    """Keep one certificate of each kind of answer."""
    valid = make_certificate(session, institute=institute)
    return {
        "valid": valid,
        "expired": make_certificate(
            session,
            institute=institute,
            kind=DocumentKind.ATTESTATION,
            expires_on=clock.today() - DAY,
        ),
        "revoked": make_certificate(session, institute=institute, status=CertificateStatus.REVOKED),
        "replaced": make_certificate(
            session,
            institute=institute,
            status=CertificateStatus.SUPERSEDED,
            superseded_by=valid,
        ),
        "hidden": make_certificate(session, institute=institute, holder_hidden=True),
    }


def give_keys(session: Session, settings: Settings, institute_id: int) -> None:
    keeper = make_actor(session, Role.ADMINISTRATOR, institute_id=institute_id)
    make_first_keys(session, keeper, institute_id=institute_id, ring=KeyRing.of(settings))


def copy_of_shelf(
    sessions: sessionmaker[Session],
    session: Session,
    settings: Settings,
    shelf: dict[str, Certificate],
    tmp_path: Path,
) -> CopyOfShelf:
    keep(session, shelf["valid"], PDF)
    give_keys(session, settings, shelf["valid"].institute_id)
    run_once(Desk(settings, sessions, FileStore(settings.files)), holder="a worker")
    folder = tmp_path / "copy"
    made = write(sessions, settings, folder)
    engine = session.get_bind().engine
    views = {kind: queries.get(engine, parse(one.code)) for kind, one in shelf.items()}
    return CopyOfShelf(folder, made, views, PDF)


def write(sessions: sessionmaker[Session], settings: Settings, folder: Path) -> Manifest:
    return writing.write(
        sessions, folder, origin=settings.public_url, ring=KeyRing.of(settings), iterations=QUICK
    )
