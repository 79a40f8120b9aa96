"""A small centre, and everybody who may come to its doors; test_access.py sends them all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.accounts import rules
from nador.accounts.models import OneTimeCode, Person, RoleGrant, SignIn, Token
from nador.accounts.rules import CodePurpose
from nador.assessment.models import (
    Accommodation,
    AnswerAside,
    Appeal,
    Assessment,
    AttemptAnswer,
    Grade,
    RunGroup,
    Slot,
    Upload,
)
from nador.assessment.questions.file import entry
from nador.assessment.rules import GradeState, QuestionState
from nador.assessment.rules.quizzes import AsideReason, Settings
from nador.assessment.service import attempts, banks, quizzes
from nador.assessment.service.attempts import Sent
from nador.catalogue.models import Course, RunStaff
from nador.catalogue.rules import AssessmentKind
from nador.certification.changes.models import CorrectionRequest, Proposal
from nador.certification.models import (
    Batch,
    CertificateFile,
    LogCheckpoint,
    LogEntry,
    PrintJob,
)
from nador.certification.rules import ActKind, LogKind, PrintStatus
from nador.enrolment.models import Offer
from nador.enrolment.queries import hash_of
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.mail import Message
from nador.verification.models import Receipt
from nador.verification.service import order_receipt, record_receipt
from tests.factories import (
    make_account,
    make_actor,
    make_certificate,
    make_course,
    make_enrolment,
    make_institute,
    make_meeting,
    make_person,
    make_programme,
    make_run,
    make_sign_in,
    make_status_list,
    make_token,
    store,
)
from tests.factories.assessment import make_pass
from tests.factories.marking import hand_in, make_comment, make_feedback, make_package, sign_of
from tests.factories.work import make_assignment, make_submission

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.certification.models import Certificate
    from nador.enrolment.models import Enrolment

DOCUMENT = b"%PDF-1.7 of the world"
"""What the world's files hold; whoever serves it puts these bytes into the store."""

COLUMNS = (
    "nobody",
    "learner own",
    "learner other",
    "instructor own",
    "instructor other",
    "registrar own",
    "registrar other",
    "certifier own",
    "certifier other",
    "auditor own",
    "auditor other",
    "administrator own",
    "administrator other",
)
"""`own`: a learner's thing is theirs, an instructor's run is theirs, staff are at its institute."""


@dataclass
class World:
    """The ids that URLs need, by the name of the URL's argument, and the visitors."""

    ids: dict[str, object] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


def _receipt(session: Session, code: str) -> str:
    token = order_receipt(session, NOBODY, asked=f"{code}\n", locale="en", code=code)
    item_id = session.scalar(select(Receipt.id).where(Receipt.token == token))
    record_receipt(session, NOBODY, item_id=item_id or 0, outcome=DOCUMENT)
    return token


def build(session: Session) -> World:
    """Make one institute with a run that has everything, a second one beside it, and 12 visitors."""
    world = World()
    here, there = (make_institute(session, prefix=prefix) for prefix in ("NDR", "OUJ"))
    version = make_course(session, institute_id=here.id)
    run = make_run(session, version, institute_id=here.id)
    other_run = make_run(session, version, institute_id=here.id)
    _invite(session, world, here=here.id, there=there.id, run=run.id, other_run=other_run.id)
    learner = world.people["learner own"]
    enrolment = make_enrolment(session, run_id=run.id, person_id=learner)
    person = session.get_one(Person, learner)
    make_pass(session, enrolment)
    certificate = make_certificate(session, institute=here, run=run, person=person)
    programme = make_programme(session, [version], institute_id=here.id)
    world.ids |= {
        "certificate_code": certificate.code,
        "programme_code": programme.code,
        "receipt_token": _receipt(session, certificate.code),
        "institute_id": here.id,
        "prefix": there.prefix,
        "person_id": learner,
        "instructor_id": world.people["instructor own"],
        "run_id": run.id,
        "course_id": version.course_id,
        "code": session.get_one(Course, version.course_id).code,
        "enrolment_id": enrolment.id,
        "reference": enrolment.reference,
        "offer_secret": _offered(session, enrolment.id),
        "meeting_id": make_meeting(session, run).id,
        "assessment_id": store(session, _assessment(run.id)).id,
        "appeal_id": store(session, _appeal(enrolment)).id,
        **_eased(session, world, run.id),
        **_handed_in(session, enrolment),
        **_marked(session, world, enrolment, here.id),
        **_times(session, world, run.id),
        "filename": "css/nador.css",
        **_documents(session, world, certificate),
    }
    world.ids |= _ways_in(session, world)
    world.ids |= _shelf(session, here.id)
    world.ids |= _sitting(session, world, enrolment, here.id)
    session.rollback()
    return world


