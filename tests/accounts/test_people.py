"""The register, the centre's pages, tokens and the terminal."""

from __future__ import annotations

import csv
import io
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import event, select, text

from nador.accounts import queries, service
from nador.accounts.models import Institute, Person, RoleGrant, Token
from nador.accounts.service import institutes, people
from nador.cli import nador
from nador.kernel.access import Action, Forbidden, OwnCase, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.text import mixed_scripts
from tests.factories import (
    make_account,
    make_actor,
    make_institute,
    make_person,
    make_token,
    sign_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor
    from tests.conftest import Database

NAMES = Path(__file__).parents[1] / "data" / "names_edge_cases.csv"


@pytest.fixture
def institute(session: Session) -> Institute:
    return make_institute(session)


@pytest.fixture
def registrar(session: Session, institute: Institute) -> Actor:
    return make_actor(session, Role.REGISTRAR, institute_id=institute.id)


@pytest.fixture
def administrator(session: Session, institute: Institute) -> Actor:
    return make_actor(session, Role.ADMINISTRATOR, institute_id=institute.id)


def fresh(session: Session, person_id: int) -> Person:
    session.rollback()
    session.expire_all()
    return session.get_one(Person, person_id)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_name_behaves_as_its_row_says(client: FlaskClient, session: Session) -> None:
    """All rows in one browser: a page is asked for per row, a database only once."""
    person = make_person(session)
    sign_in(client, session, person)
    for row in csv.DictReader(io.StringIO(NAMES.read_text(encoding="utf-8"), newline="")):
        form = {"name_latin": row["name_latin"], "name_arabic": row["name_arabic"], "locale": "fr"}
        answer = client.post("/me/profile", data=form)
        if row["id"] == "N43":
            assert (answer.status_code, "300" in answer.text) == (422, True)
            continue
        assert answer.status_code == 303, row["id"]
        kept = fresh(session, person.id)
        for name in (kept.name_latin, kept.name_arabic):
            assert not set(name or "") & set("\u202a\u202b\u202c\u202e\u200b\n\u00a0"), row["id"]
        page = client.get("/me/profile").text
        assert "<b>Bold" not in page
        assert mixed_scripts(kept.name_latin or "") is (row["id"] in {"N13", "N14"})
        if row["id"] in {"N06", "N07", "N09", "N11", "N32", "N33", "N39"}:
            assert kept.name_latin == row["name_latin"]


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        pytest.param("M'hamed N'Aït Ouaâziz", "mhamed ait", id="apostrophes and accents"),
        pytest.param("Jean-Baptiste D’Arc-en-Ciel", "d'arc", id="typographic apostrophe"),
        pytest.param("Ⅿohamed", "mohamed", id="a Roman numeral"),
        pytest.param("أحمد", "احمد", id="hamza"),
        pytest.param("فاطمة", "فاطمه", id="teh marbuta"),
        pytest.param("محمـــد", "محمد", id="tatweel"),
        pytest.param("Abdel-ilah", "abdelilah", id="hyphen"),
        pytest.param("100% Salma", "100%", id="a wildcard of SQL"),
    ],
)
def test_people_are_found_however_they_are_spelt(
    session: Session, registrar: Actor, kept: str, typed: str
) -> None:
    person = service.create_person(session, registrar, name_latin=kept)

    found = queries.search_people(session, registrar, typed=typed).people

    assert [one.id for one in found] == [person.id]


def test_an_address_is_found_by_a_part_with_an_underscore(
    session: Session, registrar: Actor
) -> None:
    person = make_person(session, email="salma_b@nador.example")
    make_person(session, email="salmaxb@nador.example")

    found = queries.search_people(session, registrar, typed="salma_b").people

    assert [one.id for one in found] == [person.id]


def test_the_register_is_paged(session: Session, registrar: Actor) -> None:
    for _ in range(queries.PAGE + 3):
        make_person(session)

    first = queries.search_people(session, registrar, typed="salma")
    second = queries.search_people(session, registrar, typed="salma", after=first.next or "")

    assert len(first.people) == queries.PAGE
    assert not {one.id for one in first.people} & {one.id for one in second.people}
    assert second.next is None


def test_a_namesake_is_pointed_out(session: Session, client: FlaskClient, registrar: Actor) -> None:
    person = make_person(session, name_latin="SALMA  BOUZIANE", name_arabic=None)
    twin = make_person(session)
    sign_in(client, session, registrar)

    assert twin.reference in client.get(f"/manage/people/{person.id}").text


