"""The least that Flask can do: what a page, and what a save, is compared with."""

import os

from flask import Flask, request
from sqlalchemy import create_engine, text


def bare() -> Flask:
    """Build an application with one answer of two letters."""
    app = Flask("bare")

    @app.get("/<path:any_path>")
    def answer(any_path: str) -> str:
        return "ok"

    return app


def posting() -> Flask:
    """Build an application whose only POST writes one row of a table `bare`."""
    app = Flask("posting")
    engine = create_engine(os.environ["BARE_DATABASE_URL"])
    insert = text("INSERT INTO bare (body) VALUES (:body)")

    @app.get("/healthz")
    def health() -> str:
        return "ok"

    @app.post("/<path:any_path>")
    def save(any_path: str) -> dict[str, str]:
        with engine.begin() as connection:
            connection.execute(insert, {"body": request.form["body"]})
        return {"outcome": "saved"}

    return app
