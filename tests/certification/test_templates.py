"""Template versions: who edits them, what is kept, and that nothing used ever changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, literal, select, text
from sqlalchemy.exc import DatabaseError

from nador.catalogue.rules import DocumentKind
from nador.certification import queries, service
from nador.certification.facts import Words
from nador.certification.models import Certificate, TemplatePicture, TemplateVersion
from nador.certification.rules import (
    DraftThere,
    TemplateStatus,
    VersionKept,
    VersionNotChanged,
)
from nador.certification.template import TemplateFlawed, TemplateOptions
from nador.kernel.access import Forbidden, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from tests.certification.designs import LOGO, LOGO_BYTES, texts
from tests.certification.office import issue_one, let_pass, order, work_off
from tests.certification.sheets import text_of
from tests.factories import make_actor, make_institute

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.catalogue.models import Run
    from nador.kernel.access import Actor
    from nador.kernel.work import Desk

KIND = DocumentKind.CERTIFICATE
AWARDED = TemplateOptions(texts=texts(awarded=Words(ar="", fr="revient à", en="")))


def draft(session: Session, actor: Actor, institute: Institute) -> TemplateVersion:
    return service.begin_template(session, actor, institute_id=institute.id, kind=KIND)


def in_use(session: Session, institute: Institute) -> TemplateVersion:
    found = queries.template_in_use(session, institute_id=institute.id, kind=KIND)
    assert found is not None
    return found


def bring_into_use(
    session: Session, actor: Actor, institute: Institute, options: TemplateOptions
) -> TemplateVersion:
    version = draft(session, actor, institute)
    service.save_draft(session, actor, version_id=version.id, options=options)
    service.activate_version(session, actor, version_id=version.id)
    return version


def test_a_draft_begins_as_what_is_in_use(
    session: Session, institute: Institute, certifier: Actor
) -> None:
    version = draft(session, certifier, institute)

    assert version.status is TemplateStatus.DRAFT
    assert TemplateOptions.from_dict(version.options) == TemplateOptions()
    assert in_use(session, institute).number == 1
    assert draft(session, certifier, institute).id == version.id


def test_a_draft_comes_into_use_and_puts_the_one_before_away(
    session: Session, institute: Institute, certifier: Actor
) -> None:
    before = bring_into_use(session, certifier, institute, TemplateOptions(valid_months=12))

    version = bring_into_use(session, certifier, institute, AWARDED)

    assert in_use(session, institute).id == version.id
    assert session.get_one(TemplateVersion, before.id).status is TemplateStatus.ARCHIVED
    service.activate_version(session, certifier, version_id=before.id)
    assert in_use(session, institute).id == before.id
    actions = session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.startswith("template."))
    ).all()
    assert actions.count("template.activated") == 3
    assert {"template.copied", "template.edited"} <= set(actions)


def test_a_certificate_is_drawn_by_the_version_of_its_order(
    session: Session, institute: Institute, certifier: Actor, run: Run, desk: Desk
) -> None:
    bring_into_use(session, certifier, institute, AWARDED)
    let_pass(session, run)
    order(session, certifier, run)

    bring_into_use(session, certifier, institute, TemplateOptions())
    work_off(desk, session)

    certificate = session.scalars(select(Certificate)).one()
    said = text_of(desk.files.get(queries.current_file(session, certificate.id).sha256))
    assert "revient à" in said
    assert "est décerné à" not in said


def test_a_logo_is_drawn_from_the_store(
    session: Session, institute: Institute, certifier: Actor, run: Run, desk: Desk
) -> None:
    desk.files.put(LOGO_BYTES)
    version = draft(session, certifier, institute)
    options = TemplateOptions(logo=LOGO)
    service.save_draft(session, certifier, version_id=version.id, options=options, added=[LOGO])
    service.activate_version(session, certifier, version_id=version.id)

    issue_one(session, certifier, run, desk)

    assert session.scalars(select(Certificate.template_version_id)).one() == version.id
    assert session.scalars(select(TemplatePicture.sha256)).all() == [LOGO.sha256]


def test_another_institutes_picture_is_not_to_be_had(
    session: Session, institute: Institute, certifier: Actor
) -> None:
    elsewhere = make_institute(session, prefix="OUJ")
    colleague = make_actor(session, Role.CERTIFIER, institute_id=elsewhere.id)
    theirs = draft(session, colleague, elsewhere)
    options = TemplateOptions(logo=LOGO)
    service.save_draft(session, colleague, version_id=theirs.id, options=options, added=[LOGO])
    mine = draft(session, certifier, institute)

    with pytest.raises(NotFound):
        service.save_draft(session, certifier, version_id=mine.id, options=options)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_may_only_see_is_forbidden_and_others_find_nothing(
    session: Session, institute: Institute, certifier: Actor, role: Role
) -> None:
    version = draft(session, certifier, institute)
    seer = make_actor(session, role, institute_id=institute.id)
    stranger = make_actor(
        session, Role.CERTIFIER, institute_id=make_institute(session, prefix="OUJ").id
    )

    for actor, refusal in ((seer, Forbidden), (stranger, NotFound)):
        with pytest.raises(refusal):
            service.save_draft(session, actor, version_id=version.id, options=TemplateOptions())
        with pytest.raises(refusal):
            service.activate_version(session, actor, version_id=version.id)
        with pytest.raises(refusal):
            service.begin_template(session, actor, institute_id=institute.id, kind=KIND)


def test_what_was_in_use_is_copied_and_never_edited(
    session: Session, institute: Institute, certifier: Actor
) -> None:
    version = bring_into_use(session, certifier, institute, AWARDED)

    with pytest.raises(VersionKept):
        service.save_draft(session, certifier, version_id=version.id, options=TemplateOptions())
    copied = service.copy_version(session, certifier, version_id=version.id)
    assert copied.options == version.options
    with pytest.raises(DraftThere):
        service.copy_version(session, certifier, version_id=version.id)
    service.archive_version(session, certifier, version_id=copied.id)
    with pytest.raises(VersionNotChanged):
        service.archive_version(session, certifier, version_id=version.id)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{grade}", "unknown_fact"),
        ("{mention}", "unknown_fact"),
        ("{hours", "stray_brace"),
        ("贈", "unprintable"),
        ("mot " * 70, "crowded"),
        ("é" * 301, "too_long"),
        ("un\ndeux", "too_many_lines"),
    ],
)
def test_a_flawed_draft_can_be_kept_and_not_brought_into_use(
    session: Session, institute: Institute, certifier: Actor, text: str, kind: str
) -> None:
    version = draft(session, certifier, institute)
    options = TemplateOptions(texts=texts(followed=Words(ar="", fr=text, en="")))

    service.save_draft(session, certifier, version_id=version.id, options=options)
    with pytest.raises(TemplateFlawed) as refusal:
        service.activate_version(session, certifier, version_id=version.id)

    assert refusal.value.params["kind"] == kind
    assert (refusal.value.params["slot"], refusal.value.params["language"]) == ("followed", "fr")
    assert in_use(session, institute).number == 1


def test_a_text_without_room_for_one_holder_keeps_nobody_else_from_theirs(
    session: Session, institute: Institute, certifier: Actor, run: Run, desk: Desk
) -> None:
    options = TemplateOptions(
        texts=texts(awarded=Words(ar="", fr="à {holder} revient ceci", en=""))
    )
    bring_into_use(session, certifier, institute, options)
    let_pass(session, run)
    let_pass(session, run, name_latin="Abc " * 50, name_arabic=None)

    batch = order(session, certifier, run)

    progress = queries.progress(session, batch.id)
    assert (progress.pending, progress.failed) == (1, 1)
    assert progress.failures[0].code == "template_flawed"
    assert progress.failures[0].reason == "awarded:fr"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE template_version SET options = '{}' WHERE id = :id",
        "UPDATE template_version SET number = 99 WHERE id = :id",
        "UPDATE template_version SET status = 'draft' WHERE id = :id",
        "DELETE FROM template_version WHERE id = :id",
    ],
)
def test_the_database_keeps_what_was_ever_in_use(
    session: Session, institute: Institute, certifier: Actor, change: str
) -> None:
    version = bring_into_use(session, certifier, institute, AWARDED)

    @command
    def tamper(inner: Session, _actor: Actor) -> None:
        inner.execute(text(change), {"id": version.id})

    with pytest.raises(DatabaseError):
        tamper(session, certifier)


def test_the_database_has_one_in_use_and_one_draft(
    session: Session, institute: Institute, certifier: Actor
) -> None:
    version = draft(session, certifier, institute)

    @command
    def two_in_use(inner: Session, _actor: Actor) -> None:
        inner.execute(
            text("UPDATE template_version SET status = 'active' WHERE id = :id"), {"id": version.id}
        )

    with pytest.raises(DatabaseError):
        two_in_use(session, certifier)


def test_no_certificate_is_drawn_by_a_draft(
    session: Session, institute: Institute, certifier: Actor, run: Run, desk: Desk
) -> None:
    issue_one(session, certifier, run, desk)
    version = draft(session, certifier, institute)
    table = Certificate.__table__
    copied = {column.name: column for column in table.columns if column.name != "id"}
    copied["template_version_id"] = literal(version.id)

    @command
    def copy(inner: Session, _actor: Actor) -> None:
        inner.execute(
            insert(Certificate).from_select(
                list(copied), select(*copied.values()).select_from(table)
            )
        )

    with pytest.raises(DatabaseError, match="drawn by a draft"):
        copy(session, certifier)
