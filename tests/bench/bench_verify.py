"""What a scanned code costs: `/v/<code>` beside bare Flask on the same server, by CPU a request.

The database is read every time; headers, counters and the log are on. Three servers stand beside
each other (bare, 1,000 and 100,000 certificates) and are asked in turn, so that they share the
machine's moods. `page` asks for certificates that were not asked before, `again` for the same few.

    python -m tests.bench.bench_verify
"""

from __future__ import annotations

import json
import random
import statistics
import tempfile
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from sqlalchemy.dialects import sqlite

from nador.kernel.codes import parse
from nador.kernel.db import make_engine
from nador.verification.queries import BY_CODE
from tests.bench.registry import make_register
from tests.bench.servers import Server, running

HTML = {"Accept": "text/html", "Accept-Language": "ar"}
JSON = {"Accept": "application/json"}
SMALL, LARGE = 1_000, 100_000
FEW = 300


def measure(*, rounds: int = 7, requests: int = 1000, large: int = LARGE) -> dict[str, Any]:
    """Measure medians of microseconds a request, and their ratios."""
    with tempfile.TemporaryDirectory(prefix="nador-bench-") as made:
        folder = Path(made)
        known = {size: make_register(folder / str(size), size=size) for size in (SMALL, large)}
        log = folder / "log"
        with (
            running("tests.bench.bare:bare", log=log) as bare,
            running("nador.app:served", log=log, instance=folder / str(SMALL)) as small,
            running("nador.app:served", log=log, instance=folder / str(large)) as big,
        ):
            spent = _take(
                {
                    "bare": (bare, known[SMALL], HTML),
                    "page_small": (small, known[SMALL], HTML),
                    "page": (big, known[large], HTML),
                    "again": (big, known[large][:FEW], HTML),
                    "json": (big, known[large], JSON),
                },
                rounds=rounds,
                requests=requests,
            )
        plan = _plan(folder / str(large), known[large][0])
    return {
        "certificates": large,
        "cpu_us": {name: round(statistics.median(times)) for name, times in spent.items()},
        "of_bare_flask": _ratio(spent["bare"], spent["page"]),
        "of_bare_flask_again": _ratio(spent["bare"], spent["again"]),
        "of_bare_flask_json": _ratio(spent["bare"], spent["json"]),
        "large_to_small": _ratio(spent["page"], spent["page_small"]),
        "plan": plan,
    }


def _take(
    ways: dict[str, tuple[Server, list[str], dict[str, str]]], *, rounds: int, requests: int
) -> dict[str, list[float]]:
    """Ask each server in turn for codes in an order drawn at random, each once before any again."""
    draw = random.Random(1)
    orders = {name: cycle(draw.sample(known, k=len(known))) for name, (_, known, _) in ways.items()}
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, (server, _known, headers) in ways.items():
            paths = [f"/v/{code}" for code in islice(orders[name], requests)]
            cost = server.cost(paths, headers)
            if number:
                spent[name].append(cost)
    return spent


def _ratio(first: list[float], second: list[float]) -> float:
    return round(statistics.median(a / b for a, b in zip(first, second, strict=True)), 3)


def _plan(instance: Path, code: str) -> str:
    """Return how SQLite finds a code; a scan would be a fault."""
    compiled = BY_CODE.params(key=str(parse(code))).compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
    )
    engine = make_engine(f"sqlite:///{instance / 'nador.db'}")
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    engine.dispose()
    plan = "; ".join(str(row[3]) for row in rows)
    if "SCAN" in plan:
        raise RuntimeError(plan)
    return plan


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
