"""The drills in small, so that they can't rot between two whole ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nador.settings import Settings
from tests.clusters import binaries
from tests.drill import decisions, issuing, seats
from tests.drill.centre import opened

if TYPE_CHECKING:
    from pathlib import Path


on_both = pytest.mark.parametrize("postgresql", [False, True], ids=["sqlite", "postgresql"])


@pytest.fixture(autouse=True)
def _installed(request: pytest.FixtureRequest) -> None:
    if request.node.callspec.params["postgresql"] and binaries() is None:
        pytest.skip(
            "PostgreSQL is not installed: `make test` installs what tests/apt-packages.txt lists"
        )


@pytest.mark.slow
@pytest.mark.timeout(1200)
@on_both
def test_what_was_killed_goes_on_and_seats_are_never_sold_twice(
    tmp_path: Path, *, postgresql: bool
) -> None:
    with opened(tmp_path, postgresql=postgresql, names=("serve", "worker")) as centre:
        issued = issuing.run(centre, seed=7, passes=40, kills=3)
        url = Settings.from_environment(centre.environ).database_url
        seated = seats.run(f"http://{centre.host}", url, 7, clients=16)

    assert issued.breaches == seated.breaches == ()
    assert sum(issued.counted["kills"].values()) == 3
    assert len(issued.promises) >= 9
    assert len(seated.promises) >= 9


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("name", "postgresql"), [("revoking", True), ("rotating", False), ("logging", True)]
)
def test_what_was_decided_and_logged_while_things_died_stands(
    tmp_path: Path, name: str, *, postgresql: bool
) -> None:
    with opened(tmp_path, postgresql=postgresql, names=("serve", "worker")) as centre:
        held = decisions.run(name, centre, seed=7, size=20, kills=2)

    assert held.breaches == ()
    assert sum(held.counted["kills"].values()) == 2
    assert len(held.promises) >= 9
