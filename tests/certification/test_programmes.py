"""Certificates of programmes: who may have one, what it says, and what becomes of it later."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from nador.accounts.models import Institute
from nador.assessment.models import Assessment
from nador.catalogue.models import CourseVersion, Programme, Run
from nador.catalogue.rules import AssessmentKind, CatalogueStatus, DocumentKind
from nador.certification import queries, service
from nador.certification.changes import queries as changes
from nador.certification.changes.models import Proposal
from nador.certification.facts import CertificateFacts
from nador.certification.models import Certificate, CertificatePart
from nador.certification.rules import (
    BatchStatus,
    CertificateEventKind,
    CertificateStatus,
    NothingToIssue,
    NotInDoubt,
    ProgrammeNotPublished,
    WhyMissing,
)
from nador.certification.template import Annex, TemplateOptions
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor, Forbidden, Grant, OwnCase, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.mail import Message
from tests.certification.office import ORIGIN, ask_for_two, let_pass, order, work_off
from tests.certification.sheets import text_of
from tests.certification.test_templates import bring_into_use
from tests.factories import (
    make_actor,
    make_certificate,
    make_course,
    make_enrolment,
    make_institute,
    make_person,
    make_programme,
    make_run,
    make_token,
    sign_in,
    store,
)
from tests.factories.assessment import make_pass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from nador.accounts.models import Person
    from nador.certification.models import Batch
    from nador.kernel.work import Desk
    from tests.conftest import Database


@dataclass
class School:
    """A programme of two courses, each with a run that is over."""

    session: Session
    institute: Institute
    certifier: Actor
    programme: Programme
    runs: list[Run]
    versions: list[CourseVersion]

    def let_hold(self, person: Person, *which: int, **facts: Any) -> list[Certificate]:
        """Give a person the certificates of these courses, all by default."""
        return [
            make_certificate(
                self.session,
                institute=self.institute,
                run=self.runs[index],
                person=person,
                **facts,
            )
            for index in which or range(len(self.runs))
        ]

    def graduate(self, **names: str | bool | None) -> Person:
        person = make_person(self.session, **names)  # type: ignore[arg-type] # names and `confirmed` only
        self.let_hold(person)
        return person

    def order(self, actor: Actor | None = None) -> Batch:
        return service.order_programme(
            self.session,
            actor or self.certifier,
            programme_id=self.programme.id,
            origin=ORIGIN,
        )

    def own(self, person: Person) -> Certificate:
        """The programme's certificate of a person."""
        return self.session.scalars(
            select(Certificate).where(
                Certificate.programme_id.is_not(None), Certificate.person_id == person.id
            )
        ).one()


@pytest.fixture
def school(session: Session, institute: Institute, certifier: Actor) -> School:
    versions = [make_course(session, institute_id=institute.id) for _ in range(2)]
    runs = [
        make_run(session, version, institute_id=institute.id, starts_in=-60) for version in versions
    ]
    programme = make_programme(session, versions, institute_id=institute.id)
    return School(session, institute, certifier, programme, runs, versions)


def names(people: object) -> list[str | None]:
    return [one.person.name_latin for one in people]  # type: ignore[attr-defined] # rows with a person


def test_who_holds_all_and_who_lacks_what(session: Session, school: School) -> None:
    school.graduate(name_latin="Zineb All")
    one_short = make_person(session, name_latin="Amina One")
    school.let_hold(one_short, 1)
    stranger = make_person(session, name_latin="Nobody None")

    sheet = queries.programme_sheet(session, school.programme)
    coming = queries.on_the_way(session, school.programme)

    assert names(sheet.people) == ["Zineb All"]
    assert names(coming) == ["Amina One"]
    assert [course.id for course in coming[0].lacking] == [school.runs[0].course_id]
    assert stranger.name_latin not in names([*sheet.people, *coming])


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"status": CertificateStatus.REVOKED}, id="revoked"),
        pytest.param({"status": CertificateStatus.PENDING_ISSUE}, id="not issued yet"),
        pytest.param({"expires_on": "yesterday"}, id="expired"),
    ],
)
def test_what_is_not_in_force_does_not_count(
    session: Session, school: School, facts: dict[str, object]
) -> None:
    if facts.get("expires_on"):
        facts = {"expires_on": clock.today() - timedelta(days=1)}
    person = make_person(session)
    school.let_hold(person, 0)
    school.let_hold(person, 1, **facts)

    assert queries.graduates(session, school.programme) == []
    with pytest.raises(NothingToIssue):
        school.order()


