"""What one complete certificate costs: credential in both forms, PDF, attachments, seal, stored.

Ours is what a worker does, from the frozen facts to the bytes on disk. The naive way says the same
with the same keys, by what the manuals of the libraries show: PyLD reads each credential, WeasyPrint
gets a FontConfiguration and its stylesheet anew, pyHanko seals as it comes. Both in turn, in one
process, by CPU time; nothing is left out of ours but the database, which both would need.

    python -m tests.bench.bench_certificate [--rounds 25] [--supplement]

With a supplement only ours has one: the ratio then says what it adds, beside a run without.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
import uuid
from dataclasses import replace
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import weasyprint

from nador.certification.credential import canonical, jwt, proof
from nador.certification.credential.shape import Issue, credential, email_hash
from nador.certification.keys.did import identifier
from nador.certification.keys.signer import Algorithm, FileSigner
from nador.certification.pdf.render import render
from nador.certification.pdf.seal import seal
from nador.kernel import clock
from nador.kernel.files import FileStore
from nador.kernel.paper import Attachment, without_system_fonts
from tests.bench.bench_credential import SKILL
from tests.bench.bench_pdf import naive_pdf, someone
from tests.bench.bench_seal import sealed_by_default
from tests.factories.facts import SUPPLEMENT
from tests.factories.keys import sealer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nador.certification.facts import CertificateFacts

ORIGIN = "https://certs.example.org"
ISSUER = identifier(ORIGIN)
KEY = FileSigner.generate(Algorithm.EDDSA)
WARM_UP = 3


def measure(*, rounds: int = 25, supplement: bool = False) -> dict[str, Any]:
    """Measure CPU milliseconds of both ways, part by part, their ratio, and the size."""
    parts: dict[str, list[float]] = {}
    spent: dict[str, list[float]] = {"ours": [], "naive": []}
    sizes: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        files = FileStore(Path(folder))
        for number in range(rounds + WARM_UP):
            facts, issue = _somebody(number)
            if supplement:
                facts = replace(facts, supplement=SUPPLEMENT)
            took = {way: _spent(partial(made, facts, issue, files)) for way, made in WAYS.items()}
            if number < WARM_UP:
                continue
            for way, (milliseconds, content, steps) in took.items():
                spent[way].append(milliseconds)
                for step, each in steps.items():
                    parts.setdefault(f"{way}_{step}", []).append(each)
                if way == "ours":
                    sizes.append(len(content))
    return {
        "rounds": rounds,
        "cpu_ms": {way: round(statistics.median(times), 2) for way, times in spent.items()},
        "parts_ms": {part: round(statistics.median(times), 2) for part, times in parts.items()},
        "ratio": {
            "median": round(
                statistics.median(
                    a / b for a, b in zip(spent["ours"], spent["naive"], strict=True)
                ),
                3,
            ),
            "of_minima": round(min(spent["ours"]) / min(spent["naive"]), 3),
        },
        "largest_bytes": max(sizes),
    }


Steps = dict[str, float]


def _spent(
    do: Callable[[], tuple[bytes, Steps]],
) -> tuple[float, bytes, Steps]:
    before = time.process_time()
    content, steps = do()
    return (time.process_time() - before) * 1000, content, steps


class _Watch:
    """Tells what each step took."""

    def __init__(self) -> None:
        self.steps: Steps = {}
        self._last = time.process_time()

    def lap(self, step: str) -> None:
        now = time.process_time()
        self.steps[step] = (now - self._last) * 1000
        self._last = now


def _ours(facts: CertificateFacts, issue: Issue, files: FileStore) -> tuple[bytes, Steps]:
    watch, now = _Watch(), clock.now()
    document = credential(facts, issue)
    signed = proof.sign(document, signer=KEY, now=now)
    token = jwt.sign(document, signer=sealer())
    attached = _attached(signed, token)
    watch.lap("credential")
    content = seal(lambda finish: render(facts, attachments=attached, finish=finish), sealer())
    watch.lap("document")
    files.put(content)
    watch.lap("stored")
    return content, watch.steps


def _attached(signed: Mapping[str, Any], token: str) -> list[Attachment]:
    said = json.dumps(signed, ensure_ascii=False, separators=(",", ":")).encode()
    now = clock.now()
    return [
        Attachment("credential.json", said, "Open Badges 3.0", now),
        Attachment("credential.jwt", token.encode(), "Open Badges 3.0, JWT", now),
    ]


def _naive(facts: CertificateFacts, issue: Issue, files: FileStore) -> tuple[bytes, Steps]:
    watch = _Watch()
    document = credential(facts, issue)
    options = {
        "@context": document["@context"],
        **proof._options(created="2026-11-27T09:30:00Z", method=f"{ISSUER}#{KEY.kid}"),
    }
    hashes = [
        sha256(canonical.nquads_by_pyld(one).encode()).digest() for one in (options, document)
    ]
    signed = {**document, "proof": [{**options, "proofValue": KEY.sign(b"".join(hashes)).hex()}]}
    token = jwt.sign(document, signer=sealer())
    watch.lap("credential")
    attachments = [
        weasyprint.Attachment(file_obj=BytesIO(one.content), name=one.name, relationship="Source")
        for one in _attached(signed, token)
    ]
    with without_system_fonts():
        drawn = naive_pdf(facts, attachments=attachments)
    watch.lap("drawn")
    content = sealed_by_default(drawn)
    watch.lap("sealed")
    files.put(content)
    watch.lap("stored")
    return content, watch.steps


WAYS = {"ours": _ours, "naive": _naive}


def _somebody(number: int) -> tuple[CertificateFacts, Issue]:
    facts = replace(someone(number), language="fr", course="ML-101", skills=(SKILL,))
    salt = uuid.uuid4().hex
    return facts, Issue(
        uuid=str(uuid.uuid4()),
        subject=str(uuid.uuid4()),
        origin=ORIGIN,
        issuer=ISSUER,
        issued_at=clock.now(),
        status_list=1,
        status_index=number,
        email_hash=email_hash(f"learner{number}@nador.example", salt=salt),
        salt=salt,
    )


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--supplement", action="store_true")
    given = parser.parse_args()
    print(json.dumps(measure(rounds=given.rounds, supplement=given.supplement), indent=2))


if __name__ == "__main__":
    main()
