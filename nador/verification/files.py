"""Checks a file: it is read in another process, and the register has the last word.

No parser of PDFs is loaded here; what the other process says is read as a stranger's word.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, Final

from nador.certification.keys import queries as keys
from nador.kernel import codes
from nador.kernel.errors import Conflict
from nador.verification import queries, rules
from nador.verification.kinds import PATIENCE, FileKind, Trouble, kind_of
from nador.verification.rules import CheckedFile, Proof, Reading, Seal

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

    from nador.settings import Settings


class Busy(Conflict):
    """As many files as this process may have read at once are being read."""

    code = "busy_with_files"


AT_ONCE: Final = 2
"""Files of one process; each may take a core for ten seconds."""
_places = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Trust:
    """What signatures are believed for."""

    roots: tuple[str, ...]
    """PEM."""
    authorities: tuple[str, ...] = ()
    """Roots of those who vouch for the time of a seal, as PEM."""
    controllers: tuple[Mapping[str, Any], ...] = ()
    """The DID documents of the issuers of credentials."""


def check(content: bytes, sessions: sessionmaker[Session], settings: Settings) -> CheckedFile:
    """Say what a file is, and what the register knows of its certificate.

    Raises NoFile, FileTooLarge, NotACertificateFile, Busy.
    """
    kind_of(content)
    with sessions() as session:
        trust = trusted(session, settings)
    # Between the two: nothing waits in the database for a file that takes its time.
    reading = read(content, trust)
    named = [codes.parse(code) for code in reading.codes]
    with sessions() as session:
        found = queries.find_by_file(session, reading.sha256, named)
    outcome = rules.decide(reading, same_bytes=found.issued, named=found.view is not None)
    return CheckedFile(outcome, reading, found.view)


def check_offline(content: bytes, roots: str) -> CheckedFile:
    """Say what a file is without any register: its seal is all there is."""
    reading = read(content, Trust((roots,)))
    return CheckedFile(rules.decide(reading, same_bytes=False, named=False), reading, None)


def trusted(session: Session, settings: Settings) -> Trust:
    """Collect what the signatures of this deployment's institutes are believed for."""
    stamps = settings.tsa_roots_file
    return Trust(
        roots=tuple(keys.trusted_roots(session)),
        authorities=(stamps.read_text(encoding="ascii"),) if stamps else (),
        controllers=tuple(keys.controllers(session, origin=settings.public_url)),
    )


def read(content: bytes, trust: Trust, *, seconds: float = PATIENCE) -> Reading:
    """Have a file read by a process of its own, which ends with its answer or is ended.

    Raises NoFile, FileTooLarge, NotACertificateFile, Busy.
    """
    # Nobody else's word is taken for these two.
    bare = Reading(sha256=sha256(content).hexdigest(), kind=kind_of(content))
    if not _places.acquire(blocking=False):
        raise Busy
    try:
        ended = subprocess.run(
            # Isolated, and with no variable of ours: they name databases and files of keys.
            [sys.executable, "-I", "-m", "nador.verification.apart"],
            input=json.dumps(asdict(trust)).encode() + b"\n" + content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return replace(bare, trouble=Trouble.UNREAD)
    finally:
        _places.release()
    if ended.returncode:
        return replace(bare, trouble=Trouble.TOO_HEAVY)
    return _heard(ended.stdout, bare)


def _heard(answer: bytes, bare: Reading) -> Reading:
    """Read what the process said; what makes no sense is a trouble like others."""
    try:
        said = json.loads(answer)
        return replace(
            bare,
            trouble=Trouble(said["trouble"]) if said["trouble"] else None,
            seals=tuple(map(_seal, said["seals"])),
            proofs=tuple(
                Proof(kind=FileKind(one["kind"]), code=one["code"], flaw=one["flaw"])
                for one in said["proofs"]
            ),
            codes=tuple(str(codes.parse(code)) for code in said["codes"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, codes.Mistyped):
        return replace(bare, trouble=Trouble.UNREADABLE)


def _seal(said: dict[str, Any]) -> Seal:
    at = said.pop("signed_at")
    return Seal(**said, signed_at=datetime.fromisoformat(at) if at else None)
