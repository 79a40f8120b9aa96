"""What a thorough examination asks of the log: is it whole, and does it agree with the registry?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from nador.certification.log import audit, entries, queries
from nador.certification.log.note import NotANote, NotSigned, open_checkpoint
from nador.certification.models import Certificate, Credential, LogCheckpoint, LogEntry, SigningKey
from nador.certification.rules import CertificateStatus, KeyStatus, LogKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.certification.log.note import Checkpoint

PATIENCE: Final = timedelta(minutes=10)
"""A worker that lives gives an entry its place within seconds."""


def troubles(session: Session, *, now: datetime) -> Iterator[str]:
    """Say everything in which log and registry disagree."""
    opened: dict[int, Checkpoint] = {}
    for row in session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size)):
        try:
            opened[row.size] = _open(session, row)
        except (NotANote, NotSigned) as problem:
            yield f"The checkpoint of {row.size} entries: {problem}."
    if opened:
        latest = opened.pop(max(opened))
        earlier = {size: one.root for size, one in opened.items()}
        name = latest.origin
        yield from audit.whole(
            lambda path: queries.published(session, path, name=name), latest, earlier=earlier
        )
    yield from _places(session, now=now)
    yield from _credentials(session)
    yield from _decisions(session)
    yield from _keys(session)


def _open(session: Session, row: LogCheckpoint) -> Checkpoint:
    """Read a checkpoint; one that a compromised key signed was still signed by us."""
    name = row.note.partition("\n")[0]
    keys = queries.note_keys(session, name, compromised=True)
    checkpoint = open_checkpoint(row.note, keys)
    if (checkpoint.size, checkpoint.root.hex()) != (row.size, row.root):
        raise NotANote("its note says something else")
    return checkpoint


def _places(session: Session, *, now: datetime) -> Iterator[str]:
    placed = session.scalar(select(func.count(LogEntry.leaf_index))) or 0
    if placed != (size := queries.size(session)):
        yield f"{placed} entries have a place in the log, its checkpoints vouch for {size}."
    waits = LogEntry.leaf_index.is_(None)
    count, oldest = session.execute(select(func.count(), func.min(LogEntry.at)).where(waits)).one()
    if count and now - oldest > PATIENCE:
        yield f"{count} entries have waited for a place in the log since {oldest:%Y-%m-%d %H:%M} UTC."


def _credentials(session: Session) -> Iterator[str]:
    """Each credential as it was signed last is there."""
    missing = (
        select(Certificate.number)
        .join(Credential, Credential.certificate_id == Certificate.id)
        .outerjoin(LogEntry, LogEntry.leaf == Credential.sha256)
        .where(Credential.sha256.is_not(None), LogEntry.id.is_(None))
    )
    for number in session.scalars(missing):
        yield f"{number}: its credential is not in the log."


def _decisions(session: Session) -> Iterator[str]:
    """Each revocation and each supersession is there, and no other."""
    for kind, status, column in (
        (LogKind.REVOKE, CertificateStatus.REVOKED, Certificate.revoked_at),
        (LogKind.SUPERSEDE, CertificateStatus.SUPERSEDED, Certificate.superseded_at),
    ):
        logged = _logged(session, kind)
        rows = session.execute(
            select(Certificate.number, Certificate.code_key, Certificate.uuid, column).where(
                Certificate.status == status
            )
        )
        for number, code, uuid, at in rows:
            leaf = entries.decision(kind, code=code, uuid=uuid, at=at).hex() if at else ""
            if logged.pop(leaf, None) is None:
                yield f"{number} ({status}): that is not in the log."
        if logged:
            yield f"{len(logged)} entries of the log ({kind}) are about nothing in the registry."


def _keys(session: Session) -> Iterator[str]:
    """Each key came, and each that signs no more went."""
    logged = _logged(session, LogKind.KEY)
    keys = session.execute(select(SigningKey.kid, SigningKey.status)).all()
    said = {
        entries.key_event(kid=kid, status=status, at=at).hex(): (kid, status)
        for at in set(logged.values())
        for kid, _ in keys
        for status in KeyStatus
    }
    known = {said[leaf] for leaf in logged if leaf in said}
    for kid, status in keys:
        for event in dict.fromkeys((KeyStatus.ACTIVE, status)):
            if (kid, event) not in known:
                yield f"The key {kid} ({event}): that is not in the log."
    if strays := sum(leaf not in said for leaf in logged):
        yield f"{strays} entries of the log (key) are about nothing in the registry."


def _logged(session: Session, kind: LogKind) -> dict[str, datetime]:
    found = select(LogEntry.leaf, LogEntry.at).where(LogEntry.kind == kind)
    return dict(session.execute(found).all())
