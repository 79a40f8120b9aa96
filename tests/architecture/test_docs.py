"""What the documents name exists: paths, and the functions, classes and tables in them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "docs/newcomer.md", "docs/invariants.md", "docs/decisions.md")
TOPS = "nador|templates|tests|migrations|docs"
PLACE = re.compile(rf"`((?:{TOPS})(?:/[\w.-]+)*)(?::(\w+))?`")


def places(text: str) -> list[tuple[str, str]]:
    """Find every `path` and `path:name` in a document; the name may be empty."""
    return PLACE.findall(text)


def names(source: str) -> set[str]:
    """Collect the functions, methods, classes and values that a Python file defines."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case _:
                pass
    return found


def fault(path: str, name: str) -> str:
    """Say what is wrong with a place, or nothing."""
    if not (ROOT / path).exists():
        return f"{path} does not exist"
    if name and name not in names((ROOT / path).read_text(encoding="utf-8")):
        return f"{path} has no {name}"
    return ""


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_place_that_is_named_exists(document: str) -> None:
    found = places((ROOT / document).read_text(encoding="utf-8"))

    assert [wrong for place in found if (wrong := fault(*place))] == []


def test_a_newcomer_gets_ten_answers_each_by_a_path() -> None:
    text = (ROOT / "docs/newcomer.md").read_text(encoding="utf-8")
    answers = re.findall(r"^\d+\. .+$", text, flags=re.MULTILINE)

    assert len(answers) == 10
    assert [answer for answer in answers if not any(name for _, name in places(answer))] == []


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        ("nador/nowhere.py", "", "nador/nowhere.py does not exist"),
        ("nador/app.py", "nothing", "nador/app.py has no nothing"),
        ("nador/app.py", "MENU", ""),
        ("nador/settings.py", "from_environment", ""),
    ],
)
def test_a_wrong_place_is_told(path: str, name: str, expected: str) -> None:
    assert fault(path, name) == expected
