"""Pages of marking: the queue, the bench of an assessment, one piece of work, and how it is all planned."""

from nador.assessment.views.marking import (
    bench,
    comments,
    entry,
    files,
    learner,
    parcels,
    planning,
    rubrics,
    sheets,
    work,
)

__all__ = [
    "bench",
    "comments",
    "entry",
    "files",
    "learner",
    "parcels",
    "planning",
    "rubrics",
    "sheets",
    "work",
]
