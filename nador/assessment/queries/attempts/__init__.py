"""Attempts: what a learner sees of their quizzes, and what commands lock."""

from nador.assessment.queries.attempts.asked import (
    CONTENT,
    Asked,
    asked_in,
    question_from,
    share_earned,
)
from nador.assessment.queries.attempts.images import image_for, media_type
from nador.assessment.queries.attempts.learner import (
    SEATED,
    OpenQuiz,
    QuizForLearner,
    attempts_of,
    quiz_for,
    quiz_of,
    quizzes_of,
    terms_of,
)
from nador.assessment.queries.attempts.saving import (
    Standing,
    answer_of_visitor,
    answers_to_save,
    asides_of,
    asides_of_answer,
    scan_of,
)
from nador.assessment.queries.attempts.sittings import (
    Review,
    Sitting,
    attempt_to_change,
    graded_once,
    has_attempts,
    last_close,
    own_sitting,
    review_of,
    sitting,
)

__all__ = [
    "CONTENT",
    "SEATED",
    "Asked",
    "OpenQuiz",
    "QuizForLearner",
    "Review",
    "Sitting",
    "Standing",
    "answer_of_visitor",
    "answers_to_save",
    "asides_of",
    "asides_of_answer",
    "asked_in",
    "attempt_to_change",
    "attempts_of",
    "graded_once",
    "has_attempts",
    "image_for",
    "last_close",
    "media_type",
    "own_sitting",
    "question_from",
    "quiz_for",
    "quiz_of",
    "quizzes_of",
    "review_of",
    "scan_of",
    "share_earned",
    "sitting",
    "terms_of",
]
