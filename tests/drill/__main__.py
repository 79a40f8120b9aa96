"""Kill everything at seeded moments, let many people want the same seats, then count what is left.

python -m tests.drill [--seed 1] [--passes 500] [--database sqlite|postgresql] [DRILL …]
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
import traceback
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nador.app import wire
from nador.settings import Settings
from tests.drill import decisions, issuing, seats
from tests.drill.centre import opened
from tests.drill.fire import KILLS
from tests.drill.report import Report, database_name, legend, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.drill.centre import Centre

SEEDS = 10
DRILLS = ("issuing", *decisions.DRILLS, "seats")
DATABASES = ("sqlite", "postgresql")


def main() -> int:
    """Hold the drills that were named, or all, and print the table; 1 when a promise was broken."""
    told = _arguments()
    # TERM ends the drill as Ctrl-C does: what was started is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    wire()
    began, reports = time.monotonic(), []
    for database in told.database or DATABASES:
        for drill in dict.fromkeys(told.drills or DRILLS):
            for report in _held(drill, database, told):
                print(table([report]).splitlines()[-1], flush=True)
                reports.append(report)
    print(f"\n{legend(reports)}\n\n{table(reports)}\n")
    broken = sum(bool(one.breaches) for one in reports)
    seconds = time.monotonic() - began
    print(f"{len(reports)} drills in {seconds:.0f} s: {broken or 'none'} broken", flush=True)
    return 1 if broken or not reports else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.drill", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--seed", type=int, default=1, help="where chance begins")
    parser.add_argument("--passes", type=int, default=500, help="certificates to order")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how often seats are drilled")
    parser.add_argument("--database", action="append", choices=DATABASES, help="default both")
    parser.add_argument("--kills", type=int, default=KILLS, help="how often each drill kills")
    parser.add_argument("drills", nargs="*", metavar="|".join(DRILLS), help="default all")
    told = parser.parse_args()
    unknown = set(told.drills) - set(DRILLS)
    if unknown:
        parser.error(f"there is no drill {', '.join(sorted(unknown))}")
    return told


def _held(drill: str, database: str, told: argparse.Namespace) -> Iterable[Report]:
    """Hold one drill on one database; whatever stops it is a breach too."""
    began = time.monotonic()
    try:
        yield from (_seats if drill == "seats" else partial(_under_fire, drill))(database, told)
    except Exception as error:  # noqa: BLE001 - the other drills are still to be held
        traceback.print_exc()
        said = (str(error).splitlines() or [""])[0]
        stopped = f"stopped by {type(error).__name__}: {said}"
        yield Report(
            drill, database, told.seed, breaches=(stopped,), seconds=time.monotonic() - began
        )


def _under_fire(drill: str, database: str, told: argparse.Namespace) -> Iterator[Report]:
    with _centre(database, "serve", "worker") as centre:
        if drill == "issuing":
            report = issuing.run(centre, seed=told.seed, passes=told.passes, kills=told.kills)
        else:
            report = decisions.run(drill, centre, seed=told.seed, kills=told.kills)
        if report.breaches:
            _show_logs(centre.folder)
        yield report


def _seats(database: str, told: argparse.Namespace) -> Iterator[Report]:
    with _centre(database, "serve") as centre:
        centre.ask("GET", "/healthz")
        url = Settings.from_environment(centre.environ).database_url
        for seed in range(told.seed, told.seed + told.seeds):
            yield seats.run(f"http://{centre.host}", url, seed)


@contextmanager
def _centre(database: str, *names: str) -> Iterator[Centre]:
    """Open a centre of its own; its logs are shown when a drill stops."""
    with tempfile.TemporaryDirectory(prefix="nador-drill-") as folder:
        try:
            with opened(
                Path(folder), postgresql=database == database_name(postgresql=True), names=names
            ) as centre:
                yield centre
        except Exception:
            _show_logs(Path(folder))
            raise


def _show_logs(folder: Path) -> None:
    """Print the end of what web and worker had to say, without the requests that were answered."""
    for log in sorted(folder.glob("*.log")):
        said = [line for line in log.read_text().splitlines() if '"event": "request"' not in line]
        print("\n".join([f"{log.name}:", *said[-60:]]), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
