"""Who marks what, what several marks agree on, and by what: without a database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.rules import MarkOutOfRange
from nador.assessment.rules.marking import (
    AllotmentUnfit,
    CriteriaTooMany,
    Criterion,
    CriterionUntitled,
    Judgement,
    Level,
    LevelMissing,
    LevelTwice,
    Lot,
    MarkingState,
    MarkRole,
    MarkStatus,
    MarkTaken,
    NoMarkingHere,
    NoPointsLikeThat,
    NotYoursToMark,
    NumberUnfit,
    Plan,
    Rubric,
    RubricEmpty,
    RubricKind,
    SampleUndefined,
    SecondMarking,
    agree,
    allot,
    candidate,
    check_plan,
    check_rubric,
    drawn,
    pass_value,
    read_points,
    require_free,
    require_markable,
    role_for,
    role_to_take,
    second_due,
    state,
    total,
)

FIRST, SECOND, MODERATOR = MarkRole
ONE, TWO, THREE = 1, 2, 3
ALONE = Plan()
DOUBLE = Plan(second=SecondMarking.ALL, threshold=Decimal(2))
SAMPLE = Plan(second=SecondMarking.SAMPLE, threshold=Decimal(2), borderline=Decimal(1), percent=10)


def final(role: MarkRole, value: str, marker: int = 0, *, due: bool = False) -> Judgement:
    own = marker or {FIRST: ONE, SECOND: TWO, MODERATOR: THREE}[role]
    return Judgement(role, own, MarkStatus.FINAL, Decimal(value), second_due=due)


def draft(role: MarkRole, marker: int, value: str | None = None) -> Judgement:
    return Judgement(role, marker, MarkStatus.DRAFT, None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("plan", "marks", "expected"),
    [
        pytest.param(ALONE, [], FIRST, id="nothing yet"),
        pytest.param(ALONE, [draft(FIRST, ONE, "12")], FIRST, id="a draft says nothing"),
        pytest.param(ALONE, [final(FIRST, "12")], Decimal(12), id="one is enough"),
        pytest.param(DOUBLE, [final(FIRST, "12")], SECOND, id="two are asked for"),
        pytest.param(DOUBLE, [final(SECOND, "12")], FIRST, id="the second was quicker"),
        pytest.param(
            DOUBLE, [final(FIRST, "12"), final(SECOND, "14")], Decimal(13), id="just within"
        ),
        pytest.param(DOUBLE, [final(FIRST, "12"), final(SECOND, "14.01")], MODERATOR, id="beyond"),
        pytest.param(
            DOUBLE,
            [final(FIRST, "12"), final(SECOND, "12.01")],
            Decimal("12.01"),
            id="half a hundredth is rounded up",
        ),
        pytest.param(
            DOUBLE,
            [final(FIRST, "4"), final(SECOND, "14"), draft(MODERATOR, THREE, "9")],
            MODERATOR,
            id="the third is not done",
        ),
        pytest.param(
            DOUBLE,
            [final(FIRST, "4"), final(SECOND, "14"), final(MODERATOR, "9.5")],
            Decimal("9.5"),
            id="the third decides",
        ),
        pytest.param(SAMPLE, [final(FIRST, "15")], Decimal(15), id="not in the sample"),
        pytest.param(SAMPLE, [final(FIRST, "10", due=True)], SECOND, id="in the sample"),
    ],
)
def test_marks_agree(plan: Plan, marks: list[Judgement], expected: Decimal | MarkRole) -> None:
    assert agree(marks, plan) == expected


@pytest.mark.parametrize(
    ("plan", "marks", "released", "expected"),
    [
        (DOUBLE, [], False, MarkingState.TO_MARK),
        (DOUBLE, [draft(FIRST, ONE)], False, MarkingState.BEING_MARKED),
        (DOUBLE, [final(FIRST, "9")], False, MarkingState.SECOND_DUE),
        (DOUBLE, [final(FIRST, "9"), final(SECOND, "15")], False, MarkingState.THIRD_DUE),
        (ALONE, [final(FIRST, "9")], False, MarkingState.AGREED),
        (ALONE, [final(FIRST, "9")], True, MarkingState.RELEASED),
    ],
)
def test_a_state_follows_from_marks(
    plan: Plan, marks: list[Judgement], expected: MarkingState, *, released: bool
) -> None:
    assert state(marks, plan, released=released) is expected


@pytest.mark.parametrize(
    ("plan", "marks", "allotted", "expected"),
    [
        pytest.param(ALONE, [], {}, FIRST, id="whoever comes"),
        pytest.param(ALONE, [], {FIRST: TWO}, None, id="given to another"),
        pytest.param(ALONE, [draft(FIRST, ONE)], {}, FIRST, id="one's own draft"),
        pytest.param(ALONE, [draft(FIRST, TWO)], {}, None, id="another's draft"),
        pytest.param(ALONE, [final(FIRST, "9", TWO)], {}, None, id="done"),
        pytest.param(DOUBLE, [draft(FIRST, TWO)], {}, SECOND, id="beside the first"),
        pytest.param(DOUBLE, [final(FIRST, "9")], {}, FIRST, id="never both"),
        pytest.param(DOUBLE, [], {SECOND: ONE}, SECOND, id="named as the second"),
        pytest.param(DOUBLE, [], {FIRST: TWO}, SECOND, id="the first is another's"),
        pytest.param(DOUBLE, [], {FIRST: TWO, SECOND: THREE}, None, id="both are others'"),
        pytest.param(SAMPLE, [], {SECOND: ONE}, None, id="named for a sample not yet drawn"),
        pytest.param(
            SAMPLE, [final(FIRST, "9", TWO, due=True)], {SECOND: ONE}, SECOND, id="drawn, and named"
        ),
        pytest.param(
            DOUBLE,
            [final(FIRST, "9", TWO), final(SECOND, "15", THREE)],
            {},
            MODERATOR,
            id="the third",
        ),
        pytest.param(
            DOUBLE,
            [final(FIRST, "9", TWO), final(SECOND, "15", THREE), draft(MODERATOR, 4)],
            {},
            None,
            id="another is the third",
        ),
        pytest.param(
            DOUBLE, [final(FIRST, "9", TWO), final(SECOND, "9", THREE)], {}, None, id="agreed"
        ),
    ],
)
def test_somebody_has_a_role(
    plan: Plan,
    marks: list[Judgement],
    allotted: dict[MarkRole, int],
    expected: MarkRole | None,
) -> None:
    assert role_for(ONE, marks, plan, allotted) is expected


@given(
    plan=st.sampled_from([ALONE, DOUBLE, SAMPLE]),
    steps=st.lists(
        st.tuples(st.integers(1, 4), st.decimals(0, 20, places=2), st.booleans(), st.booleans()),
        max_size=8,
    ),
)
def test_whoever_comes_nobody_marks_twice(
    plan: Plan, steps: list[tuple[int, Decimal, bool, bool]]
) -> None:
    """However many come in whatever order: each marker once, each role once, and agreement is final."""
    marks: list[Judgement] = []
    for marker, value, done, due in steps:
        role = role_for(marker, marks, plan, {})
        before = agree(marks, plan)
        if role is None:
            continue
        own = next((each for each in marks if each.role is role), None)
        assert own is None or own.marker_id == marker
        if isinstance(before, Decimal):
            assert own is not None
        if own is not None and own.status is MarkStatus.FINAL:
            continue
        status = MarkStatus.FINAL if done else MarkStatus.DRAFT
        in_sample = due and role is FIRST and done
        made = Judgement(role, marker, status, value, second_due=in_sample)
        marks = [each for each in marks if each.role is not role] + [made]
    assert len({each.marker_id for each in marks}) == len(marks)
    outcome = agree(marks, plan)
    values = {each.role: each.value for each in marks if each.status is MarkStatus.FINAL}
    if isinstance(outcome, Decimal) and MODERATOR not in values:
        low, high = min(values.values()), max(values.values())  # type: ignore[type-var] # all final
        assert low <= outcome <= high  # type: ignore[operator] # all final
        assert high - low <= plan.threshold  # type: ignore[operator] # all final


def test_who_comes_second_is_told_what_stands_there() -> None:
    assert require_free(SECOND, [], yours=None) is SECOND
    with pytest.raises(MarkTaken) as taken:
        require_free(None, [draft(FIRST, TWO, "11")], yours=Decimal(12))
    assert taken.value.params == {"yours": Decimal(12), "theirs": Decimal(11)}
    with pytest.raises(NotYoursToMark):
        require_free(None, [final(FIRST, "9", TWO)], yours=None)


@pytest.mark.parametrize(
    "wrong", [{"active": False}, {"handed_in": False}, {"excused": True}], ids=str
)
def test_nothing_to_mark(wrong: dict[str, bool]) -> None:
    fine = {"active": True, "handed_in": True, "excused": False}

    require_markable(**fine)
    with pytest.raises(NoMarkingHere):
        require_markable(**fine | wrong)


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        pytest.param(Plan(threshold=Decimal(21)), "threshold", id="too wide"),
        pytest.param(Plan(threshold=Decimal(-1)), "threshold", id="negative"),
        pytest.param(Plan(borderline=Decimal(21)), "borderline", id="a border too wide"),
        pytest.param(Plan(percent=101), "percent", id="more than all"),
        pytest.param(Plan(second=SecondMarking.SAMPLE), "second", id="no sample"),
        pytest.param(Plan(second=SecondMarking.SAMPLE, percent=0), "second", id="none of them"),
    ],
)
def test_a_plan_that_says_nothing(plan: Plan, field: str) -> None:
    with pytest.raises((NumberUnfit, SampleUndefined)) as refused:
        check_plan(plan, out_of=Decimal(20))
    assert refused.value.field == field


def test_a_plan_that_is_fine() -> None:
    assert check_plan(SAMPLE, out_of=Decimal(20)) is SAMPLE


def test_a_sample_is_drawn_again_the_same() -> None:
    everybody = range(1, 101)

    first = drawn("seed", everybody, percent=10)

    assert (len(first), drawn("seed", everybody, percent=10)) == (10, first)
    assert drawn("another", everybody, percent=10) != first
    assert len(drawn("seed", [7, 8, 9], percent=1)) == 1
    assert drawn("seed", everybody, percent=20) > first


@pytest.mark.parametrize(
    ("plan", "value", "expected"),
    [
        pytest.param(ALONE, "10", False, id="no second"),
        pytest.param(DOUBLE, "18", True, id="all"),
        pytest.param(SAMPLE, "9", True, id="at the border"),
        pytest.param(SAMPLE, "11.01", False, id="beyond it, and not drawn"),
        pytest.param(
            Plan(second=SecondMarking.SAMPLE, percent=100), "18", True, id="everybody is drawn"
        ),
        pytest.param(
            Plan(second=SecondMarking.SAMPLE, borderline=Decimal(1)), "18", False, id="no draw"
        ),
    ],
)
def test_the_second_marker_gets(plan: Plan, value: str, *, expected: bool) -> None:
    everybody = list(range(1, 11))
    (lucky,) = drawn("seed", everybody, percent=10)
    mine = next(each for each in everybody if each != lucky)

    asked: dict[str, Any] = {"everybody": everybody, "around": Decimal(10), "seed": "seed"}
    assert second_due(plan, Decimal(value), enrolment_id=mine, **asked) is expected
    if plan.percent:
        assert second_due(plan, Decimal(18), enrolment_id=lucky, **asked) is True


def test_the_pass_mark_of_an_assessment() -> None:
    scaled = {"out_of": Decimal(100), "pass_mark": Decimal(10), "scale": Decimal(20)}

    assert pass_value(minimum=Decimal(0), **scaled) == 50
    assert pass_value(minimum=Decimal(35), **scaled) == 35


def test_a_candidate_has_a_sign_and_no_name() -> None:
    signs = {candidate("seed", each) for each in range(1000)}

    assert len(signs) == 1000
    assert all(len(sign) == 7 and sign[3] == "-" for sign in signs)
    assert candidate("seed", 5) == candidate("seed", 5) != candidate("other", 5)


def level(points: str, title: str = "words") -> Level:
    return Level(Decimal(points), title)


def criterion(points: str = "5", *levels: Level, title: str = "What", key: str = "c1") -> Criterion:
    return Criterion(key, title, "", Decimal(points), levels)


LEVELS = (level("0"), level("2.5"), level("5"))


@pytest.mark.parametrize(
    ("kind", "criteria", "refusal"),
    [
        pytest.param("rubric", [], RubricEmpty, id="nothing"),
        pytest.param("guide", [criterion("0")], RubricEmpty, id="worth nothing"),
        pytest.param("guide", [criterion()] * 21, CriteriaTooMany, id="too many"),
        pytest.param("guide", [criterion(title="")], CriterionUntitled, id="no title"),
        pytest.param(
            "rubric", [criterion("5", level("5", ""))], CriterionUntitled, id="a mute level"
        ),
        pytest.param("rubric", [criterion("5", level("5"))], LevelMissing, id="one level"),
        pytest.param("rubric", [criterion("5", *LEVELS, *LEVELS)], LevelTwice, id="a level twice"),
        pytest.param(
            "rubric",
            [criterion("9", *(level(str(each)) for each in range(10)))],
            CriteriaTooMany,
            id="ten levels",
        ),
    ],
)
def test_a_rubric_nobody_could_mark_by(
    kind: str, criteria: list[Criterion], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check_rubric(Rubric(RubricKind(kind), tuple(criteria)))


def test_a_rubric_is_kept_and_read_again() -> None:
    made = criterion("5", *LEVELS)
    rubric = Rubric(RubricKind.RUBRIC, (made,))

    guide = Rubric(RubricKind.GUIDE, (criterion(),))

    assert (check_rubric(rubric), check_rubric(guide)) == (rubric, guide)
    assert Criterion.read(made.kept()) == made
    assert rubric.criterion("c1") == made
    assert rubric.criterion("c2") is None


def test_points_are_those_of_a_level() -> None:
    by_levels, by_points = criterion("5", *LEVELS), criterion("5")

    assert read_points(by_levels, "2,5") == Decimal("2.5")
    assert read_points(by_points, "3.75") == Decimal("3.75")
    with pytest.raises(NoPointsLikeThat):
        read_points(by_levels, "3", field="c1")
    with pytest.raises(MarkOutOfRange):
        read_points(by_points, "5,01")


def test_points_add_up_to_the_mark() -> None:
    rubric = Rubric(RubricKind.GUIDE, (criterion("5", key="a"), criterion("10", key="b")))

    def added(**points: str) -> Decimal | None:
        given_points = {key: Decimal(value) for key, value in points.items()}
        return total(rubric, given_points, out_of=Decimal(20))

    assert added(a="5", b="10") == 20
    assert added(a="2", b="4.25") == Decimal("8.33")
    assert added(a="2") is None


def test_work_is_shared_out_evenly() -> None:
    work = {each: 100 + each for each in range(1, 8)}

    lots = allot(work, [11, 12, 13], role=FIRST)

    shares = sorted([lot.marker_id for lot in lots].count(each) for each in (11, 12, 13))
    assert ([lot.enrolment_id for lot in lots], shares) == (list(work), [2, 2, 3])


def test_nobody_gets_their_own_or_the_same_twice() -> None:
    work = {1: 11, 2: 102}
    firsts = [Lot(2, FIRST, 11)]

    assert allot(work, [11, 12], role=FIRST, kept=firsts) == [Lot(1, FIRST, 12)]
    assert allot({2: 102}, [11, 12], role=SECOND, kept=firsts) == [Lot(2, SECOND, 12)]
    with pytest.raises(AllotmentUnfit):
        allot({2: 102}, [11], role=SECOND, kept=firsts)
    with pytest.raises(AllotmentUnfit):
        allot(work, [11], role=FIRST)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        pytest.param([draft(FIRST, TWO)], FIRST, id="begun by another"),
        pytest.param([draft(FIRST, ONE), draft(SECOND, TWO)], None, id="never a second role"),
        pytest.param([final(FIRST, "9", TWO)], None, id="nothing is a draft"),
        pytest.param([], None, id="nothing yet"),
    ],
)
def test_what_another_began_can_be_gone_on_with(
    marks: list[Judgement], expected: MarkRole | None
) -> None:
    assert role_to_take(ONE, marks) is expected
