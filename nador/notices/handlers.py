"""Who is told what, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nador.accounts.models import Institute, Person
from nador.accounts.queries import certifiers
from nador.assessment.labels import last_day
from nador.assessment.models import (
    AnswerFile,
    Appeal,
    Assessment,
    Attempt,
    AttemptAnswer,
    Booking,
    FeedbackFile,
    Slot,
    SubmissionFile,
)
from nador.assessment.rules import (
    AppealAssigned,
    AppealDecided,
    AppealOpened,
    GradesReleased,
    RunConcluded,
)
from nador.assessment.rules.slots import SlotBooked, SlotCancelled
from nador.assessment.rules.submissions import (
    AnswerFoundInfected,
    FeedbackFoundInfected,
    FileFoundInfected,
    FilePurpose,
    SubmissionHandedIn,
    SubmissionReturned,
)
from nador.catalogue.rules import MeetingChanged, RunChanged
from nador.certification.changes import queries as changes
from nador.certification.changes.models import CorrectionRequest, Proposal
from nador.certification.labels import act
from nador.certification.models import Certificate
from nador.certification.rules import (
    ActProposed,
    CertificateEnding,
    CertificateIssued,
    CertificateRevoked,
    CorrectionAnswered,
    ProposalAnswered,
)
from nador.enrolment import queries as enrolment_queries
from nador.enrolment.rules import (
    Ending,
    EnrolmentEnded,
    EnrolmentPlaced,
    EnrolmentSource,
    EnrolmentStatus,
    OfferAccepted,
    SeatOffered,
)
from nador.kernel import clock
from nador.kernel.i18n import translator
from nador.notices import queries
from nador.notices.service import tell, tell_colleague, tell_holder, tell_staff

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.enrolment.models import Enrolment
    from nador.kernel.access import Actor
    from nador.kernel.events import Handler

TOLD_CHANGES: Final = frozenset({"starts_on", "ends_on", "place", "mode", "language"})
"""What of a run matters to those who are on it."""


def placed(session: Session, _actor: Actor, event: EnrolmentPlaced) -> None:
    """Confirm a seat, or the place in the queue. An import records; it tells nobody."""
    enrolment = queries.whole_enrolment(session, event.enrolment_id)
    if enrolment.source is EnrolmentSource.IMPORT:
        return
    if enrolment.status is EnrolmentStatus.ACTIVE:
        tell(session, enrolment, "notices/enrolled.txt")
    elif enrolment.status is EnrolmentStatus.WAITLISTED:
        position = enrolment_queries.position(session, enrolment)
        tell(session, enrolment, "notices/waitlisted.txt", position=position)


def offered(session: Session, _actor: Actor, event: SeatOffered) -> None:
    """Send the link that accepts or declines."""
    enrolment = queries.whole_enrolment(session, event.enrolment_id)
    offer = enrolment_queries.pending_offer(session, enrolment.id)
    if offer is not None:
        tell(
            session,
            enrolment,
            "notices/offered.txt",
            secret=event.secret,
            deadline=offer.expires_at,
        )


def accepted(session: Session, _actor: Actor, event: OfferAccepted) -> None:
    """Confirm the seat."""
    tell(session, queries.whole_enrolment(session, event.enrolment_id), "notices/enrolled.txt")


def ended(session: Session, _actor: Actor, event: EnrolmentEnded) -> None:
    """Say that a place was given back, taken back, let pass, or went with its run."""
    enrolment = queries.whole_enrolment(session, event.enrolment_id)
    match event.ending:
        case Ending.WITHDREW | Ending.DECLINED:
            tell(session, enrolment, "notices/withdrawn.txt", by_staff=False)
        case Ending.WITHDRAWN_BY_STAFF:
            tell(session, enrolment, "notices/withdrawn.txt", by_staff=True)
        case Ending.LAPSED:
            tell(session, enrolment, "notices/lapsed.txt")
        case Ending.RUN_CANCELLED:
            tell(session, enrolment, "notices/run_cancelled.txt", reason=enrolment.end_reason or "")


def run_changed(session: Session, _actor: Actor, event: RunChanged) -> None:
    """Tell everybody on the run, where it matters to them."""
    if TOLD_CHANGES & set(event.changed):
        for enrolment in queries.concerned(session, event.run_id):
            tell(session, enrolment, "notices/run_changed.txt")


def meeting_changed(session: Session, _actor: Actor, event: MeetingChanged) -> None:
    """Tell those who would come."""
    meeting = queries.meeting(session, event.meeting_id)
    for enrolment in queries.concerned(session, meeting.run_id, [EnrolmentStatus.ACTIVE]):
        tell(
            session,
            enrolment,
            "notices/meeting_changed.txt",
            meeting=meeting,
            cancelled=event.cancelled,
        )


def grades_released(session: Session, _actor: Actor, event: GradesReleased) -> None:
    """Tell the run's learners that there are grades to see; mails say no mark."""
    for enrolment in queries.concerned(session, event.run_id, [EnrolmentStatus.ACTIVE]):
        tell(session, enrolment, "notices/grades_released.txt")


