"""What certifiers decide, as data: an act is checked, then carried out, at once or by a second person."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol, TypeVar

from nador.accounts import service as people
from nador.accounts.models import Person
from nador.accounts.queries import missing_for_issue
from nador.accounts.rules import Names
from nador.accounts.rules import names as clean_names
from nador.certification import policy, queries, rules
from nador.certification.changes import queries as changes
from nador.certification.log import entries
from nador.certification.models import CertificatePart
from nador.certification.pdf.printable import require_printable_text
from nador.certification.rules import (
    ActKind,
    CertificateEventKind,
    CertificateRevoked,
    CertificateStatus,
    CertificateSuperseded,
    CorrectionAnswered,
    LogKind,
    RequestStatus,
)
from nador.certification.service import log
from nador.certification.service.alone import Subject
from nador.certification.service.credentials import mark_in_list
from nador.certification.service.freezing import active_template, copy
from nador.certification.service.grounds import options_of, programme_ground, run_ground
from nador.certification.service.history import note
from nador.certification.service.orders import order_for, order_for_all, subject_of
from nador.kernel import audit, clock, events
from nador.kernel.access import require_not_own_case
from nador.kernel.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Self

    from sqlalchemy.orm import Session

    from nador.certification.models import Batch, Certificate
    from nador.certification.queries import Candidate
    from nador.certification.service.freezing import Ground
    from nador.kernel.access import Actor

Done_co = TypeVar("Done_co", covariant=True)


class Act(Protocol[Done_co]):
    """Something to decide: its fields are all that has to be known, and JSON can hold them."""

    kind: ClassVar[ActKind]

    def check(self, session: Session, actor: Actor) -> Subject:
        """Refuse what the actor may not do, or can't be done now; locks what it is about."""

    def proposed(self, session: Session, actor: Actor) -> Self:
        """Say it as it is proposed: whom it is about stays as it is, whenever it is confirmed."""

    def carry_out(self, session: Session, actor: Actor, *, origin: str) -> Done_co:
        """Do it, as part of the command that has checked it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """Issue for a run or a programme: to everybody without a document, or to those who were proposed."""

    kind: ClassVar[ActKind] = ActKind.ISSUE
    run_id: int | None = None
    programme_id: int | None = None
    person_ids: list[int] | None = None

    def check(self, session: Session, actor: Actor) -> Subject:
        """Ask whether the actor may issue, and the institute is ready."""
        ground = self._ground(session, actor)
        rules.require_ready(missing_for_issue(ground.institute))
        return subject_of(ground)

    def proposed(self, session: Session, actor: Actor) -> Self:
        """Name whom it is about: those whose names are confirmed, and never who proposes."""
        ready = [
            one.person.id
            for one in _without(self._ground(session, actor), actor)
            if one.person.names_confirmed_at
        ]
        if not ready:
            raise rules.NothingToIssue
        return dataclasses.replace(self, person_ids=ready)

    def carry_out(self, session: Session, actor: Actor, *, origin: str) -> Batch:
        """Order the documents: nobody's who was not proposed, and not one's own."""
        ground = self._ground(session, actor)
        if self.person_ids is None:
            return order_for_all(session, actor, ground, origin=origin)
        still = [one for one in _without(ground, actor) if one.person.id in self.person_ids]
        if not still:
            raise rules.NothingToIssue
        return order_for(session, actor, ground, still, origin=origin)

    def _ground(self, session: Session, actor: Actor) -> Ground:
        if self.programme_id is not None:
            return programme_ground(session, actor, self.programme_id)
        return run_ground(session, actor, self.run_id or 0)


def _without(ground: Ground, actor: Actor) -> list[Candidate]:
    """List who has no document yet, but for the actor."""
    return [
        one
        for one in ground.people
        if one.certificate is None and not actor.is_person(one.person.id)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoking:
    """Declare that a certificate no longer proves anything."""

    kind: ClassVar[ActKind] = ActKind.REVOKE
    code: str
    reason: str
    public_reason: str

    def check(self, session: Session, actor: Actor) -> Subject:
        """Ask for both reasons, and a certificate in force."""
        certificate = to_decide(session, actor, self.code)
        rules.require_reasons(clean(self.reason), clean(self.public_reason))
        return _possible(self.kind, certificate)

    def proposed(self, _session: Session, _actor: Actor) -> Self:
        """Keep both reasons as they will stand in the register."""
        return dataclasses.replace(
            self, reason=clean(self.reason), public_reason=clean(self.public_reason)
        )

    def carry_out(self, session: Session, actor: Actor, *, origin: str) -> Certificate:
        """Write the state and both reasons; the code goes on answering, and says so."""
        del origin
        certificate = queries.by_code(session, self.code)
        certificate.status = CertificateStatus.REVOKED
        certificate.revoked_at = clock.now()
        certificate.revoked_by_id = actor.person_id
        certificate.revocation_reason = clean(self.reason)
        certificate.public_reason = clean(self.public_reason)
        mark_in_list(session, certificate.id)
        note(session, certificate.id, CertificateEventKind.REVOKED, by_id=actor.person_id)
        _log(session, LogKind.REVOKE, certificate, certificate.revoked_at)
        _audit(session, actor, "certificate.revoked", certificate, reason=clean(self.reason))
        events.emit(session, actor, CertificateRevoked(certificate.id))
        return certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacing:
    """Issue anew with the holder's name spelt in another way, or as the register spells it now."""

    kind: ClassVar[ActKind] = ActKind.REPLACE
    code: str
    name_latin: str | None = None
    name_arabic: str | None = None
    """Neither name: those that the register has, if they are confirmed."""
    reason: str = ""
    request_id: int | None = None
    """The holder's request that this answers."""

    @property
    def names(self) -> Names | None:
        """The new names, cleaned; raises NameTooLong."""
        given = self.name_latin or self.name_arabic
        return clean_names(self.name_latin, self.name_arabic) if given else None

    def check(self, session: Session, actor: Actor) -> Subject:
        """Ask for names that differ and can be printed, and that no other request waits."""
        certificate = to_decide(session, actor, self.code)
        subject = _possible(self.kind, certificate)
        if names := self.names:
            require_correction(certificate, names)
        _require_no_request(session, certificate, but=self.request_id)
        return subject

    def proposed(self, _session: Session, _actor: Actor) -> Self:
        """Keep the names as they will be printed; raises NameMissing."""
        names = clean_names(self.name_latin, self.name_arabic)
        return dataclasses.replace(
            self, name_latin=names.latin, name_arabic=names.arabic, reason=clean(self.reason)
        )

    def carry_out(self, session: Session, actor: Actor, *, origin: str) -> Certificate:
        """Confirm the new names in the register, and supersede the document that had the old ones."""
        old = queries.by_code(session, self.code)
        if names := self.names:
            person = people.correct_names(session, actor, person_id=old.person_id, names=names)
        else:
            person = session.get_one(Person, old.person_id)
        if person.names_confirmed_at is None:
            raise rules.NamesNotConfirmed
        spelt = {"holder_latin": person.name_latin, "holder_arabic": person.name_arabic}
        new = copy(session, actor, old, origin=origin, changed=spelt)
        parts = changes.part_ids(session, old)
        _supersede(session, actor, old, new, parts=parts, reason=clean(self.reason))
        if self.request_id is not None:
            _grant(session, actor, self.request_id)
        return new


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewing:
    """Issue anew with a new term; all else stays as it was."""

    kind: ClassVar[ActKind] = ActKind.RENEW
    code: str

    def check(self, session: Session, actor: Actor) -> Subject:
        """Ask for a certificate that expires, or has expired."""
        certificate = to_decide(session, actor, self.code)
        subject = _possible(self.kind, certificate)
        _require_no_request(session, certificate)
        if certificate.programme_id is not None and not changes.present_parts(session, certificate):
            raise rules.PartsMissing
        return subject

    def proposed(self, _session: Session, _actor: Actor) -> Self:
        """There is nothing to fix: its term is that of the day on which it is issued."""
        return self

    def carry_out(self, session: Session, actor: Actor, *, origin: str) -> Certificate:
        """Supersede the document by one for as long as the template in use says today."""
        old = queries.by_code(session, self.code)
        template = active_template(session, institute_id=old.institute_id, kind=old.kind)
        until = rules.expiry(clock.today(), months=options_of(template).valid_months)
        parts = changes.present_parts(session, old)
        if old.programme_id is not None:
            until = rules.together(parts, expires_on=until).expires_on
        new = copy(
            session,
            actor,
            old,
            origin=origin,
            changed={"expires_on": until.isoformat() if until else None},
            template_version_id=template.id,
        )
        _supersede(session, actor, old, new, parts=[one.certificate_id for one in parts])
        return new


