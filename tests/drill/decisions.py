"""Revocations, new keys and a growing log under fire: what was answered is in force, once, everywhere.

Certificates are issued without being drawn (that is drilled by `issuing`): workers sign their
credentials and the status lists, and write the log. Somebody keeps every checkpoint that the log
shows meanwhile: the tree that is there in the end has to begin with each of them.
"""

from __future__ import annotations

import random
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, pairwise
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from nador.accounts.models import Person
from nador.certification.credential import status
from nador.certification.keys import queries as registered
from nador.certification.log import audit
from nador.certification.log import queries as logged
from nador.certification.log.note import log_name, open_checkpoint
from nador.certification.models import (
    Certificate,
    CertificateEvent,
    Credential,
    LogEntry,
    SigningKey,
    StatusList,
)
from nador.certification.rules import (
    CertificateEventKind,
    CertificateStatus,
    KeyPurpose,
    KeyStatus,
    LogKind,
)
from nador.kernel import checkup
from nador.kernel.access import Actor, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.supervision import open_desk
from nador.kernel.work import Desk
from nador.settings import Settings
from tests.certification.office import give_keys, issue_undrawn
from tests.drill.centre import Centre
from tests.drill.fire import KILLS, Answers, beside, count, last_checks, under_fire, until
from tests.drill.report import Report, broken, database_name
from tests.factories import make_actor, make_institute, make_token
from tests.factories.assessment import make_passed_run

if TYPE_CHECKING:
    import threading

    from sqlalchemy.orm import Session

PURPOSES = (KeyPurpose.CREDENTIAL, KeyPurpose.LOG, KeyPurpose.SEAL, KeyPurpose.ROOT)
REASONS = {"reason": "The name was another's.", "public_reason": "Issued by mistake."}
ENTRIES = select(func.count()).select_from(LogEntry)
UNSETTLED = (
    ENTRIES.where(LogEntry.leaf_index.is_(None)),
    select(func.count()).select_from(Credential).where(Credential.signed_at.is_(None)),
    select(func.count()).where(StatusList.signed_version < StatusList.version),
)


@dataclass(slots=True)
class Growing:
    """A log that takes in more and more certificates: the drill of the log itself."""

    centre: Centre
    desk: Desk
    institute_id: int
    certifier: Actor
    token: str
    administrator: str
    """The e-mail address of whoever changes keys."""
    at_once: int
    answers: Answers = field(default_factory=Answers)
    checkpoints: dict[str, None] = field(default_factory=dict)
    """Every checkpoint that was seen, the oldest first."""
    todo: deque[str] = field(default_factory=deque)
    """What is still to be asked for, and is asked for again until it is answered."""
    answered: list[str] = field(default_factory=list)

    def done(self) -> int:
        """Count the entries that have a place in the log."""
        return count(self.desk, ENTRIES.where(LogEntry.leaf_index.is_not(None)))

    def pending(self) -> bool:
        """Whether anything is to be asked for, signed or logged."""
        return bool(self.todo) or any(count(self.desk, one) for one in UNSETTLED)

    def more(self) -> None:
        """Issue more certificates."""
        self.issue(self.at_once)

    def issue(self, passes: int) -> list[str]:
        """Issue so many certificates that nobody draws."""
        with self.desk.sessions() as session:
            run_id = make_passed_run(session, institute_id=self.institute_id, passes=passes)
            return issue_undrawn(session, self.desk, self.certifier, run_id=run_id)

    def act(self) -> None:
        """Ask for what is to be done next."""

    def after(self) -> None:
        """Do what is left to do once nothing is killed any more."""

    def go_on(self, stopping: threading.Event) -> None:
        """Ask for one thing after another."""
        while not stopping.wait(0.05):
            self.act()

    def watch(self, stopping: threading.Event) -> None:
        """Keep what the log shows of itself."""
        while not stopping.wait(0.3):
            answer = self.answers.ask(self.centre, "GET", "/log/checkpoint")
            if answer:
                self.checkpoints[answer[1]] = None

    def checks(self, session: Session) -> dict[str, object]:
        """Compare the log with what was seen of it, and with what there is to log."""
        placed = session.scalars(select(LogEntry.leaf_index).order_by(LogEntry.leaf_index)).all()
        return {
            "places of the log that are empty, or taken twice": placed != [*range(len(placed))],
            "entries of the log that are not one for each thing": _miscounted(session),
            "checkpoints that the log does not go on from": self._broken_off(session),
            "no checkpoint was seen on the way": len(self.checkpoints) < 2,
        }

    def _broken_off(self, session: Session) -> list[str]:
        name = log_name(self.desk.settings.public_url)
        believed = logged.note_keys(session, name)

        def read(path: str) -> bytes:
            return logged.published(session, path, name=name)

        latest = open_checkpoint(read("checkpoint").decode(), believed)
        kept = [open_checkpoint(note, believed) for note in self.checkpoints]
        shrunk = [f"{b.size} after {a.size}" for a, b in pairwise(kept) if b.size < a.size]
        return [said for one in kept for said in audit.since(read, latest, one)] + shrunk


