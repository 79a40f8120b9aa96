"""Calls that meet: all at once, or one behind another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep
from typing import TYPE_CHECKING, Any, TypeAlias

from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command
from nador.kernel.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session, sessionmaker

Doing: TypeAlias = "Callable[[Session], Any]"


@command
def _hold(session: Session, _actor: Actor, *, do: Doing, done: Event, go: Event) -> Any:
    found = do(session)
    session.flush()
    done.set()
    go.wait(10)
    return found


def behind(sessions: sessionmaker[Session], first: Doing, second: Doing) -> tuple[Any, Any]:
    """Let the second begin when the first has written and not yet committed; give what both answer."""
    done, go = Event(), Event()

    def leading() -> Any:
        with sessions() as own:
            return _hold(own, NOBODY, do=first, done=done, go=go)

    def following() -> Any:
        with sessions() as own:
            return second(own)

    with ThreadPoolExecutor(2) as threads:
        ahead = threads.submit(leading)
        assert done.wait(10)
        after = threads.submit(following)
        sleep(0.3)
        go.set()
        return ahead.result(), after.result()


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run the calls at the same time; a refusal is an outcome."""

    def outcome(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except DomainError as refusal:
            return type(refusal)

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(outcome, calls))