def _appeal(enrolment: Enrolment) -> Appeal:
    """The learner contests the result."""
    now = clock.now()
    return Appeal(
        run_id=enrolment.run_id,
        enrolment_id=enrolment.id,
        reason="read it again",
        opened_at=now,
        opened_by_id=enrolment.person_id,
        answer_by=now + timedelta(days=10),
    )


def _eased(session: Session, world: World, run_id: int) -> dict[str, object]:
    """Give a group of the run more time."""
    group = store(session, RunGroup(run_id=run_id, name="Evening", name_folded="evening"))
    given = Accommodation(
        run_id=run_id,
        group_id=group.id,
        extra_time=25,
        reason="they come from work",
        given_at=clock.now(),
        given_by_id=world.people["registrar own"],
    )
    return {
        "group_id": group.id,
        "whom": f"group-{group.id}",
        "accommodation_id": store(session, given).id,
    }


def _handed_in(session: Session, enrolment: Enrolment) -> dict[str, object]:
    """Let the learner have work handed in, a draft beside it, and an upload on its way."""
    asked = _assessment(enrolment.run_id)
    asked.code, asked.kind = "ESSAY", AssessmentKind.ASSIGNMENT
    assessment = store(session, asked)
    make_assignment(session, assessment.id, own_work=False)
    done = make_submission(session, assessment.id, enrolment, content=DOCUMENT)
    file_id = done.files[0].id
    draft = make_submission(session, assessment.id, enrolment, number=2, draft=True)
    upload = Upload(
        name_on_disk="a-name-by-lot",
        submission_id=draft.id,
        person_id=enrolment.person_id,
        name="a.pdf",
        size=9,
        begun_at=clock.now(),
    )
    return {
        "asked_id": assessment.id,
        "submission_id": done.id,
        "file_id": file_id,
        "name_on_disk": store(session, upload).name_on_disk,
        "step": 1,
    }


def _marked(
    session: Session, world: World, enrolment: Enrolment, institute_id: int
) -> dict[str, object]:
    """Let the learner's work wait for a mark, with a file that came and one that goes back."""
    asked = _assessment(enrolment.run_id)
    asked.code, asked.kind = "CASE", AssessmentKind.PROJECT
    assessment = store(session, asked)
    work = hand_in(session, assessment.id, enrolment, files={"case.pdf": DOCUMENT})
    file_id = work.files[0].id
    by_id = world.people["instructor own"]
    back = make_feedback(session, assessment.id, enrolment, by_id=by_id, content=DOCUMENT)
    return {
        "marked_id": assessment.id,
        "sign": sign_of(session, assessment.id, enrolment),
        "work_file_id": file_id,
        "feedback_file_id": back.id,
        "comment_id": make_comment(session, institute_id, by_id=by_id).id,
        "package_id": make_package(session, assessment.id, by_id=world.people["learner other"]).id,
        **_came_back(session, enrolment, by_id=by_id),
    }


def _came_back(session: Session, enrolment: Enrolment, *, by_id: int) -> dict[str, object]:
    """Let the learner have a released grade with a file."""
    asked = _assessment(enrolment.run_id)
    asked.code, asked.kind = "ORAL", AssessmentKind.ORAL
    assessment = store(session, asked)
    grade = Grade(
        assessment_id=assessment.id,
        enrolment_id=enrolment.id,
        value=Decimal(12),
        state=GradeState.RELEASED,
        changed_at=clock.now(),
    )
    store(session, grade)
    back = make_feedback(session, assessment.id, enrolment, by_id=by_id, content=DOCUMENT)
    return {"released_id": assessment.id, "released_file_id": back.id}


