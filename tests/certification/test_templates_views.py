"""The pages on which certifiers decide how documents look."""

from __future__ import annotations

import dataclasses
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select

from nador.certification import queries, service
from nador.certification.facts import Words
from nador.certification.models import TemplateVersion
from nador.certification.rules import TemplateStatus
from nador.certification.template import SLOTS, Annex, TemplateOptions
from nador.kernel.access import Role
from tests.certification.designs import LOGO, LOGO_SVG, png, texts
from tests.certification.office import let_pass
from tests.certification.sheets import text_of
from tests.certification.test_templates import bring_into_use, draft, in_use
from tests.factories import make_actor, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.catalogue.models import Run
    from nador.kernel.access import Actor
    from tests.conftest import Database


@pytest.fixture
def office(client: FlaskClient, session: Session, certifier: Actor) -> FlaskClient:
    """The browser of a certifier."""
    sign_in(client, session, certifier)
    client.set_cookie("nador_lang", "en")
    return client


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """Collect what is asked of the database."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def form(**changed: Any) -> dict[str, Any]:
    """Fill the form in as it is shown for the bundled sheet, but for what is said."""
    options = TemplateOptions()
    shown = {
        f"text_{slot}_{code}": options.text(slot, code, kind="certificat")  # type: ignore[arg-type] # its value is enough
        for slot in SLOTS
        for code in ("ar", "fr", "en")
    }
    ticks = dict.fromkeys(("tifinagh", "show_hours", "show_dates", "show_mention"), "y")
    return {
        "languages": ["ar", "fr", "en"],
        "frame": "",
        "accent": "",
        "valid_months": "",
        "supplement": "none",
        **shown,
        **ticks,
        **changed,
    }


def stored(session: Session, version: TemplateVersion) -> TemplateOptions:
    session.rollback()
    session.expire_all()
    return TemplateOptions.from_dict(session.get_one(TemplateVersion, version.id).options)


def test_two_who_edit_at_once_lose_nothing(
    office: FlaskClient, session: Session, certifier: Actor, institute: Institute
) -> None:
    version = draft(session, certifier, institute)
    place = f"/manage/templates/{version.id}/edit"
    read = TemplateOptions.from_dict(version.options).edition
    assert f'value="{read}"' in office.get(place).text
    theirs = dataclasses.replace(TemplateOptions(), languages=("ar",), valid_months=36)
    service.save_draft(session, certifier, version_id=version.id, options=theirs)

    mine = form(edition=read, valid_months="24", text_awarded_fr="remis à", show_hours="")
    refused = office.post(place, data=mine)
    kept = stored(session, version)

    assert refused.status_code == 409
    assert kept == theirs
    both = refused.text.partition('id="both"')[2].partition("</table>")[0]
    for said in ("Arabic, French, English", "36", "24", "remis à", "Before the names, French"):
        assert said in both
    assert "Frame" not in both
    assert 'value="24"' in refused.text
    assert f'value="{theirs.edition}"' in refused.text

    again = office.post(place, data=mine | {"edition": theirs.edition})
    assert again.status_code == 303
    assert stored(session, version).valid_months == 24


def test_who_saves_first_is_not_stopped(
    office: FlaskClient, session: Session, certifier: Actor, institute: Institute
) -> None:
    version = draft(session, certifier, institute)
    edition = TemplateOptions.from_dict(version.options).edition

    done = office.post(
        f"/manage/templates/{version.id}/edit", data=form(edition=edition, valid_months="12")
    )

    assert done.status_code == 303
    assert stored(session, version).edition != edition


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("ar", "قوالب الشهادات"),
        ("fr", "Modèles de certificats"),
        ("en", "Certificate templates"),
    ],
)
def test_the_list_shows_every_version(
    office: FlaskClient,
    session: Session,
    institute: Institute,
    certifier: Actor,
    statements: list[str],
    language: str,
    heading: str,
) -> None:
    bring_into_use(session, certifier, institute, TemplateOptions())

    statements.clear()
    page = office.get(f"/manage/templates?lang={language}")

    assert page.status_code == 200
    assert heading in page.text
    assert page.text.count("/manage/templates/") >= 3
    assert len([one for one in statements if one.startswith("SELECT")]) <= 8


def test_what_is_saved_as_it_was_shown_stays_the_bundled_sheet(
    office: FlaskClient, session: Session, institute: Institute, certifier: Actor
) -> None:
    version = draft(session, certifier, institute)
    assert "Certificat de réussite" in office.get(f"/manage/templates/{version.id}/edit").text

    answer = office.post(f"/manage/templates/{version.id}/edit", data=form())

    assert answer.status_code == 303
    assert stored(session, version) == TemplateOptions()


def test_a_draft_is_edited_tried_and_brought_into_use(
    office: FlaskClient, session: Session, institute: Institute, certifier: Actor
) -> None:
    begun = office.post(f"/manage/templates/{institute.id}/certificat")
    session.rollback()
    version = session.scalars(
        select(TemplateVersion).where(TemplateVersion.status == TemplateStatus.DRAFT)
    ).one()
    assert begun.location == f"/manage/templates/{version.id}/edit"

    changed = form(
        languages=["fr", "ar"],
        accent="red",
        valid_months="36",
        supplement="with_marks",
        text_awarded_fr=" est  remis à <b>\u202e ",
        latin_1="Pr Leïla Haddad",
        arabic_1="ليلى حداد",
        office_1_fr="La directrice",
        logo=(BytesIO(LOGO_SVG), "logo.svg"),
        hand_1=(BytesIO(png()), "x.exe"),
    )
    answer = office.post(f"/manage/templates/{version.id}/edit", data=changed)
    assert answer.status_code == 303
    options = stored(session, version)
    assert options.languages == ("ar", "fr")
    assert options.texts.awarded == Words(ar="", fr="est remis à <b>", en="")
    assert (options.valid_months, options.logo) == (36, LOGO)
    assert options.supplement is Annex.WITH_MARKS
    [signatory] = options.signatories
    assert signatory.signature is not None

    page = office.get(f"/manage/templates/{version.id}")
    assert f'src="/manage/templates/{version.id}/preview/usual.pdf#toolbar=0' in page.text
    preview = office.get(f"/manage/templates/{version.id}/preview/usual.pdf")
    assert preview.content_type == "application/pdf"
    assert "frame-ancestors 'self'" in preview.headers["Content-Security-Policy"]
    assert "est remis à <b>" in text_of(preview.data)

    again = office.post(f"/manage/templates/{version.id}/edit", data=_kept(changed))
    assert again.status_code == 303
    assert stored(session, version) == options
    activated = office.post(f"/manage/templates/{version.id}/activation")
    assert activated.status_code == 303
    session.rollback()
    assert in_use(session, institute).id == version.id
    late = office.post(f"/manage/templates/{version.id}/edit", data=_kept(changed))
    assert late.status_code == 422
    assert "does not change any more" in late.text


def _kept(sent: dict[str, Any]) -> dict[str, Any]:
    """Send the form again without its files."""
    return {name: value for name, value in sent.items() if name not in {"logo", "hand_1"}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a", "neither a PNG nor an SVG"),
        (LOGO_SVG.replace(b"<g ", b"<script/><g "), "contains &lt;script&gt;"),
    ],
)
def test_a_picture_that_is_refused_says_why_at_its_field(
    office: FlaskClient,
    session: Session,
    institute: Institute,
    certifier: Actor,
    content: bytes,
    said: str,
) -> None:
    version = draft(session, certifier, institute)

    answer = office.post(
        f"/manage/templates/{version.id}/edit", data=form(hand_2=(BytesIO(content), "a.png"))
    )

    assert answer.status_code == 422
    assert said in answer.text
    assert 'href="#hand_2"' in answer.text
    assert stored(session, version) == TemplateOptions()


def test_a_flawed_draft_says_what_is_wrong_and_does_not_come_into_use(
    office: FlaskClient, session: Session, institute: Institute, certifier: Actor
) -> None:
    version = draft(session, certifier, institute)
    flawed = TemplateOptions(texts=texts(followed=Words(ar="", fr="{note} 贈", en="")))
    service.save_draft(session, certifier, version_id=version.id, options=flawed)

    page = office.get(f"/manage/templates/{version.id}")
    refused = office.post(f"/manage/templates/{version.id}/activation")

    assert "Before the title, French: {note} is not a value that can stand here." in page.text
    assert "<iframe" not in page.text
    assert office.get(f"/manage/templates/{version.id}/preview/usual.pdf").status_code == 404
    assert refused.status_code == 422
    assert "{note} is not a value that can stand here" in refused.text


def test_a_version_is_tried_on_the_people_of_a_run(
    office: FlaskClient, session: Session, institute: Institute, certifier: Actor, run: Run
) -> None:
    let_pass(session, run, name_latin="Nobody Else", name_arabic=None)
    let_pass(session, run, name_latin="李", name_arabic=None)
    version = draft(session, certifier, institute)
    people = queries.candidates(session, run.id)
    session.rollback()

    page = office.get(f"/manage/templates/{version.id}?run={run.id}&show={people[0].enrolment_id}")
    previews = [
        office.get(f"/manage/templates/{version.id}/preview/{one.enrolment_id}.pdf?run={run.id}")
        for one in people
    ]

    assert "Nobody Else" in page.text
    assert "cannot be printed" in page.text
    assert sorted(one.status_code for one in previews) == [200, 404]
    [drawn] = [one for one in previews if one.status_code == 200]
    assert "Nobody Else" in text_of(drawn.data)
    assert office.get(f"/manage/templates/{version.id}?run=999").status_code == 404
    assert office.get(f"/manage/templates/{version.id}/preview/9.pdf?run=999").status_code == 404
    assert office.get(f"/manage/templates/{version.id}/preview/nothing.pdf").status_code == 404


def test_an_administrator_sees_and_has_no_buttons(
    client: FlaskClient, session: Session, institute: Institute, certifier: Actor
) -> None:
    version = draft(session, certifier, institute)
    sign_in(client, session, make_actor(session, Role.ADMINISTRATOR, institute_id=institute.id))

    page = client.get(f"/manage/templates/{version.id}?lang=en")

    assert page.status_code == 200
    assert "Bring into use" not in page.text
    assert client.get(f"/manage/templates/{version.id}/edit").status_code == 403


def test_an_unknown_kind_of_document_is_nowhere(office: FlaskClient, institute: Institute) -> None:
    assert office.post(f"/manage/templates/{institute.id}/diplome").status_code == 404


def test_a_draft_is_put_away_and_an_old_version_copied(
    office: FlaskClient, session: Session, institute: Institute, certifier: Actor
) -> None:
    version = bring_into_use(session, certifier, institute, TemplateOptions(valid_months=12))

    copied = office.post(f"/manage/templates/{version.id}/copy")
    twice = office.post(f"/manage/templates/{version.id}/copy")
    session.rollback()
    found = queries.draft_of(session, version.template_id)
    assert found is not None
    away = office.post(f"/manage/templates/{found.id}/archive")

    assert copied.location == f"/manage/templates/{found.id}/edit"
    assert twice.status_code == 422
    assert "There is already a draft" in twice.text
    assert away.location == "/manage/templates"
