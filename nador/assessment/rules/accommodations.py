"""Accommodations: what is eased for somebody, and what then holds for them.

The most lenient wins, field by field, of what was given to the learner and to each of their groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from nador.kernel.errors import Conflict, Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_EXTRA_TIME: Final = 400
MOST_EXTRA_DAYS: Final = 365
MOST_EXTRA_ATTEMPTS: Final = 20


class NothingEased(Invalid):
    """An accommodation that gives nothing is none."""

    code = "nothing_eased"


class AccommodationReasonNeeded(Invalid):
    """Somebody else must be able to see later why."""

    code = "accommodation_reason_needed"


class DatesNeedAssessment(Invalid):
    """A date is one assessment's; what is given for a whole run counts days."""

    code = "dates_need_assessment"


class EasedTooFar(Invalid):
    """A number is not within 0 and `limit`."""

    code = "eased_too_far"


class GroupInUse(Conflict):
    """Accommodations name the group: it stays, so that their reason can be understood."""

    code = "group_in_use"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ease:
    """What one accommodation gives."""

    extra_time: int = 0
    """In per cent of the time limit."""
    extra_days: int = 0
    """By so many days the end of the window and the due date move."""
    extra_attempts: int = 0
    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """When and how often somebody may work on an assessment; None sets no bound."""

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    time_limit: timedelta | None = None
    attempts: int | None = None


def check_ease(ease: Ease, *, for_one_assessment: bool, reason: str) -> None:
    """Refuse what gives nothing, too much, or has no reason."""
    for field, value, limit in (
        ("extra_time", ease.extra_time, MOST_EXTRA_TIME),
        ("extra_days", ease.extra_days, MOST_EXTRA_DAYS),
        ("extra_attempts", ease.extra_attempts, MOST_EXTRA_ATTEMPTS),
    ):
        if not 0 <= value <= limit:
            raise EasedTooFar(field=field, limit=limit)
    if ease == Ease():
        raise NothingEased(field="extra_time")
    dates = {"opens_at": ease.opens_at, "due_at": ease.due_at, "closes_at": ease.closes_at}
    for field, date in dates.items():
        if date is not None and not for_one_assessment:
            raise DatesNeedAssessment(field=field)
    if not reason:
        raise AccommodationReasonNeeded(field="reason")


def eased(terms: Terms, given: Iterable[Ease]) -> Terms:
    """Say what holds for somebody: of every bound, the most lenient that anything gives them."""
    all_given = list(given)
    if not all_given:
        return terms
    limit, attempts = terms.time_limit, terms.attempts
    more_time = max(ease.extra_time for ease in all_given)
    days = timedelta(days=max(ease.extra_days for ease in all_given))
    return Terms(
        opens_at=_earlier(terms.opens_at, [ease.opens_at for ease in all_given]),
        due_at=_later(terms.due_at, days, [ease.due_at for ease in all_given]),
        closes_at=_later(terms.closes_at, days, [ease.closes_at for ease in all_given]),
        time_limit=None if limit is None else limit * (100 + more_time) / 100,
        attempts=None
        if attempts is None
        else attempts + max(ease.extra_attempts for ease in all_given),
    )


def _earlier(base: datetime | None, others: list[datetime | None]) -> datetime | None:
    """No bound is the most lenient one, so it stays."""
    return None if base is None else min([base, *filter(None, others)])


def _later(
    base: datetime | None, moved: timedelta, others: list[datetime | None]
) -> datetime | None:
    return None if base is None else max([base + moved, *filter(None, others)])