def run_concluded(session: Session, _actor: Actor, event: RunConcluded) -> None:
    """Tell those whose result was confirmed."""
    concluded = set(event.enrolment_ids)
    statuses = (EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED)
    for enrolment in queries.concerned(session, event.run_id, statuses):
        if enrolment.id in concluded:
            tell(session, enrolment, "notices/run_concluded.txt")


def appeal_opened(session: Session, _actor: Actor, event: AppealOpened) -> None:
    """Confirm to the learner that it arrived, and tell the office that somebody must decide it."""
    appeal = session.get_one(Appeal, event.appeal_id)
    enrolment = queries.whole_enrolment(session, appeal.enrolment_id)
    tell(session, enrolment, "notices/appeal_opened.txt", answer_by=last_day(appeal.answer_by))
    for person in queries.office(session, enrolment.run.institute_id):
        if person.id != enrolment.person_id:
            _tell_staff(session, person, appeal, "notices/appeal_to_assign.txt")


def appeal_assigned(session: Session, _actor: Actor, event: AppealAssigned) -> None:
    """Tell who is to decide."""
    appeal = session.get_one(Appeal, event.appeal_id)
    if appeal.assignee_id is not None:
        assignee = session.get_one(Person, appeal.assignee_id)
        _tell_staff(session, assignee, appeal, "notices/appeal_assigned.txt")


def appeal_decided(session: Session, _actor: Actor, event: AppealDecided) -> None:
    """Tell the learner that there is an answer; the mail says neither it nor a mark."""
    appeal = session.get_one(Appeal, event.appeal_id)
    enrolment = queries.whole_enrolment(session, appeal.enrolment_id)
    tell(session, enrolment, "notices/appeal_decided.txt")


def _tell_staff(session: Session, person: Person, appeal: Appeal, template: str) -> None:
    enrolment = queries.whole_enrolment(session, appeal.enrolment_id)
    tell_staff(
        session,
        person,
        enrolment,
        template,
        appeal=appeal,
        answer_by=last_day(appeal.answer_by),
    )


def handed_in(session: Session, _actor: Actor, event: SubmissionHandedIn) -> None:
    """Send each author the receipt: what arrived, when, and the hashes that prove it."""
    _tell_authors(session, event.submission_id, "notices/handed_in.txt")


def returned(session: Session, _actor: Actor, event: SubmissionReturned) -> None:
    """Tell each author that there is feedback; the mail says neither it nor a mark."""
    _tell_authors(session, event.submission_id, "notices/returned.txt")


def file_infected(session: Session, _actor: Actor, event: FileFoundInfected) -> None:
    """Tell whose file it is that nobody can open it, so that they send another."""
    file = session.get_one(SubmissionFile, event.file_id)
    if file.purpose is FilePurpose.FEEDBACK:
        enrolment, _, assessment = next(queries.authors(session, file.submission_id))
        _tell_giver(session, file.stored_by_id, enrolment, assessment, file.name)
    else:
        _tell_authors(session, file.submission_id, "notices/file_infected.txt", file_name=file.name)


def feedback_infected(session: Session, _actor: Actor, event: FeedbackFoundInfected) -> None:
    """Tell who gave it back that a file can't be opened by anybody."""
    file = session.get_one(FeedbackFile, event.file_id)
    enrolment = queries.whole_enrolment(session, file.enrolment_id)
    assessment = session.get_one(Assessment, file.assessment_id)
    _tell_giver(session, file.added_by_id, enrolment, assessment, file.name)


def answer_infected(session: Session, _actor: Actor, event: AnswerFoundInfected) -> None:
    """Tell whose answer it is that nobody can open its file, so that they send another in time."""
    file = session.get_one(AnswerFile, event.file_id)
    attempt = session.get_one(Attempt, session.get_one(AttemptAnswer, file.answer_id).attempt_id)
    enrolment = queries.whole_enrolment(session, attempt.enrolment_id)
    what = session.get_one(Assessment, attempt.assessment_id).title
    template = "notices/answer_infected.txt"
    tell(session, enrolment, template, attempt_id=attempt.id, what=what, file_name=file.name)


def _tell_giver(
    session: Session, giver_id: int, enrolment: Enrolment, assessment: Assessment, file_name: str
) -> None:
    giver, template = session.get_one(Person, giver_id), "notices/feedback_infected.txt"
    tell_staff(session, giver, enrolment, template, assessment=assessment, file_name=file_name)


def _tell_authors(session: Session, submission_id: int, template: str, **context: Any) -> None:
    for enrolment, submission, assessment in queries.authors(session, submission_id):
        tell(session, enrolment, template, submission=submission, what=assessment.title, **context)


