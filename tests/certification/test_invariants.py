"""Invariants of the glossary: one live certificate, answered for ever, a snapshot, confirmed by a person."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from nador.accounts.models import Institute, Person
from nador.certification import service
from nador.certification.changes.models import Proposal
from nador.certification.models import Certificate, CertificateEvent, CertificateFile
from nador.certification.rules import (
    AlreadyProposed,
    CertificateEventKind,
    CertificateStatus,
    NothingToIssue,
    NotInForce,
    ProposalStatus,
    SamePerson,
    SecondPersonNeeded,
)
from nador.certification.service import Drawn, Issuing, Replacing, Revoking
from nador.kernel import codes
from nador.kernel.access import NOBODY, Actor, Forbidden, Grant, OwnCase, Role
from nador.kernel.db import command
from nador.verification import queries as register
from tests.certification.office import ORIGIN, let_pass
from tests.factories import make_actor, make_institute, make_run
from tests.factories.catalogue import make_course

if TYPE_CHECKING:
    from tests.conftest import Database

PENDING, ISSUED, REVOKED, SUPERSEDED = CertificateStatus
LIVE = (PENDING, ISSUED)
UNDO = "UPDATE certificate SET status = '{status}' WHERE id = {id}"
SNAPSHOT = [
    "code",
    "number",
    "kind",
    "holder_latin",
    "holder_arabic",
    "title",
    "issuer",
    "hours",
    "starts_on",
    "ends_on",
    "issued_on",
    "expires_on",
    "facts",
    "person_id",
    "run_id",
]


@command
def _rename(session: Session, _actor: Actor, *, person_id: int, name: str) -> None:
    session.get_one(Person, person_id).name_latin = name


@command
def _rebrand(session: Session, _actor: Actor, *, institute_id: int, name: str) -> None:
    institute = session.get_one(Institute, institute_id)
    institute.name = {**institute.name, "fr": name}


@command
def _ask_for_two(session: Session, _actor: Actor, *, institute_id: int, asked: bool) -> None:
    session.get_one(Institute, institute_id).second_person = asked


@command
def _sneak(session: Session, _actor: Actor, *, sql: str) -> None:
    session.execute(text(sql))


@dataclass
class World:
    """What all examples of one test share."""

    sessions: sessionmaker[Session]
    institute_id: int
    version: Any
    certifier: Actor
    second: Actor


@dataclass(frozen=True)
class Waiting:
    """What the model knows of an open proposal."""

    proposal_id: int
    proposer: Actor
    becomes: CertificateStatus | None
    """What its certificate becomes; None: it is an order."""


class Registry(RuleBasedStateMachine):
    """A run's certificates against the simplest model of them: what each said when it was ordered."""

    world: World

    @initialize()
    def open_run(self) -> None:
        self.session = self.world.sessions()
        run = make_run(
            self.session,
            self.world.version,
            institute_id=self.world.institute_id,
            starts_in=-60,
            closes_in=7,
        )
        self.run, self.run_id = run, run.id
        self.passed: list[int] = []
        self.said: dict[int, dict[str, Any]] = {}
        self.statuses: dict[int, CertificateStatus] = {}
        self.two, self.names = False, 0
        self.waiting: dict[int | None, Waiting] = {}
        self.decided_by_two: list[int] = []
        self.ask_for_two(asked=False)

    @rule(asked=st.booleans())
    def ask_for_two(self, *, asked: bool) -> None:
        _ask_for_two(self.session, NOBODY, institute_id=self.world.institute_id, asked=asked)
        self.two = asked

    def certificates(self) -> list[Certificate]:
        self.session.rollback()
        self.session.expire_all()
        found = select(Certificate).where(Certificate.run_id == self.run_id)
        return list(self.session.scalars(found.order_by(Certificate.id)))

    def learn(self) -> None:
        """Take down what new certificates say; from now on they must go on saying it."""
        for one in self.certificates():
            self.said.setdefault(one.id, {name: getattr(one, name) for name in SNAPSHOT})
            self.statuses.setdefault(one.id, PENDING)

    @precondition(lambda self: len(self.passed) < 4)
    @rule(latin=st.sampled_from(["Salma Bouziane", "Ḥammu Aɣyul", "Nguyễn Thị Ánh"]))
    def pass_somebody(self, latin: str) -> None:
        self.passed.append(let_pass(self.session, self.run, name_latin=latin).id)

    @rule()
    def order(self) -> None:
        try:
            service.order_batch(
                self.session, self.world.certifier, run_id=self.run_id, origin=ORIGIN
            )
        except NothingToIssue:
            assert not self.passed
        except (SecondPersonNeeded, AlreadyProposed):
            assert self.two or None in self.waiting
            return
        self.learn()
        live = {
            self.said[number]["person_id"]
            for number, status in self.statuses.items()
            if status in LIVE
        }
        assert live == set(self.passed)

    @rule()
    def draw(self) -> None:
        for one in self.certificates():
            if self.statuses[one.id] is PENDING:
                content = one.code.encode()
                drawn = Drawn(hashlib.sha256(content).hexdigest(), len(content))
                service.record_issue(self.session, NOBODY, item_id=one.id, outcome=drawn)
                self.statuses[one.id] = ISSUED

    @precondition(lambda self: self.said)
    @rule(data=st.data(), replace=st.booleans())
    def decide(self, data: st.DataObject, *, replace: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.said)))
        code = self.said[number]["code"]
        try:
            if replace:
                service.replace(self.session, self.world.certifier, code=code, origin=ORIGIN)
            else:
                service.revoke(
                    self.session, self.world.certifier, code=code, reason="a", public_reason="b"
                )
        except NotInForce:
            assert self.statuses[number] is not ISSUED
            return
        except (SecondPersonNeeded, AlreadyProposed):
            assert self.two or number in self.waiting
            return
        assert self.statuses[number] is ISSUED
        self.statuses[number] = SUPERSEDED if replace else REVOKED
        self.learn()

    @precondition(lambda self: self.said)
    @rule(data=st.data(), replace=st.booleans(), first=st.booleans())
    def submit(self, data: st.DataObject, *, replace: bool, first: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.said)))
        who, code = self.who(first=first), self.said[number]["code"]
        self.names += 1
        act: Replacing | Revoking = (
            Replacing(code=code, name_latin=f"Selma {self.names}", reason="a letter")
            if replace
            else Revoking(code=code, reason="a", public_reason="b")
        )
        becomes = SUPERSEDED if replace else REVOKED
        try:
            done = service.submit(self.session, who, act=act, origin=ORIGIN)
        except NotInForce:
            assert self.statuses[number] is not ISSUED
            return
        except AlreadyProposed:
            assert number in self.waiting
            return
        assert isinstance(done, Proposal) is self.two
        if isinstance(done, Proposal):
            self.waiting[number] = Waiting(done.id, who, becomes)
        else:
            self.statuses[number] = becomes
            self.learn()

    @rule(first=st.booleans())
    def submit_an_order(self, *, first: bool) -> None:
        who = self.who(first=first)
        try:
            act = Issuing(run_id=self.run_id)
            done = service.submit(self.session, who, act=act, origin=ORIGIN)
        except (NothingToIssue, AlreadyProposed):
            return
        assert isinstance(done, Proposal) is self.two
        if isinstance(done, Proposal):
            self.waiting[None] = Waiting(done.id, who, None)
        self.learn()

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), how=st.sampled_from(["approve", "deny", "withdraw"]), first=st.booleans())
    def settle(self, data: st.DataObject, how: str, *, first: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.waiting, key=lambda one: one or 0)))
        waits, who = self.waiting[number], self.who(first=first)
        settle: Any = {
            "approve": partial(service.approve, origin=ORIGIN),
            "deny": partial(service.deny, reason="no"),
            "withdraw": service.withdraw,
        }[how]
        if (who is waits.proposer) is not (how == "withdraw"):
            with pytest.raises((SamePerson, Forbidden)):
                settle(self.session, who, proposal_id=waits.proposal_id)
            return
        settle(self.session, who, proposal_id=waits.proposal_id)
        del self.waiting[number]
        if how == "approve" and number is not None and waits.becomes is not None:
            self.statuses[number] = waits.becomes
            self.decided_by_two.append(number)
        self.learn()

    def who(self, *, first: bool) -> Actor:
        return self.world.certifier if first else self.world.second

    @precondition(lambda self: self.waiting)
    @rule(
        sql=st.sampled_from(
            [
                (
                    "UPDATE proposal SET status = 'approved', decided_at = proposed_at, "
                    "decided_by_id = proposed_by_id WHERE id = {id}"
                ),
                "UPDATE proposal SET status = 'approved', decided_at = proposed_at WHERE id = {id}",
                "UPDATE proposal SET proposed_by_id = proposed_by_id + 1 WHERE id = {id}",
                "UPDATE proposal SET act = '{{}}' WHERE id = {id}",
                "DELETE FROM proposal WHERE id = {id}",
            ]
        )
    )
    def sneak_past_the_second(self, sql: str) -> None:
        for waits in self.waiting.values():
            with pytest.raises(DBAPIError):
                _sneak(self.session, NOBODY, sql=sql.format(id=waits.proposal_id))

    @precondition(lambda self: self.said)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.said)))
        if self.statuses[number] is PENDING:
            return
        back = PENDING if self.statuses[number] is ISSUED else ISSUED
        with pytest.raises(DBAPIError, match="decided for good"):
            _sneak(self.session, NOBODY, sql=UNDO.format(status=back, id=number))

    @precondition(lambda self: self.said)
    @rule(data=st.data(), replace=st.booleans())
    def decide_for_oneself(self, data: st.DataObject, *, replace: bool) -> None:
        said = self.said[data.draw(st.sampled_from(sorted(self.said)))]
        grants = frozenset({Grant(Role.CERTIFIER, self.world.institute_id)})
        holder = Actor(person_id=said["person_id"], grants=grants)
        decision = (
            partial(service.replace, origin=ORIGIN)
            if replace
            else partial(service.revoke, reason="a", public_reason="b")
        )
        with pytest.raises(OwnCase):
            decision(self.session, holder, code=said["code"])

    @precondition(lambda self: self.passed)
    @rule(data=st.data(), name=st.sampled_from(["Somebody Else", "Nobody"]))
    def change_what_it_was_made_of(self, data: st.DataObject, name: str) -> None:
        person_id = data.draw(st.sampled_from(self.passed))
        _rename(self.session, NOBODY, person_id=person_id, name=name)
        _rebrand(self.session, NOBODY, institute_id=self.world.institute_id, name=name)

    @precondition(lambda self: self.said)
    @rule(
        sql=st.sampled_from(
            [
                "DELETE FROM certificate WHERE run_id = {run}",
                "UPDATE certificate SET holder_latin = 'X' WHERE run_id = {run}",
                "UPDATE certificate SET hours = 400 WHERE run_id = {run}",
                "UPDATE certificate SET status = 'expired' WHERE run_id = {run}",
                "UPDATE certificate SET ordered_by_id = NULL WHERE run_id = {run}",
                "UPDATE result SET confirmed_by_id = NULL WHERE run_id = {run}",
                "DELETE FROM run WHERE id = {run}",
            ]
        )
    )
    def sneak(self, sql: str) -> None:
        with pytest.raises(DBAPIError):
            _sneak(self.session, NOBODY, sql=sql.format(run=self.run_id))

    @invariant()
    def all_is_as_it_was_said(self) -> None:
        if not hasattr(self, "said"):
            return
        found = {one.id: one for one in self.certificates()}
        assert found.keys() == self.said.keys()
        for number, one in found.items():
            assert one.status is self.statuses[number]
            assert {name: getattr(one, name) for name in SNAPSHOT} == self.said[number]
            assert one.ordered_by_id in {
                self.world.certifier.person_id,
                self.world.second.person_id,
            }
        live = [one.person_id for one in found.values() if one.status in LIVE]
        assert len(live) == len(set(live))
        assert len({one.code for one in found.values()}) == len(found)
        self.each_code_is_answered(found)
        self.two_have_decided()

    def two_have_decided(self) -> None:
        """Whatever was confirmed was proposed by another, and what was decided by two was confirmed."""
        about = select(Proposal).outerjoin(Certificate, Certificate.id == Proposal.certificate_id)
        of_run = (Proposal.run_id == self.run_id) | (Certificate.run_id == self.run_id)
        rows = self.session.scalars(about.where(of_run)).all()
        open_ = {one.certificate_id for one in rows if one.status is ProposalStatus.OPEN}
        approved = [one for one in rows if one.status is ProposalStatus.APPROVED]
        assert open_ == set(self.waiting)
        assert all(one.decided_by_id not in {None, one.proposed_by_id} for one in approved)
        assert set(self.decided_by_two) <= {one.certificate_id for one in approved}

    def each_code_is_answered(self, found: dict[int, Certificate]) -> None:
        engine = self.session.get_bind().engine
        drawn = [number for number, status in self.statuses.items() if status is not PENDING]
        for number, one in found.items():
            answer = register.find(engine, codes.parse(one.code))
            assert (answer is not None) == (number in drawn)
        issued = CertificateEvent.kind == CertificateEventKind.ISSUED
        events = select(CertificateEvent.certificate_id).where(issued)
        files = select(CertificateFile.certificate_id)
        for noted in (events, files):
            rows = self.session.scalars(noted.where(noted.selected_columns[0].in_(drawn))).all()
            assert sorted(rows) == sorted(drawn)

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.close()


def test_the_registry_keeps_its_word(
    database: Database, session: Session, sessions: sessionmaker[Session]
) -> None:
    institute = make_institute(session)
    Registry.world = World(
        sessions,
        institute.id,
        make_course(session, institute_id=institute.id),
        make_actor(session, Role.CERTIFIER, institute_id=institute.id),
        make_actor(session, Role.CERTIFIER, institute_id=institute.id),
    )
    run_state_machine_as_test(
        Registry,
        settings=settings(
            max_examples=15 if database.kind == "sqlite" else 5,
            stateful_step_count=20,
            deadline=timedelta(minutes=1),
            suppress_health_check=list(HealthCheck),
        ),
    )
