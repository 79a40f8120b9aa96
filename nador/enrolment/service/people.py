"""People without an account: enrolled one by one at the desk, or from an office's file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nador.accounts import queries as accounts_queries
from nador.accounts import service as accounts
from nador.catalogue.queries import run_for_update
from nador.enrolment import policy
from nador.enrolment.rules import (
    AlreadyEnrolled,
    EnrolmentSource,
    EnrolmentStatus,
    IdentitiesDiffer,
    IdentityMissing,
    PersonTwice,
    PersonUnknown,
)
from nador.enrolment.service.places import enrol
from nador.kernel import audit, tables, text
from nador.kernel.access import Action, Forbidden
from nador.kernel.db import command
from nador.kernel.errors import Conflict, DomainError, Invalid

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.accounts.models import Person
    from nador.enrolment.models import Enrolment
    from nador.kernel.access import Actor
    from nador.kernel.tables import Row

COLUMNS: Final = ("name_latin", "name_arabic")
OPTIONAL: Final = ("reference", "email", "phone", "locale")
MOST_PEOPLE: Final = 5_000


@command
def enrol_someone(  # noqa: PLR0913 - a person is that many facts, and each caller names them
    session: Session,
    actor: Actor,
    *,
    run_id: int,
    name_latin: str | None = None,
    name_arabic: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    locale: str = "ar",
    reference: str | None = None,
) -> Enrolment:
    """Enrol somebody for them: found by reference, then by e-mail, else added by name."""
    run = run_for_update(session, run_id)
    policy.require_may_know(actor, run)
    policy.require_may_enrol_others(actor, institute_id=run.institute_id)
    person = _known(session, reference=reference or "", email=email or "")
    if person is None:
        if reference:
            raise PersonUnknown(field="reference", reference=reference)
        person = accounts.create_person(
            session,
            actor,
            name_latin=name_latin,
            name_arabic=name_arabic,
            email=email,
            phone=phone,
            locale=locale,
        )
    return enrol(session, actor, run_id=run_id, learner_id=person.id)


def _known(session: Session, *, reference: str, email: str) -> Person | None:
    """Find a person by reference, then by e-mail, never by name."""
    by_reference = accounts_queries.person_by_reference(session, reference) if reference else None
    by_email = accounts_queries.person_by_email(session, text.email(email)) if email else None
    if by_reference and by_email and by_reference.id != by_email.id:
        raise IdentitiesDiffer(field="email", reference=by_reference.reference)
    return by_reference or by_email


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one row of a file: `line` is where it stands."""

    line: int
    name: str
    email: str
    reference: str
    is_new: bool = False
    status: EnrolmentStatus | None = None
    """Where the person stands on the run, where one was given."""
    was_enrolled: bool = False
    odd_name: bool = False
    """The name mixes scripts or holds signs that paper may not print."""
    error: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """What became of a file; it was written only when no row failed and it was no dry run."""

    rows: Sequence[Imported]
    written: bool
    failed: Sequence[Imported] = field(default=())

    @property
    def added(self) -> int:
        """How many people were not known before."""
        return sum(row.is_new for row in self.rows)

    @property
    def enrolled(self) -> int:
        """How many got a seat or a place in the queue by this file."""
        return sum(row.status is not None and not row.was_enrolled for row in self.rows)


@command
def import_people(
    session: Session,
    actor: Actor,
    *,
    content: bytes,
    run_id: int | None = None,
    dry_run: bool = False,
) -> Import:
    """Add a file's people, and enrol them on the run if one is given: all of them, or nobody.

    A second time changes nothing: who is known stays as known, and keeps their place. So every row
    says who it means, by reference or by e-mail.
    """
    if run_id is not None:
        run = run_for_update(session, run_id)
        policy.require_manage(actor, institute_id=run.institute_id, run_id=run.id)
    elif not actor.institutes(Action.MANAGE_ENROLMENTS):
        raise Forbidden
    entries = list(tables.read(content, required=COLUMNS, optional=OPTIONAL, max_rows=MOST_PEOPLE))
    with session.begin_nested() as whole:
        rows = _import_rows(session, actor, entries, run_id=run_id)
        failed = [row for row in rows if row.error]
        written = not failed and not dry_run
        if not written:
            whole.rollback()
    if written:
        subject = f"run:{run_id}" if run_id else "people"
        audit.record(session, actor, "people.imported", subject, rows=len(rows))
    return Import(rows, written, failed)


def _import_rows(
    session: Session, actor: Actor, entries: Sequence[Row], *, run_id: int | None
) -> list[Imported]:
    seen: dict[str, int] = {}
    rows = []
    for entry in entries:
        try:
            with session.begin_nested():
                rows.append(_import_row(session, actor, entry, seen, run_id=run_id))
        except (Invalid, Conflict) as refusal:
            rows.append(_told(entry, error=refusal))
    return rows


def _import_row(
    session: Session, actor: Actor, entry: Row, seen: dict[str, int], *, run_id: int | None
) -> Imported:
    values = entry.values
    if not (values["reference"] or values["email"]):
        raise IdentityMissing(field="reference")
    person = _known(session, reference=values["reference"], email=values["email"])
    is_new = person is None
    if person is None:
        person = accounts.create_person(
            session,
            actor,
            name_latin=values["name_latin"],
            name_arabic=values["name_arabic"],
            email=values["email"] or None,
            phone=values["phone"] or None,
            locale=values["locale"] or "ar",
            reference=values["reference"],
        )
    first = seen.setdefault(f"person {person.id}", entry.line)
    if first != entry.line:
        raise PersonTwice(first=first)
    status, was_enrolled = None, False
    if run_id is not None:
        status, was_enrolled = _import_place(session, actor, run_id, person)
    return _told(
        entry,
        is_new=is_new,
        reference=person.reference,
        status=status,
        was_enrolled=was_enrolled,
    )


def _import_place(
    session: Session, actor: Actor, run_id: int, person: Person
) -> tuple[EnrolmentStatus, bool]:
    try:
        placed = enrol(
            session, actor, run_id=run_id, learner_id=person.id, source=EnrolmentSource.IMPORT
        )
    except AlreadyEnrolled as known:
        return EnrolmentStatus(known.params["status"]), True
    return placed.status, False


def _told(
    entry: Row,
    *,
    is_new: bool = False,
    reference: str = "",
    status: EnrolmentStatus | None = None,
    was_enrolled: bool = False,
    error: DomainError | None = None,
) -> Imported:
    values = entry.values
    names = [name for name in (values["name_latin"], values["name_arabic"]) if name]
    return Imported(
        line=entry.line,
        name=" · ".join(names),
        email=values["email"],
        reference=reference or values["reference"],
        is_new=is_new,
        status=status,
        was_enrolled=was_enrolled,
        odd_name=any(text.mixed_scripts(name) or text.has_symbols(name) for name in names),
        error=error,
    )
