"""Learners check themselves in by a code on the wall that changes all the time.

What counts is when the code was shown, not when a phone with a bad line delivers it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

from nador.enrolment.rules import AttendanceStatus
from nador.kernel.errors import Conflict, Invalid

STEP: Final = timedelta(seconds=20)
"""How long one code stands on the wall."""
DELIVERED_WITHIN: Final = timedelta(minutes=10)
"""How long a phone has to deliver the code that it saw."""
MOST_LATE_AFTER: Final = 240
_SIGNS: Final = 12


class CheckInClosed(Conflict):
    """Nobody can check in now: it was not opened, or is closed again."""

    code = "check_in_closed"


class CodeNotOurs(Invalid):
    """The code was never on this meeting's wall."""

    code = "check_in_code_wrong"


class CodeTooOld(Conflict):
    """The code left the wall too long ago: `minutes`."""

    code = "check_in_code_old"


class LateAfterOutOfRange(Invalid):
    """From when one is late is a number of minutes from 0 to `limit`."""

    code = "check_in_late_after"


def step_of(at: datetime) -> int:
    """Number the time: codes change with it."""
    return int(at.timestamp() // STEP.total_seconds())


def shown_at(step: int) -> datetime:
    """When the code of a step first stood on the wall."""
    return datetime.fromtimestamp(step * STEP.total_seconds(), UTC)


def code_of(secret: str, *, meeting_id: int, step: int) -> str:
    """Give the code of a step: short, for a picture that a phone reads from the last row."""
    signed = hmac.new(secret.encode(), f"{meeting_id} {step}".encode(), hashlib.sha256).digest()
    return base64.b32encode(signed).decode()[:_SIGNS].lower()


def require_shown(secret: str, *, meeting_id: int, step: int, code: str, now: datetime) -> None:
    """Refuse a code that was never on the wall, or that left it too long ago.

    Raises CodeNotOurs, CodeTooOld.
    """
    expected = code_of(secret, meeting_id=meeting_id, step=step)
    if not hmac.compare_digest(expected, code.lower()) or step > step_of(now):
        raise CodeNotOurs
    if now - shown_at(step) > DELIVERED_WITHIN:
        raise CodeTooOld(minutes=int(DELIVERED_WITHIN.total_seconds() // 60))


def status_at(shown: datetime, *, starts_at: datetime, late_after: int) -> AttendanceStatus:
    """Say how somebody came who saw the code then; `late_after` is in minutes."""
    is_late = shown > starts_at + timedelta(minutes=late_after)
    return AttendanceStatus.LATE if is_late else AttendanceStatus.PRESENT


def check_late_after(minutes: int) -> None:
    """Refuse what is no number of minutes within a meeting."""
    if not 0 <= minutes <= MOST_LATE_AFTER:
        raise LateAfterOutOfRange(field="late_after", limit=MOST_LATE_AFTER)
