"""A run with a quiz that learners can take, for the tests of attempts."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from nador.assessment.models import Assessment, Attempt, Question, QuestionBank
from nador.assessment.rules import QuestionState
from nador.assessment.rules.quizzes import Settings
from nador.assessment.service import attempts, banks, quizzes
from nador.assessment.service.attempts import Kept, Sent
from nador.kernel.access import Actor
from tests.assessment.school import School, open_school

SINGLE = {
    "kind": "single",
    "language": "fr",
    "prompt": "Combien font deux et deux ?",
    "options": [
        {"id": "four", "text": "Quatre", "credit": "1"},
        {"id": "five", "text": "Cinq"},
    ],
}
SHORT = {
    "kind": "short",
    "language": "fr",
    "prompt": "La capitale du Maroc ?",
    "answers": [{"pattern": "Rabat"}],
}
ESSAY = {"kind": "essay", "language": "fr", "prompt": "Pourquoi ?"}
FILE = {"kind": "file", "language": "fr", "prompt": "Le plan", "endings": ".pdf"}


@dataclass
class Exam:
    """The school with its bank, a quiz of some questions, and its learners as actors."""

    session: Session
    school: School
    bank: QuestionBank
    questions: list[Question]
    actors: list[Actor] = field(default_factory=list)

    @property
    def quiz(self) -> Assessment:
        """The assessment that is taken as a quiz."""
        return self.school.assessments[0]

    def set_up(self, **settings: Any) -> None:
        """Say how it is taken."""
        quizzes.set_up_quiz(
            self.session,
            self.school.instructor,
            assessment_id=self.quiz.id,
            settings=Settings(**settings),
        )

    def begin(self, learner: int = 0) -> Attempt:
        """Let a learner begin, or go on."""
        return attempts.begin_attempt(
            self.session, self.actors[learner], assessment_id=self.quiz.id
        )

    def save(
        self, attempt: Attempt, position: int, sequence: int, learner: int = 0, **fields: str
    ) -> Kept:
        """Send one answer as the script does."""
        sent = Sent(position, sequence, {name: [value] for name, value in fields.items()})
        return attempts.save_answers(
            self.session, self.actors[learner], attempt_id=attempt.id, sent=[sent]
        )[0]

    def hand_in(self, attempt: Attempt, learner: int = 0) -> Attempt:
        """Hand in."""
        return attempts.hand_in(self.session, self.actors[learner], attempt_id=attempt.id)

    def mend(self, *, right: str) -> None:
        """Give SINGLE, the first question, a new version with another key."""
        options = [
            {"id": each, "text": each} | ({"credit": "1"} if each == right else {})
            for each in ("four", "five")
        ]
        banks.edit_question(
            self.session,
            self.school.instructor,
            question_id=self.questions[0].id,
            content=SINGLE | {"options": options},
        )


def open_exam(
    session: Session,
    *contents: dict[str, Any],
    learners: int = 2,
    points: str = "1",
    ready: bool = True,
    school: School | None = None,
    **settings: Any,
) -> Exam:
    """Make a quiz of these questions, one point each, open to learners of a new school or this one."""
    school = school or open_school(session, learners=learners, ended=False)
    author = school.instructor
    bank = banks.create_bank(
        session, author, institute_id=school.institute.id, name="Banque", language="fr"
    )
    exam = Exam(
        session,
        school,
        bank,
        [
            banks.create_question(
                session, author, bank_id=bank.id, content=content, state=QuestionState.READY
            )
            for content in contents or (SINGLE, SHORT)
        ],
        [Actor(person_id=person.id) for person in school.people],
    )
    exam.set_up(**settings)
    for question in exam.questions:
        quizzes.add_question(
            session,
            author,
            assessment_id=exam.quiz.id,
            question_id=question.id,
            points=Decimal(points),
        )
    if ready:
        quizzes.open_quiz(session, author, assessment_id=exam.quiz.id)
    return exam
