"""The tables of assessment."""

from nador.assessment.models.accommodations import Accommodation, RunGroup, RunGroupMember
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
from nador.assessment.models.submissions import (
    Assignment,
    Submission,
    SubmissionAuthor,
    SubmissionFile,
)

__all__ = [
    "Accommodation",
    "Appeal",
    "Assessment",
    "Assignment",
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
    "RunGroup",
    "RunGroupMember",
    "Submission",
    "SubmissionAuthor",
    "SubmissionFile",
]
