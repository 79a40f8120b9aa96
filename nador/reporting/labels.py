"""Words for what a centre's board asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from nador.reporting.rules import Task, TypedText

if TYPE_CHECKING:
    from nador.kernel.i18n import Translator

CertificateTask = Literal[
    Task.BATCH_FAILED,
    Task.PROGRAMME_IN_DOUBT,
    Task.CONFIRM,
    Task.CORRECT,
    Task.CERTIFY,
    Task.CERTIFY_PROGRAMME,
]

TypedAboutCertificate = Literal[
    TypedText.REVOCATION,
    TypedText.PUBLIC_REASON,
    TypedText.PROPOSAL,
    TypedText.PROPOSAL_ANSWER,
    TypedText.UPHELD,
    TypedText.CORRECTION,
    TypedText.CORRECTION_ANSWER,
]
TypedAboutGrade = Literal[
    TypedText.GRADE_CHANGE,
    TypedText.MARK_OVERRIDE,
    TypedText.MARK_COMMENT,
    TypedText.ATTEMPT_VOIDED,
    TypedText.ANSWER_COMMENT,
    TypedText.APPEAL,
    TypedText.APPEAL_ANSWER,
]


def task(words: Translator, value: Task, count: int) -> str:
    """Say what is to be decided, and how much of it there is."""
    match value:
        case Task.WORK_DEAD:
            return words.ngettext(
                "%(num)s piece of work has failed", "%(num)s pieces of work have failed", count
            )
        case Task.INSTITUTE_INCOMPLETE:
            return words.ngettext(
                "%(num)s entry of the institute's page is missing",
                "%(num)s entries of the institute's page are missing",
                count,
            )
        case Task.APPEAL:
            return words.ngettext("%(num)s appeal to answer", "%(num)s appeals to answer", count)
        case Task.ATTENDANCE:
            return words.ngettext(
                "%(num)s meeting without attendance", "%(num)s meetings without attendance", count
            )
        case Task.GRADE:
            return words.ngettext("%(num)s grade is missing", "%(num)s grades are missing", count)
        case Task.RELEASE:
            return words.ngettext("%(num)s grade to publish", "%(num)s grades to publish", count)
        case Task.CONCLUDE:
            return words.ngettext(
                "Results to confirm for %(num)s learner",
                "Results to confirm for %(num)s learners",
                count,
            )
        case (
            Task.BATCH_FAILED
            | Task.PROGRAMME_IN_DOUBT
            | Task.CONFIRM
            | Task.CORRECT
            | Task.CERTIFY
            | Task.CERTIFY_PROGRAMME
        ):
            return _about_certificates(words, value, count)
        case Task.WAITLIST:
            return words.ngettext(
                "%(num)s person is waiting for a seat",
                "%(num)s people are waiting for a seat",
                count,
            )


def _about_certificates(words: Translator, value: CertificateTask, count: int) -> str:
    match value:
        case Task.BATCH_FAILED:
            return words.ngettext(
                "%(num)s certificate could not be made",
                "%(num)s certificates could not be made",
                count,
            )
        case Task.CONFIRM:
            return words.ngettext(
                "%(num)s decision waits for a second person",
                "%(num)s decisions wait for a second person",
                count,
            )
        case Task.CORRECT:
            return words.ngettext(
                "%(num)s holder asks for a correction",
                "%(num)s holders ask for a correction",
                count,
            )
        case Task.PROGRAMME_IN_DOUBT:
            return words.ngettext(
                "%(num)s programme certificate to decide about",
                "%(num)s programme certificates to decide about",
                count,
            )
        case Task.CERTIFY | Task.CERTIFY_PROGRAMME:
            return words.ngettext(
                "%(num)s certificate to issue", "%(num)s certificates to issue", count
            )


def drawing(value: Task) -> str:
    """Choose the icon of a task."""
    match value:
        case Task.WORK_DEAD | Task.BATCH_FAILED:
            return "cross"
        case Task.INSTITUTE_INCOMPLETE | Task.PROGRAMME_IN_DOUBT:
            return "warn"
        case Task.APPEAL:
            return "info"
        case Task.ATTENDANCE:
            return "cal"
        case Task.GRADE | Task.CORRECT:
            return "edit"
        case Task.RELEASE:
            return "hidden"
        case Task.CONCLUDE | Task.CONFIRM:
            return "seal"
        case Task.CERTIFY | Task.CERTIFY_PROGRAMME:
            return "cert"
        case Task.WAITLIST:
            return "people"


def typed_text(words: Translator, kind: TypedText) -> str:
    """Name what somebody typed freely."""
    match kind:
        case (
            TypedText.REVOCATION
            | TypedText.PUBLIC_REASON
            | TypedText.PROPOSAL
            | TypedText.PROPOSAL_ANSWER
            | TypedText.UPHELD
            | TypedText.CORRECTION
            | TypedText.CORRECTION_ANSWER
        ):
            return _typed_about_certificates(words, kind)
        case (
            TypedText.GRADE_CHANGE
            | TypedText.MARK_OVERRIDE
            | TypedText.MARK_COMMENT
            | TypedText.ATTEMPT_VOIDED
            | TypedText.ANSWER_COMMENT
            | TypedText.APPEAL
            | TypedText.APPEAL_ANSWER
        ):
            return _typed_about_grades(words, kind)
        case TypedText.END_OF_PLACE:
            return words.gettext("Why an enrolment ended")
        case TypedText.EQUIVALENCE:
            return words.gettext("Why a prerequisite counts as met")
        case TypedText.TOPIC:
            return words.gettext("The topic of a meeting")
        case TypedText.ACCOMMODATION:
            return words.gettext("Why somebody gets an accommodation")
        case TypedText.FEEDBACK:
            return words.gettext("Feedback on what was handed in")
        case TypedText.AUDIT:
            return words.gettext("Details of the audit trail")


def _typed_about_grades(words: Translator, kind: TypedAboutGrade) -> str:
    match kind:
        case TypedText.GRADE_CHANGE:
            return words.gettext("Why a grade changed")
        case TypedText.MARK_OVERRIDE:
            return words.gettext("Why a mark was set by hand")
        case TypedText.MARK_COMMENT:
            return words.gettext("A marker’s comment")
        case TypedText.ATTEMPT_VOIDED:
            return words.gettext("Why an attempt does not count")
        case TypedText.ANSWER_COMMENT:
            return words.gettext("A comment on an answer")
        case TypedText.APPEAL:
            return words.gettext("Why a grade or a result is contested")
        case TypedText.APPEAL_ANSWER:
            return words.gettext("The answer to an appeal")


def _typed_about_certificates(words: Translator, kind: TypedAboutCertificate) -> str:
    match kind:
        case TypedText.REVOCATION:
            return words.gettext("Why a certificate was revoked")
        case TypedText.PUBLIC_REASON:
            return words.gettext("Why a certificate was revoked, as the public reads it")
        case TypedText.PROPOSAL:
            return words.gettext("What was proposed about a certificate")
        case TypedText.PROPOSAL_ANSWER:
            return words.gettext("Why a proposal was refused")
        case TypedText.UPHELD:
            return words.gettext("Why a certificate still stands")
        case TypedText.CORRECTION:
            return words.gettext("Why another spelling was asked for")
        case TypedText.CORRECTION_ANSWER:
            return words.gettext("Why another spelling was refused")
