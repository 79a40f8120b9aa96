import os
import struct
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import time_machine

from nador.kernel import clock


def stale_zone_file() -> bytes:
    """A compiled zone that stands at +01:00 for ever, as files older than September 2026 do."""
    header = struct.pack(">4s1s15x6L", b"TZif", b"\0", 0, 0, 0, 0, 1, 4)
    return header + struct.pack(">lBB", 3600, 0, 0) + b"+01\0"


def test_now_is_aware_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_november_2026_is_utc() -> None:
    clock.check()

    assert clock.local(datetime(2026, 11, 1, 12, tzinfo=UTC)).hour == 12


def test_before_the_change_morocco_is_ahead() -> None:
    assert clock.local(datetime(2026, 9, 1, 12, tzinfo=UTC)).hour == 13


def test_the_hour_that_happened_twice_is_two_instants() -> None:
    first = clock.local(datetime(2026, 9, 20, 0, 30, tzinfo=UTC))
    second = clock.local(datetime(2026, 9, 20, 1, 30, tzinfo=UTC))

    assert (first.hour, second.hour) == (1, 1)
    assert (first.fold, second.fold) == (0, 1)
    assert clock.on_the_wall(datetime(2026, 9, 20, 1, 30)) == datetime(  # noqa: DTZ001 - wall time
        2026, 9, 20, 0, 30, tzinfo=UTC
    )


def test_a_naive_instant_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        clock.local(datetime(2026, 11, 1))  # noqa: DTZ001 - the fault under test


def test_today_is_the_day_on_the_wall() -> None:
    with time_machine.travel(datetime(2026, 8, 31, 23, 30, tzinfo=UTC), tick=False):
        assert clock.today() == date(2026, 9, 1)


def test_stale_zone_is_refused_in_one_line() -> None:
    with pytest.raises(clock.StaleTimeZone, match="install the PyPI package tzdata") as refusal:
        clock.check(timezone(timedelta(hours=1)))

    assert "\n" not in str(refusal.value)


def test_stale_system_files_are_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "Africa"
    folder.mkdir()
    (folder / "Casablanca").write_bytes(stale_zone_file())
    program = (
        "import zoneinfo, datetime as d\n"
        "at = d.datetime(2026, 11, 1, 12)\n"
        "print(zoneinfo.ZoneInfo('Africa/Casablanca').utcoffset(at))\n"
        "from nador.kernel import clock\n"
        "clock.check()\n"
        "print(zoneinfo.ZoneInfo('Africa/Casablanca').utcoffset(at))\n"
    )

    said = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONTZPATH": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.split() == ["1:00:00", "0:00:00"]


def test_the_clock_can_be_set_back_for_a_while() -> None:
    past = datetime(2024, 5, 6, 7, 8, tzinfo=UTC)

    with clock.set_back(past):
        assert clock.now() == past
        assert clock.today() == date(2024, 5, 6)

    assert clock.now() > past


def test_the_clock_is_never_set_forward() -> None:
    with (
        pytest.raises(ValueError, match="still to come"),
        clock.set_back(clock.now() + timedelta(minutes=1)),
    ):
        pass
