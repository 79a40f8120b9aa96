"""What documents are issued for: a run, or a programme."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from nador.accounts.models import Institute
from nador.catalogue import queries as catalogue
from nador.catalogue.models import CourseVersion
from nador.catalogue.rules import DocumentKind
from nador.certification import policy, queries, rules
from nador.certification.facts import CertificateFacts, Kind
from nador.certification.service.freezing import (
    Ground,
    active_template,
    draft_facts,
    issuer_of,
    said_in,
)
from nador.certification.service.supplements import supplements
from nador.certification.service.supplements_of_programmes import supplements_of_programme
from nador.certification.service.taught import besides, besides_of_programme
from nador.certification.template import TemplateOptions
from nador.kernel import clock
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from nador.catalogue.models import Programme, Run
    from nador.catalogue.queries import MemberCourse
    from nador.certification.models import Batch, TemplateVersion
    from nador.certification.queries import Candidate
    from nador.kernel.access import Actor


def run_ground(session: Session, actor: Actor, run_id: int) -> Ground:
    """Lock a run for a certifier, and say what its documents say."""
    run = catalogue.run_for_update(session, run_id)
    policy.require_certify(actor, institute_id=run.institute_id)
    institute = session.get_one(Institute, run.institute_id)
    version = session.get_one(CourseVersion, run.version_id)
    template_for = _templates(session, institute.id)

    @cache
    def told() -> Callable[[Candidate], dict[str, Any]]:
        options = options_of(template_for(Kind(version.document)))
        return besides_of_run(session, run, version, options)

    def draft(one: Candidate) -> CertificateFacts:
        options = options_of(template_for(Kind(version.document)))
        return draft_facts(institute, one, run=run, version=version, options=options)

    def said_besides(one: Candidate) -> dict[str, Any]:
        return told()(one)

    return Ground(
        subject=f"run:{run_id}",
        institute=institute,
        people=queries.candidates(session, run_id),
        title=version.title,
        template_for=template_for,
        draft=draft,
        besides=said_besides,
        earlier=queries.batches_of(session, run_id),
        run_id=run_id,
    )


def besides_of_run(
    session: Session, run: Run, version: CourseVersion, options: TemplateOptions
) -> Callable[[Candidate], dict[str, Any]]:
    """Read once what documents of a run say beyond their sheet; the function gives each holder's."""
    shared = besides(session, version)
    supplement = supplements(session, run=run, version=version, chosen=options.supplement)
    return lambda one: {**shared, "supplement": supplement(one)}


def programme_ground(session: Session, actor: Actor, programme_id: int) -> Ground:
    """Lock a programme for a certifier, and say what its documents say; raises ProgrammeNotPublished."""
    programme = catalogue.programme_for_update(session, programme_id)
    policy.require_certify(actor, institute_id=programme.institute_id)
    rules.require_published(programme.status)
    institute = session.get_one(Institute, programme.institute_id)
    template_for = _templates(session, institute.id)
    courses = catalogue.member_courses(session, programme.id)
    people = queries.graduates(session, programme)
    return Ground(
        subject=f"programme:{programme_id}",
        institute=institute,
        people=people,
        title=programme.title,
        template_for=template_for,
        draft=lambda one: programme_facts(
            institute, one, programme, options_for=lambda kind: options_of(template_for(kind))
        ),
        besides=besides_of_whole(
            session,
            programme,
            courses,
            people,
            options_for=lambda kind: options_of(template_for(kind)),
        ),
        earlier=queries.batches_of_programme(session, programme_id),
        programme_id=programme_id,
    )


def besides_of_whole(
    session: Session,
    programme: Programme,
    courses: Sequence[MemberCourse],
    people: Sequence[Candidate],
    *,
    options_for: Callable[[Kind], TemplateOptions],
) -> Callable[[Candidate], dict[str, Any]]:
    """Read once what documents of a programme say beyond their sheet; the function gives each holder's."""
    said = besides_of_programme(session, programme, courses)
    supplement = supplements_of_programme(
        session, people, chosen=lambda kind: options_for(Kind(kind)).supplement
    )
    title = said_in(programme.title)

    def of(one: Candidate) -> dict[str, Any]:
        own = said(one)
        return {**own, "supplement": supplement(one, title, own["skills"])}

    return of


def ground_of(session: Session, actor: Actor, batch: Batch) -> Ground:
    """Lock what an order is for."""
    if batch.run_id is not None:
        return run_ground(session, actor, batch.run_id)
    if batch.programme_id is not None:
        return programme_ground(session, actor, batch.programme_id)
    raise NotFound


def programme_facts(
    institute: Institute,
    one: Candidate,
    programme: Programme,
    *,
    options_for: Callable[[Kind], TemplateOptions],
) -> CertificateFacts:
    """Say what a person's document of a programme would say, with a code that nobody will ever have."""
    today = clock.today()
    kind = Kind(rules.together(one.parts).kind)
    until = rules.expiry(today, months=options_for(kind).valid_months)
    whole = rules.together(one.parts, expires_on=until)
    return CertificateFacts(
        code=f"{institute.prefix}-0000-0000-0000-0",
        number=rules.certificate_number(institute.prefix, year=today.year, running=0),
        kind=kind,
        title=said_in(programme.title),
        hours=whole.hours,
        starts_on=whole.starts_on,
        ends_on=whole.ends_on,
        issued_on=today,
        expires_on=whole.expires_on,
        issuer=issuer_of(institute),
        verify_url="https://example.org/specimen",
        holder_latin=one.person.name_latin,
        holder_arabic=one.person.name_arabic,
        language=whole.language,
        programme=programme.code,
    )


def options_of(template: TemplateVersion) -> TemplateOptions:
    """Read what a template decides."""
    return TemplateOptions.from_dict(template.options)


def _templates(session: Session, institute_id: int) -> Callable[[Kind], TemplateVersion]:
    @cache
    def template_for(kind: Kind) -> TemplateVersion:
        return active_template(session, institute_id=institute_id, kind=DocumentKind(kind))

    return template_for
