"""The demo centre's examination in data: a small bank, a quiz that is open now, and some who sat it."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from nador.assessment.rules import QuestionState
from nador.assessment.rules.quizzes import FeedbackTime, Settings
from nador.assessment.service import attempts, banks, quizzes
from nador.assessment.service.attempts import Sent
from nador.kernel import clock
from nador.kernel.access import Actor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from nador.demo.history import History, Unfolding

COURSE: Final = "DATA-110"
CODE: Final = "EXAM"
BANK: Final = "Données et statistiques"
OPEN_FOR: Final = timedelta(days=14)
MINUTES: Final = 45
_SEED: Final = 2026
_KNOWS: Final = 11

_QUESTIONS: Final[tuple[Mapping[str, Any], ...]] = (
    {
        "kind": "single",
        "prompt": "Quelle mesure résiste le mieux à une valeur aberrante ?",
        "options": [
            {"id": "median", "text": "La médiane", "credit": "1"},
            {
                "id": "mean",
                "text": "La moyenne",
                "feedback": "Une seule valeur extrême la déplace.",
            },
            {"id": "range", "text": "L’étendue"},
        ],
    },
    {
        "kind": "multiple",
        "prompt": "Lesquelles de ces variables sont qualitatives ?",
        "options": [
            {"id": "commune", "text": "La commune de résidence", "credit": "1/2"},
            {"id": "crop", "text": "Le type de culture", "credit": "1/2"},
            {"id": "yield", "text": "Le rendement en quintaux par hectare", "credit": "-1/2"},
            {"id": "age", "text": "L’âge en années", "credit": "-1/2"},
        ],
    },
    {
        "kind": "true_false",
        "prompt": "Deux variables corrélées ont toujours un lien de cause à effet.",
        "right": False,
    },
    {
        "kind": "short",
        "prompt": "Comment appelle-t-on une valeur qui manque dans un tableau Python `pandas` ?",
        "answers": [{"pattern": "NaN"}],
    },
    {
        "kind": "essay",
        "prompt": "Expliquez en quelques phrases pourquoi il faut nettoyer des données avant de les analyser.",
        "lines": 8,
    },
)
_RIGHT: Final[tuple[dict[str, list[str]], ...]] = (
    {"choice": ["median"]},
    {"choice": ["commune", "crop"]},
    {"choice": ["false"]},
    {"text": ["NaN"]},
    {"text": ["Des doublons ou des valeurs manquantes faussent les moyennes et les graphiques."]},
)
_WRONG: Final[tuple[dict[str, list[str]], ...]] = (
    {"choice": ["mean"]},
    {"choice": ["commune"]},
    {"choice": ["true"]},
    {"text": ["zéro"]},
    {"text": ["Pour que le tableau soit plus joli."]},
)


def note(history: History, run: Unfolding) -> None:
    """Let the run that the demo's learner is on now take its examination on a page."""
    is_on_now = run.first <= clock.local(history.now).date() <= run.last
    if run.plan.course == COURSE and is_on_now:
        history.diary.note(history.now - timedelta(hours=26), _open, history, run)
        history.diary.note(history.now - timedelta(hours=3), _sit, history, run)


def _open(history: History, run: Unfolding) -> None:
    open_examination(
        history.session,
        history.teacher(run),
        institute_id=history.cast.institute_id,
        assessment_id=history.assessment(run, CODE).id,
    )


def _sit(history: History, run: Unfolding) -> None:
    """Let a few sit it, as well as they can; whoever has an account still may."""
    draw = random.Random(_SEED)  # noqa: S311 - the same history every time
    crowd = [person for person in run.seats if person not in history.cast.known.values()]
    for person_id in crowd[:4]:
        sit_examination(
            history.session,
            assessment_id=history.assessment(run, CODE).id,
            person_id=person_id,
            right=[draw.gauss(history.able[person_id], 4) > _KNOWS for _ in _QUESTIONS],
        )


def open_examination(
    session: Session, teacher: Actor, *, institute_id: int, assessment_id: int
) -> None:
    """Write the bank, and let the run's learners take the quiz for two weeks."""
    bank = banks.create_bank(session, teacher, institute_id=institute_id, name=BANK, language="fr")
    now = clock.now()
    settings = Settings(
        opens_at=now,
        closes_at=now + OPEN_FOR,
        minutes=MINUTES,
        attempts=2,
        feedback=FeedbackTime.AFTER_HAND_IN,
    )
    quizzes.set_up_quiz(session, teacher, assessment_id=assessment_id, settings=settings)
    for content in _QUESTIONS:
        question = banks.create_question(
            session,
            teacher,
            bank_id=bank.id,
            content={"language": "fr", **content},
            state=QuestionState.READY,
        )
        quizzes.add_question(
            session,
            teacher,
            assessment_id=assessment_id,
            question_id=question.id,
            points=Decimal(4),
        )
    quizzes.open_quiz(session, teacher, assessment_id=assessment_id)


def sit_examination(
    session: Session, *, assessment_id: int, person_id: int, right: Sequence[bool]
) -> None:
    """Let somebody answer, question by question right or wrong, and hand in."""
    learner = Actor(person_id=person_id)
    attempt = attempts.begin_attempt(session, learner, assessment_id=assessment_id)
    sent = [
        Sent(number + 1, 1, (_RIGHT if knows else _WRONG)[number])
        for number, knows in enumerate(right)
    ]
    attempts.save_answers(session, learner, attempt_id=attempt.id, sent=sent)
    attempts.hand_in(session, learner, attempt_id=attempt.id)
