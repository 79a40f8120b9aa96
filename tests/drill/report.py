"""What a drill found, and the table of all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD = ("drill", "database", "seed", "seconds", "held", "counted")


@dataclass(frozen=True, slots=True)
class Report:
    """One drill on one database: what was counted, and every promise that was broken."""

    drill: str
    database: str
    seed: int
    counted: Mapping[str, Any] = field(default_factory=dict)
    promises: tuple[str, ...] = ()
    """What was looked for; each is a breach where it was found."""
    breaches: tuple[str, ...] = ()
    seconds: float = 0.0


def database_name(*, postgresql: bool) -> str:
    """Name the database as the table does."""
    return "postgresql" if postgresql else "sqlite"


def broken(checks: Mapping[str, object]) -> tuple[str, ...]:
    """Name the promises of `checks` that were broken, with what was found."""
    return tuple(f"{name}: {found}" for name, found in checks.items() if found)


def table(reports: Iterable[Report]) -> str:
    """Lay the reports out in columns; breaches follow in lines of their own."""
    reports = list(reports)
    rows = [HEAD, *(_cells(one) for one in reports)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD) - 1)]
    lines = [
        "  ".join(
            [*(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=True)), row[-1]]
        )
        for row in rows
    ]
    breaches = [
        f"BROKEN {one.drill} {one.database} seed {one.seed}: {breach}"
        for one in reports
        for breach in one.breaches
    ]
    return "\n".join([*lines, *breaches])


def legend(reports: Iterable[Report]) -> str:
    """List what each kind of drill looked for: a table of "yes" says little by itself."""
    looked_for = {one.drill: one.promises for one in reports if one.promises}
    return "\n".join(
        line
        for drill, promises in looked_for.items()
        for line in (f"{drill} looked for:", *(f"  - {promise}" for promise in promises))
    )


def _cells(one: Report) -> tuple[str, ...]:
    return (
        one.drill,
        one.database,
        str(one.seed),
        f"{one.seconds:.1f}",
        "BROKEN" if one.breaches else "yes",
        json.dumps(one.counted, ensure_ascii=False).replace('"', "")[1:-1],
    )
