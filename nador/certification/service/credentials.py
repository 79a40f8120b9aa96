"""Credentials and status lists: what makes them, what workers signed, and what changes them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select, update

from nador.certification.credential.shape import email_hash
from nador.certification.log import entries
from nador.certification.models import Credential, StatusList
from nador.certification.rules import LogKind
from nador.certification.service import log
from nador.kernel.db import command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from nador.accounts.models import Person
    from nador.certification.models import SigningKey
    from nador.kernel.access import Actor

LIST: Final = "status-list"
"""The name of the work on status lists."""
_DRAWN_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A credential in both forms, and the keys that signed them."""

    document: str
    token: str
    at: datetime
    key_id: int
    token_key_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedList:
    """A signed status list, and the version that it tells."""

    document: str
    at: datetime
    version: int


def begin_credentials(
    session: Session, holders: Sequence[Person], *, institute_id: int, origin: str
) -> list[Credential]:
    """Give each holder's credential-to-be a place in a status list, and hide their address in it.

    The caller holds the institute's row, so that two orders never draw the same places.
    """
    places = _take_places(session, institute_id, origin=origin, count=len(holders))
    begun = []
    for holder, (list_id, index) in zip(holders, places, strict=True):
        salt = secrets.token_hex(16) if holder.email else None
        begun.append(
            Credential(
                status_list_id=list_id,
                status_index=index,
                email_hash=email_hash(holder.email, salt=salt) if holder.email and salt else None,
                salt=salt,
            )
        )
    return begun


def _take_places(
    session: Session, institute_id: int, *, origin: str, count: int
) -> Iterator[tuple[int, int]]:
    """Draw places by lot, so that neighbours in a list have nothing else in common."""
    while count:
        listed = _list_with_room(session, institute_id, origin=origin)
        some = min(count, listed.size // 2 - listed.taken)
        listed.taken += some
        for index in _draw(session, listed, count=some):
            yield listed.id, index
        count -= some


def _list_with_room(session: Session, institute_id: int, *, origin: str) -> StatusList:
    """Return a list of which less than half is taken: the present one, or a new one."""
    found = session.scalar(
        select(StatusList)
        .where(
            StatusList.institute_id == institute_id,
            StatusList.origin == origin,
            StatusList.taken < StatusList.size // 2,
        )
        .order_by(StatusList.id)
        .limit(1)
        .with_for_update(key_share=True)
    )
    if found is not None:
        return found
    new = StatusList(institute_id=institute_id, origin=origin, taken=0)
    session.add(new)
    session.flush()
    return new


def _draw(session: Session, listed: StatusList, *, count: int) -> set[int]:
    drawn: set[int] = set()
    while len(drawn) < count:
        wanted = min(count - len(drawn), _DRAWN_AT_ONCE)
        some = {secrets.randbelow(listed.size) for _ in range(wanted)}
        held = session.scalars(
            select(Credential.status_index).where(
                Credential.status_list_id == listed.id, Credential.status_index.in_(some)
            )
        )
        drawn |= some - set(held)
    return drawn


@command
def record_signing(session: Session, _actor: Actor, *, item_id: int, outcome: Signed) -> None:
    """Keep both forms of a credential and log it; once it has its place there, the PDF is drawn."""
    credential = session.get_one(Credential, item_id)
    entry = entries.credential(outcome.document.encode())
    log.append(session, LogKind.ISSUE, entry)
    credential.sha256 = entry.hex()
    credential.document, credential.token = outcome.document, outcome.token
    credential.key_id, credential.token_key_id = outcome.key_id, outcome.token_key_id
    credential.signed_at = outcome.at


@command
def record_list(session: Session, _actor: Actor, *, item_id: int, outcome: SignedList) -> None:
    """Serve a signed list from now on."""
    listed = session.get_one(StatusList, item_id)
    listed.document, listed.signed_at = outcome.document, outcome.at
    listed.signed_version = outcome.version


def mark_in_list(session: Session, certificate_id: int) -> None:
    """Have the list signed anew that tells whether this certificate stands."""
    told = select(Credential.status_list_id).where(Credential.certificate_id == certificate_id)
    _outdate(session, StatusList.id.in_(told))


def sign_anew(session: Session, key: SigningKey) -> None:
    """Have everything signed by another key that a compromised one signed."""
    session.execute(
        update(Credential)
        .where(or_(Credential.key_id == key.id, Credential.token_key_id == key.id))
        .values(signed_at=None)
    )
    _outdate(session, StatusList.institute_id == key.institute_id)


def _outdate(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(update(StatusList).where(which).values(version=StatusList.version + 1))
