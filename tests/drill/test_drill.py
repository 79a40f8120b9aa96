"""The drills in small, so that they can't rot between two whole ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nador.settings import Settings
from tests.clusters import binaries
from tests.drill import issuing, seats
from tests.drill.centre import opened

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("postgresql", [False, True], ids=["sqlite", "postgresql"])
def test_what_was_killed_goes_on_and_seats_are_never_sold_twice(
    tmp_path: Path, *, postgresql: bool
) -> None:
    if postgresql and binaries() is None:
        pytest.skip(
            "PostgreSQL is not installed: `make test` installs what tests/apt-packages.txt lists"
        )
    with opened(tmp_path, postgresql=postgresql, names=("serve", "worker")) as centre:
        issued = issuing.run(centre, seed=7, passes=40, kills=3)
        url = Settings.from_environment(centre.environ).database_url
        seated = seats.run(f"http://{centre.host}", url, 7, clients=16)

    assert issued.breaches == seated.breaches == ()
    assert sum(issued.counted["kills"].values()) == 3
    assert len(issued.promises) >= 9
    assert len(seated.promises) >= 9
