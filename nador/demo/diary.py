"""What is to happen, written down first and then played in the order of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from nador.kernel import clock


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Give an instant from a day and a time on the wall."""
    return clock.on_the_wall(datetime.combine(day, time(hour, minute)))


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One thing that happens at an instant; of the same instant, what was noted first."""

    at: datetime
    number: int
    act: Callable[..., object] = field(compare=False)
    args: tuple[Any, ...] = field(compare=False)


@dataclass(slots=True)
class Diary:
    """Notes in any order; played with the clock set back to each."""

    entries: list[Entry] = field(default_factory=list)

    def note(self, at: datetime, act: Callable[..., object], *args: Any) -> None:
        """Write down something to do."""
        self.entries.append(Entry(at.astimezone(UTC), len(self.entries), act, args))

    def play(self, *, until: datetime) -> None:
        """Do everything up to `until`."""
        for entry in sorted(self.entries):
            if entry.at <= until:
                with clock.set_back(entry.at):
                    entry.act(*entry.args)
