"""What a seal costs: our template beside pyHanko, as it comes and with its room reserved.

All ways seal the same certificates in turn, in one process, by CPU time; drawing is not counted.

    python -m tests.bench.bench_seal
"""

import json
import statistics
import time
from io import BytesIO
from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from nador.certification.pdf.render import render
from nador.certification.pdf.seal import FIELD, _fill, _Hand, _making_room, _template, seal
from nador.kernel.paper import Finisher
from tests.factories.facts import make_facts
from tests.factories.keys import sealer

if TYPE_CHECKING:
    from collections.abc import Callable

WARM_UP = 3


def measure(*, rounds: int = 35) -> dict[str, Any]:
    """Measure medians of CPU milliseconds, their ratios, and sizes."""
    signer = sealer()

    def draw(finish: Finisher | None) -> bytes:
        return render(make_facts(), finish=finish)

    plain, with_room = draw(None), draw(_making_room(_template(signer).size))
    ways: dict[str, Callable[[], bytes]] = {
        "ours": lambda: _fill(with_room, _template(signer), signer),
        "reserved": lambda: seal(plain, signer),
        "default": lambda: sealed_by_default(plain),
    }
    spent: dict[str, list[float]] = {way: [] for way in ways}
    sizes: dict[str, int] = {"unsealed": len(plain)}
    for number in range(rounds + WARM_UP):
        for way, sealed in ways.items():
            before = time.process_time()
            sizes[way] = len(sealed())
            if number >= WARM_UP:
                spent[way].append((time.process_time() - before) * 1000)
    return {
        "cpu_ms": {way: round(statistics.median(times), 2) for way, times in spent.items()},
        "to_default": _ratio(spent["ours"], spent["default"]),
        "to_reserved": _ratio(spent["ours"], spent["reserved"]),
        "bytes": sizes,
    }


def _ratio(ours: list[float], other: list[float]) -> float:
    return round(statistics.median(a / b for a, b in zip(ours, other, strict=True)), 4)


def sealed_by_default(pdf: bytes) -> bytes:
    """Seal as pyHanko's manual shows it."""
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    hand = PdfSigner(metadata, _Hand(sealer()), new_field_spec=SigFieldSpec(FIELD))
    out = BytesIO()
    hand.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=out)
    return out.getvalue()


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
