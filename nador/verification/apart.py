"""Starts the process that reads one file: `nador.verification.inspect`, and as little else as can be.

Nearly all of its time goes into loading. For timestamps and revocation lists pyHanko brings an HTTP
library along, a third of all; a process that may open no connection can do without.
"""

import sys
from types import ModuleType


class Absent(ModuleType):
    """Stands where a library would: its names are there, and nothing behind them."""

    def __getattr__(self, name: str) -> type[object]:
        if name.startswith("__"):
            raise AttributeError(name)
        return object


sys.modules["aiohttp"] = Absent("aiohttp")

from nador.verification.inspect import main  # noqa: E402 - it loads pyHanko, so it comes after

if __name__ == "__main__":
    main()
