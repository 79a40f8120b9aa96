"""Time: the one place that asks the machine what time it is, and the zone of the wall clock."""

from __future__ import annotations

import zoneinfo
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY: Final = "Africa/Casablanca"

# Systems carry older zone files in which Morocco never left UTC+1, and Python reads those first:
# with an empty search path every zone comes from the PyPI package tzdata, which we pin.
zoneinfo.reset_tzpath(())
zoneinfo.ZoneInfo.clear_cache()

CASABLANCA: Final = zoneinfo.ZoneInfo(_KEY)


_set_to: ContextVar[datetime | None] = ContextVar("set_to", default=None)


class StaleTimeZone(RuntimeError):
    """The zone data is older than Morocco's change of September 2026."""


def now() -> datetime:
    """Give the present instant, aware, in UTC."""
    return _set_to.get() or datetime.now(UTC)


@contextmanager
def set_back(instant: datetime) -> Iterator[None]:
    """Let the commands of this block act at a past instant: the demo centre needs a history.

    Only this thread's clock stands there; a future instant is a fault: ValueError.
    """
    if instant.astimezone(UTC) > datetime.now(UTC):
        raise ValueError(f"{instant} is still to come")
    before = _set_to.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _set_to.reset(before)


def local(instant: datetime) -> datetime:
    """Put an aware instant on the wall clock of Casablanca; a naive one is a fault: ValueError."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone")
    return instant.astimezone(CASABLANCA)


def on_the_wall(typed: datetime) -> datetime:
    """Give the UTC instant of a naive wall-clock time that someone typed (the first of two)."""
    return typed.replace(tzinfo=CASABLANCA).astimezone(UTC)


def today() -> date:
    """Give the date on the wall in Casablanca."""
    return local(now()).date()


def check(zone: tzinfo = CASABLANCA) -> None:
    """Refuse zone data that still puts Morocco one hour ahead: raises StaleTimeZone."""
    offset = datetime(2026, 11, 1, 12, tzinfo=zone).utcoffset()
    if offset != timedelta(0):
        raise StaleTimeZone(
            f"{_KEY} on 2026-11-01 is {offset} ahead of UTC instead of 0: "
            "install the PyPI package tzdata 2026.6 or later."
        )


def instant(moment: datetime) -> str:
    """Write a moment as every program reads it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
