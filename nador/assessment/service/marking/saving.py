"""Giving marks: a draft saves by itself, a final one counts; nobody's work is written over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import delete

from nador.assessment import policy, queries, rules
from nador.assessment.models import Mark, MarkAllotment, MarkChange, RubricVersion
from nador.assessment.queries import marking as bench_queries
from nador.assessment.queries.marking import Work
from nador.assessment.rules.marking import (
    MarkIncomplete,
    MarkReleased,
    MarkRole,
    MarkStale,
    MarkStatus,
    Rubric,
    WorkMoved,
    pass_value,
    require_free,
    require_markable,
    role_to_take,
    second_due,
    total,
)
from nador.assessment.service.grading import gradable, require_open
from nador.assessment.service.marking.settling import settle
from nador.kernel import clock
from nador.kernel.db import command
from nador.kernel.errors import DomainError, Invalid, NotFound
from nador.kernel.text import clean_block

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.assessment.queries.marking import Bench
    from nador.kernel.access import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkEntry:
    """A mark as its marker wants it: by points of a rubric's version, or as a value where there is none.

    `expected_version` is what they saw of their own mark, 0 where there was none. None of `notes` or
    `comment`: they stay as they are.
    """

    assessment_id: int
    sign: str
    value: Decimal | None = None
    rubric_id: int | None = None
    points: Mapping[str, Decimal] = field(default_factory=dict)
    notes: Mapping[str, str] | None = None
    comment: str | None = None
    final: bool = False
    take_over: bool = False
    """Whether to go on with what somebody else began."""
    expected_version: int = 0
    submission_id: int | None = None
    """The version that they looked at; None: whichever is the newest."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A mark that was kept, with the work it is on as it stands now."""

    mark: Mark
    work: Work


class MarksRefused(Invalid):
    """Some of many marks were refused, so none was kept; `refusals` says which and why."""

    code = "marks_refused"

    def __init__(self, refusals: Sequence[tuple[MarkEntry, DomainError]]) -> None:
        self.refusals = list(refusals)
        super().__init__(count=len(self.refusals))

    def __reduce__(self) -> tuple[type[MarksRefused], tuple[object, ...]]:
        """Go between processes with the refusals, not with the count alone."""
        return type(self), (self.refusals,)


@command
def save_mark(session: Session, actor: Actor, *, entry: MarkEntry) -> Saved:
    """Keep one mark, as a draft or for good.

    Raises MarkStale, WorkMoved, MarkTaken, NotYoursToMark, MarkIncomplete, MarkReleased,
    NoMarkingHere, OwnCase.
    """
    gradable(session, actor, entry.assessment_id)
    bench = bench_queries.bench(session, entry.assessment_id)
    return _save(session, actor, entry, bench)


@command
def save_marks(session: Session, actor: Actor, *, entries: Sequence[MarkEntry]) -> list[Saved]:
    """Keep many marks of one assessment, all or none; raises MarksRefused."""
    saved: list[Saved] = []
    refusals: list[tuple[MarkEntry, DomainError]] = []
    benches: dict[int, Bench] = {}
    for assessment_id in dict.fromkeys(entry.assessment_id for entry in entries):
        gradable(session, actor, assessment_id)
        benches[assessment_id] = bench_queries.bench(session, assessment_id)
        signs = {entry.sign for entry in entries if entry.assessment_id == assessment_id}
        _hold(session, benches[assessment_id], [benches[assessment_id].work(one) for one in signs])
    for entry in entries:
        try:
            saved.append(_save(session, actor, entry, benches[entry.assessment_id]))
        except NotFound:
            raise
        except DomainError as error:
            refusals.append((entry, error))
    if refusals:
        raise MarksRefused(refusals)
    return saved


def _save(session: Session, actor: Actor, entry: MarkEntry, bench: Bench) -> Saved:
    work = _locked(session, actor, bench, bench.work(entry.sign))
    if entry.submission_id is not None and entry.submission_id != work.submission_id:
        raise WorkMoved
    rubric = bench_queries.rubric_in(_version(session, entry))
    value = _value(bench, entry, rubric)
    role = _role(actor, entry, work, value)
    own = work.mark(role)
    if own is not None and actor.is_person(own.marker_id) and _same(own, entry, value):
        # The same request again, whatever version it names.
        return Saved(own, work)
    version = own.version if own is not None else 0
    if version != entry.expected_version:
        theirs = own.value if own is not None else None
        raise MarkStale(yours=value, theirs=theirs, version=version)
    if work.released:
        raise MarkReleased
    return _keep(session, actor, entry, bench, work, role=role, value=value)


def _locked(session: Session, actor: Actor, bench: Bench, work: Work) -> Work:
    """Hold a piece of work, and read its marks again behind the lock; refuses what is not to be marked."""
    for author in work.authors:
        policy.require_not_own(actor, author.person_id)
    _hold(session, bench, [work])
    require_open(queries.enrolment_to_grade(session, work.enrolment_id, run_id=bench.run.id))
    marks = bench_queries.marks_of(
        session, assessment_id=bench.assessment.id, enrolment_id=work.enrolment_id
    )
    newest = bench_queries.newest_submission(session, bench.assessment.id, work.enrolment_id)
    work = replace(work, marks=marks, submission_id=newest)
    handed_in = not bench.asks_for_work or work.submission_id is not None
    require_markable(
        active=work.active, handed_in=handed_in, excused=work.excused or work.elsewhere
    )
    return work