def _times(session: Session, world: World, run_id: int) -> dict[str, object]:
    """Offer a time for an oral examination."""
    oral = _assessment(run_id)
    oral.code, oral.kind = "VIVA", AssessmentKind.ORAL
    assessment = store(session, oral)
    starts_at = clock.now() + timedelta(days=3)
    slot = Slot(
        assessment_id=assessment.id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=20),
        closes_at=starts_at - timedelta(hours=24),
        examiner_id=world.people["instructor own"],
        capacity=1,
    )
    return {"oral_id": assessment.id, "time_id": store(session, slot).id}


def _documents(session: Session, world: World, certificate: Certificate) -> dict[str, object]:
    """Store the learner's document, an order to issue and one to print, and a log."""
    now, sha256 = clock.now(), hashlib.sha256(DOCUMENT).hexdigest()
    decided = {"run_id": certificate.run_id, "ordered_by_id": world.people["certifier own"]}
    file = CertificateFile(
        certificate_id=certificate.id, sha256=sha256, size=len(DOCUMENT), stored_at=now
    )
    store(session, file)
    batch = Batch(institute_id=certificate.institute_id, ordered_at=now, **decided)
    job = PrintJob(status=PrintStatus.READY, sha256=sha256, pages=1, ordered_at=now, **decided)
    listed = make_status_list(session, certificate)
    store(session, LogEntry(leaf=sha256, kind=LogKind.ISSUE, at=now, leaf_index=0))
    store(session, LogCheckpoint(size=1, root=sha256, note="a checkpoint", at=now))
    return {
        "batch_id": store(session, batch).id,
        "job_id": store(session, job).id,
        "print_form": job.form.value,
        "place": "entries/000.p/1",
        "name": certificate.uuid,
        "number": listed.id,
        "version_id": certificate.template_version_id,
        "document_kind": certificate.kind.value,
        "specimen": "usual",
        **_waiting(session, world, certificate),
    }


def _waiting(session: Session, world: World, certificate: Certificate) -> dict[str, object]:
    """Let a proposal about the learner's certificate wait, one about the run, and a request."""
    another = make_actor(session, Role.CERTIFIER, institute_id=certificate.institute_id)
    said = {"institute_id": certificate.institute_id, "proposed_at": clock.now()}
    reasons = {"reason": "copied", "public_reason": "Issued in error"}
    revoking = Proposal(
        kind=ActKind.REVOKE,
        certificate_id=certificate.id,
        act={"code": certificate.code, **reasons},
        proposed_by_id=another.person_id,
        **said,
    )
    issuing = Proposal(
        kind=ActKind.ISSUE,
        run_id=certificate.run_id,
        act={"run_id": certificate.run_id, "person_ids": []},
        proposed_by_id=world.people["certifier own"],
        **said,
    )
    asked = CorrectionRequest(
        certificate_id=certificate.id,
        name_latin="Selma",
        reason="one letter",
        asked_by_id=certificate.person_id,
        asked_at=clock.now(),
    )
    return {
        "proposal_id": store(session, revoking).id,
        "own_proposal_id": store(session, issuing).id,
        "request_id": store(session, asked).id,
    }


def _shelf(session: Session, institute_id: int) -> dict[str, object]:
    """Make a bank with a question and an image."""
    author = make_actor(session, Role.ADMINISTRATOR, institute_id=institute_id)
    bank = banks.create_bank(session, author, institute_id=institute_id, name="Bank", language="fr")
    content = {"kind": "essay", "language": "fr", "prompt": "Pourquoi ?"}
    sha256 = hashlib.sha256(DOCUMENT).hexdigest()
    banks.add_file(session, author, bank_id=bank.id, sha256=sha256, media_type="image/png", size=9)
    question = banks.create_question(session, author, bank_id=bank.id, content=content)
    return {
        "bank_id": bank.id,
        "question_id": question.id,
        "kind": "essay",
        "form": "gift",
        "sha256": sha256,
    }


