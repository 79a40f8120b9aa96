"""The least that Flask can do: what a page is compared with."""

from flask import Flask


def bare() -> Flask:
    """Build an application with one answer of two letters."""
    app = Flask("bare")

    @app.get("/<path:any_path>")
    def answer(any_path: str) -> str:
        return "ok"

    return app
