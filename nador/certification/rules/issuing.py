"""Who can be issued to, and how an order stands."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from nador.catalogue.rules import CatalogueStatus
from nador.kernel.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Sequence


class InstituteNotReady(Conflict):
    """The institute's papers are not complete: `missing` lists what to fill in."""

    code = "institute_not_ready"


class NothingToIssue(Conflict):
    """Nobody on the run has a confirmed result that a document could be issued for."""

    code = "nothing_to_issue"


class ProgrammeNotPublished(Conflict):
    """Only a published programme leads to certificates."""

    code = "programme_not_published"


class NamesNotConfirmed(Conflict):
    """Nobody has yet confirmed how the holder's names are spelt."""

    code = "names_not_confirmed"


class NothingToPrint(Conflict):
    """The run has no issued certificate."""

    code = "nothing_to_print"


class Failure(StrEnum):
    """Why a person of a batch has no certificate; the words are those of the errors."""

    NAMES_NOT_CONFIRMED = "names_not_confirmed"
    NOBODY_NAMED = "nobody_named"
    UNPRINTABLE = "unprintable"
    OWN_CASE = "own_case"
    TEMPLATE_FLAWED = "template_flawed"
    NOT_DRAWN = "not_drawn"


class BatchStatus(StrEnum):
    """The states of an order to issue; they follow from its certificates and failures."""

    RUNNING = "running"
    DONE = "done"
    DONE_WITH_FAILURES = "done_with_failures"


def batch_status(*, pending: int, failed: int) -> BatchStatus:
    """Tell how an order stands: running as long as a certificate of it is to be drawn."""
    if pending:
        return BatchStatus.RUNNING
    return BatchStatus.DONE_WITH_FAILURES if failed else BatchStatus.DONE


def certificate_number(prefix: str, *, year: int, running: int) -> str:
    """Write the number on the paper: NDR-2026-000123."""
    return f"{prefix}-{year}-{running:06}"


def require_published(status: CatalogueStatus) -> None:
    """Refuse to issue for a programme that is not offered."""
    if status is not CatalogueStatus.PUBLISHED:
        raise ProgrammeNotPublished


def require_ready(missing: Sequence[str]) -> None:
    """Refuse to issue while the institute's papers lack something."""
    if missing:
        raise InstituteNotReady(missing=list(missing))