def test_a_certificate_of_another_institute_does_not_count(
    session: Session, school: School
) -> None:
    other = make_institute(session, prefix="OUJ")
    person = make_person(session)
    school.let_hold(person, 0)
    make_certificate(session, institute=other, run=school.runs[1], person=person)

    assert queries.graduates(session, school.programme) == []


def test_two_certificates_of_one_course_are_one_course(session: Session, school: School) -> None:
    person = make_person(session)
    school.let_hold(person, 0)
    again = make_run(
        session,
        school.versions[0],
        institute_id=school.institute.id,
    )
    make_certificate(session, institute=school.institute, run=again, person=person)

    assert queries.graduates(session, school.programme) == []
    assert queries.on_the_way(session, school.programme)[0].held == 1


def test_an_order_becomes_documents(session: Session, school: School, desk: Desk) -> None:
    until = clock.today() + timedelta(days=400)
    person = make_person(session)
    first, second = (
        *school.let_hold(person, 0, hours=30, starts_on=clock.today() - timedelta(days=300)),
        *school.let_hold(person, 1, hours=45, expires_on=until),
    )

    batch = school.order()
    work_off(desk, session)

    made = school.own(person)
    progress = queries.progress(session, batch.id)
    assert (progress.status, progress.issued) == (BatchStatus.DONE, 1)
    assert (made.status, made.kind) == (CertificateStatus.ISSUED, DocumentKind.CERTIFICATE)
    assert (made.hours, made.starts_on, made.ends_on) == (75, first.starts_on, second.ends_on)
    assert made.expires_on == until
    assert made.title == school.programme.title
    assert made.facts["programme"] == school.programme.code
    assert len(made.facts["courses"]) == 2
    assert "Earned by holding the certificates" in made.facts["criteria"]["en"]
    parts = session.scalars(select(CertificatePart.part_id)).all()
    assert sorted(parts) == [first.id, second.id]
    [mail] = session.scalars(select(Message).where(Message.person_id == person.id))
    assert made.code in mail.body


def test_pressing_twice_orders_once(session: Session, school: School) -> None:
    school.graduate()

    first, second = school.order(), school.order()

    assert first.id == second.id
    own = select(func.count()).where(Certificate.programme_id.is_not(None))
    assert session.scalar(own) == 1


def test_who_cannot_be_served_is_named_and_served_later(
    session: Session, school: School, desk: Desk
) -> None:
    school.graduate()
    unconfirmed = school.graduate(confirmed=False)
    batch = school.order()
    work_off(desk, session)

    before = queries.progress(session, batch.id)
    assert (before.total, before.issued, before.failed) == (2, 1, 1)
    assert before.failures[0].person_id == unconfirmed.id
    assert before.failures[0].enrolment_id is None

    service.confirm_names_of_programme(
        session,
        school.certifier,
        programme_id=school.programme.id,
        person_ids=[unconfirmed.id],
    )
    assert school.order().id == batch.id
    work_off(desk, session)
    after = queries.progress(session, batch.id)
    assert (after.total, after.issued, after.failed) == (2, 2, 0)


def test_nobody_issues_for_themselves(session: Session, school: School) -> None:
    person = school.graduate()
    own_grant = frozenset({Grant(Role.CERTIFIER, school.institute.id)})

    batch = school.order(Actor(person_id=person.id, grants=own_grant))

    assert [one.code for one in queries.progress(session, batch.id).failures] == ["own_case"]


@pytest.mark.parametrize(
    ("role", "refusal"), [(Role.REGISTRAR, Forbidden), (Role.ADMINISTRATOR, NotFound)]
)
def test_only_certifiers_issue(
    session: Session, school: School, role: Role, refusal: type[Exception]
) -> None:
    school.graduate()

    with pytest.raises(refusal):
        school.order(make_actor(session, role, institute_id=school.institute.id))