def _sitting(
    session: Session, world: World, enrolment: Enrolment, institute_id: int
) -> dict[str, object]:
    """Let the learner sit a quiz of two questions, of which one shows an image and one takes a file."""
    author = make_actor(session, Role.ADMINISTRATOR, institute_id=institute_id)
    now, sha256 = clock.now(), hashlib.sha256(DOCUMENT).hexdigest()
    assessment_id, bank_id = (int(str(world.ids[name])) for name in ("assessment_id", "bank_id"))
    quizzes.set_up_quiz(session, author, assessment_id=assessment_id, settings=Settings(minutes=60))
    for content in (
        {"kind": "essay", "prompt": "![plan](a.png)", "files": {"a.png": sha256}},
        {"kind": "file", "prompt": "Le plan"},
    ):
        question = banks.create_question(
            session,
            author,
            bank_id=bank_id,
            content={"language": "fr", **content},
            state=QuestionState.READY,
        )
        slot = quizzes.add_question(
            session,
            author,
            assessment_id=assessment_id,
            question_id=question.id,
            points=Decimal(1),
        )
    quizzes.open_quiz(session, author, assessment_id=assessment_id)
    learner = Actor(person_id=enrolment.person_id)
    attempt = attempts.begin_attempt(session, learner, assessment_id=assessment_id)
    sent = Sent(2, 1, {"file": [entry("plan.pdf", sha256, len(DOCUMENT))]})
    attempts.save_answers(session, learner, attempt_id=attempt.id, sent=[sent])
    answer_id = session.scalars(
        select(AttemptAnswer.id).where(AttemptAnswer.attempt_id == attempt.id).limit(1)
    ).one()
    late = AnswerAside(
        answer_id=answer_id, reason=AsideReason.LATE, sequence=9, answer={"text": "a"}, at=now
    )
    return {
        "slot_id": slot.id,
        "attempt_id": attempt.id,
        "position": 1,
        "aside_id": store(session, late).id,
    }


def _ways_in(session: Session, world: World) -> dict[str, object]:
    """Give the learner one of each link and key; a guest has no e-mail."""
    learner = world.people["learner own"]
    now = clock.now()
    secrets = {purpose: f"secret-{purpose}" for purpose in CodePurpose}
    email = session.get_one(Person, learner).email
    for purpose, secret in secrets.items():
        code = OneTimeCode(
            person_id=learner,
            purpose=purpose,
            secret_hash=rules.digest(secret),
            email=email,
            created_at=now,
            expires_at=now + rules.CODE_LASTS[purpose],
        )
        store(session, code)
    registrar = world.people["registrar own"]
    mail = Message(recipient="a@b.example", locale="fr", subject="Bonjour", body="", created_at=now)
    grant = select(RoleGrant.id).where(RoleGrant.person_id == registrar)
    return {
        "person_email": email,
        "confirm_secret": secrets[CodePurpose.CONFIRM_EMAIL],
        "reset_secret": secrets[CodePurpose.RESET_PASSWORD],
        "link_secret": secrets[CodePurpose.SIGN_IN],
        "guest_id": make_person(session, email=None).id,
        "administrator_id": world.people["administrator own"],
        "registrar_id": registrar,
        "grant_id": session.scalars(grant).one(),
        "sign_in_id": session.scalar(select(SignIn.id).where(SignIn.person_id == learner)),
        "token_id": session.scalar(select(Token.id).where(Token.person_id == learner)),
        "message_id": store(session, mail).id,
    }


def _assessment(run_id: int) -> Assessment:
    return Assessment(
        run_id=run_id,
        position=1,
        code="QCM",
        kind=AssessmentKind.QUIZ,
        title={"en": "Quiz"},
        weight=Decimal(100),
        out_of=Decimal(20),
        minimum=Decimal(0),
    )


def _offered(session: Session, enrolment_id: int) -> str:
    """Give the enrolment an offer that is still open, and return the secret of its link."""
    now = clock.now()
    offer = Offer(
        enrolment_id=enrolment_id,
        secret_hash=hash_of("secret-offer"),
        made_at=now,
        expires_at=now + timedelta(days=2),
    )
    store(session, offer)
    return "secret-offer"


def _invite(
    session: Session, world: World, *, here: int, there: int, run: int, other_run: int
) -> None:
    for column in COLUMNS[1:]:
        name, side = column.split(" ")
        role = Role(name)
        if role is Role.LEARNER:
            person = make_person(session)
            make_account(session, person)
            person_id = person.id
        else:
            institute_id = here if side == "own" else there
            person_id = make_actor(session, role, institute_id=institute_id).person_id or 0
        if role is Role.INSTRUCTOR:
            taught = run if side == "own" else other_run
            store(session, RunStaff(run_id=taught, person_id=person_id, granted_at=clock.now()))
        someone = session.get_one(Person, person_id)
        world.people[column] = person_id
        world.cookies[column] = make_sign_in(session, person_id)
        world.tokens[column] = make_token(session, someone)
