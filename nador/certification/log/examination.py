"""What a thorough examination asks of the log: is it whole, and does it agree with the registry?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from nador.certification.log import audit, entries, queries
from nador.certification.log.note import NotANote, NotSigned, open_checkpoint
from nador.certification.models import Certificate, Credential, LogCheckpoint, LogEntry, SigningKey
from nador.certification.rules import CertificateStatus, KeyStatus, LogKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from nador.certification.log.note import Checkpoint

PATIENCE: Final = timedelta(minutes=10)
"""A worker that lives gives an entry its place within seconds."""
_NAMED: Final = 100
"""More strays are only counted: each is tried for every certificate."""
_RESTORE: Final = "put the database back from a backup."
_NEVER_MENDED: Final = "A log is never mended by hand: put the database back from a backup."


def troubles(session: Session, *, now: datetime) -> Iterator[str]:
    """Say everything in which log and registry disagree."""
    opened: dict[int, Checkpoint] = {}
    for row in session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size)):
        try:
            opened[row.size] = _open(session, row)
        except (NotANote, NotSigned) as problem:
            yield f"The checkpoint of {row.size} entries: {problem}. {_NEVER_MENDED}"
    if opened:
        latest = opened.pop(max(opened))
        earlier = {size: one.root for size, one in opened.items()}
        name = latest.origin
        for broken in audit.whole(
            lambda path: queries.published(session, path, name=name), latest, earlier=earlier
        ):
            yield f"{broken} {_NEVER_MENDED}"
    yield from _places(session, now=now)
    keys = _Keys.read(session)
    yield from keys.troubles()
    yield from _credentials(session, compromised_at=keys.compromised_at())
    yield from _decisions(session)


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
        yield (
            f"{placed} entries have a place in the log, its checkpoints vouch for {size}. "
            f"{_NEVER_MENDED}"
        )
    waits = LogEntry.leaf_index.is_(None)
    count, oldest = session.execute(select(func.count(), func.min(LogEntry.at)).where(waits)).one()
    if count and now - oldest > PATIENCE:
        yield (
            f"{count} entries have waited for a place in the log since {oldest:%Y-%m-%d %H:%M} UTC: "
            "see why `nador worker` does not write it."
        )


def _credentials(session: Session, *, compromised_at: datetime | None) -> Iterator[str]:
    """Each credential as it was signed last is there, and no other."""
    missing = (
        select(Certificate.number)
        .join(Credential, Credential.certificate_id == Certificate.id)
        .outerjoin(LogEntry, LogEntry.leaf == Credential.sha256)
        .where(Credential.sha256.is_not(None), LogEntry.id.is_(None))
    )
    for number in session.scalars(missing):
        yield f"{number}: its credential is not in the log: {_RESTORE}"
    strays = (
        select(func.count())
        .select_from(LogEntry)
        .outerjoin(Credential, Credential.sha256 == LogEntry.leaf)
        .where(LogEntry.kind == LogKind.ISSUE, Credential.certificate_id.is_(None))
    )
    if compromised_at is not None:
        # What a compromised key had signed was signed anew: the first form is in the log as well.
        strays = strays.where(LogEntry.at > compromised_at)
    if count := session.scalar(strays):
        yield f"{count} entries of the log (issue) are about nothing in the registry: {_RESTORE}"


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
                yield f"{number} ({status}): that is not in the log: {_RESTORE}"
        if logged:
            yield from _undone(session, kind, status, logged)


def _undone(
    session: Session, kind: LogKind, status: CertificateStatus, strays: dict[str, datetime]
) -> Iterator[str]:
    """Name what the log says was decided, and the registry does not know: each is tried for all."""
    # The entry is written a moment after the decision that it dates.
    moments = {at - timedelta(seconds=late) for at in strays.values() for late in (0, 1)}
    rows = session.execute(
        select(Certificate.number, Certificate.code_key, Certificate.uuid, Certificate.status)
    )
    for number, code, uuid, stands in rows if len(strays) <= _NAMED else ():
        for at in moments:
            leaf = entries.decision(kind, code=code, uuid=uuid, at=at).hex()
            # What was decided again has two entries, and stands as both say.
            if strays.pop(leaf, None) is not None and stands is not status:
                yield f"{number} ({stands}): the log says {status}: decide it again, or {_RESTORE}"
    if strays:
        yield f"{len(strays)} entries of the log ({kind}) are about nothing in the registry: {_RESTORE}"


@dataclass(frozen=True, slots=True)
class _Keys:
    """What the registry, and what the log, says of keys."""

    known: dict[str, KeyStatus]
    logged: dict[tuple[str, KeyStatus], datetime]
    strays: int

    @classmethod
    def read(cls, session: Session) -> _Keys:
        logged = _logged(session, LogKind.KEY)
        known = dict(session.execute(select(SigningKey.kid, SigningKey.status)).all())
        said = {
            entries.key_event(kid=kid, status=status, at=at).hex(): (kid, status)
            for at in set(logged.values())
            for kid in known
            for status in KeyStatus
        }
        told = {said[leaf]: at for leaf, at in logged.items() if leaf in said}
        return cls(known, told, sum(leaf not in said for leaf in logged))

    def troubles(self) -> Iterator[str]:
        """Each key came, and each that signs no more went."""
        for kid, status in self.known.items():
            for event in dict.fromkeys((KeyStatus.ACTIVE, status)):
                if (kid, event) not in self.logged:
                    yield f"The key {kid} ({event}): that is not in the log: {_RESTORE}"
            for event in (KeyStatus.RETIRED, KeyStatus.COMPROMISED):
                if (kid, event) in self.logged and status is KeyStatus.ACTIVE:
                    yield f"The key {kid} (active): the log says {event}: retire it again."
        if self.strays:
            yield (
                f"{self.strays} entries of the log (key) are about nothing in the registry: "
                f"{_RESTORE}"
            )

    def compromised_at(self) -> datetime | None:
        """Say when a key was last found to be compromised."""
        found = [at for (_, event), at in self.logged.items() if event is KeyStatus.COMPROMISED]
        return max(found, default=None)


def _logged(session: Session, kind: LogKind) -> dict[str, datetime]:
    found = select(LogEntry.leaf, LogEntry.at).where(LogEntry.kind == kind)
    return dict(session.execute(found).all())