@pytest.mark.parametrize("status", [CatalogueStatus.DRAFT, CatalogueStatus.RETIRED])
def test_a_programme_that_is_not_offered_leads_to_nothing(
    session: Session, school: School, status: CatalogueStatus
) -> None:
    school.graduate()

    @command
    def set_status(inner: Session, _actor: Actor) -> None:
        inner.merge(school.programme).status = status

    set_status(session, NOBODY)
    with pytest.raises(ProgrammeNotPublished):
        school.order()


def revoke(school: School, certificate: Certificate) -> None:
    service.revoke(
        school.session,
        school.certifier,
        code=certificate.code,
        reason="copied",
        public_reason="Issued in error",
    )


def test_a_lost_part_changes_nothing_but_asks_for_a_decision(
    session: Session, school: School, desk: Desk
) -> None:
    person = make_person(session)
    _kept, lost = school.let_hold(person)
    school.order()
    work_off(desk, session)
    assert queries.in_doubt(session, school.programme.id) == []

    revoke(school, lost)

    own = school.own(person)
    [doubt] = queries.in_doubt(session, school.programme.id)
    assert own.status is CertificateStatus.ISSUED
    assert (doubt.certificate, doubt.lost) == (own, [lost])
    assert queries.lost_parts(session, own.id)

    revoke(school, own)
    assert queries.in_doubt(session, school.programme.id) == []


@pytest.fixture
def doubtful(session: Session, school: School, desk: Desk) -> Certificate:
    """A programme's certificate that has lost its second part."""
    person = make_person(session)
    _kept, lost = school.let_hold(person)
    school.order()
    work_off(desk, session)
    revoke(school, lost)
    return school.own(person)


def test_somebody_lets_it_stand_and_says_why(
    session: Session, school: School, doubtful: Certificate
) -> None:
    with pytest.raises(WhyMissing):
        service.let_stand(session, school.certifier, code=doubtful.code, reason=" \u200b")

    service.let_stand(session, school.certifier, code=doubtful.code, reason="taken again in May")

    assert queries.in_doubt(session, school.programme.id) == []
    assert doubtful.status is CertificateStatus.ISSUED
    assert changes.upheld_parts(session, doubtful.id) == ["taken again in May"]
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry
    assert (entry.action, entry.details["reason"]) == ("certificate.upheld", "taken again in May")
    kinds = [one.kind for one in queries.events_of(session, doubtful.id)]
    assert CertificateEventKind.UPHELD in kinds
    with pytest.raises(NotInDoubt):
        service.let_stand(session, school.certifier, code=doubtful.code, reason="once more")


def test_what_is_lost_later_is_asked_about_again(
    session: Session, school: School, doubtful: Certificate
) -> None:
    service.let_stand(session, school.certifier, code=doubtful.code, reason="taken again")
    [other] = [one for one in queries.resting_on(session, doubtful.id) if one.status == "issued"]

    revoke(school, other)

    [doubt] = queries.in_doubt(session, school.programme.id)
    assert doubt.lost == [other]


def test_only_certifiers_let_stand_and_nobody_their_own(
    session: Session, school: School, doubtful: Certificate
) -> None:
    registrar = make_actor(session, Role.REGISTRAR, institute_id=school.institute.id)
    grant = Grant(Role.CERTIFIER, institute_id=school.institute.id)
    themselves = Actor(person_id=doubtful.person_id, grants=frozenset({grant}))
    for actor, refusal in ((registrar, Forbidden), (themselves, OwnCase)):
        with pytest.raises(refusal):
            service.let_stand(session, actor, code=doubtful.code, reason="taken again")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM upheld_part",
        "UPDATE upheld_part SET part_id = part_id + 1",
        "UPDATE upheld_part SET reason = 'another'",
        "UPDATE upheld_part SET by_id = by_id + 1",
        "UPDATE certificate_event SET by_id = NULL",
        "DELETE FROM certificate_event",
    ],
)
def test_who_let_it_stand_is_kept(
    session: Session, school: School, doubtful: Certificate, statement: str
) -> None:
    service.let_stand(session, school.certifier, code=doubtful.code, reason="taken again")

    @command
    def tamper(inner: Session, _actor: Actor) -> None:
        inner.execute(text(statement))

    with pytest.raises(DBAPIError):
        tamper(session, NOBODY)


