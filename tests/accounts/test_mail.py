"""A mail goes over a real wire: asked for, delivered, opened."""

from __future__ import annotations

import email
import email.policy
import re
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller

from nador.kernel import work
from nador.kernel.files import FileStore
from tests.factories import PASSWORD, make_institute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiosmtpd.smtp import SMTP, Envelope
    from aiosmtpd.smtp import Session as Conversation
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, sessionmaker

    from nador.settings import Settings


class MailBox:
    """Keeps what the mail server was given."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Conversation, envelope: Envelope
    ) -> str:
        """Take one mail."""
        self.received.append(envelope.original_content or b"")
        return "250 OK"


@pytest.fixture
def mail_box() -> Iterator[tuple[MailBox, str]]:
    """A mail server on a free port of this machine."""
    box = MailBox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, f"smtp://127.0.0.1:{port}"
    server.stop()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_link_in_the_mail_opens_the_account(
    client: FlaskClient,
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
    mail_box: tuple[MailBox, str],
) -> None:
    box, url = mail_box
    make_institute(session)
    client.post(
        "/sign-up?lang=ar",
        data={
            "name_arabic": "سلمى بوزيان",
            "email": "salma@nador.example",
            "password": PASSWORD,
            "consent": "y",
        },
    )
    desk = work.Desk(replace(settings, mail_url=url), sessions, FileStore(settings.files))

    assert work.run_once(desk, holder="tests") == 1

    [raw] = box.received
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    said = str(mail.get_content())
    assert mail["To"] == "salma@nador.example"
    assert mail["Subject"] == "تأكيد البريد الإلكتروني"
    assert "سلمى بوزيان" in said
    assert "معهد الذكاء الاصطناعي بالناظور" in said
    link = re.search(r"http://127\.0\.0\.1:8000(/confirm/\S+)", said)
    assert link is not None
    assert client.post(link[1]).location == "/me"
    assert client.get("/me/profile").status_code == 200