ACTS: Final[Mapping[ActKind, type[Issuing | Revoking | Replacing | Renewing]]] = {
    one.kind: one for one in (Issuing, Revoking, Replacing, Renewing)
}


def read(kind: ActKind, said: Mapping[str, Any]) -> Issuing | Revoking | Replacing | Renewing:
    """Read an act back from what a proposal holds."""
    return ACTS[kind](**said)


def require_correction(certificate: Certificate, names: Names) -> None:
    """Refuse names that correct nothing or cannot be printed; each refusal names its input."""
    rules.require_new_names(Names(certificate.holder_latin, certificate.holder_arabic), names)
    for field, name in (("name_latin", names.latin), ("name_arabic", names.arabic)):
        require_printable_text(name or "", field=field)


def to_decide(session: Session, actor: Actor, code: str) -> Certificate:
    """Find a certificate that the actor may decide about, as it is now."""
    certificate = queries.by_code(session, code)
    policy.require_certify(actor, institute_id=certificate.institute_id)
    require_not_own_case(actor, certificate.person_id)
    session.refresh(certificate, with_for_update=True)
    return certificate


def _possible(kind: ActKind, certificate: Certificate) -> Subject:
    rules.require_possible(
        kind, certificate.status, expires_on=certificate.expires_on, today=clock.today()
    )
    return Subject(institute_id=certificate.institute_id, certificate_id=certificate.id)


