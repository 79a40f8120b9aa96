"""States and pure decisions about certificates."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TemplateStatus(StrEnum):
    """The states of a template version."""

    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


class CertificateStatus(StrEnum):
    """What is stored of a certificate's state; expiry follows from its dates."""

    PENDING_ISSUE = "pending_issue"
    ISSUED = "issued"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class FileStatus(StrEnum):
    """Whether a certificate's file is the one that counts."""

    CURRENT = "current"
    HISTORIC = "historic"


class CertificateEventKind(StrEnum):
    """What can happen to a certificate."""

    ISSUED = "issued"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    DOWNLOADED = "downloaded"


class PrintStatus(StrEnum):
    """The states of one merged file to print."""

    DUE = "due"
    READY = "ready"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class CertificateIssued:
    """A certificate is answered for from now on."""

    certificate_id: int


@dataclass(frozen=True, slots=True)
class CertificateRevoked:
    """A certificate is no longer in force."""

    certificate_id: int
