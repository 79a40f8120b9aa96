"""Marks of one, two and three people, from drafts to the grade; on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from nador.assessment import queries, service
from nador.assessment.models import (
    Grade,
    GradeChange,
    Mark,
    MarkAllotment,
    MarkChange,
    SubmissionAuthor,
)
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules import GradeState
from nador.assessment.rules.accommodations import Ease
from nador.assessment.rules.marking import (
    AllotmentUnfit,
    AnonymityKept,
    Criterion,
    Level,
    MarkedElsewhere,
    MarkIncomplete,
    MarkingState,
    MarkReleased,
    MarkRole,
    MarkStale,
    MarkStatus,
    MarkTaken,
    NoMarkingHere,
    NotYoursToMark,
    Plan,
    Rubric,
    RubricKind,
    RubricMoved,
    SecondMarking,
    StillToMark,
)
from nador.assessment.rules.submissions import PenaltyUnit
from nador.assessment.service import GradesRefused, accommodations, marking
from nador.assessment.service.marking import MarkEntry, MarksRefused, Saved
from nador.catalogue.models import RunStaff
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import clock
from nador.kernel.access import Actor, Forbidden, Grant, OwnCase, Role
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from tests.assessment.exam import open_exam
from tests.assessment.school import School, open_school
from tests.factories import make_actor, store
from tests.factories.marking import ask_for_work, hand_in, sign_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

DOUBLE = Plan(second=SecondMarking.ALL, threshold=Decimal(2))
HIDDEN = Plan(anonymous=True, second=SecondMarking.ALL, threshold=Decimal(2))
LEVELS = Rubric(
    RubricKind.RUBRIC,
    (
        Criterion(
            "a", "Case", "", Decimal(5), (Level(Decimal(1), "poor"), Level(Decimal(5), "good"))
        ),
        Criterion(
            "b", "Advice", "", Decimal(5), (Level(Decimal(2), "poor"), Level(Decimal(5), "good"))
        ),
    ),
)


@dataclass
class Room:
    """A school whose second assessment is marked, by up to three instructors."""

    school: School
    assessment_id: int
    markers: list[Actor]

    @property
    def session(self) -> Session:
        return self.school.session

    def sign(self, learner: int = 0) -> str:
        return sign_of(self.session, self.assessment_id, self.school.learners[learner])

    def save(
        self,
        value: str | None,
        *,
        marker: int = 0,
        learner: int = 0,
        final: bool = True,
        seen: int = 0,
        **more: Any,
    ) -> Saved:
        entry = MarkEntry(
            assessment_id=self.assessment_id,
            sign=self.sign(learner),
            value=None if value is None else Decimal(value),
            final=final,
            expected_version=seen,
            **more,
        )
        return marking.save_mark(self.session, self.markers[marker], entry=entry)

    def plan(self, plan: Plan) -> None:
        marking.set_plan(self.session, self.markers[0], assessment_id=self.assessment_id, plan=plan)

    def grade(self, learner: int = 0) -> Grade | None:
        return queries.grade_of(
            self.session,
            assessment_id=self.assessment_id,
            enrolment_id=self.school.learners[learner].id,
        )

    def work(self, learner: int = 0) -> bench_queries.Work:
        return bench_queries.bench(self.session, self.assessment_id).work(self.sign(learner))

    def waiting(self, marker: int = 0) -> list[tuple[str, MarkRole]]:
        found = bench_queries.queue(self.session, self.markers[marker])
        return [(each.sign, each.role) for each in found.items]


def open_room(session: Session, *, learners: int = 3) -> Room:
    """Make a room with three markers."""
    school = open_school(session, learners=learners)
    others = [
        make_actor(session, Role.INSTRUCTOR, institute_id=school.institute.id, run_id=school.run.id)
        for _ in range(2)
    ]
    markers = [school.instructor, *others]
    for each in markers:
        named = {"run_id": school.run.id, "person_id": each.person_id}
        store(session, RunStaff(granted_at=clock.now(), **named))
    return Room(school, school.assessments[1].id, markers)


@pytest.fixture
def room(session: Session) -> Room:
    return open_room(session)


def history(room: Room) -> list[tuple[Decimal | None, str]]:
    asked = select(GradeChange.to_value, GradeChange.reason).order_by(GradeChange.id)
    return [(row.to_value, row.reason) for row in room.session.execute(asked)]


def test_one_marker_gives_a_draft_then_the_grade(room: Room) -> None:
    drafted = room.save("12.5", final=False, comment="So far, so good.")
    assert (drafted.work.state, room.grade()) == (MarkingState.BEING_MARKED, None)

    saved = room.save("13", seen=drafted.mark.version)

    grade = room.grade()
    assert grade is not None
    assert (grade.value, grade.state) == (Decimal(13), GradeState.PROVISIONAL)
    assert saved.work.state is MarkingState.AGREED
    assert saved.mark.comment == "So far, so good."
    name = f"{room.markers[0].name_latin}: 13.00"
    assert history(room) == [(Decimal(13), name)]


def test_the_same_mark_again_changes_nothing(room: Room) -> None:
    first = room.save("13")
    again = room.save("13", seen=0)

    assert (again.mark.id, again.mark.version) == (first.mark.id, first.mark.version)
    assert len(room.session.scalars(select(MarkChange)).all()) == 1


def test_another_window_is_not_written_over(room: Room) -> None:
    room.save("12", final=False)
    room.save("14", final=False, seen=1)

    with pytest.raises(MarkStale) as stale:
        room.save("15", final=False, seen=1)

    said = stale.value.params
    assert (said["yours"], said["theirs"], said["version"]) == (Decimal(15), Decimal(14), 2)


def test_a_colleague_is_told_and_may_take_over(room: Room) -> None:
    room.save("12", final=False)

    with pytest.raises(MarkTaken) as taken:
        room.save("15", marker=1)
    assert taken.value.params == {"yours": Decimal(15), "theirs": Decimal(12)}
    with pytest.raises(MarkStale):
        room.save("15", marker=1, take_over=True, seen=0)
    saved = room.save("15", marker=1, take_over=True, seen=1)

    assert saved.mark.marker_id == room.markers[1].person_id
    assert room.work().agreed == Decimal(15)
    with pytest.raises(NotYoursToMark):
        room.save("16", take_over=True, seen=2)


def test_two_marks_within_the_threshold_agree_on_their_mean(room: Room) -> None:
    room.plan(DOUBLE)
    room.save("12")
    assert room.work().state is MarkingState.SECOND_DUE

    room.save("13.5", marker=1)

    grade = room.grade()
    assert grade is not None
    assert grade.value == Decimal("12.75")
    names = [f"{each.name_latin}" for each in room.markers]
    assert history(room) == [(Decimal("12.75"), f"{names[0]}: 12.00 · {names[1]}: 13.50")]


def test_a_third_decides_where_two_differ(room: Room) -> None:
    room.plan(DOUBLE)
    room.save("8")
    room.save("14", marker=1)
    assert (room.work().state, room.grade()) == (MarkingState.THIRD_DUE, None)

    room.save("11", marker=2)

    grade = room.grade()
    assert grade is not None
    assert grade.value == Decimal(11)


def test_marks_that_no_longer_agree_take_the_grade_back(room: Room) -> None:
    room.plan(DOUBLE)
    room.save("12")
    room.save("13", marker=1)

    room.save("5", seen=1)

    grade = room.grade()
    assert grade is not None
    assert (grade.value, room.work().state) == (None, MarkingState.THIRD_DUE)


def test_nobody_marks_twice_or_their_own(room: Room) -> None:
    room.plan(DOUBLE)
    room.save("12")
    own = Actor(
        person_id=room.school.people[1].id,
        grants=frozenset({Grant(Role.ADMINISTRATOR, room.school.institute.id)}),
    )
    room.markers.append(own)

    assert room.save("14", seen=1).mark.role is MarkRole.FIRST
    with pytest.raises(OwnCase):
        room.save("20", marker=3, learner=1)


def test_released_marks_rest(room: Room) -> None:
    room.save("12")
    room.school.release()

    with pytest.raises(MarkReleased):
        room.save("13", seen=1)


@pytest.mark.parametrize("who", ["registrar", "stranger"])
def test_only_those_who_grade_mark(room: Room, who: str) -> None:
    stranger = make_actor(
        room.session, Role.INSTRUCTOR, institute_id=room.school.institute.id, run_id=0
    )
    room.markers = [room.school.registrar if who == "registrar" else stranger]

    with pytest.raises(Forbidden if who == "registrar" else NotFound):
        room.save("12")


def test_a_rubric_adds_up(room: Room) -> None:
    version = give_rubric(room)

    with pytest.raises(MarkIncomplete):
        room.save(None, rubric_id=version, points={"a": Decimal(5)})
    saved = room.save(None, rubric_id=version, points={"a": Decimal(5), "b": Decimal(2)})

    assert (saved.mark.value, saved.mark.points) == (Decimal(14), {"a": "5", "b": "2"})


def give_rubric(room: Room, rubric: Rubric | None = LEVELS, expected: int = 0) -> int:
    version = marking.set_rubric(
        room.session,
        room.markers[0],
        assessment_id=room.assessment_id,
        rubric=rubric,
        expected_number=expected,
    )
    assert version is not None
    return version.id


def test_a_changed_rubric_leaves_marks_their_own(room: Room) -> None:
    first = give_rubric(room)
    room.save(None, rubric_id=first, points={"a": Decimal(5), "b": Decimal(2)})

    second = give_rubric(room, Rubric(RubricKind.GUIDE, LEVELS.criteria[:1]), expected=1)

    assert second != first
    assert room.work().marks[0].rubric_version_id == first
    assert room.work().agreed == Decimal(14)
    with pytest.raises(RubricMoved):
        give_rubric(room, LEVELS, expected=1)
    none = give_rubric(room, None, expected=2)
    assert bench_queries.rubric_in(bench_queries.rubric_version(room.session, none)) is None


def test_the_same_rubric_again_is_no_new_version(room: Room) -> None:
    assert give_rubric(room) == give_rubric(room, expected=0)


def test_nothing_is_written_before_names_are_shown(room: Room) -> None:
    room.plan(HIDDEN)
    for learner in range(3):
        room.save("12", learner=learner)
        with pytest.raises(StillToMark):
            marking.reveal(room.session, room.markers[0], assessment_id=room.assessment_id)
        room.save("13", marker=1, learner=learner)
    assert room.grade() is None
    with pytest.raises(AnonymityKept):
        room.plan(DOUBLE)

    shown = marking.reveal(room.session, room.markers[0], assessment_id=room.assessment_id)

    grade = room.grade()
    assert (shown, grade and grade.value) == (3, Decimal("12.5"))
    assert marking.reveal(room.session, room.markers[0], assessment_id=room.assessment_id) == 0


def test_a_first_grade_comes_from_the_marks_alone(room: Room) -> None:
    room.plan(DOUBLE)

    with pytest.raises(MarkedElsewhere):
        room.school.grade(0, 1, "12")
    with pytest.raises(GradesRefused):
        service.set_grades(
            room.session,
            room.school.instructor,
            entries=[
                service.GradeEntry(
                    assessment_id=room.assessment_id,
                    enrolment_id=room.school.learners[0].id,
                    value=Decimal(12),
                )
            ],
        )
    room.school.grade(0, 1, None, excused=True)
    with pytest.raises(NoMarkingHere):
        room.save("12")


def test_a_sample_is_marked_twice(room: Room) -> None:
    room.plan(Plan(second=SecondMarking.SAMPLE, threshold=Decimal(2), borderline=Decimal(1)))

    room.save("15")
    # The eliminatory minimum of this assessment is 7.
    room.save("7.5", learner=1)

    assert (room.work(0).state, room.work(1).state) == (
        MarkingState.AGREED,
        MarkingState.SECOND_DUE,
    )
    room.plan(Plan(second=SecondMarking.SAMPLE, percent=100))
    assert room.work(0).state is MarkingState.SECOND_DUE
    grade = room.grade(0)
    assert grade is not None
    assert grade.value is None


def test_only_what_was_handed_in_is_marked(room: Room) -> None:
    ask_for_work(room.session, room.assessment_id)
    signs = [each.sign for each in bench_queries.bench(room.session, room.assessment_id).works]
    assert signs == []
    hand_in(room.session, room.assessment_id, room.school.learners[1])

    saved = room.save("12", learner=1)

    assert saved.mark.submission_id is not None
    assert room.waiting() == []


def test_a_groups_work_is_marked_once_for_all(room: Room) -> None:
    ask_for_work(room.session, room.assessment_id)
    hand_in(room.session, room.assessment_id, *room.school.learners[:2])

    room.save("12", learner=1)

    assert [each and each.value for each in map(room.grade, range(3))] == [12, 12, None]


def test_the_queue_holds_what_waits_for_whom(room: Room) -> None:
    ask_for_work(room.session, room.assessment_id)
    for learner in (1, 0):
        hand_in(room.session, room.assessment_id, room.school.learners[learner])
    room.plan(DOUBLE)
    signs = [room.sign(1), room.sign(0)]
    assert room.waiting() == [(sign, MarkRole.FIRST) for sign in signs]

    room.save("8", learner=1)
    assert room.waiting(0) == [(signs[1], MarkRole.FIRST)]
    assert room.waiting(1) == [(signs[0], MarkRole.SECOND), (signs[1], MarkRole.FIRST)]
    room.save("14", marker=1, learner=1)
    assert room.waiting(2) == [(signs[0], MarkRole.MODERATOR), (signs[1], MarkRole.FIRST)]
    room.save("11", marker=2, learner=1)
    assert room.waiting(2) == [(signs[1], MarkRole.FIRST)]


def test_the_queue_says_what_the_rule_says(room: Room) -> None:
    """Whatever happened so far, SQL and `role_for` name the same work in the same role."""
    ask_for_work(room.session, room.assessment_id)
    for learner in range(3):
        hand_in(room.session, room.assessment_id, room.school.learners[learner])
    room.plan(DOUBLE)
    allot(room, {(0, MarkRole.SECOND): 1, (1, MarkRole.FIRST): 2, (2, MarkRole.MODERATOR): 0})
    steps = [(1, 0, "4", False), (2, 1, "9", True), (1, 1, "15", True), (0, 0, "6", True)]
    for marker, learner, value, final in steps:
        room.save(value, marker=marker, learner=learner, final=final)
        for each in range(3):
            person_id = room.markers[each].person_id
            works = bench_queries.bench(room.session, room.assessment_id).works
            expected = {
                (one.sign, one.role_for(person_id)) for one in works if one.waits_for(person_id)
            }
            assert set(room.waiting(each)) == expected


def allot(room: Room, named: dict[tuple[int, MarkRole], int | None]) -> None:
    marking.allot_by_hand(
        room.session,
        room.markers[0],
        assessment_id=room.assessment_id,
        changes={
            (room.sign(learner), role): None if who is None else room.markers[who].person_id
            for (learner, role), who in named.items()
        },
    )


def test_work_is_shared_out_and_named_by_hand(room: Room) -> None:
    room.plan(DOUBLE)
    ids = [each.person_id or 0 for each in room.markers]

    shared = marking.allot_rest(
        room.session,
        room.markers[0],
        assessment_id=room.assessment_id,
        role=MarkRole.FIRST,
        marker_ids=ids,
    )
    assert shared == 3
    assert sorted(room.work(each).allotted[MarkRole.FIRST] for each in range(3)) == sorted(ids)
    allot(room, {(0, MarkRole.FIRST): 0, (0, MarkRole.SECOND): 1})
    assert room.work().allotted == {MarkRole.FIRST: ids[0], MarkRole.SECOND: ids[1]}
    with pytest.raises(NotYoursToMark):
        room.save("12", marker=2)
    with pytest.raises(AllotmentUnfit):
        allot(room, {(0, MarkRole.SECOND): 0})
    allot(room, {(0, MarkRole.SECOND): None})
    assert room.work().allotted == {MarkRole.FIRST: ids[0]}


@pytest.mark.parametrize("ids", [[], [0]], ids=["nobody", "a stranger"])
def test_who_may_not_grade_is_given_nothing(room: Room, ids: list[int]) -> None:
    with pytest.raises(AllotmentUnfit):
        marking.allot_rest(
            room.session,
            room.markers[0],
            assessment_id=room.assessment_id,
            role=MarkRole.FIRST,
            marker_ids=ids,
        )


def test_many_marks_are_kept_all_or_none(room: Room) -> None:
    def entry(learner: int, value: str) -> MarkEntry:
        return MarkEntry(
            assessment_id=room.assessment_id,
            sign=room.sign(learner),
            value=Decimal(value),
            final=True,
        )

    with pytest.raises(MarksRefused) as refused:
        marking.save_marks(room.session, room.markers[0], entries=[entry(0, "12"), entry(1, "21")])
    assert [each.sign for each, _ in refused.value.refusals] == [room.sign(1)]
    assert room.session.scalars(select(Mark)).all() == []

    saved = marking.save_marks(
        room.session, room.markers[0], entries=[entry(0, "12"), entry(1, "20")]
    )
    assert [each.mark.value for each in saved] == [12, 20]


def test_a_learner_who_left_is_not_marked(room: Room) -> None:
    leave(room.session, room.markers[0], enrolment_id=room.school.learners[0].id)

    with pytest.raises((NotFound, StopIteration)):
        room.save("12")


@command
def leave(session: Session, _actor: Actor, *, enrolment_id: int) -> None:
    session.get_one(Enrolment, enrolment_id).status = EnrolmentStatus.WITHDRAWN


@command
def do(session: Session, _actor: Actor, *, statement: Any) -> None:
    session.execute(statement)


def refused_by_the_database(room: Room, statement: Any) -> bool:
    try:
        do(room.session, room.markers[0], statement=statement)
    except DBAPIError:
        return True
    return False


def test_the_database_says_no_too(room: Room) -> None:
    room.plan(DOUBLE)
    give_rubric(room)
    mark = room.save("12").mark
    room.save("13", marker=1)
    own = room.school.people[0].id
    second = select(Mark.id).where(Mark.role == MarkRole.SECOND).scalar_subquery()

    assert refused_by_the_database(room, delete(MarkChange))
    assert refused_by_the_database(room, update(MarkChange).values(to_value=Decimal(20)))
    assert refused_by_the_database(room, delete(Mark).where(Mark.status == MarkStatus.FINAL))
    for values in (
        {"value": Decimal(20)},
        {"marker_id": own, "version": 2},
        {"status": MarkStatus.DRAFT, "final_at": None, "version": 2},
        {"role": MarkRole.MODERATOR, "version": 2},
        {"value": None, "version": 2},
    ):
        change = update(Mark).where(Mark.id == mark.id).values(values)
        assert refused_by_the_database(room, change), values
    # One person in two roles.
    twice = update(Mark).where(Mark.id == second).values(marker_id=mark.marker_id, version=2)
    assert refused_by_the_database(room, twice)


def test_the_database_gives_nobody_their_own_work(room: Room) -> None:
    enrolment = room.school.learners[0]
    lot = {
        "assessment_id": room.assessment_id,
        "enrolment_id": enrolment.id,
        "role": MarkRole.FIRST,
        "marker_id": enrolment.person_id,
    }

    assert refused_by_the_database(room, insert(MarkAllotment).values(lot))


def test_lateness_is_taken_from_what_the_marks_agree_on(room: Room) -> None:
    due_at = clock.now() - timedelta(hours=2)
    ask_for_work(
        room.session,
        room.assessment_id,
        due_at=due_at,
        late_percent=Decimal(10),
        late_unit=PenaltyUnit.DAY,
    )
    hand_in(room.session, room.assessment_id, room.school.learners[0], late=True)

    room.save("15")

    grade = room.grade()
    assert grade is not None
    assert grade.value == Decimal(13)
    author = room.session.scalars(select(SubmissionAuthor)).one()
    assert (author.value, author.deducted) == (Decimal(15), Decimal(2))
    assert history(room)[0][1].endswith("15.00 − 2.00")


def test_an_extension_helps_whoever_has_handed_in_already(room: Room) -> None:
    due_at = clock.now() - timedelta(hours=2)
    ask_for_work(room.session, room.assessment_id, due_at=due_at)
    for learner in range(2):
        hand_in(room.session, room.assessment_id, room.school.learners[learner], late=True)
    accommodations.give_accommodation(
        room.session,
        room.markers[0],
        run_id=room.school.run.id,
        assessment_id=room.assessment_id,
        enrolment_id=room.school.learners[0].id,
        ease=Ease(due_at=clock.now() + timedelta(days=1)),
        reason="ill",
    )

    late = {room.sign(0): False, room.sign(1): True}
    queue = bench_queries.queue(room.session, room.markers[0])

    assert {each.sign: each.late for each in queue.items} == late
    assert {sign: bench(room).work(sign).late for sign in late} == late


def bench(room: Room) -> bench_queries.Bench:
    return bench_queries.bench(room.session, room.assessment_id)


def test_answers_of_a_quiz_lie_on_no_bench(session: Session) -> None:
    exam = open_exam(session)

    with pytest.raises(NotFound):
        marking.set_plan(session, exam.school.instructor, assessment_id=exam.quiz.id, plan=HIDDEN)


def test_another_plan_leaves_an_excuse_and_what_was_graded_by_hand(room: Room) -> None:
    room.plan(DOUBLE)
    room.save("13", learner=0)
    room.save("12", learner=1)
    room.save("12", marker=1, learner=1)
    room.school.grade(0, 1, None, excused=True)
    room.school.grade(1, 1, "14")

    room.plan(Plan(threshold=Decimal(3)))

    kept = [room.grade(0), room.grade(1)]
    assert [(each.value, each.state) for each in kept if each] == [
        (None, GradeState.EXCUSED),
        (Decimal(14), GradeState.PROVISIONAL),
    ]


def test_who_is_excused_keeps_no_name_hidden(room: Room) -> None:
    room.plan(Plan(anonymous=True))
    room.save("9", final=False)
    room.save("12", learner=1)
    room.save("13", learner=2)
    room.school.grade(0, 1, None, excused=True)

    marking.reveal(room.session, room.markers[0], assessment_id=room.assessment_id)

    found = [room.grade(learner) for learner in range(3)]
    assert [each.value for each in found if each] == [None, Decimal(12), Decimal(13)]
    assert found[0] is not None
    assert found[0].state is GradeState.EXCUSED
