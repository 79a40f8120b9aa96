"""The house keeps its own rules."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic import command as alembic
from alembic.script import ScriptDirectory

from nador.kernel import schema

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Database

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "nador").rglob("*.py"))
FEATURES = [
    "accounts",
    "catalogue",
    "enrolment",
    "learning",
    "assessment",
    "certification",
    "verification",
    "notices",
    "reporting",
]
ROOMS = {
    "__init__",
    "rules",
    "models",
    "policy",
    "queries",
    "service",
    "forms",
    "labels",
    "views",
    "api",
    "cli",
    "jobs",
    "handlers",
}
OWN_ROOMS = {
    "assessment": {"questions"},
    "certification": {
        "pdf",
        "facts",
        "archive",
        "template",
        "keys",
        "credential",
        "log",
        "published",
        "changes",
    },
    "verification": {"files", "kinds", "inspect", "apart", "lists", "receipts", "export"},
}


def test_every_route_says_who_may_enter(app: Flask) -> None:
    bare = [name for name, view in app.view_functions.items() if not hasattr(view, "access")]

    assert bare == []


def test_there_is_one_migration_head() -> None:
    assert len(ScriptDirectory.from_config(schema.config()).get_heads()) == 1


def test_models_match_the_migrations(database: Database) -> None:
    alembic.check(schema.config(database.engine))


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_has_only_known_rooms(feature: str) -> None:
    folder = ROOT / "nador" / feature
    rooms = (
        {path.stem for path in folder.glob("*.py")}
        | {path.name for path in folder.iterdir() if (path / "__init__.py").exists()}
        if folder.is_dir()
        else set()
    )

    assert rooms - ROOMS - OWN_ROOMS.get(feature, set()) == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_commands_commit(path: Path) -> None:
    if path.relative_to(ROOT).as_posix() == "nador/kernel/db.py":
        return
    calls = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    ]

    assert calls == []


def test_only_the_demo_sets_the_clock_back() -> None:
    users = {
        path.relative_to(ROOT).parts[1]
        for path in SOURCES
        if "set_back" in path.read_text(encoding="utf-8")
    }

    assert users <= {"kernel", "demo"}


def test_the_web_starts_without_heavy_libraries() -> None:
    """Setting pages costs a second and sixty megabytes: only who sets pages loads it."""
    heavy = ("weasyprint", "fontTools", "uharfbuzz", "pikepdf", "pyhanko", "pyld")
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, nador.app; print([m for m in {heavy} if m in sys.modules])",
        ],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    ).stdout

    assert loaded.strip() == "[]"
