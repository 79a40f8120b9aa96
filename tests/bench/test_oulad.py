"""The measure of OULAD on a few rows, so that it can't rot between two whole ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bench import bench_oulad
from tests.clusters import binaries
from tests.demo.test_oulad import write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_small_set_is_imported_concluded_and_certified(tmp_path: Path) -> None:
    if binaries() is None:
        pytest.skip(
            "PostgreSQL is not installed: `make test` installs what tests/apt-packages.txt lists"
        )

    measured = bench_oulad.measure(data=write(tmp_path))

    for figures in (measured["sqlite"], measured["postgresql"]):
        assert figures["import"].items() >= {"runs": 2, "enrolments": 5, "grades": 5}.items()
        assert figures["pages"]["largest"].keys() > {"gradebook", "queue", "statistics"}
        assert figures["issue"]["certificates"] == 2
        assert len(figures["issue"]["workers_mib"]["end"]) == bench_oulad.WORKERS


def test_without_the_set_nothing_is_measured(tmp_path: Path) -> None:
    away = tmp_path / "away"

    assert bench_oulad.measure(data=away) == {"skipped": f"the OULAD files are not in {away}"}