def test_mixed_scripts_are_pointed_out(
    session: Session, client: FlaskClient, registrar: Actor
) -> None:
    forged = make_person(session, name_latin="Моhamed", name_arabic=None)
    plain = make_person(session, name_latin="Mohamed", name_arabic=None)
    sign_in(client, session, registrar)

    said = "look alike"
    assert said in client.get(f"/manage/people/{forged.id}?lang=en").text
    assert said not in client.get(f"/manage/people/{plain.id}").text


def test_changed_names_are_confirmed_again(session: Session, registrar: Actor) -> None:
    person = make_person(session, confirmed=False)
    service.confirm_names(session, registrar, person_ids=[person.id])
    assert fresh(session, person.id).names_confirmed_by_id == registrar.person_id

    def edit(name: str) -> None:
        service.edit_person(
            session,
            registrar,
            person_id=person.id,
            name_latin=name,
            name_arabic="سلمى بوزيان",
            email=person.email,
            phone="06 12 34 56 78",
            locale="fr",
        )

    edit(" Salma  Bouziane ")
    assert fresh(session, person.id).names_confirmed_at is not None
    edit("Selma Bouziane")
    changed = fresh(session, person.id)
    assert (changed.names_confirmed_at, changed.names_confirmed_by_id) == (None, None)
    assert changed.phone == "+212612345678"


def test_nobody_confirms_or_promotes_themselves(
    session: Session, registrar: Actor, administrator: Actor, institute: Institute
) -> None:
    with pytest.raises(OwnCase):
        service.confirm_names(session, registrar, person_ids=[registrar.person_id or 0])
    with pytest.raises(OwnCase):
        service.grant_role(
            session,
            administrator,
            person_id=administrator.person_id or 0,
            institute_id=institute.id,
            role=Role.CERTIFIER,
        )


def test_a_role_is_granted_once_and_ends(
    session: Session, administrator: Actor, institute: Institute
) -> None:
    person = make_person(session)
    for _ in range(2):
        service.grant_role(
            session,
            administrator,
            person_id=person.id,
            institute_id=institute.id,
            role=Role.CERTIFIER,
        )
    [held] = queries.roles_of(session, person.id)
    assert queries.actor_by_email(session, person.email or "").may(
        Action.CERTIFY, institute_id=institute.id
    )

    service.end_role(session, administrator, person_id=person.id, grant_id=held.grant.id)

    assert queries.roles_of(session, person.id) == []
    with pytest.raises(NotFound):
        service.end_role(session, administrator, person_id=person.id, grant_id=held.grant.id)
    with pytest.raises(people.RoleNotGrantable):
        service.grant_role(
            session,
            administrator,
            person_id=person.id,
            institute_id=institute.id,
            role=Role.INSTRUCTOR,
        )
    actions = session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.institute_id == institute.id)
        .order_by(AuditEntry.id)
    ).all()
    assert list(actions) == ["role.granted", "role.ended"]


def test_an_address_and_a_reference_have_one_owner(session: Session, registrar: Actor) -> None:
    service.create_person(
        session, registrar, name_latin="A", email="a@nador.example", reference="11391"
    )
    with pytest.raises(people.EmailTaken):
        service.create_person(session, registrar, name_latin="B", email="A@nador.example")
    with pytest.raises(people.ReferenceTaken):
        service.create_person(session, registrar, name_latin="B", reference="11391")


def test_a_registrar_leaves_the_address_of_an_account_alone(
    session: Session, registrar: Actor, administrator: Actor
) -> None:
    person = make_person(session)
    make_account(session, person)

    def readdress(actor: Actor, email: str) -> None:
        service.edit_person(
            session,
            actor,
            person_id=person.id,
            name_latin="Salma",
            name_arabic=None,
            email=email,
            phone=None,
            locale="ar",
        )

    with pytest.raises(Forbidden):
        readdress(registrar, "thief@nador.example")
    readdress(administrator, "new@nador.example")

    assert fresh(session, person.id).email == "new@nador.example"


def test_a_token_is_shown_once_and_dies_when_revoked(client: FlaskClient, session: Session) -> None:
    person = make_person(session)
    sign_in(client, session, person)
    client.post("/me/tokens", data={"name": "Tableau de bord", "scopes": ["read"]})
    shown = re.search(r"nador_[\w-]{43}", client.get("/me/profile").text)
    assert shown is not None
    assert shown[0] not in client.get("/me/profile").text
    secret = shown[0]
    assert queries.visitor_with_token(session, secret) is not None
    token = session.scalars(select(Token)).one()
    assert (token.scopes, token.secret_hash == secret) == (["read"], False)

    client.post(f"/me/tokens/{token.id}/revoke")

    session.rollback()
    assert queries.visitor_with_token(session, secret) is None


