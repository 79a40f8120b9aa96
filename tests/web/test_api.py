"""The interface for programs, before any feature adds to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_the_interface_describes_itself(client: FlaskClient) -> None:
    spec = client.get("/api/v1/openapi.json").get_json()

    assert spec["info"]["title"] == "Nador"
    assert "/api/v1/openapi.json" in spec["paths"]


def test_an_unknown_call_is_a_problem_document(client: FlaskClient) -> None:
    response = client.get("/api/v1/nothing", headers={"Accept-Language": "fr"})

    assert response.status_code == 404
    assert response.content_type == "application/problem+json"
    assert response.get_json()["title"] == "Il n’y a rien ici"


def test_people_can_read_the_description(client: FlaskClient) -> None:
    response = client.get("/api/v1/docs?lang=ar")

    assert response.status_code == 200
    assert 'dir="rtl"' in response.text
