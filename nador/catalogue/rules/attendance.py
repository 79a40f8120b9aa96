"""What attendance at a meeting is worth."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendancePoints:
    """What a held meeting gives for each status, never more than `present`; as it stands, presence counts."""

    present: Decimal = Decimal(1)
    late: Decimal = Decimal(1)
    excused: Decimal | None = None
    """None leaves the meeting out of the count."""
    absent: Decimal = Decimal(0)


PLAIN: Final = AttendancePoints()
"""What a course means that says nothing of points: who is late has come, who is excused is not counted."""
