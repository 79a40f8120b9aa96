"""What a file may be, and what its reading may cost: all that the process which reads one needs of us.

It starts for every file, so nothing stands here that would load more.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from nador.kernel.errors import Invalid


class NoFile(Invalid):
    """Nothing was given to check."""

    code = "no_file_given"


class FileTooLarge(Invalid):
    """The file is larger than `limit` MB."""

    code = "certificate_file_too_large"


class NotACertificateFile(Invalid):
    """The file is neither a PDF, nor a credential as JSON or as a token."""

    code = "not_a_certificate_file"


class FileKind(StrEnum):
    """What a certificate is handed over as."""

    PDF = "pdf"
    CREDENTIAL = "credential"
    """JSON."""
    TOKEN = "token"  # noqa: S105 - a kind of file
    """VC-JWT."""


class Trouble(StrEnum):
    """Why a file was not read, or not to its end."""

    ENCRYPTED = "encrypted"
    UNREADABLE = "unreadable"
    TOO_HEAVY = "too_heavy"
    UNREAD = "unread"
    """Whoever read it came to no answer: nothing is known of it."""


_TOKEN_SHAPE: Final = re.compile(rb"[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")
_BEGINNING: Final = 1024
LARGEST_FILE: Final = 5_000_000
SECONDS: Final = 10
"""What the reading of a file may take of the processor."""
PATIENCE: Final = 3 * SECONDS
"""What it may take on the clock: on a busy machine the processor is shared."""


def kind_of(content: bytes) -> FileKind:
    """Tell what a file is by how it begins; raises NoFile, FileTooLarge, NotACertificateFile."""
    if not content:
        raise NoFile(field="file")
    if len(content) > LARGEST_FILE:
        raise FileTooLarge(field="file", limit=LARGEST_FILE // 1_000_000)
    # Readers of PDFs look so far for the beginning.
    if b"%PDF-" in content[:_BEGINNING]:
        return FileKind.PDF
    if content[:_BEGINNING].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return FileKind.CREDENTIAL
    if _TOKEN_SHAPE.fullmatch(content.strip()):
        return FileKind.TOKEN
    raise NotACertificateFile(field="file")
