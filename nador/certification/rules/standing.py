"""How long a certificate stands, what can be done with it, and when its holder is reminded."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from nador.certification.rules.states import ActKind, CertificateStatus
from nador.kernel.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Collection


class NotInForce(Conflict):
    """Only an issued certificate can be revoked, replaced or renewed."""

    code = "certificate_not_in_force"


class AlreadyExpired(Conflict):
    """A correction keeps the day of expiry, so a corrected copy of this would be void from the start."""

    code = "certificate_expired"


class NeverExpires(Conflict):
    """There is nothing to renew."""

    code = "certificate_never_expires"


def expiry(issued_on: date, *, months: int | None) -> date | None:
    """Return the last day of validity, so many months after the issue; None where it never ends."""
    if not months:
        return None
    year, month = divmod(issued_on.year * 12 + issued_on.month - 1 + months, 12)
    return date(year, month + 1, min(issued_on.day, monthrange(year, month + 1)[1]))


def in_force(status: CertificateStatus, expires_on: date | None, *, today: date) -> bool:
    """Tell whether a document still proves what it says; its last day still counts."""
    return status is CertificateStatus.ISSUED and (expires_on is None or today <= expires_on)


REMINDED: Final = (60, 30, 7)
"""So many days before a certificate ends, its holder is told."""
SOON: Final = timedelta(days=REMINDED[0])


def reminder_due(expires_on: date | None, today: date, already_sent: Collection[int]) -> int | None:
    """Choose the reminder that is to go out now, by its days; None where there is none.

    It is the nearest whose day has come: what was missed meanwhile is left out. Once a nearer one
    went out there is none any more, and none after the last day.
    """
    if expires_on is None or today > expires_on:
        return None
    left = (expires_on - today).days
    nearest = min((days for days in REMINDED if left <= days), default=None)
    if nearest is None or any(sent <= nearest for sent in already_sent):
        return None
    return nearest


def reminds(days: int, *, issued_on: date, expires_on: date) -> bool:
    """Tell whether a reminder has sense: its day came after the certificate itself."""
    return issued_on < expires_on - timedelta(days=days)


class Validity(StrEnum):
    """How long what is issued still stands."""

    ENDLESS = "endless"
    STANDS = "stands"
    ENDS_SOON = "ends_soon"
    EXPIRED = "expired"


def validity(expires_on: date | None, *, today: date) -> Validity:
    """Tell how long a certificate in force still stands; its last day still counts."""
    if expires_on is None:
        return Validity.ENDLESS
    if today > expires_on:
        return Validity.EXPIRED
    return Validity.ENDS_SOON if expires_on - today <= SOON else Validity.STANDS


def possible(
    status: CertificateStatus, *, expires_on: date | None, today: date
) -> frozenset[ActKind]:
    """Tell what can be done with a certificate.

    Only an issued one changes. A correction keeps the day of expiry, so what has expired is renewed
    and not corrected; what never expires is not renewed; anything issued can be revoked.
    """
    if status is not CertificateStatus.ISSUED:
        return frozenset()
    match validity(expires_on, today=today):
        case Validity.ENDLESS:
            return frozenset({ActKind.REVOKE, ActKind.REPLACE})
        case Validity.EXPIRED:
            return frozenset({ActKind.REVOKE, ActKind.RENEW})
        case Validity.STANDS | Validity.ENDS_SOON:
            return frozenset({ActKind.REVOKE, ActKind.REPLACE, ActKind.RENEW})


def require_possible(
    act: ActKind, status: CertificateStatus, *, expires_on: date | None, today: date
) -> None:
    """Refuse what can't be done with a certificate, and say why."""
    can = possible(status, expires_on=expires_on, today=today)
    if act in can:
        return
    if not can:
        raise NotInForce
    raise NeverExpires if act is ActKind.RENEW else AlreadyExpired
