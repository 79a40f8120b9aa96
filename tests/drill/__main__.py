"""Kill everything at seeded moments, then count what is left.

python -m tests.drill [--seed 1] [--passes 500] [issuing seats]
"""

from __future__ import annotations

import argparse
import importlib
import json
import tempfile
from pathlib import Path

from nador.settings import Settings
from tests.drill import issuing
from tests.drill.centre import opened

HERE = Path(__file__).parent
SEEDS = 10


def main() -> None:
    """Hold the drills that were named, or all, and print what was counted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--passes", type=int, default=500)
    parser.add_argument("drills", nargs="*", default=["issuing", "seats"])
    told = parser.parse_args()
    if "issuing" in told.drills:
        with tempfile.TemporaryDirectory(prefix="nador-drill-") as folder:
            found = issuing.run(Path(folder), seed=told.seed, passes=told.passes)
        print(json.dumps({"issuing": found}, ensure_ascii=False, indent=2), flush=True)
    if "seats" in told.drills:
        _seats(told.seed)


def _seats(first: int) -> None:
    """Let many people want the last seats at once, on both databases."""
    if not (HERE / "seats.py").exists():
        return
    seats = importlib.import_module("tests.drill.seats")
    for postgresql in (False, True):
        with (
            tempfile.TemporaryDirectory(prefix="nador-drill-") as folder,
            opened(Path(folder), postgresql=postgresql, names=("serve",)) as centre,
        ):
            centre.tend()
            centre.ask("GET", "/healthz", "")
            url = Settings.from_environment(centre.environ).database_url
            for seed in range(first, first + SEEDS):
                found = seats.run(centre.url, url, seed)
                said = {"seats": found, "postgresql": postgresql, "seed": seed}
                print(json.dumps(said, ensure_ascii=False, default=str), flush=True)


if __name__ == "__main__":
    main()
