"""A process that loses its parent before it could ask to die with it; the test that looks on is elsewhere."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

from nador.kernel.supervision import die_with_parent


def live(folder: Path) -> None:
    """Wait until the parent is gone, then do what every supervised process does first."""
    written = folder / "written"
    written.write_text(str(os.getpid()), encoding="ascii")
    written.rename(folder / "begun")
    parent = multiprocessing.parent_process()
    while parent is not None and os.getppid() == parent.pid:
        time.sleep(0.05)
    die_with_parent()
    (folder / "outlived").touch()


def main(folder: Path) -> None:
    """Start the child, and be killed."""
    multiprocessing.get_context("spawn").Process(target=live, args=(folder,)).start()
    while not (folder / "begun").exists():
        time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
