"""What all drills under fire share: a story goes on while one thing after another is killed."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import func, select

from nador.kernel import checkup
from nador.kernel.work import WorkLease

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Select

    from nador.kernel.work import Desk
    from tests.drill.centre import Centre

KILLS = 10
PATIENCE = 900.0
"""Seconds without any progress after which the work counts as stuck."""
LEASES = select(func.count()).select_from(WorkLease)


class Story(Protocol):
    """Something that goes on by itself as long as web and worker are alive."""

    @property
    def centre(self) -> Centre:
        """Where it happens."""

    @property
    def desk(self) -> Desk:
        """From where it is watched."""

    def done(self) -> int:
        """Count the steps that are behind it."""

    def pending(self) -> bool:
        """Whether anything is still to be done."""

    def more(self) -> None:
        """Give it more to do."""


def under_fire(
    story: Story, draw: random.Random, *, kills: int, stride: int, extra: tuple[str, ...] = ()
) -> dict[str, int]:
    """Kill one thing after another, each at a drawn moment of the work, and wait until all is done."""
    killed: Counter[str] = Counter()
    plan = _plan(story.centre, draw, kills, extra)
    while plan:
        # The moment is drawn in steps: it falls into the work on a slow machine too.
        goal = story.done() + draw.randint(1, max(1, stride))
        until(story, lambda goal=goal: story.done() >= goal or not story.pending())
        time.sleep(draw.uniform(0.0, 0.5))
        if story.centre.kill(plan[-1], draw) and story.pending():
            killed[plan.pop()] += 1
        if not story.pending():
            # A kill with nothing pending proves nothing: more is to be done, and the kill repeated.
            story.more()
    until(story, lambda: not story.pending() and not count(story.desk, LEASES))
    return dict(sorted(killed.items()))


def _plan(centre: Centre, draw: random.Random, kills: int, extra: tuple[str, ...]) -> list[str]:
    kinds = ["worker", "web", *(["database"] if centre.cluster else []), *extra]
    plan = kinds * (kills // len(kinds)) + draw.sample(kinds, kills % len(kinds))
    draw.shuffle(plan)
    return plan


def until(story: Story, reached: Callable[..., bool]) -> None:
    """Tend the centre until something is reached, as long as the story goes on."""
    last, moved = -1, time.monotonic()
    while not reached():
        story.centre.tend()
        done = story.done()
        if done != last:
            last, moved = done, time.monotonic()
        assert time.monotonic() - moved < PATIENCE, f"stuck after {done} steps"
        time.sleep(0.2)


def count(desk: Desk, counting: Select[int]) -> int:
    """Ask the database for a number."""
    with desk.reading() as session:
        return session.scalar(counting) or 0


@contextmanager
def beside(*loops: Callable[[threading.Event], None]) -> Iterator[None]:
    """Let each go on in a thread of its own until its event is set; what one raises is raised."""
    stopping = threading.Event()
    with ThreadPoolExecutor(len(loops)) as threads:
        running = [threads.submit(loop, stopping) for loop in loops]
        try:
            yield
        finally:
            stopping.set()
        for one in running:
            one.result()


@dataclass(slots=True)
class Answers:
    """How requests were answered while things died."""

    statuses: Counter[str] = field(default_factory=Counter)
    troubles: list[tuple[float, float, str]] = field(default_factory=list)
    """From when to when a request lasted that was not served, and what it was."""

    def ask(
        self,
        centre: Centre,
        method: str,
        path: str,
        token: str = "",
        *,
        key: str = "",
        body: Mapping[str, Any] | None = None,
    ) -> tuple[int, Any] | None:
        """Ask once, and write down how that went; None: it was not served."""
        began = time.monotonic()
        try:
            status, said = centre.call(method, path, token, key=key, body=body)
        except (OSError, ValueError, http.client.HTTPException):
            # The process that had the request was killed, or none was there to take it.
            self.statuses["unanswered"] += 1
            return None
        self.statuses[str(status)] += 1
        if status < http.client.BAD_REQUEST:
            return status, said
        self.troubles.append((began, time.monotonic(), f"{status} {method} {path}"))
        return None

    def checks(self, centre: Centre, *, wanted: str) -> dict[str, object]:
        """Compare the answers with what was promised."""
        return {
            "a server error while the database was there": [
                what
                for began, ended, what in self.troubles
                if not any(began < back and ended > gone for gone, back in centre.outages)
            ],
            "an error that asks for no patience": [
                what for _began, _ended, what in self.troubles if not what.startswith("503")
            ],
            "never answered": not self.statuses[wanted],
        }


def last_checks(desk: Desk) -> dict[str, object]:
    """Look whether work was left, and ask the doctor everything."""
    return {
        "leases left": count(desk, LEASES),
        "the doctor's trouble": [
            f"{one.title}: {one.troubles[:3]}"
            for one in checkup.examine(desk, deep=True)
            # A file that a killed process had just written, and never recorded, is allowed.
            if one.troubles and one.title != "no file without a row"
        ],
    }
