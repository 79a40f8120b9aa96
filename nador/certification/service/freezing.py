"""What a document says, frozen before anybody draws it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from nador.accounts.models import Institute, Person
from nador.catalogue.rules import DocumentKind
from nador.certification import queries, rules
from nador.certification.facts import (
    CertificateFacts,
    InstituteNames,
    Issuer,
    Kind,
    NobodyNamed,
    Signatory,
    Words,
)
from nador.certification.models import (
    Batch,
    Certificate,
    CertificateTemplate,
    TemplateVersion,
)
from nador.certification.pdf.printable import (
    Unprintable,
    require_printable,
    require_room,
    require_sound,
)
from nador.certification.queries import Candidate
from nador.certification.rules import TemplateStatus
from nador.certification.service.credentials import begin_credentials
from nador.certification.template import TemplateFlawed, TemplateOptions
from nador.kernel import clock, codes
from nador.kernel.access import OwnCase, require_not_own_case
from nador.kernel.errors import DomainError
from nador.kernel.i18n import pick

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from nador.catalogue.models import CourseVersion, Run
    from nador.kernel.access import Actor


def active_template(session: Session, *, institute_id: int, kind: DocumentKind) -> TemplateVersion:
    """Return the institute's template in use for this kind of document; the bundled one to begin with."""
    found = queries.template_in_use(session, institute_id=institute_id, kind=kind)
    if found is not None:
        return found
    # Two first orders at once must not make two templates.
    session.get_one(Institute, institute_id, with_for_update={"key_share": True})
    found = queries.template_in_use(session, institute_id=institute_id, kind=kind)
    if found is not None:
        return found
    template = CertificateTemplate(institute_id=institute_id, kind=kind, name="Nador")
    session.add(template)
    session.flush()
    first = TemplateVersion(
        template_id=template.id,
        number=1,
        layout="nador",
        options={},
        status=TemplateStatus.ACTIVE,
        created_at=clock.now(),
    )
    session.add(first)
    session.flush()
    return first


