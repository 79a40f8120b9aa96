"""Words for what is proposed, asked and decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.accounts.rules import Names
from nador.certification.rules import ActKind, ProposalStatus, RequestStatus

if TYPE_CHECKING:
    from datetime import datetime

    from nador.accounts.models import Person
    from nador.certification.changes.models import CorrectionRequest, Proposal
    from nador.kernel.i18n import Translator


def act(words: Translator, value: ActKind) -> str:
    """Name what is decided."""
    match value:
        case ActKind.ISSUE:
            return words.gettext("Issue certificates")
        case ActKind.REVOKE:
            return words.gettext("Revoke a certificate")
        case ActKind.REPLACE:
            return words.gettext("Correct a certificate")
        case ActKind.RENEW:
            return words.gettext("Renew a certificate")


def proposal(words: Translator, value: ProposalStatus) -> str:
    """Name the state of what was proposed."""
    match value:
        case ProposalStatus.OPEN:
            return words.gettext("Waits for a second person")
        case ProposalStatus.APPROVED:
            return words.gettext("Confirmed")
        case ProposalStatus.DENIED:
            return words.gettext("Refused")
        case ProposalStatus.WITHDRAWN:
            return words.gettext("Withdrawn")


def proposal_look(value: ProposalStatus) -> str:
    """Choose the kind of its tag."""
    match value:
        case ProposalStatus.OPEN:
            return "info"
        case ProposalStatus.APPROVED:
            return "ok"
        case ProposalStatus.DENIED:
            return "bad"
        case ProposalStatus.WITHDRAWN:
            return ""


def correction(words: Translator, value: RequestStatus) -> str:
    """Name the state of what a holder asked."""
    match value:
        case RequestStatus.OPEN:
            return words.gettext("Waits for an answer")
        case RequestStatus.APPROVED:
            return words.gettext("Corrected")
        case RequestStatus.DENIED:
            return words.gettext("Refused")


def correction_look(value: RequestStatus) -> str:
    """Choose the kind of its tag."""
    match value:
        case RequestStatus.OPEN:
            return "info"
        case RequestStatus.APPROVED:
            return "ok"
        case RequestStatus.DENIED:
            return "bad"


def told_of_proposal(words: Translator, one: Proposal) -> list[tuple[datetime, str]]:
    """Tell when and by whom an act was proposed, and what became of it."""
    by = _name(words, one.proposed_by)
    told = [
        (
            one.proposed_at,
            words.gettext("Proposed by %(name)s: %(act)s", name=by, act=act(words, one.kind)),
        )
    ]
    if one.decided_at is None:
        return told
    match one.status:
        case ProposalStatus.APPROVED:
            said = words.gettext("Confirmed by %(name)s", name=_name(words, one.decided_by))
        case ProposalStatus.DENIED:
            said = words.gettext(
                "Refused by %(name)s: %(reason)s",
                name=_name(words, one.decided_by),
                reason=one.answer,
            )
        case _:
            said = words.gettext("Withdrawn by %(name)s", name=by)
    return [*told, (one.decided_at, said)]


def told_of_request(words: Translator, one: CorrectionRequest) -> list[tuple[datetime, str]]:
    """Tell when a holder asked for another spelling, and how that was answered."""
    told = [(one.asked_at, words.gettext("The holder asked for another spelling"))]
    if one.decided_at is None:
        return told
    if one.status is RequestStatus.DENIED:
        said = words.gettext("The request was refused: %(reason)s", reason=one.answer)
    else:
        said = words.gettext("The request was granted")
    return [*told, (one.decided_at, said)]


def _name(words: Translator, person: Person | None) -> str:
    return (
        Names(person.name_latin, person.name_arabic).in_language(words.language.code)
        if person
        else ""
    )