def _miscounted(session: Session) -> list[str]:
    """Compare how many entries of each kind there are with what they are about."""
    gone = select(func.count()).select_from(SigningKey).where(SigningKey.retired_at.is_not(None))
    due = {
        LogKind.ISSUE: select(func.count()).select_from(Credential),
        LogKind.REVOKE: select(func.count()).where(Certificate.status == CertificateStatus.REVOKED),
        LogKind.KEY: select(func.count(SigningKey.id) + gone.scalar_subquery()),
    }
    found = {kind: session.scalar(ENTRIES.where(LogEntry.kind == kind)) for kind in due}
    wanted = {kind: session.scalar(counting) for kind, counting in due.items()}
    return [
        f"{kind}: {found[kind]} for {wanted[kind]}" for kind in due if found[kind] != wanted[kind]
    ]


@dataclass(slots=True)
class Revoking(Growing):
    """Certificates are revoked one after the other, each request repeated until it is answered."""

    def done(self) -> int:
        """Count the revocations that were answered."""
        return len(self.answered)

    def more(self) -> None:
        """Issue more, to be revoked."""
        self.todo.extend(self.issue(self.at_once))

    def act(self) -> None:
        """Ask for the next revocation; the same again as long as no answer comes."""
        if not self.todo:
            return
        code = self.todo[0]
        path = f"/api/v1/certificates/{code}/revocation"
        answer = self.answers.ask(
            self.centre, "POST", path, self.token, key=f"revoke {code}", body=REASONS
        )
        if answer and answer[1]["status"] == CertificateStatus.REVOKED:
            self.answered.append(code)
            self.todo.popleft()

    def checks(self, session: Session) -> dict[str, object]:
        """Look for each revocation wherever it has to be."""
        revoked = dict(
            session.execute(
                select(Certificate.code, Certificate.id).where(
                    Certificate.status == CertificateStatus.REVOKED
                )
            ).all()
        )
        events = session.scalars(
            select(CertificateEvent.certificate_id).where(
                CertificateEvent.kind == CertificateEventKind.REVOKED
            )
        )
        lines = session.scalars(
            select(AuditEntry.subject).where(AuditEntry.action == "certificate.revoked")
        )
        return {
            "revocations that were answered and are not in force": sorted(
                set(self.answered) - set(revoked)
            ),
            "revocations that nobody asked for": sorted(set(revoked) - set(self.answered)),
            "revocations without exactly one event": Counter(events) != Counter(revoked.values()),
            "revocations without exactly one line of the audit trail": Counter(lines)
            != Counter(f"certificate:{code}" for code in revoked),
            "marks in the served lists that are not the revocations": self._misleading(session),
            **Growing.checks(self, session),
        }

    def _misleading(self, session: Session) -> list[str]:
        wrong = []
        for list_id in session.scalars(select(StatusList.id)).all():
            served = self.centre.ask("GET", f"/credentials/status/{list_id}")
            marked = status.places_of(served["credentialSubject"]["encodedList"])
            due = session.scalars(
                select(Credential.status_index)
                .join(Certificate, Certificate.id == Credential.certificate_id)
                .where(Credential.status_list_id == list_id, Certificate.code.in_(self.answered))
            )
            wrong += [f"{list_id}#{place}" for place in sorted(marked ^ set(due))]
        return wrong


