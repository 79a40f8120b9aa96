"""What workers do for assessment, and what an examination compares: grades with their history, results with rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from nador.assessment.models import (
    AnswerFile,
    Assessment,
    Attempt,
    FeedbackFile,
    Grade,
    GradeChange,
    LetGoFile,
    Result,
    SubmissionFile,
    Upload,
)
from nador.assessment.queries import figures, handed_in
from nador.assessment.queries import marking as bench_queries
from nador.assessment.queries.statistics import counted
from nador.assessment.rules import ResultSource, recomputed
from nador.assessment.rules.quizzes import AttemptStatus
from nador.assessment.service import forgetting, scanning, uploads
from nador.assessment.service.attempts import end_overdue
from nador.assessment.service.figures import Counted, keep_figures
from nador.assessment.service.marking import parcels
from nador.assessment.service.scanning import Scanned
from nador.enrolment.models import Enrolment
from nador.kernel import scanner
from nador.kernel.checkup import check
from nador.kernel.files import Damaged
from nador.kernel.work import NotNow, work

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Select

    from nador.assessment.queries.handed_in import Scannable
    from nador.kernel.work import Desk


@work("scan", due=lambda _: handed_in.unscanned(SubmissionFile), record=scanning.record_scan)
def scan(desk: Desk, item_id: int) -> Scanned:
    """Have the virus scanner look at a handed-in file."""
    return _scanned(desk, SubmissionFile, item_id)


@work(
    "scan feedback",
    due=lambda _: handed_in.unscanned(FeedbackFile),
    record=scanning.record_scan,
)
def scan_feedback(desk: Desk, item_id: int) -> Scanned:
    """Have the virus scanner look at a file that goes back to a learner."""
    return _scanned(desk, FeedbackFile, item_id)


@work("scan answer", due=lambda _: handed_in.unscanned(AnswerFile), record=scanning.record_scan)
def scan_answer(desk: Desk, item_id: int) -> Scanned:
    """Have the virus scanner look at a file of an answer to a quiz."""
    return _scanned(desk, AnswerFile, item_id)


def _scanned(desk: Desk, table: type[Scannable], item_id: int) -> Scanned:
    with desk.reading() as session:
        sha256 = session.scalars(select(table.sha256).where(table.id == item_id)).one()
    try:
        with desk.files.path(sha256).open("rb") as content:
            return Scanned(sha256, scanner.scan(desk.settings.scanner, content))
    except scanner.ScannerAway as away:
        raise NotNow(str(away), alike=handed_in.unscanned(table)) from away


@work(
    "left upload",
    due=lambda now: handed_in.left_uploads(now, uploads.KEPT_FOR),
    record=scanning.record_left,
)
def drop_left(desk: Desk, item_id: int) -> None:
    """Delete the pieces of an upload that nobody went on with."""
    with desk.reading() as session:
        name_on_disk = session.get_one(Upload, item_id).name_on_disk
    uploads.place(desk.files, name_on_disk).unlink(missing_ok=True)


@work("let go", due=handed_in.let_go, record=forgetting.record_let_go)
def let_go(desk: Desk, item_id: int) -> bool:
    """Delete a file that nothing names any more."""
    with desk.reading() as session:
        asked = session.get_one(LetGoFile, item_id)
        needed = handed_in.is_named(session, asked.sha256)
    if not needed:
        # The same bytes may be on their way in again, stored and not yet named.
        desk.files.drop(asked.sha256, put_before=asked.asked_at)
    return not needed


@work(
    "left feedback",
    due=lambda now: bench_queries.left_packages(now - uploads.KEPT_FOR),
    record=parcels.record_forgotten,
)
def drop_package(desk: Desk, item_id: int) -> None:
    """Delete a package of feedback files that was used, dropped, or left for a day."""
    parcels.place(desk.files, item_id).unlink(missing_ok=True)


@work("figures", due=figures.uncounted, record=keep_figures)
def count(desk: Desk, run_id: int) -> Counted:
    """Count what the grades of a run come to, after something touched them."""
    with desk.reading() as session:
        # What touches the run from here on stays, and has it counted again.
        seen = figures.touches(session, run_id)
        return Counted(counted(session, run_id), seen)


@check("virus scanner")
def _scanner(desk: Desk) -> Iterable[str]:
    """The scanner that is set answers."""
    if not desk.settings.scanner:
        return
    try:
        scanner.ping(desk.settings.scanner)
    except scanner.ScannerAway as away:
        yield str(away)


@check("handed-in files are in the store", deep=True)
def _handed_in(desk: Desk) -> Iterable[str]:
    """What was handed in can be opened, byte for byte."""
    with desk.reading() as session:
        known = session.scalars(select(SubmissionFile.sha256).distinct()).all()
    for sha256 in known:
        try:
            desk.files.get(sha256)
        except (FileNotFoundError, Damaged):
            yield f"{sha256}: handed in, but lost or changed: put it back from a backup."


def _overdue(now: datetime) -> Select[int]:
    over = Attempt.status == AttemptStatus.IN_PROGRESS, Attempt.counts_until <= now
    return select(Attempt.id).where(*over).order_by(Attempt.counts_until, Attempt.id)


@work("overdue attempts", due=_overdue, record=end_overdue)
def _end(_desk: Desk, _attempt_id: int) -> None:
    """End attempts whose time is over; there is nothing slow about it."""


@check("grades = their last change", deep=True)
def _grades(desk: Desk) -> Iterable[str]:
    """A grade is what its history ends with."""
    last = (
        select(GradeChange.grade_id, func.max(GradeChange.id).label("id"))
        .group_by(GradeChange.grade_id)
        .subquery()
    )
    rows = (
        select(Enrolment.reference, Assessment.code)
        .select_from(Grade)
        .join(Enrolment, Enrolment.id == Grade.enrolment_id)
        .join(Assessment, Assessment.id == Grade.assessment_id)
        .outerjoin(last, last.c.grade_id == Grade.id)
        .outerjoin(GradeChange, GradeChange.id == last.c.id)
        .where(
            or_(
                GradeChange.id.is_(None),
                GradeChange.to_value.is_distinct_from(Grade.value),
                GradeChange.to_state != Grade.state,
            )
        )
    )
    with desk.reading() as session:
        for reference, code in session.execute(rows):
            yield (
                f"{reference}, {code}: the grade is not what its history ends with: "
                "put both back from a backup, or grade again."
            )


@check("results = computed again", deep=True)
def _results(desk: Desk) -> Iterable[str]:
    """A result is what its version of the formula gives for what it was decided from."""
    rows = (
        select(Enrolment.reference, Result)
        .join(Enrolment, Enrolment.id == Result.enrolment_id)
        .where(Result.source == ResultSource.COMPUTED, Result.given.is_not(None))
    )
    with desk.reading() as session:
        for reference, result in session.execute(rows).yield_per(500):
            again = recomputed(result.formula, result.given or {})
            kept = (result.decision, result.mark, result.mention, result.trace)
            if kept != (again.decision, again.mark, again.mention, again.rows()):
                yield f"{reference}: computed again, the result is another."


@check("kept figures = counted again", deep=True)
def _figures(desk: Desk) -> Iterable[str]:
    """The figures of a run that nothing touched are what its grades come to."""
    with desk.reading() as session:
        for code, run_id in session.execute(figures.holding()).all():
            _, kept = figures.run_with_figures(session, run_id)
            if kept not in (None, counted(session, run_id)):
                yield f"{code}: counted again, the figures of the run are others."