def _hold(session: Session, bench: Bench, works: Sequence[Work]) -> None:
    """Lock all whose grades may follow: of a work of a group, each of its authors."""
    authors = {each.enrolment_id for work in works for each in work.authors}
    queries.hold_learners(session, bench.run.id, authors)


def _version(session: Session, entry: MarkEntry) -> RubricVersion | None:
    """The rubric that the marker saw; a mark keeps it, also when there is a newer one."""
    found = bench_queries.rubric_version(session, entry.rubric_id)
    if entry.rubric_id is not None and (
        found is None or found.assessment_id != entry.assessment_id
    ):
        raise NotFound
    return found


def _value(bench: Bench, entry: MarkEntry, rubric: Rubric | None) -> Decimal | None:
    """What the mark comes to; of a final one every part has to be there."""
    if rubric is None:
        missing = int(entry.value is None)
        value = entry.value
        if value is not None:
            value = rules.check_mark(value, out_of=bench.assessment.out_of, field="value")
    else:
        missing = sum(each.id not in entry.points for each in rubric.criteria)
        value = total(rubric, entry.points, out_of=bench.assessment.out_of)
    if entry.final and missing:
        raise MarkIncomplete(field="value", count=missing)
    return value


def _role(actor: Actor, entry: MarkEntry, work: Work, value: Decimal | None) -> MarkRole:
    role = work.role_for(actor.person_id)
    if role is None and entry.take_over:
        role = role_to_take(actor.person_id or 0, work.judgements)
    return require_free(role, work.judgements, yours=value)


def _same(own: Mark, entry: MarkEntry, value: Decimal | None) -> bool:
    return (
        own.value == value
        and own.points == _kept_points(entry)
        and (entry.notes is None or own.notes == _kept_notes(entry.notes))
        and (entry.comment is None or own.comment == clean_block(entry.comment))
        and own.rubric_version_id == entry.rubric_id
        and (own.status is MarkStatus.FINAL) >= entry.final
    )


def _kept_points(entry: MarkEntry) -> dict[str, str]:
    return {key: str(points) for key, points in entry.points.items()}


def _kept_notes(notes: Mapping[str, str]) -> dict[str, str]:
    cleaned = {key: clean_block(text) for key, text in notes.items()}
    return {key: text for key, text in cleaned.items() if text}


def _keep(
    session: Session,
    actor: Actor,
    entry: MarkEntry,
    bench: Bench,
    work: Work,
    *,
    role: MarkRole,
    value: Decimal | None,
) -> Saved:
    now = clock.now()
    mark = work.mark(role) or Mark(
        assessment_id=entry.assessment_id,
        enrolment_id=work.enrolment_id,
        role=role,
        status=MarkStatus.DRAFT,
        notes={},
        comment="",
        second_due=False,
        version=0,
    )
    was = mark.value if mark.status is MarkStatus.FINAL else None
    mark.marker_id = actor.person_id or 0
    mark.value, mark.points, mark.rubric_version_id = value, _kept_points(entry), entry.rubric_id
    if entry.notes is not None:
        mark.notes = _kept_notes(entry.notes)
    if entry.comment is not None:
        mark.comment = clean_block(entry.comment)
    mark.version += 1
    mark.changed_at = now
    mark.submission_id = work.submission_id
    if entry.final or mark.status is MarkStatus.FINAL:
        _finish(mark, bench, now=now)
    session.add(mark)
    session.flush()
    if entry.take_over:
        drop_lot(session, mark)
    if mark.status is MarkStatus.FINAL:
        _note(session, actor, mark, was=was, now=now)
    work = replace(work, marks=_with(work.marks, mark))
    settle(session, actor, bench, work)
    return Saved(mark, work)


def drop_lot(session: Session, mark: Mark) -> None:
    """Forget who was named for a mark that somebody else has taken over."""
    session.execute(
        delete(MarkAllotment).where(
            MarkAllotment.assessment_id == mark.assessment_id,
            MarkAllotment.enrolment_id == mark.enrolment_id,
            MarkAllotment.role == mark.role,
        )
    )


def _with(marks: Sequence[Mark], mark: Mark) -> list[Mark]:
    kept = [each for each in marks if each.role is not mark.role]
    return sorted([*kept, mark], key=lambda each: [*MarkRole].index(each.role))


def _finish(mark: Mark, bench: Bench, *, now: datetime) -> None:
    """Make a mark final, and decide whether a second person looks at it."""
    if mark.value is None:
        raise MarkIncomplete(field="value", count=1)
    mark.status, mark.final_at = MarkStatus.FINAL, now
    if mark.role is MarkRole.FIRST:
        mark.second_due = goes_to_second(bench, mark.enrolment_id, mark.value)


def goes_to_second(bench: Bench, enrolment_id: int, value: Decimal) -> bool:
    """Decide whether a final first mark goes to a second person."""
    version = bench.run.version
    around = pass_value(
        out_of=bench.assessment.out_of,
        minimum=bench.assessment.minimum,
        pass_mark=version.pass_mark,
        scale=version.mark_scale,
    )
    return second_due(
        bench.plan,
        value,
        enrolment_id=enrolment_id,
        everybody=[each.enrolment_id for each in bench.works],
        around=around,
        seed=bench_queries.seed_of(bench.kept, bench.assessment.id),
    )


def _note(
    session: Session, actor: Actor, mark: Mark, *, was: Decimal | None, now: datetime
) -> None:
    session.add(
        MarkChange(
            mark_id=mark.id,
            at=now,
            by_id=actor.person_id,
            from_value=was,
            to_value=mark.value,
            points=mark.points,
        )
    )
