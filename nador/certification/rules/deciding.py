"""What it takes to decide: reasons, and where two must, another person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.certification.rules.states import ProposalStatus, RequestStatus
from nador.kernel.errors import Conflict, Invalid, NotAllowed

if TYPE_CHECKING:
    from nador.accounts.rules import Names


class ReasonMissing(Invalid):
    """A revocation needs a reason, and one that the public may read."""

    code = "reason_missing"


class WhyMissing(Invalid):
    """A request or a refusal needs a reason."""

    code = "why_missing"


class NamesUnchanged(Invalid):
    """The new names are those that the certificate has already."""

    code = "names_unchanged"


class AlreadyProposed(Conflict):
    """What was proposed about this run or certificate waits for its second person."""

    code = "already_proposed"


class ProposalSettled(Conflict):
    """The proposal was approved, denied or withdrawn already."""

    code = "proposal_settled"


class SecondPersonNeeded(Conflict):
    """The institute lets nobody decide this alone: it can only be proposed."""

    code = "second_person_needed"


class SamePerson(NotAllowed):
    """Who proposed does not confirm."""

    code = "same_person"


class AlreadyRequested(Conflict):
    """A correction of this certificate has been asked for, and waits for its answer."""

    code = "correction_requested"


class RequestSettled(Conflict):
    """The request was answered already."""

    code = "request_settled"


def require_another(proposed_by_id: int, decided_by_id: int | None) -> None:
    """Let nobody confirm what they proposed; only a person confirms."""
    if decided_by_id is None or decided_by_id == proposed_by_id:
        raise SamePerson


def require_proposed(status: ProposalStatus) -> None:
    """Refuse to settle a proposal twice."""
    if status is not ProposalStatus.OPEN:
        raise ProposalSettled


def require_asked(status: RequestStatus) -> None:
    """Refuse to answer a request twice."""
    if status is not RequestStatus.OPEN:
        raise RequestSettled


def require_alone(*, second_person: bool) -> None:
    """Refuse to let one person decide where the institute asks for two."""
    if second_person:
        raise SecondPersonNeeded


def require_new_names(old: Names, new: Names) -> None:
    """Refuse a correction that corrects nothing."""
    if old == new:
        raise NamesUnchanged(field="name_latin")


def require_why(reason: str) -> None:
    """Refuse a request or a refusal that gives no reason."""
    if not reason:
        raise WhyMissing(field="reason")


def require_reasons(reason: str, public_reason: str) -> None:
    """Refuse a revocation without its two reasons."""
    if not reason:
        raise ReasonMissing(field="reason")
    if not public_reason:
        raise ReasonMissing(field="public_reason")