def test_letting_stand_on_the_page(
    office: FlaskClient, school: School, doubtful: Certificate
) -> None:
    place = f"/manage/certificates/{doubtful.code}"

    before = office.get(place).text
    empty = office.post(f"{place}/standing", data={"why": ""})
    done = office.post(f"{place}/standing", data={"why": "taken again"}, follow_redirects=True)

    assert "To be decided" in before
    assert empty.status_code == 422
    assert "The certificate stands." in done.text
    assert "taken again" in done.text
    assert "To be decided" not in done.text
    assert "To be decided" not in office.get(f"/manage/programmes/{school.programme.code}").text


def test_an_order_is_proposed_and_renewed_by_two(
    session: Session, school: School, desk: Desk
) -> None:
    colleague = make_actor(session, Role.CERTIFIER, institute_id=school.institute.id)
    until = clock.today() + timedelta(days=30)
    person = make_person(session)
    old_parts = school.let_hold(person, expires_on=until)
    ask_for_two(session, school.institute)

    def by_two(act: Any) -> Any:
        proposal = service.submit(session, school.certifier, act=act, origin=ORIGIN)
        assert isinstance(proposal, Proposal)
        return service.approve(session, colleague, proposal_id=proposal.id, origin=ORIGIN)

    batch = by_two(service.Issuing(programme_id=school.programme.id))
    work_off(desk, session)
    old = school.own(person)
    # Each part lasts longer now: so may what rests on them.
    for run in school.runs:
        make_certificate(
            session,
            institute=school.institute,
            run=make_run(
                session,
                session.get_one(CourseVersion, run.version_id),
                institute_id=school.institute.id,
                starts_in=-30,
            ),
            person=person,
            expires_on=until + timedelta(days=300),
        )
    new = by_two(service.Renewing(code=old.code))

    assert batch.ordered_by_id == colleague.person_id
    assert (old.status, old.expires_on) == (CertificateStatus.SUPERSEDED, until)
    assert new.expires_on == until + timedelta(days=300)
    rests = {one.id for one in queries.resting_on(session, new.id)}
    assert len(rests) == 2
    assert not rests & {one.id for one in old_parts}


def taught(school: School, *, outcomes: int = 2) -> Person:
    """Somebody who has passed both courses, each with outcomes and a quiz."""
    person = make_person(school.session)
    for run, mark in zip(school.runs, ("12.50", "16.25"), strict=True):
        enrolment = make_enrolment(school.session, run_id=run.id, person_id=person.id)
        make_pass(school.session, enrolment, mark=mark)
        _describe(school.session, NOBODY, version_id=run.version_id, outcomes=outcomes)
        assess(school.session, run)
        make_certificate(
            school.session,
            institute=school.institute,
            run=run,
            person=person,
            enrolment_id=enrolment.id,
        )
    return person


@command
def _describe(session: Session, _actor: Actor, *, version_id: int, outcomes: int) -> None:
    version = session.get_one(CourseVersion, version_id)
    said = [f"Savoir faire la chose numéro {number}" for number in range(outcomes)]
    version.outcomes = {"fr": said, "en": [], "ar": []}


def assess(session: Session, run: Run) -> None:
    for place, kind in enumerate((AssessmentKind.QUIZ, AssessmentKind.ORAL), start=1):
        store(
            session,
            Assessment(
                run_id=run.id,
                position=place,
                code=kind.value,
                kind=kind,
                title={"fr": kind.value},
                weight=Decimal(1),
                out_of=Decimal(20),
                minimum=Decimal(0),
            ),
        )


def supplemented(school: School, desk: Desk, person: Person, chosen: Annex) -> Certificate:
    options = TemplateOptions(supplement=chosen)
    bring_into_use(school.session, school.certifier, school.institute, options)
    school.order()
    work_off(desk, school.session)
    return school.own(person)


