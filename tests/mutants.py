"""Tell how many mutants of rules and policies the tests kill, and which live on: `make mutants`."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

KILLED: Final = frozenset({"killed", "timeout", "caught by type check"})
LEAST: Final = 85
"""Per cent of the mutants that must not live."""
UNASKED: Final = "not checked"
"""What a run leaves that was told which mutants to try: `make mutants ARGS="'nador.*.policy.*'"`."""


def outcomes() -> dict[str, str]:
    """Read what became of each mutant in the last run, by its name."""
    told = subprocess.run(
        [Path(sys.executable).with_name("mutmut"), "results", "--all", "true"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line.strip().partition(": ") for line in told.stdout.splitlines())
    return {name: outcome for name, _, outcome in lines if outcome and outcome != UNASKED}


def main() -> int:
    """Print the survivors, then the score of each feature and of all; 1 where it is too low."""
    found = outcomes()
    made, killed = Counter[str](), Counter[str]()
    for name, outcome in sorted(found.items()):
        feature = name.split(".")[1]
        for group in (feature, "all"):
            made[group] += 1
            killed[group] += outcome in KILLED
        if outcome not in KILLED:
            print(f"{outcome}: {name}")
    for group, count in made.items():
        print(f"{group:15}{killed[group]:6} of {count:6} killed{killed[group] / count:8.1%}")
    return int(not made or 100 * killed["all"] < LEAST * made["all"])


if __name__ == "__main__":
    sys.exit(main())
