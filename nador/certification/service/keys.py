"""Keys of an institute: made, replaced, retired. The private halves are made outside the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.accounts.models import Institute
from nador.certification import policy, rules
from nador.certification.keys import queries
from nador.certification.log import entries
from nador.certification.log.queries import THE_LOG
from nador.certification.models import SigningKey
from nador.certification.rules import (
    KeyPurpose,
    KeyRetired,
    KeyStatus,
    KeyTaken,
    KnownKey,
    LogKind,
)
from nador.certification.service import log
from nador.certification.service.credentials import sign_anew
from nador.kernel import audit, clock, events, work
from nador.kernel.db import command
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.certification.keys.store import Bought, KeyRing
    from nador.kernel.access import Actor


def make_first_keys(
    session: Session, actor: Actor, *, institute_id: int, ring: KeyRing
) -> list[SigningKey]:
    """Make the keys that the institute, or the deployment's log, still lacks."""
    policy.require_keys(actor, institute_id=institute_id)
    ring.make_passphrase()
    made = []
    for purpose in KeyPurpose:
        whose = None if purpose is KeyPurpose.LOG else institute_id
        if queries.find_key(session, purpose, whose) is None:
            made.append(rotate_key(session, actor, purpose=purpose, institute_id=whose, ring=ring))
    return made


def rotate_key(
    session: Session,
    actor: Actor,
    *,
    purpose: KeyPurpose,
    institute_id: int | None,
    ring: KeyRing,
    bought: Bought | None = None,
) -> SigningKey:
    """Make a key (or take a bought one, for seals) and let it sign in the place of the present one."""
    policy.require_keys(actor, institute_id=institute_id)
    if bought is not None:
        known = ring.take_bought(bought)
    elif purpose in {KeyPurpose.CREDENTIAL, KeyPurpose.LOG}:
        known = ring.make(purpose)
    else:
        institute = session.get_one(Institute, institute_id)
        root = purpose is KeyPurpose.SEAL and queries.key_in_use(
            session, KeyPurpose.ROOT, institute_id
        )
        said = {"institute": institute.name, "city": institute.city}
        known = ring.make_seal(root.known, **said) if root else ring.make_root(**said)
    return take_key(session, actor, institute_id=institute_id, known=known)


@command
def take_key(
    session: Session, actor: Actor, *, institute_id: int | None, known: KnownKey
) -> SigningKey:
    """Let a key sign from now on, and retire the one that did."""
    policy.require_keys(actor, institute_id=institute_id)
    if institute_id is not None:
        session.get_one(Institute, institute_id, with_for_update={"key_share": True})
    old = queries.find_key(session, known.purpose, institute_id)
    if old is not None:
        _withdraw(session, actor, old, KeyStatus.RETIRED)
    now = clock.now()
    key = SigningKey(
        institute_id=institute_id,
        purpose=known.purpose,
        kid=known.kid,
        chain=known.chain,
        storage=known.storage,
        created_at=now,
    )
    session.add(key)
    session.flush()
    _record(session, actor, key, "key.taken", now=now)
    if key.purpose is KeyPurpose.LOG:
        # Whatever made the log's writer give up, with a new key it is to go on.
        work.retry(session, actor, work_name=rules.LOG, item_id=THE_LOG)
    events.emit(session, actor, KeyTaken(key.id))
    return key


@command
def retire_key(session: Session, actor: Actor, *, kid: str, compromised: bool) -> SigningKey:
    """Let a key sign no more.

    Of a compromised one, nothing that it signed is believed either: another key signs that anew.
    """
    key = session.scalar(select(SigningKey).where(SigningKey.kid == kid).with_for_update())
    if key is None:
        raise NotFound
    policy.require_keys(actor, institute_id=key.institute_id)
    _withdraw(session, actor, key, KeyStatus.COMPROMISED if compromised else KeyStatus.RETIRED)
    if compromised:
        sign_anew(session, key)
    return key


def _withdraw(session: Session, actor: Actor, key: SigningKey, status: KeyStatus) -> None:
    rules.require_key_step(key.status, status)
    now = clock.now()
    key.status = status
    key.retired_at = key.retired_at or now
    session.flush()
    _record(session, actor, key, f"key.{status}", now=now)
    events.emit(session, actor, KeyRetired(key.id))


def _record(session: Session, actor: Actor, key: SigningKey, action: str, *, now: datetime) -> None:
    audit.record(
        session,
        actor,
        action,
        f"key:{key.kid}",
        institute_id=key.institute_id,
        purpose=key.purpose.value,
    )
    said = entries.key_event(kid=key.kid, status=key.status, at=now)
    log.append(session, LogKind.KEY, said, at=now)
