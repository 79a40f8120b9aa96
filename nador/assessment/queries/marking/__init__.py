"""What is read of marking: the bench of an assessment, the queue of a marker, rubrics, comments, files."""

from nador.assessment.queries.marking.bench import Author, Bench, Work, bench
from nador.assessment.queries.marking.comments import Comment, comment_of, comments_for
from nador.assessment.queries.marking.feedback import (
    feedback_file,
    feedback_files,
    feedback_upload,
    left_packages,
)
from nador.assessment.queries.marking.learner import Feedback, feedback_of, with_feedback
from nador.assessment.queries.marking.marks import (
    Marker,
    final_names,
    judgement,
    markers_of,
    marks_of,
)
from nador.assessment.queries.marking.plans import (
    bound_to_marks,
    hides_names,
    plan_of,
    seed_of,
)
from nador.assessment.queries.marking.queue import QUEUE_SIZE, Queue, Waiting, queue
from nador.assessment.queries.marking.rubrics import (
    EarlierRubric,
    criteria_of,
    earlier_rubrics,
    latest_rubric,
    rubric_in,
    rubric_sources,
    rubric_version,
)
from nador.assessment.queries.marking.submissions import (
    newest_submission,
    submission_file,
    submission_shown,
)

__all__ = [
    "QUEUE_SIZE",
    "Author",
    "Bench",
    "Comment",
    "EarlierRubric",
    "Feedback",
    "Marker",
    "Queue",
    "Waiting",
    "Work",
    "bench",
    "bound_to_marks",
    "comment_of",
    "comments_for",
    "criteria_of",
    "earlier_rubrics",
    "feedback_file",
    "feedback_files",
    "feedback_of",
    "feedback_upload",
    "final_names",
    "hides_names",
    "judgement",
    "latest_rubric",
    "left_packages",
    "markers_of",
    "marks_of",
    "newest_submission",
    "plan_of",
    "queue",
    "rubric_in",
    "rubric_sources",
    "rubric_version",
    "seed_of",
    "submission_file",
    "submission_shown",
    "with_feedback",
]