def draft_facts(
    institute: Institute,
    one: Candidate,
    *,
    run: Run,
    version: CourseVersion,
    options: TemplateOptions,
) -> CertificateFacts:
    """Say what a person's document would say, with a code that nobody will ever have."""
    today = clock.today()
    return CertificateFacts(
        code=f"{institute.prefix}-0000-0000-0000-0",
        number=rules.certificate_number(institute.prefix, year=today.year, running=0),
        kind=Kind(version.document),
        title=said_in(version.title),
        hours=version.hours,
        starts_on=run.starts_on,
        ends_on=run.ends_on,
        issued_on=today,
        expires_on=rules.expiry(today, months=options.valid_months),
        issuer=issuer_of(institute),
        verify_url="https://example.org/specimen",
        holder_latin=one.person.name_latin,
        holder_arabic=one.person.name_arabic,
        mention=said_in(one.mention) if one.mention else None,
        language=run.language,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What documents are issued for, a run or a programme, and how each person's is written."""

    subject: str
    """For the audit trail."""
    institute: Institute
    people: Sequence[Candidate]
    title: Mapping[str, str]
    template_for: Callable[[Kind], TemplateVersion]
    draft: Callable[[Candidate], CertificateFacts]
    """What the paper says."""
    besides: Callable[[Candidate], dict[str, Any]]
    """What the credential says besides, and the supplement."""
    earlier: Sequence[Batch]
    """Orders for the same, newest first."""
    run_id: int | None = None
    programme_id: int | None = None


def freeze(
    session: Session, actor: Actor, people: Iterable[Candidate], *, ground: Ground, origin: str
) -> Frozen:
    """Build the certificates of people, to be drawn, and say for whom there can be none yet."""
    institute = ground.institute
    drafts: list[tuple[Candidate, CertificateFacts]] = []
    frozen = Frozen()
    for one in people:
        try:
            _require_may_have(actor, one)
            draft = ground.draft(one)
            require_printable(draft)
            version = ground.template_for(draft.kind)
            require_sound(draft, TemplateOptions.from_dict(version.options))
        except (
            rules.NamesNotConfirmed,
            NobodyNamed,
            Unprintable,
            OwnCase,
            TemplateFlawed,
        ) as refusal:
            frozen.refused.append((one, refusal))
        else:
            drafts.append((one, draft))
    drafts = [(one, dataclasses.replace(said, **ground.besides(one))) for one, said in drafts]
    require_room(draft for _one, draft in drafts)
    numbers = _take_numbers(session, institute, count=len(drafts))
    holders = [one.person for one, _draft in drafts]
    credentials = begin_credentials(session, holders, institute_id=institute.id, origin=origin)
    now = clock.now()
    for (one, draft), running, credential in zip(drafts, numbers, credentials, strict=True):
        facts = _numbered(draft, prefix=institute.prefix, running=running, origin=origin)
        frozen.certificates.append(
            Certificate(
                institute_id=institute.id,
                person_id=one.person.id,
                run_id=ground.run_id,
                programme_id=ground.programme_id,
                enrolment_id=one.enrolment_id,
                template_version_id=ground.template_for(facts.kind).id,
                kind=DocumentKind(facts.kind),
                title=ground.title,
                issuer=institute.name,
                expires_on=facts.expires_on,
                ordered_by_id=actor.person_id,
                ordered_at=now,
                credential=credential,
                **_said(facts),
            )
        )
        frozen.served.append(one)
    return frozen


@dataclass(frozen=True, slots=True)
class Frozen:
    """What became of an order: certificates to draw, and who is refused, with the reason."""

    certificates: list[Certificate] = field(default_factory=list)
    served: list[Candidate] = field(default_factory=list)
    """Whose certificates they are, in the same order."""
    refused: list[tuple[Candidate, DomainError]] = field(default_factory=list)


def _require_may_have(actor: Actor, one: Candidate) -> None:
    require_not_own_case(actor, one.person.id)
    if one.person.names_confirmed_at is None:
        raise rules.NamesNotConfirmed


def _said(facts: CertificateFacts) -> dict[str, Any]:
    """Take out of the facts what the registry searches and shows."""
    return {
        "code": facts.code,
        "number": facts.number,
        "holder_latin": facts.holder_latin,
        "holder_arabic": facts.holder_arabic,
        "hours": facts.hours,
        "starts_on": facts.starts_on,
        "ends_on": facts.ends_on,
        "issued_on": facts.issued_on,
        "facts": facts.to_dict(),
    }


def copy(
    session: Session,
    actor: Actor,
    old: Certificate,
    *,
    origin: str,
    changed: Mapping[str, Any],
    template_version_id: int | None = None,
) -> Certificate:
    """Build the successor of a certificate: it says the same from today on, but for what `changed`.

    Whoever has hidden their name goes on hiding it.
    """
    draft = CertificateFacts.from_dict(
        old.facts | {"issued_on": clock.today().isoformat(), **changed}
    )
    require_printable(draft)
    version = session.get_one(TemplateVersion, template_version_id or old.template_version_id)
    require_sound(draft, TemplateOptions.from_dict(version.options))
    institute = session.get_one(Institute, old.institute_id)
    person = session.get_one(Person, old.person_id)
    [running] = _take_numbers(session, institute, count=1)
    facts = _numbered(draft, prefix=institute.prefix, running=running, origin=origin)
    [credential] = begin_credentials(session, [person], institute_id=institute.id, origin=origin)
    return Certificate(
        institute_id=old.institute_id,
        person_id=old.person_id,
        run_id=old.run_id,
        programme_id=old.programme_id,
        enrolment_id=old.enrolment_id,
        template_version_id=version.id,
        kind=old.kind,
        title=old.title,
        issuer=old.issuer,
        expires_on=facts.expires_on,
        ordered_by_id=actor.person_id,
        ordered_at=clock.now(),
        holder_hidden=old.holder_hidden,
        credential=credential,
        **_said(facts),
    )


def _numbered(
    draft: CertificateFacts, *, prefix: str, running: int, origin: str
) -> CertificateFacts:
    """Give a draft its own code and number."""
    code = codes.make(prefix)
    number = rules.certificate_number(prefix, year=draft.issued_on.year, running=running)
    return dataclasses.replace(draft, code=code, number=number, verify_url=f"{origin}/v/{code}")


def _take_numbers(session: Session, institute: Institute, *, count: int) -> range:
    """Take so many running numbers at once."""
    # An update locks the row: two orders at once never share a number.
    last = session.scalars(
        update(Institute)
        .where(Institute.id == institute.id)
        .values(last_number=Institute.last_number + count)
        .returning(Institute.last_number)
        .execution_options(synchronize_session=False)
    ).one()
    return range(last - count + 1, last + 1)


def issuer_of(institute: Institute) -> Issuer:
    """Freeze what an institute says of itself."""
    return Issuer(
        names=InstituteNames(**{**institute.name, "zgh": institute.name.get("zgh", "")}),
        city=said_in(institute.city),
        authority=said_in(institute.authority) if any(institute.authority.values()) else None,
        signatory=Signatory(
            latin=institute.signatory["fr"],
            arabic=institute.signatory["ar"],
            title=said_in(institute.signatory_title),
        ),
    )


def said_in(words: Mapping[str, str]) -> Words:
    """Choose the words for each language of the sheet."""
    return Words(**{language: pick(words, language) for language in ("ar", "fr", "en")})