def test_a_supplement_says_what_the_courses_were(
    session: Session, school: School, desk: Desk
) -> None:
    own = supplemented(school, desk, taught(school), Annex.WITH_MARKS)

    facts = CertificateFacts.from_dict(own.facts)
    said = facts.supplement
    assert said is not None
    assert said.of_courses
    assert [(one.weight, one.mark, one.out_of) for one in said.assessments] == [
        ("30", "12.50", "20"),
        ("30", "16.25", "20"),
    ]
    assert {one.method.en for one in said.assessments} == {"quiz and oral"}
    assert len(said.outcomes.en) == 4
    assert CertificateFacts.from_json(facts.to_json()) == facts
    sheet, page, _end = text_of(desk.files.get(queries.current_file(session, own.id).sha256)).split(
        "\f"
    )
    for printed in ("Courses", "Formations", "16.25 / 20", "12.50 / 20", "30 h"):
        assert printed in page.replace("\u00a0", " ")
    assert "Final mark" not in page
    assert "who completed the programme" in sheet


def test_marks_of_courses_are_told_by_choice_only(school: School, desk: Desk) -> None:
    own = supplemented(school, desk, taught(school), Annex.WITHOUT_MARKS)

    assert own.facts["supplement"]["assessments"]
    assert "16.25" not in json.dumps(own.facts)


