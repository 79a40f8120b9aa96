"""What is stored of a certificate, and of all that belongs to it."""

from __future__ import annotations

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
    UPHELD = "upheld"
    """What it rests on stands no more, and somebody let it stand."""


class ActKind(StrEnum):
    """What certifiers decide, alone or by two."""

    ISSUE = "issue"
    REVOKE = "revoke"
    REPLACE = "replace"
    RENEW = "renew"


class ProposalStatus(StrEnum):
    """The states of an act that waits for a second person."""

    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"


class RequestStatus(StrEnum):
    """The states of a holder's request for another spelling."""

    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"


class PrintStatus(StrEnum):
    """The states of one file of all certificates of a run."""

    DUE = "due"
    READY = "ready"
    DEAD = "dead"


class PrintForm(StrEnum):
    """What a run's certificates are handed out as: one PDF to print, or a ZIP of the documents."""

    PDF = "pdf"
    ZIP = "zip"


class KeyPurpose(StrEnum):
    """What a key signs; the log's key is the deployment's, all others are an institute's."""

    ROOT = "root"
    SEAL = "seal"
    CREDENTIAL = "credential"
    LOG = "log"


class KeyStorage(StrEnum):
    """Where a private key lies."""

    FILE = "file"
    PKCS11 = "pkcs11"


class KeyStatus(StrEnum):
    """Whether a key signs, signed once, or must not be believed."""

    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


class LogKind(StrEnum):
    """What an entry of the public log is about."""

    ISSUE = "issue"
    REVOKE = "revoke"
    SUPERSEDE = "supersede"
    KEY = "key"
