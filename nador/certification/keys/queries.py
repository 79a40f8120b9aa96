"""Reads of the keys: what the registry, and so the world, knows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from nador.accounts.models import Institute
from nador.certification.keys import did, multikey
from nador.certification.keys.chain import pem_of, read_chain
from nador.certification.models import SigningKey
from nador.certification.rules import KeyMissing, KeyPurpose, KeyStatus
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


def find_key(session: Session, purpose: KeyPurpose, institute_id: int | None) -> SigningKey | None:
    """Return the key that signs for the institute (None: the log's), if there is one."""
    return session.scalar(
        select(SigningKey).where(
            SigningKey.purpose == purpose,
            SigningKey.institute_id.is_not_distinct_from(institute_id),
            SigningKey.status == KeyStatus.ACTIVE,
        )
    )


def key_in_use(session: Session, purpose: KeyPurpose, institute_id: int | None) -> SigningKey:
    """Return the key that signs; raises KeyMissing."""
    found = find_key(session, purpose, institute_id)
    if found is None:
        raise KeyMissing(purpose=purpose.value)
    return found


def keys(session: Session, *, active: bool = False) -> Sequence[SigningKey]:
    """List all keys, or those that sign, by institute and age."""
    found = select(SigningKey).order_by(SigningKey.institute_id, SigningKey.id)
    return session.scalars(
        found.where(SigningKey.status == KeyStatus.ACTIVE) if active else found
    ).all()


def issuer_keys(session: Session, institute_id: int) -> Sequence[SigningKey]:
    """List the keys of an institute that its credentials may be believed for, the oldest first."""
    return session.scalars(
        select(SigningKey)
        .where(
            SigningKey.institute_id == institute_id,
            SigningKey.purpose.in_((KeyPurpose.SEAL, KeyPurpose.CREDENTIAL)),
            SigningKey.status != KeyStatus.COMPROMISED,
        )
        .order_by(SigningKey.id)
    ).all()


def lacking_keys(session: Session) -> list[tuple[str, KeyPurpose]]:
    """List which institutes (by prefix) have no key for what."""
    held = {(key.institute_id, key.purpose) for key in keys(session, active=True)}
    institutes = session.execute(select(Institute.id, Institute.prefix).order_by(Institute.id))
    return [
        (prefix, purpose)
        for institute_id, prefix in institutes
        for purpose in KeyPurpose
        if (None if purpose is KeyPurpose.LOG else institute_id, purpose) not in held
    ]


def trusted_roots(session: Session) -> list[str]:
    """List the roots that our seals are to be believed for, as PEM, the oldest first."""
    rows = session.execute(
        select(SigningKey.purpose, SigningKey.status, SigningKey.chain)
        .where(SigningKey.chain.is_not(None))
        .order_by(SigningKey.id)
    ).all()
    roots = [
        (purpose, status, pem_of(read_chain(chain or b"").root)) for purpose, status, chain in rows
    ]
    lost = {
        pem
        for purpose, status, pem in roots
        if purpose is KeyPurpose.ROOT and status is KeyStatus.COMPROMISED
    }
    return [pem for pem in dict.fromkeys(pem for *_, pem in roots) if pem not in lost]


def issuer_did(session: Session, institute: Institute, *, origin: str) -> str:
    """Name an institute as an issuer: the first is the deployment itself, others have a path."""
    first = session.scalar(select(func.min(Institute.id)))
    path = () if institute.id == first else ("institutes", institute.prefix)
    return did.identifier(origin, *path)


def controllers(session: Session, *, origin: str) -> list[dict[str, Any]]:
    """Write the DID documents of all institutes: what their credentials may be believed for."""
    documents = []
    for institute in session.scalars(select(Institute).order_by(Institute.id)):
        issuer = issuer_did(session, institute, origin=origin)
        documents.append(did.document(issuer, published(issuer_keys(session, institute.id))))
    return documents


def published(found: Sequence[SigningKey]) -> list[did.PublishedKey]:
    """Give the public halves of keys."""
    return [did.PublishedKey(key.kid, multikey.decode(key.kid)) for key in found]


def institute_by_prefix(session: Session, prefix: str) -> Institute:
    """Find an institute by its prefix as it is written; raises NotFound."""
    found = session.scalar(select(Institute).where(Institute.prefix == prefix))
    if found is None:
        raise NotFound
    return found