def test_many_outcomes_are_cut_to_what_the_page_has_room_for(school: School, desk: Desk) -> None:
    own = supplemented(school, desk, taught(school, outcomes=40), Annex.WITHOUT_MARKS)

    kept = own.facts["supplement"]["outcomes"]["fr"]
    assert 2 <= len(kept) < 80
    # As many of one course as of the other.
    assert kept[: len(kept) // 2] == kept[len(kept) // 2 :]


def test_supplements_of_many_are_read_at_once(
    session: Session, school: School, statements: list[str]
) -> None:
    bring_into_use(
        session, school.certifier, school.institute, TemplateOptions(supplement=Annex.WITH_MARKS)
    )
    asked = []
    for count in (1, 2, 9):
        for _ in range(count):
            school.let_hold(make_person(session))
        statements.clear()
        school.order()
        # Places in the status list are drawn by lot: one that is taken is drawn again.
        drawn = "SELECT credential.status_index"
        read = [one for one in statements if one.startswith("SELECT") and drawn not in one]
        asked.append(len(read))

    assert asked[1] == asked[2]


def test_who_has_another_certificate_of_the_course_lost_nothing(
    session: Session, school: School, desk: Desk
) -> None:
    person = make_person(session)
    _kept, lost = school.let_hold(person)
    school.order()
    work_off(desk, session)
    again = make_run(session, school.versions[1], institute_id=school.institute.id)
    make_certificate(session, institute=school.institute, run=again, person=person)

    revoke(school, lost)

    assert queries.in_doubt(session, school.programme.id) == []


def test_a_correction_rests_on_the_same_parts(session: Session, school: School, desk: Desk) -> None:
    person = school.graduate()
    school.order()
    work_off(desk, session)
    old = school.own(person)

    new = service.replace(session, school.certifier, code=old.code, origin=ORIGIN)

    parts = [one.id for one in queries.resting_on(session, old.id)]
    assert [one.id for one in queries.resting_on(session, new.id)] == parts
    assert len(parts) == 2


@pytest.mark.parametrize(
    "statement", ["DELETE FROM certificate_part", "UPDATE certificate_part SET part_id = 1"]
)
def test_what_a_certificate_rests_on_is_kept(
    session: Session, school: School, statement: str
) -> None:
    school.graduate()
    school.order()

    @command
    def tamper(inner: Session, _actor: Actor) -> None:
        inner.execute(text(statement))

    with pytest.raises(DBAPIError):
        tamper(session, NOBODY)


def test_the_board_counts_who_is_ready_and_what_is_in_doubt(
    session: Session, school: School, desk: Desk
) -> None:
    person = make_person(session)
    _kept, lost = school.let_hold(person)
    school.graduate(name_latin="Zineb")

    def row() -> tuple[int, int, int]:
        [found] = queries.programmes_to_certify(session, school.certifier)
        return found.ready, found.live, found.doubtful

    assert row() == (2, 0, 0)
    school.order()
    work_off(desk, session)
    assert row() == (0, 2, 0)
    revoke(school, lost)
    assert row() == (0, 2, 1)
    other = make_institute(session, prefix="OUJ")
    stranger = make_actor(session, Role.CERTIFIER, institute_id=other.id)
    assert queries.programmes_to_certify(session, stranger) == []


@pytest.fixture
def office(client: FlaskClient, session: Session, certifier: Actor) -> FlaskClient:
    sign_in(client, session, certifier)
    client.set_cookie("nador_lang", "en")
    return client


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def note(*given: object) -> None:
        said.append(str(given[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    yield said
    event.remove(database.engine, "before_cursor_execute", note)


def test_the_page_goes_from_names_to_documents(
    office: FlaskClient, session: Session, school: School, desk: Desk
) -> None:
    person = school.graduate(name_latin="<b>Bobby</b>", confirmed=False)
    one_short = make_person(session, name_latin="Amina One")
    school.let_hold(one_short, 0)
    place = f"/manage/programmes/{school.programme.code}"

    page = office.get(place)
    assert "&lt;b&gt;Bobby&lt;/b&gt;" in page.text
    assert "<b>Bobby" not in page.text
    assert "Amina One" in page.text
    assert office.get(f"{place}/preview/{person.id}.pdf").data.startswith(b"%PDF")
    assert office.get(f"{place}/preview/{one_short.id}.pdf").status_code == 404

    office.post(f"{place}/names", data={"person": person.id})
    ordered = office.post(place)
    assert ordered.status_code == 303
    work_off(desk, session)
    done = office.get(ordered.location)
    own = school.own(person)
    assert own.code in done.text
    assert school.programme.code in done.text

    [first, _second] = queries.resting_on(session, own.id)
    revoke(school, first)
    assert own.code in office.get(place).text
    assert "To be decided" in office.get("/manage/certify").text
    detail = office.get(f"/manage/certificates/{own.code}").text
    assert "stands no more" in detail
    assert first.code in detail
    board = office.get("/manage").text
    assert "1 programme certificate to decide about" in board
    public = office.get(f"/v/{own.code}?lang=en")
    assert "Data and AI programme" in public.text


def test_a_preview_that_cannot_be_drawn_says_why(office: FlaskClient, school: School) -> None:
    person = school.graduate(name_latin="José 🎓", name_arabic=None)
    place = f"/manage/programmes/{school.programme.code}/preview/{person.id}.pdf"

    refused = office.get(place)

    assert refused.status_code == 422
    assert school.programme.code in refused.text


def test_a_large_programme_costs_a_few_statements(
    office: FlaskClient, session: Session, school: School, statements: list[str]
) -> None:
    for number in range(12):
        school.graduate(name_latin=f"All {number}")
        school.let_hold(make_person(session, name_latin=f"One {number}"), 1)
    statements.clear()

    page = office.get(f"/manage/programmes/{school.programme.code}")

    assert page.text.count("<tr>") > 24
    assert len([one for one in statements if one.startswith("SELECT")]) <= 16


def test_programs_order_too(
    client: FlaskClient, session: Session, school: School, certifier: Actor, desk: Desk
) -> None:
    person = school.graduate()
    unconfirmed = school.graduate(confirmed=False)
    headers = {"Authorization": f"Bearer {make_token(session, certifier)}"}
    place = f"/api/v1/programmes/{school.programme.code}/certificates"

    ordered = client.post(place, headers=headers)
    work_off(desk, session)
    told = client.get(f"/api/v1/batches/{ordered.get_json()['batch']}", headers=headers).get_json()

    assert ordered.status_code == 202
    assert told["certificates"] == [{"enrolment_id": None, "code": school.own(person).code}]
    [failure] = told["failures"]
    assert (failure["enrolment_id"], failure["person"]) == (None, unconfirmed.reference)
    assert client.post("/api/v1/programmes/NONE/certificates", headers=headers).status_code == 404


def test_a_run_s_order_is_not_the_programme_s(
    session: Session, school: School, certifier: Actor
) -> None:
    let_pass(session, school.runs[0])
    of_run = order(session, certifier, school.runs[0])
    school.graduate()

    assert school.order().id != of_run.id
    assert queries.batch_head(session, of_run).run == school.runs[0]
