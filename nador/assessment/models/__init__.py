"""The tables of assessment."""

from nador.assessment.models.accommodations import Accommodation, RunGroup, RunGroupMember
from nador.assessment.models.figures import RunFigures, TouchedRun
from nador.assessment.models.grades import Assessment, Grade, GradeChange, MarkOverride
from nador.assessment.models.marking import (
    BankComment,
    FeedbackFile,
    FeedbackUpload,
    Mark,
    MarkAllotment,
    MarkChange,
    MarkingPlan,
    RubricVersion,
)
from nador.assessment.models.questions import (
    Question,
    QuestionBank,
    QuestionCategory,
    QuestionFile,
    QuestionTag,
    QuestionVersion,
)
from nador.assessment.models.quizzes import (
    AnswerAside,
    AnswerFile,
    Attempt,
    AttemptAnswer,
    AttemptGrade,
    Quiz,
    QuizSlot,
)
from nador.assessment.models.results import Appeal, Result
from nador.assessment.models.slots import Booking, Slot
from nador.assessment.models.submissions import (
    Assignment,
    Submission,
    SubmissionAuthor,
    SubmissionFile,
)
from nador.assessment.models.uploads import LetGoFile, Upload

__all__ = [
    "Accommodation",
    "AnswerAside",
    "AnswerFile",
    "Appeal",
    "Assessment",
    "Assignment",
    "Attempt",
    "AttemptAnswer",
    "AttemptGrade",
    "BankComment",
    "Booking",
    "FeedbackFile",
    "FeedbackUpload",
    "Grade",
    "GradeChange",
    "LetGoFile",
    "Mark",
    "MarkAllotment",
    "MarkChange",
    "MarkOverride",
    "MarkingPlan",
    "Question",
    "QuestionBank",
    "QuestionCategory",
    "QuestionFile",
    "QuestionTag",
    "QuestionVersion",
    "Quiz",
    "QuizSlot",
    "Result",
    "RubricVersion",
    "RunFigures",
    "RunGroup",
    "RunGroupMember",
    "Slot",
    "Submission",
    "SubmissionAuthor",
    "SubmissionFile",
    "TouchedRun",
    "Upload",
]
