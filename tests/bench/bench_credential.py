"""What a signed credential costs in a run, beside PyLD reading each; and a large status list.

Both sign the same documents with the same key, in turn, in one process, by CPU time; the
run begins with a shape that nobody has seen, so that reading it is part of the price.

    python -m tests.bench.bench_credential [--run 500] [--by-pyld 60]
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
import uuid
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from nador.certification.credential import canonical, jwt, proof, status
from nador.certification.credential.shape import Issue, credential, email_hash
from nador.certification.facts import Skill, Words
from nador.certification.keys.did import identifier
from nador.certification.keys.signer import Algorithm, FileSigner
from nador.kernel import clock
from tests.factories.facts import make_facts

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN = "https://certs.example.org"
ISSUER = identifier(ORIGIN)
KEY = FileSigner.generate(Algorithm.EDDSA)
TOKENS = FileSigner.generate(Algorithm.ES256)
ENTRIES = 1_000_000
SKILL = Skill(
    Words(ar="برمجة بايثون", fr="Python (programmation)", en="Python (programming)"),
    esco="http://data.europa.eu/esco/skill/ccd0a1d9-afda-43d9-b901-96344886e14d",
)


def measure(*, run: int = 500, by_pyld: int = 60) -> dict[str, Any]:
    """Measure CPU milliseconds a credential, their ratio, and those of re-signing status lists."""
    documents = [_somebody(number) for number in range(run)]
    canonical._compiled.cache_clear()
    ours: list[float] = []
    naive: list[float] = []
    tokens: list[float] = []
    for number, document in enumerate(documents):
        ours.append(_spent(partial(proof.sign, document, signer=KEY, now=clock.now())))
        tokens.append(_spent(partial(jwt.sign, document, signer=TOKENS)))
        if number % max(1, run // by_pyld) == 0:
            naive.append(_spent(partial(_signed_by_pyld, document)))
    # PyLD keeps what it has read of a vocabulary: its first reading is nobody's credential.
    naive = naive[1:]
    return {
        "run": run,
        "cpu_ms": {
            "ours_amortised": round(sum(ours) / run, 3),
            "ours_first": round(ours[0], 1),
            "ours_median": round(statistics.median(ours), 3),
            "by_pyld": round(statistics.fmean(naive), 2),
            "token": round(statistics.median(tokens), 3),
        },
        "ratio": round(sum(ours) / run / statistics.fmean(naive), 3),
        "status_list": status_lists(),
    }


def status_lists() -> dict[str, Any]:
    """Re-sign a list of a million places, of which a hundredth and a half are revoked."""
    chance = random.Random(20_261_127)
    found: dict[str, Any] = {"entries": ENTRIES}
    for name, share in (("hundredth", 100), ("half", 2)):
        # In order, as a database gives them.
        revoked = [place for place in range(ENTRIES) if chance.randrange(share) == 0]
        times = [_spent(partial(_list, revoked)) for _ in range(7)]
        found[f"{name}_revoked_cpu_ms"] = round(statistics.median(times), 1)
        found[f"{name}_revoked_kib"] = round(len(json.dumps(_list(revoked))) / 1024, 1)
    return found


def _list(revoked: list[int]) -> dict[str, Any]:
    return status.sign(
        revoked,
        origin=ORIGIN,
        issuer=ISSUER,
        number=1,
        size=ENTRIES,
        signer=KEY,
        now=clock.now(),
    )


def _spent(do: Callable[[], object]) -> float:
    before = time.process_time()
    do()
    return (time.process_time() - before) * 1000


def _signed_by_pyld(document: dict[str, Any]) -> bytes:
    options = {
        "@context": document["@context"],
        **proof._options(created="2026-11-27T09:30:00Z", method=f"{ISSUER}#{KEY.kid}"),
    }
    hashes = [
        sha256(canonical.nquads_by_pyld(one).encode()).digest() for one in (options, document)
    ]
    return KEY.sign(b"".join(hashes))


def _somebody(number: int) -> dict[str, Any]:
    facts = replace(
        make_facts(),
        holder_latin=f"Fatima-Zahra El Ouariachi {number}",
        code=f"NDR-7Q4M-2K9X-{number:04}-8",
        language="fr",
        course="ML-101",
        skills=(SKILL,),
    )
    issue = Issue(
        uuid=str(uuid.uuid4()),
        subject=str(uuid.uuid4()),
        origin=ORIGIN,
        issuer=ISSUER,
        issued_at=clock.now(),
        status_list=1,
        status_index=number,
        email_hash=email_hash(f"learner{number}@nador.example", salt=(salt := uuid.uuid4().hex)),
        salt=salt,
    )
    return credential(facts, issue)


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=int, default=500)
    parser.add_argument("--by-pyld", type=int, default=60)
    told = parser.parse_args()
    print(json.dumps(measure(run=told.run, by_pyld=told.by_pyld), indent=2))


if __name__ == "__main__":
    main()