@dataclass(slots=True)
class Rotating(Growing):
    """Keys are replaced one after the other at the terminal, while credentials are signed."""

    purposes: Iterator[KeyPurpose] = field(default_factory=lambda: cycle(PURPOSES))

    def done(self) -> int:
        """Count the new keys that were answered."""
        return len(self.answered)

    def more(self) -> None:
        """Issue a few more, and replace each key once more."""
        self.issue(self.at_once // 4)
        self.todo.extend(PURPOSES)

    def act(self) -> None:
        """Replace the next key; the same again if the command was killed or found no database."""
        if not self.todo:
            return
        said = self.centre.terminal("keys", "rotate", self.todo[0], "--as", self.administrator)
        if said:
            self.answered.append(said.strip())
            self.todo.popleft()

    def after(self) -> None:
        """Issue a few more: the keys that were taken last sign them."""
        self.issue(self.at_once // 4)

    def checks(self, session: Session) -> dict[str, object]:
        """Look for each new key wherever it has to be."""
        keys = registered.keys(session)
        in_use = Counter(key.purpose for key in keys if key.status is KeyStatus.ACTIVE)
        taken = session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "key.taken"))
        shown = self.centre.ask("GET", "/.well-known/did.json")["verificationMethod"]
        signs = {key.kid for key in keys if key.purpose in {KeyPurpose.SEAL, KeyPurpose.CREDENTIAL}}
        signed_by = session.scalars(
            select(SigningKey.kid).join(
                Credential,
                or_(Credential.key_id == SigningKey.id, Credential.token_key_id == SigningKey.id),
            )
        )
        return {
            "keys that were answered and are not there": sorted(
                set(self.answered) - {key.kid for key in keys}
            ),
            "purposes without exactly one key in use": in_use != Counter(KeyPurpose),
            "keys without exactly one line of the audit trail": Counter(taken)
            != Counter(f"key:{key.kid}" for key in keys),
            "keys that did.json shows and the registry has not, or not shows": sorted(
                {one["id"].partition("#")[2] for one in shown} ^ signs
            ),
            "no retired key had signed anything": len(set(signed_by)) <= 2,
            **Growing.checks(self, session),
        }


DRILLS: dict[str, type[Growing]] = {"revoking": Revoking, "rotating": Rotating, "logging": Growing}


def run(name: str, centre: Centre, *, seed: int, size: int = 120, kills: int = KILLS) -> Report:
    """Hold the drill at an empty centre; raises AssertionError when it can't go on at all."""
    began = time.monotonic()
    desk = open_desk(Settings.from_environment(centre.environ))
    try:
        story = _open(DRILLS[name], centre, desk, size=size)
        # A checkpoint that was there before anything was killed is kept as well.
        story.issue(size // 4)
        until(story, lambda: not story.pending())
        story.checkpoints[centre.ask("GET", "/log/checkpoint")] = None
        extra = ("terminal",) if isinstance(story, Rotating) else ()
        stride = 1 if isinstance(story, Rotating) else size // (2 * kills)
        story.more()
        with beside(story.watch, story.go_on):
            killed = under_fire(story, random.Random(seed), kills=kills, stride=stride, extra=extra)
            # The site may have come back too late for who watches to have seen the log grow.
            until(story, lambda: len(story.checkpoints) > 1)
        story.after()
        until(story, lambda: not story.pending())
        with desk.reading() as session:
            checks = story.checks(session)
        checks |= last_checks(desk) | story.answers.checks(centre, wanted="200")
        counted = {
            "certificates": count(desk, select(func.count()).select_from(Certificate)),
            "answered": len(story.answered),
            "entries": count(desk, ENTRIES),
            "checkpoints": len(story.checkpoints),
            "kills": killed,
            "restarts": centre.restarts,
            "answers": dict(sorted(story.answers.statuses.items())),
        }
        database = database_name(postgresql=centre.cluster is not None)
        seconds = time.monotonic() - began
        return Report(name, database, seed, counted, tuple(checks), broken(checks), seconds)
    finally:
        checkup.engine_of(desk).dispose()


def _open(kind: type[Growing], centre: Centre, desk: Desk, *, size: int) -> Growing:
    with desk.sessions() as session:
        institute_id = make_institute(session).id
        certifier = make_actor(session, Role.CERTIFIER, institute_id=institute_id)
        keeper = make_actor(session, Role.ADMINISTRATOR, institute_id=institute_id)
        give_keys(session, desk)
        token = make_token(session, certifier)
        email = session.get_one(Person, keeper.person_id).email or ""
    return kind(centre, desk, institute_id, certifier, token, email, at_once=size)
