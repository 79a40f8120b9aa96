"""Who gets a seat, who waits, and until when: decided without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from nador.enrolment import rules
from nador.enrolment.rules import (
    LIVE,
    SEATED,
    AttendanceCount,
    EnrolmentStatus,
    Intake,
    OfferStatus,
    place_for_newcomer,
)

if TYPE_CHECKING:
    from nador.kernel.errors import DomainError

MORNING = datetime(2026, 11, 2, 8, tzinfo=UTC)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
EVENING = datetime(2026, 11, 2, 20, tzinfo=UTC)
SECOND = timedelta(seconds=1)

ACTIVE = EnrolmentStatus.ACTIVE
WAITLISTED = EnrolmentStatus.WAITLISTED


def intake(**given: Any) -> Intake:
    return Intake(
        **{
            "capacity": 2,
            "seats_held": 0,
            "waiting": 0,
            "opens_at": MORNING,
            "closes_at": NOON,
            "ends_at": EVENING,
            **given,
        }
    )


@pytest.mark.parametrize(
    ("held", "waiting", "expected"),
    [
        pytest.param(0, 0, ACTIVE, id="empty run"),
        pytest.param(1, 0, ACTIVE, id="last seat"),
        pytest.param(2, 0, WAITLISTED, id="full"),
        pytest.param(3, 0, WAITLISTED, id="over capacity by a mistake elsewhere"),
        pytest.param(1, 1, WAITLISTED, id="no jumping the queue"),
    ],
)
def test_newcomer_stands(held: int, waiting: int, expected: EnrolmentStatus) -> None:
    assert place_for_newcomer(intake(seats_held=held, waiting=waiting), now=MORNING) is expected


@pytest.mark.parametrize(
    ("now", "published", "refusal"),
    [
        pytest.param(MORNING - SECOND, True, rules.EnrolmentNotOpen, id="a second too early"),
        pytest.param(NOON, True, rules.EnrolmentClosed, id="the instant of closing"),
        pytest.param(EVENING, True, rules.EnrolmentClosed, id="run over"),
        pytest.param(MORNING, False, rules.RunNotOffered, id="not published"),
    ],
)
def test_newcomer_is_refused(now: datetime, published: bool, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        place_for_newcomer(intake(published=published), now=now)


def test_refusals_tell_the_instant() -> None:
    with pytest.raises(rules.EnrolmentNotOpen) as early:
        place_for_newcomer(intake(), now=MORNING - SECOND)
    with pytest.raises(rules.EnrolmentClosed) as late:
        place_for_newcomer(intake(), now=NOON)

    assert early.value.params == {"opens_at": MORNING}
    assert late.value.params == {"closes_at": NOON}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(MORNING, ACTIVE, id="the instant of opening"),
        pytest.param(NOON - SECOND, ACTIVE, id="a second before closing"),
    ],
)
def test_window_is_half_open(now: datetime, expected: EnrolmentStatus) -> None:
    assert place_for_newcomer(intake(), now=now) is expected


def test_an_office_list_is_not_bound_by_the_window() -> None:
    assert rules.place_regardless_of_window(intake(), now=NOON) is ACTIVE
    assert rules.place_regardless_of_window(intake(seats_held=2), now=NOON) is WAITLISTED
    with pytest.raises(rules.RunNotOffered):
        rules.place_regardless_of_window(intake(), now=EVENING)


@pytest.mark.parametrize(
    ("capacity", "held", "waiting", "expected"),
    [
        pytest.param(2, 2, 5, 0, id="full"),
        pytest.param(2, 1, 5, 1, id="one seat"),
        pytest.param(5, 2, 1, 1, id="more seats than people"),
        pytest.param(5, 2, 9, 3, id="raised capacity"),
        pytest.param(5, 2, 0, 0, id="nobody waits"),
        pytest.param(1, 2, 5, 0, id="over capacity"),
    ],
)
def test_seats_to_offer(capacity: int, held: int, waiting: int, expected: int) -> None:
    run = intake(capacity=capacity, seats_held=held, waiting=waiting)

    assert rules.seats_to_offer(run, now=NOON) == expected


@pytest.mark.parametrize(
    ("published", "now"),
    [
        pytest.param(False, NOON, id="cancelled or concluded"),
        pytest.param(True, EVENING, id="over"),
    ],
)
def test_no_seat_is_offered_on_a_run_that_takes_nobody(published: bool, now: datetime) -> None:
    assert rules.seats_to_offer(intake(waiting=3, published=published), now=now) == 0


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param(2, NOON + timedelta(hours=2), id="hours"),
        pytest.param(48, EVENING, id="not past the end of the run"),
    ],
)
def test_offer_deadline(hours: int, expected: datetime) -> None:
    assert rules.offer_deadline(intake(), hours=hours, now=NOON) == expected


def test_prerequisites() -> None:
    rules.require_prerequisites([], set())
    rules.require_prerequisites(["IA-101"], {"IA-101", "IA-102"})
    with pytest.raises(rules.PrerequisitesMissing) as refusal:
        rules.require_prerequisites(["IA-101", "IA-102", "IA-103"], {"IA-102"})

    assert refusal.value.params == {"courses": ["IA-101", "IA-103"]}


@pytest.mark.parametrize(
    ("status", "now", "expected"),
    [
        pytest.param(OfferStatus.PENDING, NOON - SECOND, True, id="in time"),
        pytest.param(OfferStatus.ACCEPTED, NOON - SECOND, False, id="pressed twice"),
        pytest.param(OfferStatus.ACCEPTED, EVENING, False, id="accepted in time, pressed late"),
    ],
)
def test_accepting(status: OfferStatus, now: datetime, expected: bool) -> None:
    assert rules.answer_to_accepting(status, expires_at=NOON, now=now) is expected


@pytest.mark.parametrize(
    ("status", "now", "refusal"),
    [
        pytest.param(OfferStatus.PENDING, NOON, rules.OfferLapsed, id="the deadline's instant"),
        pytest.param(OfferStatus.PENDING, EVENING, rules.OfferLapsed, id="late, not yet recorded"),
        pytest.param(OfferStatus.EXPIRED, EVENING, rules.OfferLapsed, id="late and recorded"),
        pytest.param(OfferStatus.DECLINED, MORNING, rules.OfferGone, id="withdrawn meanwhile"),
    ],
)
def test_accepting_is_refused(
    status: OfferStatus, now: datetime, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        rules.answer_to_accepting(status, expires_at=NOON, now=now)


@pytest.mark.parametrize("status", [OfferStatus.PENDING, OfferStatus.EXPIRED])
def test_a_late_acceptance_is_told_the_deadline(status: OfferStatus) -> None:
    with pytest.raises(rules.OfferLapsed) as refusal:
        rules.answer_to_accepting(status, expires_at=NOON, now=NOON)

    assert refusal.value.params == {"expires_at": NOON}


@pytest.mark.parametrize(
    ("status", "now", "expected"),
    [
        pytest.param(OfferStatus.PENDING, NOON - SECOND, OfferStatus.PENDING, id="in time"),
        pytest.param(OfferStatus.PENDING, NOON, OfferStatus.EXPIRED, id="the deadline's instant"),
        pytest.param(OfferStatus.ACCEPTED, EVENING, OfferStatus.ACCEPTED, id="accepted in time"),
        pytest.param(OfferStatus.DECLINED, EVENING, OfferStatus.DECLINED, id="declined"),
    ],
)
def test_an_offer_stands(status: OfferStatus, now: datetime, expected: OfferStatus) -> None:
    assert rules.offer_stands(status, expires_at=NOON, now=now) is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [(OfferStatus.PENDING, True), (OfferStatus.DECLINED, False), (OfferStatus.EXPIRED, False)],
)
def test_declining(status: OfferStatus, expected: bool) -> None:
    assert rules.answer_to_declining(status) is expected


def test_an_accepted_seat_is_not_declined() -> None:
    with pytest.raises(rules.OfferGone):
        rules.answer_to_declining(OfferStatus.ACCEPTED)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (EnrolmentStatus.APPLIED, True),
        (EnrolmentStatus.WAITLISTED, True),
        (EnrolmentStatus.OFFERED, True),
        (EnrolmentStatus.ACTIVE, True),
        (EnrolmentStatus.WITHDRAWN, False),
        (EnrolmentStatus.REJECTED, False),
        (EnrolmentStatus.EXPIRED, False),
    ],
)
def test_withdrawing(status: EnrolmentStatus, expected: bool) -> None:
    answer = rules.answer_to_withdrawing(status, by_staff=False, ends_at=EVENING, now=NOON)

    assert answer is expected


@pytest.mark.parametrize("status", [EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED])
@pytest.mark.parametrize("by_staff", [True, False])
def test_a_confirmed_result_is_not_withdrawn(status: EnrolmentStatus, by_staff: bool) -> None:
    with pytest.raises(rules.AlreadyDecided):
        rules.answer_to_withdrawing(status, by_staff=by_staff, ends_at=EVENING, now=NOON)


@pytest.mark.parametrize("status", SEATED)
def test_a_learner_does_not_leave_a_run_that_is_over(status: EnrolmentStatus) -> None:
    with pytest.raises(rules.WithdrawalClosed) as refusal:
        rules.answer_to_withdrawing(status, by_staff=False, ends_at=EVENING, now=EVENING)
    assert refusal.value.params == {"ended_on": EVENING}
    assert rules.answer_to_withdrawing(status, by_staff=True, ends_at=EVENING, now=EVENING)


def test_who_only_waited_may_leave_after_the_end() -> None:
    assert rules.answer_to_withdrawing(WAITLISTED, by_staff=False, ends_at=NOON, now=EVENING)


def test_marking_needs_a_meeting_whose_day_has_come() -> None:
    rules.require_markable(cancelled=False, day_begins_at=MORNING, starts_at=EVENING, now=MORNING)
    with pytest.raises(rules.MeetingCancelled):
        rules.require_markable(
            cancelled=True, day_begins_at=MORNING, starts_at=EVENING, now=EVENING
        )
    with pytest.raises(rules.MeetingAhead) as refusal:
        rules.require_markable(
            cancelled=False, day_begins_at=NOON, starts_at=EVENING, now=NOON - SECOND
        )
    assert refusal.value.params == {"starts_at": EVENING}


@pytest.mark.parametrize("status", list(EnrolmentStatus))
def test_only_an_open_place_is_marked(status: EnrolmentStatus) -> None:
    if status is ACTIVE:
        rules.require_seat(status)
    else:
        with pytest.raises(rules.NotActive):
            rules.require_seat(status)


def test_late_counts_as_attended_and_excused_does_not_count() -> None:
    count = AttendanceCount(present=5, late=2, excused=3, absent=1, unmarked=4)

    assert (count.attended, count.counted) == (7, 12)


def test_every_seat_is_live() -> None:
    assert set(SEATED) < set(LIVE)
