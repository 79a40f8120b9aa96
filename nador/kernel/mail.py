"""The outbox: mails are rows first, sent by a worker, at least once."""

from __future__ import annotations

import smtplib
import ssl
import uuid
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from sqlalchemy import Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column

from nador.kernel import clock
from nador.kernel.db import Base, command, primary_key
from nador.kernel.work import Desk, work

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


MAIL: Final = "mail"
"""The name of the work."""


class MessageStatus(StrEnum):
    """The states of a mail in the outbox."""

    DUE = "due"
    SENT = "sent"
    DEAD = "dead"


class Message(Base):
    """One mail; its uuid is its Message-ID, so that a repeat can be recognised."""

    __tablename__ = "message"

    id: Mapped[int] = primary_key()
    uuid: Mapped[str] = mapped_column(unique=True, default=lambda: str(uuid.uuid4()))
    recipient: Mapped[str]
    person_id: Mapped[int | None]
    locale: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    status: Mapped[MessageStatus] = mapped_column(default=MessageStatus.DUE)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "status", "id"),)


def queue(
    session: Session,
    *,
    recipient: str,
    locale: str,
    subject: str,
    body: str,
    person_id: int | None = None,
) -> Message:
    """Put a mail in the outbox, as part of the command that caused it."""
    message = Message(
        recipient=recipient,
        person_id=person_id,
        locale=locale,
        subject=" ".join(subject.split()),
        body=body,
        created_at=clock.now(),
    )
    session.add(message)
    return message


def _due(_now: datetime) -> Select[int]:
    return select(Message.id).where(Message.status == MessageStatus.DUE).order_by(Message.id)


@command
def mark_sent(session: Session, _actor: Actor, *, item_id: int, outcome: object) -> None:
    """Record that a mail went out (or was kept, where no server is configured)."""
    del outcome
    message = session.get_one(Message, item_id)
    message.status = MessageStatus.SENT
    message.sent_at = clock.now()


@command
def mark_dead(session: Session, _actor: Actor, *, item_id: int, error: str) -> None:
    """Record that a mail could not be sent after the last attempt."""
    del error
    session.get_one(Message, item_id).status = MessageStatus.DEAD


@command
def mark_due(session: Session, _actor: Actor, *, item_id: int) -> None:
    """Let a dead mail go out again."""
    session.get_one(Message, item_id).status = MessageStatus.DUE


@work(MAIL, due=_due, record=mark_sent, dead=mark_dead, again=mark_due)
def deliver(desk: Desk, item_id: int) -> None:
    """Send one mail; without a mail server it stays readable in the instance."""
    if not desk.settings.mail_url:
        return
    with desk.reading() as session:
        message = session.get_one(Message, item_id)
    mail = compose(message, public_url=desk.settings.public_url)
    server = urlsplit(desk.settings.mail_url)
    connect = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    with connect(server.hostname or "localhost", server.port or 0, timeout=30) as smtp:
        if server.username:
            if server.scheme == "smtp":
                smtp.starttls(context=ssl.create_default_context())
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(mail)


def compose(message: Message, *, public_url: str) -> EmailMessage:
    """Turn a row of the outbox into a mail."""
    domain = urlsplit(public_url).hostname or "localhost"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"no-reply@{domain}"
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{message.uuid}@{domain}>"
    mail["Content-Language"] = message.locale
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    return mail
