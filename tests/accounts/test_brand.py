"""In whose name the pages speak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.accounts import service
from nador.kernel.access import Role
from tests.factories import make_actor, make_institute

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session


def test_an_edited_name_stands_on_every_page_after_a_minute(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    institute = make_institute(session)
    app.extensions["nador"].brand_read_at -= 61
    assert institute.name["fr"] in client.get("/courses?lang=fr").text

    service.edit_institute(
        session,
        make_actor(session, Role.ADMINISTRATOR, institute_id=institute.id),
        institute_id=institute.id,
        prefix=institute.prefix,
        cndp_number=None,
        words={"name": {"fr": "Institut renommé"}},
    )
    assert "Institut renommé" not in client.get("/courses?lang=fr").text
    app.extensions["nador"].brand_read_at -= 61

    assert "Institut renommé" in client.get("/courses?lang=fr").text
    assert "Institut renommé" in client.get("/verify?lang=fr").text
