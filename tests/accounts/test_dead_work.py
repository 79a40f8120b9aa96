"""What the worker gave up, on the page of who keeps the centre going."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.kernel import clock
from nador.kernel.access import Role
from nador.kernel.work import WorkLease
from tests.factories import make_actor, make_institute, sign_in, store

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session


def test_an_administrator_sees_what_failed_and_has_it_tried_again(
    client: FlaskClient, session: Session
) -> None:
    institute_id = make_institute(session).id
    sign_in(client, session, make_actor(session, Role.ADMINISTRATOR, institute_id=institute_id))
    told = {"holder": "", "until": clock.now(), "attempts": 8, "dead": True}
    store(session, WorkLease(work="scan", item_id=7, last_error="no <such> host", **told))

    page = client.get("/manage/work?lang=en").text

    assert "scan:7" in page
    assert "no &lt;such&gt; host" in page
    fields = dict(re.findall(r'name="(work|item_id)" value="(\w+)"', page))
    assert client.post("/manage/work", data=fields).status_code == 303
    assert "Nothing failed" in client.get("/manage/work?lang=en").text
    session.rollback()
    assert session.scalars(select(WorkLease).where(WorkLease.dead)).all() == []
