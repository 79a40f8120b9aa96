"""A kind of work for tests: each item's outcome is one line of the audit trail."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import Select, select

from nador.kernel import audit, clock, work
from nador.kernel.db import command
from nador.kernel.mail import Message, MessageStatus

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor
    from nador.kernel.work import Desk


def due(_now: datetime) -> Select[int]:
    return select(Message.id).where(Message.status == MessageStatus.DUE).order_by(Message.id)


@command
def record(session: Session, actor: Actor, *, item_id: int, outcome: object) -> None:
    session.get_one(Message, item_id).status = MessageStatus.SENT
    audit.record(session, actor, "paperwork.done", f"message:{item_id}", outcome=outcome)


@command
def dead(session: Session, actor: Actor, *, item_id: int, error: str) -> None:
    session.get_one(Message, item_id).status = MessageStatus.DEAD
    audit.record(session, actor, "paperwork.dead", f"message:{item_id}", error=error)


@command
def again(session: Session, _actor: Actor, *, item_id: int) -> None:
    session.get_one(Message, item_id).status = MessageStatus.DUE


def do(desk: Desk, item_id: int) -> str:
    """Take a moment, as a PDF would; items named so fail."""
    with desk.reading() as session:
        subject = session.get_one(Message, item_id).subject
    if subject == "fails":
        raise ValueError("this paper jams")
    if subject == "hopeless":
        raise work.Hopeless("no such paper")
    if subject == "waits" and not (desk.settings.instance / "ink").exists():
        raise work.NotNow(
            "there is no ink", alike=due(clock.now()).where(Message.subject == subject)
        )
    time.sleep(0.01)
    return subject


KIND = work.Work(name="paperwork", due=due, do=do, record=record, dead=dead, again=again)


def prepare() -> None:
    """Let this process know no other work."""
    work._declared.clear()
    work._declared[KIND.name] = KIND
