"""Take every measure of `bench_*.py`, write bench/latest.json, print a table.

python -m tests.bench [verify pdf …]
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from nador.kernel import clock
from nador.web import security

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LATEST = ROOT / "bench" / "latest.json"


def names() -> list[str]:
    """Name all measures: the modules without their `bench_`."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def take(name: str) -> dict[str, Any]:
    """Take one measure."""
    found: dict[str, Any] = importlib.import_module(f"tests.bench.bench_{name}").measure()
    return found


def circumstances() -> dict[str, Any]:
    """Say where and when: figures of two machines can't be compared, ratios can."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    ).stdout.strip()
    return {
        "at": clock.now().isoformat(timespec="seconds"),
        "commit": commit,
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def lines(figures: dict[str, Any], path: str = "") -> list[tuple[str, Any]]:
    """Flatten nested figures to rows of a table."""
    rows: list[tuple[str, Any]] = []
    for name, value in figures.items():
        where = f"{path} {name}".strip()
        rows += lines(value, where) if isinstance(value, dict) else [(where, value)]
    return rows


def main() -> None:
    """Take the measures that were named, or all."""
    security.set_up_logging(logging.WARNING)
    taken: dict[str, Any] = {"circumstances": circumstances()}
    for name in sys.argv[1:] or names():
        print(f"… {name}", file=sys.stderr, flush=True)
        taken[name] = take(name)
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_text(json.dumps(taken, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for where, value in lines(taken):
        print(f"{where:50} {value}")


if __name__ == "__main__":
    main()
