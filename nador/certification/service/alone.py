"""Whether one person may decide: what every act asks before it is carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nador.certification import rules
from nador.certification.changes import queries

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an act is about: a run, a programme, or one certificate, and the institute that answers for it."""

    institute_id: int
    run_id: int | None = None
    programme_id: int | None = None
    certificate_id: int | None = None


def require_nothing_waits(session: Session, subject: Subject) -> None:
    """Refuse a second act while another one about the same waits for its second person."""
    if queries.open_proposal(
        session,
        run_id=subject.run_id,
        programme_id=subject.programme_id,
        certificate_id=subject.certificate_id,
    ):
        raise rules.AlreadyProposed


def require_alone(session: Session, subject: Subject) -> None:
    """Refuse to let one person decide where the institute asks for two, or two are at it."""
    require_nothing_waits(session, subject)
    rules.require_alone(second_person=queries.needs_second_person(session, subject.institute_id))
