"""What workers do, by name, and how often."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

PRINT_KEPT: Final = timedelta(days=7)
"""How long a file of all certificates is kept: it is full of names, and soon ordered again."""


def print_gone(ordered_at: datetime, *, now: datetime) -> bool:
    """Tell whether a file of all certificates has lain there long enough."""
    return now >= ordered_at + PRINT_KEPT


SIGN, ISSUE = STAGES = ("sign", "issue")
"""The two pieces of work that make a certificate: its credential signed, then its document."""
LOG: Final = "log"
"""The name of the log writer's work."""
SMALLEST_LIST: Final = 131_072
"""Places of a status list; fewer would tell whose certificate is asked about."""
LIST_SIGNED_DAILY: Final = timedelta(days=1)
LIST_AGEING: Final = timedelta(days=3)
"""A list is good for seven days; from this age on somebody has to see why no newer one is signed."""
