"""The house keeps its own rules."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic import command as alembic
from alembic.script import ScriptDirectory
from coverage.files import GlobMatcher, prep_patterns

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


def is_pure(path: Path) -> bool:
    """Whether a file decides and asks nobody: rules, policies, questions."""
    rooms = path.relative_to(ROOT / "nador").with_suffix("").parts[1:2]
    return not {"rules", "policy", "questions"}.isdisjoint(rooms)


def test_every_rule_is_covered_whole_and_mutated_however_deep_it_lies() -> None:
    report = re.search(r"--include='([^']+)' --fail-under=100", (ROOT / "Makefile").read_text())
    assert report is not None
    covered = GlobMatcher(prep_patterns(report[1].split(",")))
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
    pure = [path for path in SOURCES if is_pure(path)]

    def mutated(path: Path) -> bool:
        patterns = asked["only_mutate"] + asked["do_not_mutate"]
        return any(fnmatch(str(path.relative_to(ROOT)), each) for each in patterns)

    assert [path for path in pure if not covered.match(str(path))] == []
    assert [path for path in pure if not mutated(path)] == []