def slot_booked(session: Session, _actor: Actor, event: SlotBooked) -> None:
    """Confirm the time, with the page where it can be moved."""
    booking = session.get_one(Booking, event.booking_id)
    earlier = session.get(Slot, event.moved_from) if event.moved_from is not None else None
    slot = session.get_one(Slot, booking.slot_id)
    _tell_of_slot(
        session,
        booking.slot_id,
        booking.enrolment_id,
        "notices/slot_booked.txt",
        by_staff=event.by_staff,
        earlier=earlier,
        changeable=clock.now() < slot.closes_at,
    )


def slot_cancelled(session: Session, _actor: Actor, event: SlotCancelled) -> None:
    """Ask those who had booked the time to book another."""
    for enrolment_id in event.enrolment_ids:
        _tell_of_slot(session, event.slot_id, enrolment_id, "notices/slot_cancelled.txt")


def _tell_of_slot(
    session: Session, slot_id: int, enrolment_id: int, template: str, **more: object
) -> None:
    slot = session.get_one(Slot, slot_id)
    what = session.get_one(Assessment, slot.assessment_id).title
    enrolment = queries.whole_enrolment(session, enrolment_id)
    tell(session, enrolment, template, slot=slot, what=what, **more)


def certificate_issued(session: Session, _actor: Actor, event: CertificateIssued) -> None:
    """Send the holder the address at which the certificate is answered for."""
    certificate = session.get_one(Certificate, event.certificate_id)
    tell_holder(session, certificate, "notices/certificate_issued.txt")


def certificate_revoked(session: Session, _actor: Actor, event: CertificateRevoked) -> None:
    """Tell the holder with the reason that the public reads."""
    certificate = session.get_one(Certificate, event.certificate_id)
    tell_holder(session, certificate, "notices/certificate_revoked.txt")


def certificate_ending(session: Session, _actor: Actor, event: CertificateEnding) -> None:
    """Remind the holder in time."""
    certificate = session.get_one(Certificate, event.certificate_id)
    tell_holder(session, certificate, "notices/certificate_ending.txt")


def act_proposed(session: Session, _actor: Actor, event: ActProposed) -> None:
    """Tell everybody who could be the second person, but not whose certificate it is about."""
    proposal = changes.proposal(session, event.proposal_id)
    holder_id = proposal.certificate.person_id if proposal.certificate else None
    for person in certifiers(session, proposal.institute_id):
        if person.id not in {proposal.proposed_by_id, holder_id}:
            _tell_of_proposal(session, person, proposal, "notices/act_proposed.txt")


def proposal_answered(session: Session, _actor: Actor, event: ProposalAnswered) -> None:
    """Tell who proposed it what became of it."""
    proposal = changes.proposal(session, event.proposal_id)
    _tell_of_proposal(session, proposal.proposed_by, proposal, "notices/proposal_answered.txt")


def _tell_of_proposal(session: Session, person: Person, proposal: Proposal, template: str) -> None:
    words = translator(person.locale)
    if proposal.certificate:
        title, code = proposal.certificate.title, proposal.certificate.code
    else:
        head = changes.heads_of_orders(session, [proposal])[proposal.id]
        title, code = head.title, head.code
    tell_colleague(
        session,
        person,
        session.get_one(Institute, proposal.institute_id),
        template,
        title=title,
        act=act(words, proposal.kind),
        code=code,
        proposal=proposal,
    )


def correction_answered(session: Session, _actor: Actor, event: CorrectionAnswered) -> None:
    """Tell the holder whether the name is corrected, and if not, why."""
    request = session.get_one(CorrectionRequest, event.request_id)
    certificate = session.get_one(Certificate, request.certificate_id)
    tell_holder(session, certificate, "notices/correction_answered.txt", request=request)


HANDLERS: Final[tuple[tuple[type[Any], Handler], ...]] = (
    (EnrolmentPlaced, placed),
    (SeatOffered, offered),
    (OfferAccepted, accepted),
    (EnrolmentEnded, ended),
    (RunChanged, run_changed),
    (MeetingChanged, meeting_changed),
    (GradesReleased, grades_released),
    (RunConcluded, run_concluded),
    (AppealOpened, appeal_opened),
    (AppealAssigned, appeal_assigned),
    (AppealDecided, appeal_decided),
    (SubmissionHandedIn, handed_in),
    (SubmissionReturned, returned),
    (FileFoundInfected, file_infected),
    (FeedbackFoundInfected, feedback_infected),
    (AnswerFoundInfected, answer_infected),
    (SlotBooked, slot_booked),
    (SlotCancelled, slot_cancelled),
    (CertificateIssued, certificate_issued),
    (CertificateRevoked, certificate_revoked),
    (CertificateEnding, certificate_ending),
    (CorrectionAnswered, correction_answered),
    (ActProposed, act_proposed),
    (ProposalAnswered, proposal_answered),
)