def _require_no_request(
    session: Session, certificate: Certificate, *, but: int | None = None
) -> None:
    """Refuse to replace what its holder has asked about, before that is answered."""
    waiting = changes.open_request(session, certificate.id)
    if waiting is not None and waiting.id != but:
        raise rules.AlreadyRequested


def _supersede(
    session: Session,
    actor: Actor,
    old: Certificate,
    new: Certificate,
    *,
    parts: Sequence[int],
    reason: str = "",
) -> None:
    """Put a new document in the place of the old one, whose code leads to it from now on.

    `parts`: the certificates that it rests on, where it is a programme's.
    """
    old.status = CertificateStatus.SUPERSEDED
    old.superseded_at = clock.now()
    # One live document per person and run: the old one must step back before the new one has an id.
    old.superseded_by_id = old.id
    session.flush()
    session.add(new)
    session.flush()
    old.superseded_by_id = new.id
    session.add_all([CertificatePart(certificate_id=new.id, part_id=one) for one in parts])
    mark_in_list(session, old.id)
    note(session, old.id, CertificateEventKind.SUPERSEDED, by_id=actor.person_id)
    _log(session, LogKind.SUPERSEDE, old, old.superseded_at)
    _audit(session, actor, "certificate.superseded", old, by=new.code, reason=reason)
    events.emit(session, actor, CertificateSuperseded(old.id))


def _grant(session: Session, actor: Actor, request_id: int) -> None:
    """Tell the holder that the request which this answers is approved."""
    request = changes.correction_request(session, request_id)
    rules.require_asked(request.status)
    request.status = RequestStatus.APPROVED
    request.decided_by_id, request.decided_at = actor.person_id, clock.now()
    session.flush()
    events.emit(session, actor, CorrectionAnswered(request_id))


def _log(session: Session, kind: LogKind, certificate: Certificate, at: datetime) -> None:
    said = entries.decision(kind, code=certificate.code_key, uuid=certificate.uuid, at=at)
    log.append(session, kind, said)


def _audit(
    session: Session, actor: Actor, action: str, certificate: Certificate, **details: str
) -> None:
    audit.record(
        session,
        actor,
        action,
        f"certificate:{certificate.code}",
        institute_id=certificate.institute_id,
        **details,
    )
