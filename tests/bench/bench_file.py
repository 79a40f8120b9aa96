"""What a check by file costs: the reading of a file beside pyHanko's own validation, by CPU.

Twice: within one process in turn (`here`), and as the processes that they are, start included
(`whole`): ours, and one that does nothing but validate the seal with pyHanko.

    python -m tests.bench.bench_file
"""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import asdict
from io import BytesIO
from typing import TYPE_CHECKING, Any

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from nador.verification.files import read
from nador.verification.inspect import inspect
from nador.verification.rules import Mark
from tests.verification.papers import root_pem, sealed_pdf, trust

if TYPE_CHECKING:
    from collections.abc import Callable

WARM_UP = 2


def measure(*, rounds: int = 15, processes: int = 5) -> dict[str, Any]:
    """Measure medians of CPU milliseconds, and their ratios."""
    loop = asyncio.new_event_loop()
    trusted = asdict(trust())
    here = _take(
        {
            "ours": lambda: inspect(sealed_pdf(), trusted, loop=loop),
            "pyhanko": lambda: _by_pyhanko(sealed_pdf()),
        },
        time.process_time,
        rounds=rounds,
    )
    loop.close()
    whole = _take({"ours": _our_process, "pyhanko": _their_process}, _of_children, rounds=processes)
    return {"here": here, "whole": whole}


def _take(
    ways: dict[str, Callable[[], object]], clock: Callable[[], float], *, rounds: int
) -> dict[str, Any]:
    spent: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(rounds + WARM_UP):
        for way, check in ways.items():
            before = clock()
            check()
            if number >= WARM_UP:
                spent[way].append((clock() - before) * 1000)
    ratio = statistics.median(a / b for a, b in zip(spent["ours"], spent["pyhanko"], strict=True))
    times = {way: round(statistics.median(taken), 1) for way, taken in spent.items()}
    return {"cpu_ms": times, "ratio": round(ratio, 3)}


def _by_pyhanko(pdf: bytes) -> None:
    [(_, _, der)] = pem.unarmor(root_pem().encode(), multiple=True)
    [found] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    context = ValidationContext(trust_roots=[x509.Certificate.load(der)], allow_fetching=False)
    if not validate_pdf_signature(found, context).bottom_line:
        raise RuntimeError("pyHanko refuses the seal")


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _our_process() -> None:
    if read(sealed_pdf(), trust()).mark is not Mark.WHOLE:
        raise RuntimeError("our reading refuses the seal")


_THEIRS = """
import sys
from io import BytesIO
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
root = x509.Certificate.load(pem.unarmor(sys.argv[1].encode())[2])
[found] = PdfFileReader(BytesIO(sys.stdin.buffer.read())).embedded_signatures
context = ValidationContext(trust_roots=[root], allow_fetching=False)
sys.exit(not validate_pdf_signature(found, context).bottom_line)
"""


def _their_process() -> None:
    subprocess.run([sys.executable, "-c", _THEIRS, root_pem()], input=sealed_pdf(), check=True)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
