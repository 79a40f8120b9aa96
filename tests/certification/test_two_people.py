"""Where two decide: one proposes, another confirms, and everything is checked again by then."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from nador.accounts.models import Institute, Person, RoleGrant
from nador.certification import cli, queries, service
from nador.certification.changes import queries as changes
from nador.certification.changes.models import Proposal
from nador.certification.models import Batch, Certificate
from nador.certification.rules import (
    AlreadyProposed,
    CertificateStatus,
    NothingToIssue,
    NotInForce,
    ProposalSettled,
    ProposalStatus,
    SamePerson,
    SecondPersonNeeded,
    WhyMissing,
)
from nador.certification.service import Issuing, Renewing, Replacing, Revoking
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor, Forbidden, Grant, OwnCase, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.mail import Message
from tests.certification.office import ORIGIN, ask_for_two, issue_one, let_pass, work_off
from tests.factories import make_actor, make_institute, make_token, sign_in, store

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, sessionmaker

    from nador.catalogue.models import Run
    from nador.kernel.work import Desk
    from nador.settings import Settings

REASONS = {"reason": "copied", "public_reason": "Issued in error"}


@pytest.fixture
def colleague(session: Session, institute: Institute) -> Actor:
    return make_actor(session, Role.CERTIFIER, institute_id=institute.id)


def propose(session: Session, actor: Actor, act: Any) -> Proposal:
    done = service.submit(session, actor, act=act, origin=ORIGIN)
    assert isinstance(done, Proposal)
    return done


def approve(session: Session, actor: Actor, proposal: Proposal) -> Batch | Certificate:
    return service.approve(session, actor, proposal_id=proposal.id, origin=ORIGIN)


@pytest.fixture
def issued(session: Session, institute: Institute, certifier: Actor, run: Run, desk: Desk) -> str:
    """The code of a certificate that was issued before two had to decide."""
    code = issue_one(session, certifier, run, desk).code
    ask_for_two(session, institute)
    return code


def test_a_revocation_waits_for_a_second_person(
    session: Session, certifier: Actor, colleague: Actor, issued: str
) -> None:
    proposal = propose(session, certifier, Revoking(code=issued, **REASONS))
    waiting = queries.by_code(session, issued).status
    done = approve(session, colleague, proposal)

    assert waiting is CertificateStatus.ISSUED
    assert isinstance(done, Certificate)
    assert done.status is CertificateStatus.REVOKED
    assert done.revoked_by_id == colleague.person_id
    assert (proposal.status, proposal.decided_by_id) == ("approved", colleague.person_id)
    trail = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert trail[-3:] == ["proposal.made", "proposal.approved", "certificate.revoked"]


@pytest.mark.parametrize(
    "act",
    [
        lambda code: Revoking(code=code, **REASONS),
        lambda code: Replacing(code=code, name_latin="Selma", name_arabic=None, reason="a letter"),
    ],
    ids=["revoke", "replace"],
)
def test_who_proposed_neither_confirms_nor_refuses(
    session: Session, certifier: Actor, issued: str, act: Any
) -> None:
    proposal = propose(session, certifier, act(issued))

    with pytest.raises(SamePerson):
        approve(session, certifier, proposal)
    with pytest.raises(SamePerson):
        service.deny(session, certifier, proposal_id=proposal.id, reason="no")


def test_the_database_lets_nobody_confirm_their_own(
    session: Session, certifier: Actor, colleague: Actor, issued: str
) -> None:
    proposal = propose(session, certifier, Revoking(code=issued, **REASONS))
    number = proposal.id
    for statement in (
        (
            "UPDATE proposal SET status = 'approved', decided_at = proposed_at, "
            "decided_by_id = proposed_by_id"
        ),
        "UPDATE proposal SET status = 'approved', decided_at = proposed_at",
        "UPDATE proposal SET proposed_by_id = proposed_by_id + 1",
        "UPDATE proposal SET act = '{}'",
        "DELETE FROM proposal",
    ):
        with pytest.raises(DBAPIError):
            _sneak(session, NOBODY, sql=statement)
    service.deny(session, colleague, proposal_id=number, reason="no")
    with pytest.raises(DBAPIError, match="decided for good"):
        _sneak(
            session,
            NOBODY,
            sql="UPDATE proposal SET status = 'withdrawn', decided_by_id = NULL, answer = NULL",
        )


@command
def _sneak(session: Session, _actor: Actor, *, sql: str) -> None:
    session.execute(text(sql))


def test_nobody_decides_alone_where_two_must(
    session: Session, certifier: Actor, run: Run, issued: str
) -> None:
    with pytest.raises(SecondPersonNeeded):
        service.revoke(session, certifier, code=issued, **REASONS)
    with pytest.raises(SecondPersonNeeded):
        service.replace(session, certifier, code=issued, origin=ORIGIN)
    with pytest.raises(SecondPersonNeeded):
        service.order_batch(session, certifier, run_id=run.id, origin=ORIGIN)


def test_one_proposal_at_a_time(
    session: Session, certifier: Actor, colleague: Actor, issued: str, institute: Institute
) -> None:
    first = propose(session, certifier, Revoking(code=issued, **REASONS))
    with pytest.raises(AlreadyProposed):
        service.submit(session, colleague, act=Revoking(code=issued, **REASONS), origin=ORIGIN)
    ask_for_two(session, institute, asked=False)
    with pytest.raises(AlreadyProposed):
        service.revoke(session, colleague, code=issued, **REASONS)

    service.withdraw(session, certifier, proposal_id=first.id)
    revoked = service.revoke(session, colleague, code=issued, **REASONS)

    assert first.status is ProposalStatus.WITHDRAWN
    assert first.decided_by_id is None
    assert revoked.status is CertificateStatus.REVOKED


def test_what_is_settled_stays_so(
    session: Session, certifier: Actor, colleague: Actor, issued: str
) -> None:
    proposal = propose(session, certifier, Revoking(code=issued, **REASONS))
    with pytest.raises(WhyMissing):
        service.deny(session, colleague, proposal_id=proposal.id, reason=" \u200b ")
    with pytest.raises(Forbidden):
        service.withdraw(session, colleague, proposal_id=proposal.id)
    service.deny(session, colleague, proposal_id=proposal.id, reason="It is genuine.")

    for again in (
        lambda: approve(session, colleague, proposal),
        lambda: service.deny(session, colleague, proposal_id=proposal.id, reason="no"),
        lambda: service.withdraw(session, certifier, proposal_id=proposal.id),
    ):
        with pytest.raises(ProposalSettled):
            again()
    assert queries.by_code(session, issued).status is CertificateStatus.ISSUED
    assert proposal.answer == "It is genuine."


def test_confirming_checks_again(
    session: Session, certifier: Actor, colleague: Actor, issued: str
) -> None:
    proposal = propose(session, certifier, Revoking(code=issued, **REASONS))
    _sneak(
        session,
        NOBODY,
        sql="UPDATE certificate SET status = 'revoked', revoked_at = ordered_at, "
        "revoked_by_id = ordered_by_id, public_reason = 'x'",
    )

    with pytest.raises(NotInForce):
        approve(session, colleague, proposal)
    assert changes.proposal(session, proposal.id).status is ProposalStatus.OPEN


def test_nobody_confirms_in_their_own_case(
    session: Session, institute: Institute, certifier: Actor, issued: str
) -> None:
    holder_id = queries.by_code(session, issued).person_id
    holder = Actor(person_id=holder_id, grants=frozenset({Grant(Role.CERTIFIER, institute.id)}))
    with pytest.raises(OwnCase):
        service.submit(session, holder, act=Revoking(code=issued, **REASONS), origin=ORIGIN)
    proposal = propose(session, certifier, Revoking(code=issued, **REASONS))

    with pytest.raises(OwnCase):
        approve(session, holder, proposal)


def test_another_institute_knows_nothing_of_it(
    session: Session, certifier: Actor, issued: str
) -> None:
    stranger = make_actor(
        session, Role.CERTIFIER, institute_id=make_institute(session, prefix="SAL").id
    )
    proposal = propose(session, certifier, Revoking(code=issued, **REASONS))

    with pytest.raises(NotFound):
        approve(session, stranger, proposal)
    with pytest.raises(NotFound):
        service.approve(session, stranger, proposal_id=404, origin=ORIGIN)
    assert changes.waiting_proposals(session, stranger) == []


def test_an_order_is_for_those_who_were_proposed(
    session: Session,
    institute: Institute,
    certifier: Actor,
    colleague: Actor,
    run: Run,
    desk: Desk,
) -> None:
    ask_for_two(session, institute)
    first = let_pass(session, run)
    let_pass(session, run, name_latin="Not Yet", confirmed=False)
    proposal = propose(session, certifier, Issuing(run_id=run.id))
    let_pass(session, run, name_latin="Too Late")

    batch = approve(session, colleague, proposal)
    work_off(desk, session)

    assert isinstance(batch, Batch)
    [made] = queries.of_batch(session, batch.id)
    assert (made.person_id, made.ordered_by_id) == (first.id, colleague.person_id)
    assert made.status is CertificateStatus.ISSUED


def test_neither_of_the_two_gets_one_by_it(
    session: Session, institute: Institute, run: Run
) -> None:
    ask_for_two(session, institute)
    grants = frozenset({Grant(Role.CERTIFIER, institute.id)})
    one, two = (Actor(person_id=let_pass(session, run).id, grants=grants) for _ in range(2))
    third = let_pass(session, run)
    proposal = propose(session, one, Issuing(run_id=run.id))

    batch = approve(session, two, proposal)

    [made] = queries.of_batch(session, batch.id)
    assert made.person_id == third.id
    assert queries.progress(session, batch.id).failed == 0
    with pytest.raises(NothingToIssue):
        approve(session, two, propose(session, one, Issuing(run_id=run.id)))


def test_trying_again_alone_serves_nobody_new(
    session: Session, institute: Institute, certifier: Actor, run: Run
) -> None:
    person = let_pass(session, run, confirmed=False)
    batch = service.order_batch(session, certifier, run_id=run.id, origin=ORIGIN)
    service.confirm_names(session, certifier, run_id=run.id, person_ids=[person.id])
    ask_for_two(session, institute)

    service.retry(session, certifier, batch_id=batch.id, origin=ORIGIN)

    assert (queries.progress(session, batch.id).failed, queries.of_batch(session, batch.id)) == (
        1,
        [],
    )
    colleague = make_actor(session, Role.CERTIFIER, institute_id=institute.id)
    later = approve(session, colleague, propose(session, certifier, Issuing(run_id=run.id)))
    assert queries.progress(session, batch.id).failed == 0
    assert len(queries.of_batch(session, later.id)) == 1


def test_nobody_to_propose_for(
    session: Session, institute: Institute, certifier: Actor, run: Run
) -> None:
    ask_for_two(session, institute)
    let_pass(session, run, confirmed=False)

    with pytest.raises(NothingToIssue):
        service.submit(session, certifier, act=Issuing(run_id=run.id), origin=ORIGIN)


def test_a_correction_proposed_is_printed_as_it_was_confirmed(
    session: Session, certifier: Actor, colleague: Actor, issued: str, desk: Desk
) -> None:
    act = Replacing(code=issued, name_latin=" Selma  Bouziane", name_arabic="", reason="a letter")
    proposal = propose(session, certifier, act)

    new = approve(session, colleague, proposal)
    work_off(desk, session)

    assert isinstance(new, Certificate)
    session.refresh(new)
    assert (new.holder_latin, new.holder_arabic) == ("Selma Bouziane", None)
    assert new.status is CertificateStatus.ISSUED
    old = queries.by_code(session, issued)
    assert (old.status, old.superseded_by_id) == (CertificateStatus.SUPERSEDED, new.id)
    person = session.get_one(Person, new.person_id)
    assert person.names_confirmed_by_id == colleague.person_id


# --- the doors -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_from_one_browser_to_another(
    client: FlaskClient,
    session: Session,
    certifier: Actor,
    colleague: Actor,
    issued: str,
    language: str,
) -> None:
    client.set_cookie("nador_lang", language)
    sign_in(client, session, certifier)
    proposed = client.post(f"/manage/certificates/{issued}/revocation", data=REASONS)
    own = client.get(proposed.location)
    refused = client.post(f"{proposed.location}/approval")

    sign_in(client, session, colleague)
    listed = client.get("/manage/decisions")
    board = client.get("/manage")
    page = client.get(proposed.location)
    done = client.post(f"{proposed.location}/approval")
    shown = client.get(done.location)

    assert (proposed.status_code, refused.status_code) == (303, 422)
    assert f"{proposed.location}/withdrawal" in own.text
    assert f"{proposed.location}/approval" not in own.text
    assert proposed.location in listed.text
    assert "/manage/decisions" in board.text
    assert f"{proposed.location}/approval" in page.text
    assert "copied" in page.text
    assert done.location.endswith(f"/manage/certificates/{issued}")
    assert shown.status_code == 200


def test_refusing_needs_a_reason_and_changes_nothing(
    client: FlaskClient, session: Session, certifier: Actor, colleague: Actor, issued: str
) -> None:
    proposal = propose(session, certifier, Revoking(code=issued, **REASONS))
    client.set_cookie("nador_lang", "en")
    sign_in(client, session, colleague)
    place = f"/manage/proposals/{proposal.id}"

    empty = client.post(f"{place}/denial", data={"reason": " "})
    denied = client.post(f"{place}/denial", data={"reason": "<b>genuine</b>"})
    page = client.get(place)

    assert empty.status_code == 422
    assert denied.status_code == 303
    assert "&lt;b&gt;genuine&lt;/b&gt;" in page.text
    assert f"{place}/approval" not in page.text


def test_withdrawing_on_the_page(
    client: FlaskClient, session: Session, certifier: Actor, issued: str
) -> None:
    proposal = propose(session, certifier, Revoking(code=issued, **REASONS))
    sign_in(client, session, certifier)

    withdrawn = client.post(f"/manage/proposals/{proposal.id}/withdrawal")

    session.rollback()
    assert withdrawn.status_code == 303
    assert changes.open_proposal(session, certificate_id=proposal.certificate_id) is None


def test_an_order_waits_on_its_page(
    client: FlaskClient,
    session: Session,
    institute: Institute,
    certifier: Actor,
    colleague: Actor,
    run: Run,
) -> None:
    ask_for_two(session, institute)
    let_pass(session, run)
    client.set_cookie("nador_lang", "en")
    sign_in(client, session, certifier)
    proposed = client.post(f"/manage/runs/{run.id}/certify")
    page = client.get(f"/manage/runs/{run.id}/certify")

    sign_in(client, session, colleague)
    names = client.get(proposed.location)
    done = client.post(f"{proposed.location}/approval")

    assert "1 certificate was proposed." in page.text
    assert "Salma Bouziane" in names.text
    assert "/manage/batches/" in done.location


def test_programs_propose_and_follow_and_people_confirm(
    client: FlaskClient, session: Session, certifier: Actor, colleague: Actor, issued: str
) -> None:
    headers = {"Authorization": f"Bearer {make_token(session, certifier)}", "Idempotency-Key": "k"}
    place = f"/api/v1/certificates/{issued}/revocation"

    first = client.post(place, json=REASONS, headers=headers)
    again = client.post(place, json=REASONS, headers=headers)
    other = client.post(place, json=REASONS, headers=headers | {"Idempotency-Key": "l"})
    said = first.get_json()["proposal"]
    service.deny(session, colleague, proposal_id=said["id"], reason="genuine")
    followed = client.get(f"/api/v1/proposals/{said['id']}", headers=headers).get_json()

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.get_json() == again.get_json()
    assert (said["kind"], said["status"], said["code"]) == ("revoke", "open", issued)
    assert (other.status_code, other.get_json()["code"]) == (409, "already_proposed")
    assert (followed["status"], followed["answer"]) == ("denied", "genuine")


def test_the_terminal_says_who_confirms(
    session: Session,
    institute: Institute,
    settings: Settings,
    certifier: Actor,
    colleague: Actor,
    run: Run,
    issued: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del institute
    monkeypatch.setenv("NADOR_INSTANCE", str(settings.instance))
    monkeypatch.setenv("NADOR_DATABASE_URL", settings.database_url)
    let_pass(session, run)
    mine, other = (
        str(session.get_one(Person, one.person_id).email) for one in (certifier, colleague)
    )
    session.rollback()

    ordered = CliRunner().invoke(cli.issue, [run.code, "--as", mine])
    revoked = CliRunner().invoke(
        cli.revoke, [issued, "--reason", "a", "--public-reason", "b", "--as", mine]
    )

    for said in (ordered, revoked):
        assert said.exit_code == 4, said.output
        assert other in said.output
        assert mine not in said.output
        assert "/manage/proposals/" in said.output


def test_a_renewal_is_proposed_too(
    session: Session, institute: Institute, certifier: Actor, colleague: Actor, run: Run, desk: Desk
) -> None:
    from tests.certification.test_renewal import let_expire

    let_expire(session, institute, months=12)
    code = issue_one(session, certifier, run, desk).code
    ask_for_two(session, institute)

    new = approve(session, colleague, propose(session, certifier, Renewing(code=code)))

    assert isinstance(new, Certificate)
    assert new.expires_on is not None


def test_two_who_approve_at_once_carry_it_out_once(
    session: Session,
    sessions: sessionmaker[Session],
    institute: Institute,
    certifier: Actor,
    issued: str,
) -> None:
    proposal_id = propose(session, certifier, Replacing(code=issued, name_latin="Selma")).id
    others = [make_actor(session, Role.CERTIFIER, institute_id=institute.id) for _ in range(2)]
    gate = threading.Barrier(2)

    def confirm(actor: Actor) -> str:
        with sessions() as own:
            gate.wait()
            try:
                service.approve(own, actor, proposal_id=proposal_id, origin=ORIGIN)
            except ProposalSettled:
                return "too late"
            return "carried out"

    with ThreadPoolExecutor(2) as threads:
        heard = sorted(threads.map(confirm, others))

    session.rollback()
    assert heard == ["carried out", "too late"]
    found = session.scalars(select(Certificate).order_by(Certificate.id)).all()
    assert [one.status for one in found] == ["superseded", "pending_issue"]
    trail = session.scalars(select(AuditEntry.action)).all()
    assert trail.count("proposal.approved") == trail.count("certificate.superseded") == 1


# --- mails -----------------------------------------------------------------------------------


def told(session: Session) -> dict[str, str]:
    """The mails about proposals, by whom they are for."""
    session.rollback()
    found = session.scalars(
        select(Message).where(Message.body.contains("/manage/proposals/")).order_by(Message.id)
    )
    return {one.recipient: f"{one.subject}\n{one.body}" for one in found}


def address(session: Session, actor: Actor) -> str:
    return session.get_one(Person, actor.person_id).email or ""


@pytest.mark.parametrize(
    ("locale", "subject", "act"),
    [
        ("en", "To be confirmed: ", "Revoke a certificate"),
        ("fr", "À confirmer : ", "Révoquer"),
        ("ar", "في انتظار التأكيد: ", "إلغاء"),
    ],
)
def test_who_could_confirm_is_told_in_their_language(
    session: Session,
    certifier: Actor,
    colleague: Actor,
    issued: str,
    locale: str,
    subject: str,
    act: str,
) -> None:
    _speak(session, NOBODY, person_id=colleague.person_id or 0, locale=locale)

    proposal = propose(session, certifier, Revoking(code=issued, **REASONS))

    [(recipient, mail)] = told(session).items()
    assert recipient == address(session, colleague)
    assert mail.startswith(subject)
    for said in (act, issued, f"/manage/proposals/{proposal.id}"):
        assert said in mail
    assert "copied" not in mail


@command
def _speak(session: Session, _actor: Actor, *, person_id: int, locale: str) -> None:
    session.get_one(Person, person_id).locale = locale


def test_whose_certificate_it_is_about_is_not_asked(
    session: Session, institute: Institute, certifier: Actor, issued: str
) -> None:
    holder_id = queries.by_code(session, issued).person_id
    grant = RoleGrant(
        person_id=holder_id,
        institute_id=institute.id,
        role=Role.CERTIFIER,
        granted_at=clock.now(),
    )
    store(session, grant)

    propose(session, certifier, Revoking(code=issued, **REASONS))

    assert told(session) == {}


def test_an_order_that_waits_is_named_by_its_run(
    session: Session, institute: Institute, certifier: Actor, colleague: Actor, run: Run
) -> None:
    let_pass(session, run)
    ask_for_two(session, institute)
    _speak(session, NOBODY, person_id=colleague.person_id or 0, locale="en")

    propose(session, certifier, Issuing(run_id=run.id))

    mail = told(session)[address(session, colleague)]
    assert "Issue certificates" in mail
    assert run.code in mail


def test_who_proposed_is_told_what_became_of_it(
    session: Session, certifier: Actor, colleague: Actor, issued: str
) -> None:
    _speak(session, NOBODY, person_id=certifier.person_id or 0, locale="en")
    first = propose(session, certifier, Revoking(code=issued, **REASONS))
    service.deny(session, colleague, proposal_id=first.id, reason="It was not copied")
    refused = told(session)[address(session, certifier)]
    taken_back = propose(session, certifier, Revoking(code=issued, **REASONS))
    service.withdraw(session, certifier, proposal_id=taken_back.id)
    unchanged = told(session)[address(session, certifier)]
    last = propose(session, certifier, Revoking(code=issued, **REASONS))
    approve(session, colleague, last)

    assert refused.startswith("Refused: ")
    assert "It was not copied" not in refused, "it may name the holder"
    assert unchanged == refused
    assert told(session)[address(session, certifier)].startswith("Confirmed: ")
