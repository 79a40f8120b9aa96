"""What happened, for whoever wants to know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CertificateIssued:
    """A certificate is answered for from now on."""

    certificate_id: int


@dataclass(frozen=True, slots=True)
class CertificateRevoked:
    """A certificate is no longer in force."""

    certificate_id: int


@dataclass(frozen=True, slots=True)
class CertificateSuperseded:
    """A certificate was replaced by another."""

    certificate_id: int


@dataclass(frozen=True, slots=True)
class CertificateEnding:
    """So many days, or fewer, are left of a certificate."""

    certificate_id: int
    days: int


@dataclass(frozen=True, slots=True)
class CertificateUpheld:
    """A certificate was let stand although what it rests on stands no more."""

    certificate_id: int


@dataclass(frozen=True, slots=True)
class ActProposed:
    """Something waits for a second person."""

    proposal_id: int


@dataclass(frozen=True, slots=True)
class ProposalAnswered:
    """A second person approved or denied what was proposed."""

    proposal_id: int


@dataclass(frozen=True, slots=True)
class CorrectionAnswered:
    """A holder's request was approved or denied."""

    request_id: int
