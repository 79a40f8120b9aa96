"""Processes that must not outlive the one that started them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from pathlib import Path


def test_a_process_whose_parent_died_too_early_ends_by_itself(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-m", "tests.kernel.orphan", tmp_path], check=False)
    orphan = int((tmp_path / "begun").read_text(encoding="ascii"))
    until = time.monotonic() + 60
    while _lives(orphan) and time.monotonic() < until:
        time.sleep(0.05)

    assert ended.returncode == -signal.SIGKILL
    assert not _lives(orphan)
    assert not (tmp_path / "outlived").exists()


def _lives(number: int) -> bool:
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