def test_nobody_ends_another_ones_token_or_session(client: FlaskClient, session: Session) -> None:
    victim, thief = make_person(session), make_person(session)
    make_token(session, victim)
    token = session.scalars(select(Token)).one()
    sign_in(client, session, thief)

    assert client.post(f"/me/tokens/{token.id}/revoke").status_code == 404


def test_the_actor_costs_two_statements(
    client: FlaskClient, session: Session, database: Database, registrar: Actor
) -> None:
    sign_in(client, session, registrar)
    client.get("/sign-in")
    engine = client.application.extensions["nador"].engine
    with counted(engine) as statements:
        client.get("/sign-in")

    assert len(statements) == 2


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that reach the database."""
    statements: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


@command
def _issue_one(session: Session, _actor: Actor, *, institute_id: int) -> None:
    session.get_one(Institute, institute_id).last_number = 1


def test_the_prefix_is_unique_and_locked(session: Session, administrator: Actor) -> None:
    make_institute(session, prefix="DIL")
    mine = administrator.institutes(Action.ADMINISTER)
    [institute_id] = mine

    def edit(prefix: str) -> None:
        service.edit_institute(
            session,
            administrator,
            institute_id=institute_id,
            prefix=prefix,
            cndp_number=" D-1 ",
            words={"name": {"ar": " معهد ", "fr": ""}},
        )

    with pytest.raises(institutes.PrefixTaken):
        edit("dli")
    with pytest.raises(institutes.PrefixUnreadable):
        edit("N0R")
    edit("xyz")
    session.rollback()
    session.expire_all()
    kept = session.get_one(Institute, institute_id)
    assert (kept.prefix, kept.cndp_number, kept.name) == ("XYZ", "D-1", {"ar": "معهد"})
    assert "name_fr" in queries.missing_for_issue(kept)
    _issue_one(session, administrator, institute_id=institute_id)
    with pytest.raises(institutes.PrefixLocked):
        edit("ABC")


def test_auditors_see_their_own_institutes_trail(session: Session, institute: Institute) -> None:
    other = make_institute(session, prefix="OUJ")
    auditor = make_actor(session, Role.AUDITOR, institute_id=institute.id)
    for each in (institute, other):
        chief = make_actor(session, Role.ADMINISTRATOR, institute_id=each.id)
        service.grant_role(
            session,
            chief,
            person_id=make_person(session).id,
            institute_id=each.id,
            role=Role.CERTIFIER,
        )

    trail = queries.search_audit(session, auditor, action="role.")

    assert [entry.institute_id for entry in trail.entries] == [institute.id]


@pytest.fixture
def terminal(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("NADOR_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("NADOR_DATABASE_URL", database.url)
    return CliRunner()


def run(terminal: CliRunner, *words: str) -> str:
    done = terminal.invoke(nador, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output.strip()


def test_the_terminal_founds_an_institute(terminal: CliRunner, session: Session) -> None:
    asked = ("init", "--institute", "Institut", "--prefix", "NDR", "--admin", "admin@nador.example")
    first, second = run(terminal, *asked), run(terminal, *asked)

    assert first.startswith("http://127.0.0.1:8000/sign-in/link/")
    assert first != second
    assert session.scalars(select(Institute.prefix)).all() == ["NDR"]
    assert session.scalars(select(RoleGrant.role)).all() == [Role.ADMINISTRATOR]
    assert session.scalars(text("SELECT purpose FROM signing_key ORDER BY id")).all() == [
        "root",
        "seal",
        "credential",
        "log",
    ]


def test_the_terminal_makes_people_and_tokens(terminal: CliRunner, session: Session) -> None:
    make_institute(session)
    words = ("person", "create", "r@nador.example", "--name-latin", "Rachida", "--role")
    reference = run(terminal, *words, "registrar")
    assert run(terminal, *words, "certifier") == reference
    token = run(terminal, "token", "create", "r@nador.example", "--name", "x", "--scope", "read")

    session.rollback()
    visitor = queries.visitor_with_token(session, token)
    assert visitor is not None
    assert visitor.actor.roles() == {Role.LEARNER, Role.REGISTRAR, Role.CERTIFIER}
    assert visitor.scopes == ("read",)
    with pytest.raises(NotFound):
        run(terminal, "token", "create", "nobody@nador.example", "--name", "x")
