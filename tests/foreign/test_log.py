"""What sigstore's verifier says of our public log: unchanged, it follows our proofs and checkpoints."""

from __future__ import annotations

import base64
import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nador.certification.log import note, queries
from nador.certification.log.note import Checkpoint, NoteKey, log_name
from nador.certification.log.tiles import Tile, unbundle
from tests.certification.conftest import certifier, desk, institute, run
from tests.certification.log.test_proof import (
    CHECKPOINT,
    ENTRIES,
    INDEX,
    KEY,
    LEAVES,
    PRIVATE,
    PROOF,
    STRANGER,
)
from tests.certification.office import issue_one, work_off

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run
    from nador.certification.log.proof import LogProof
    from nador.kernel.access import Actor
    from nador.kernel.work import Desk

__all__ = ["certifier", "desk", "institute", "run"]

HERE = Path(__file__).parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (HERE / "node_modules").is_dir(), reason="`make test` installs the verifiers"
    ),
]


def sigstore(proof: LogProof | str, *, entry: bytes = ENTRIES[INDEX], key: NoteKey = KEY) -> Any:
    """Ask whether the entry is in the log, by this proof and this key."""
    answer = subprocess.run(
        ["node", "log.mjs"],
        cwd=HERE,
        input=json.dumps({"proof": str(proof), "entry": entry.hex(), "key": str(key)}),
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return json.loads(answer.stdout)


def signed_anew(checkpoint: Checkpoint) -> LogProof:
    return replace(PROOF, checkpoint=note.sign(checkpoint.text, KEY, PRIVATE.sign))


def test_a_proof_of_ours_is_followed() -> None:
    assert sigstore(PROOF) == {"verified": True}


def test_what_the_worker_logged_is_proven(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    issue_one(session, certifier, run, desk)
    work_off(desk, session)
    [key] = queries.note_keys(session, log_name(desk.settings.public_url))
    size = queries.size(session)
    entries = queries.read_bundle(session, Tile(0, 0, size))

    for entry in unbundle(entries):
        proof = queries.proof_of(session, entry)
        assert proof is not None
        assert sigstore(proof, entry=entry, key=key) == {"verified": True}


@pytest.mark.parametrize(
    "proof",
    [
        pytest.param(replace(PROOF, path=(LEAVES[0], *PROOF.path[1:])), id="a hash of the path"),
        pytest.param(replace(PROOF, path=PROOF.path[:-1]), id="a hash less"),
        pytest.param(replace(PROOF, index=INDEX + 1), id="another place"),
        pytest.param(replace(PROOF, index=len(ENTRIES)), id="a place outside"),
    ],
)
def test_a_tampered_proof_is_refused(proof: LogProof) -> None:
    assert sigstore(proof)["verified"] is False


def test_another_entry_is_refused() -> None:
    said = sigstore(PROOF, entry=ENTRIES[INDEX + 1])

    assert said["error"] == "calculated root hash does not match inclusion proof"


def test_a_wrong_root_is_refused_though_it_is_signed() -> None:
    said = sigstore(signed_anew(replace(CHECKPOINT, root=LEAVES[0])))

    assert said["error"] == "calculated root hash does not match inclusion proof"


def test_a_root_that_was_put_in_afterwards_is_refused() -> None:
    right, wrong = (
        base64.b64encode(one).decode()
        for one in (CHECKPOINT.root, replace(CHECKPOINT, root=LEAVES[0]).root)
    )
    swapped = str(signed_anew(replace(CHECKPOINT, root=LEAVES[0]))).replace(wrong, right)

    assert sigstore(swapped)["error"] == "invalid checkpoint signature"


def test_a_strangers_key_is_refused() -> None:
    assert sigstore(PROOF, key=STRANGER)["error"] == "invalid checkpoint signature"
