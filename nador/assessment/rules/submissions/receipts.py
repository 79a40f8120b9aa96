"""What was handed in, as a hash and as a receipt."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from nador.assessment.rules.submissions.taking import WorkFile


def fingerprint(text: str, files: Sequence[WorkFile]) -> str:
    """Give the hash of what a draft holds: what was looked at is what is handed in."""
    return sha256_of("\n".join(_contents(text, files)))


def _contents(text: str, files: Sequence[WorkFile]) -> list[str]:
    texts = [f"text {sha256_of(text)}"] if text else []
    return texts + [f"file {file.sha256} {file.size} {file.name}" for file in files]


def receipt_text(
    *,
    reference: str,
    assignment: str,
    number: int,
    at: datetime,
    text: str,
    files: Sequence[WorkFile],
) -> str:
    """Write what was handed in, by whom and when, so that anybody can hash it again."""
    lines = [
        "receipt 1",
        f"learner {reference}",
        f"assignment {assignment}",
        f"version {number}",
        f"handed in {at.isoformat(timespec='microseconds')}",
    ]
    return "\n".join(lines + _contents(text, files)) + "\n"


def sha256_of(text: str) -> str:
    """Give the SHA-256 of a text as UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()
