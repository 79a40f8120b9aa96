"""Acts that two people decide: one proposes, another confirms."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select

from nador.certification import policy, rules
from nador.certification.changes import queries
from nador.certification.changes.models import Proposal
from nador.certification.rules import ActProposed, ProposalAnswered, ProposalStatus
from nador.certification.service.acts import read
from nador.certification.service.alone import require_nothing_waits
from nador.kernel import audit, clock, events
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.text import clean

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.certification.models import Batch, Certificate
    from nador.certification.service.acts import Act
    from nador.certification.service.alone import Subject
    from nador.kernel.access import Actor

Done = TypeVar("Done")


@command
def submit(session: Session, actor: Actor, *, act: Act[Done], origin: str) -> Done | Proposal:
    """Carry an act out, or let it wait for a second person where the institute asks for one.

    `origin` is where new codes will be answered. Raises AlreadyProposed while another act about the
    same run or certificate waits.
    """
    subject = act.check(session, actor)
    require_nothing_waits(session, subject)
    if not queries.needs_second_person(session, subject.institute_id):
        return act.carry_out(session, actor, origin=origin)
    return _propose(session, actor, act, subject)


def _propose(session: Session, actor: Actor, act: Act[Any], subject: Subject) -> Proposal:
    proposal = Proposal(
        institute_id=subject.institute_id,
        kind=act.kind,
        run_id=subject.run_id,
        programme_id=subject.programme_id,
        certificate_id=subject.certificate_id,
        act=asdict(act.proposed(session, actor)),  # type: ignore[call-overload] # every act is a dataclass
        proposed_by_id=actor.person_id,
        proposed_at=clock.now(),
    )
    session.add(proposal)
    session.flush()
    _audit(session, actor, "proposal.made", proposal)
    events.emit(session, actor, ActProposed(proposal.id))
    return proposal


@command
def approve(
    session: Session, actor: Actor, *, proposal_id: int, origin: str
) -> Batch | Certificate:
    """Confirm what another certifier proposed: it is checked again as things are now, and carried out."""
    proposal = _to_settle(session, actor, proposal_id)
    rules.require_another(proposal.proposed_by_id, actor.person_id)
    act = read(proposal.kind, proposal.act)
    act.check(session, actor)
    _settle(session, actor, proposal, ProposalStatus.APPROVED)
    return act.carry_out(session, actor, origin=origin)


@command
def deny(session: Session, actor: Actor, *, proposal_id: int, reason: str) -> Proposal:
    """Refuse what another certifier proposed, with a reason that they read."""
    proposal = _to_settle(session, actor, proposal_id)
    rules.require_another(proposal.proposed_by_id, actor.person_id)
    proposal.answer = clean(reason)
    rules.require_why(proposal.answer)
    return _settle(session, actor, proposal, ProposalStatus.DENIED)


@command
def withdraw(session: Session, actor: Actor, *, proposal_id: int) -> Proposal:
    """Take back what one has proposed oneself."""
    proposal = _to_settle(session, actor, proposal_id)
    policy.require_proposer(actor, proposed_by_id=proposal.proposed_by_id)
    return _settle(session, actor, proposal, ProposalStatus.WITHDRAWN)


def _to_settle(session: Session, actor: Actor, proposal_id: int) -> Proposal:
    """Return an open proposal of the actor's institute; it is locked until the command ends."""
    found = session.scalar(select(Proposal).where(Proposal.id == proposal_id).with_for_update())
    if found is None:
        raise NotFound
    policy.require_certify(actor, institute_id=found.institute_id)
    rules.require_proposed(found.status)
    return found


def _settle(session: Session, actor: Actor, proposal: Proposal, status: ProposalStatus) -> Proposal:
    proposal.status, proposal.decided_at = status, clock.now()
    if status is not ProposalStatus.WITHDRAWN:
        proposal.decided_by_id = actor.person_id
    session.flush()
    _audit(session, actor, f"proposal.{status}", proposal)
    if proposal.decided_by_id is not None:
        events.emit(session, actor, ProposalAnswered(proposal.id))
    return proposal


def _audit(session: Session, actor: Actor, action: str, proposal: Proposal) -> None:
    audit.record(
        session,
        actor,
        action,
        f"proposal:{proposal.id}",
        institute_id=proposal.institute_id,
        kind=proposal.kind.value,
        about=_about(proposal),
    )


def _about(proposal: Proposal) -> str:
    """Name what a proposal is about, as the trail names its subjects."""
    if proposal.run_id is not None:
        return f"run:{proposal.run_id}"
    if proposal.programme_id is not None:
        return f"programme:{proposal.programme_id}"
    return f"certificate:{proposal.act['code']}"
