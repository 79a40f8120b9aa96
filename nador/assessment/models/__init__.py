"""The tables of assessment."""

from nador.assessment.models.grades import Assessment, Grade, GradeChange, MarkOverride
from nador.assessment.models.questions import (
    Question,
    QuestionBank,
    QuestionCategory,
    QuestionFile,
    QuestionTag,
    QuestionVersion,
)
from nador.assessment.models.results import Appeal, Result

__all__ = [
    "Appeal",
    "Assessment",
    "Grade",
    "GradeChange",
    "MarkOverride",
    "Question",
    "QuestionBank",
    "QuestionCategory",
    "QuestionFile",
    "QuestionTag",
    "QuestionVersion",
    "Result",
]
