"""The pages of banks, as a browser without script sends and sees them."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from nador.assessment.models import Question, QuestionBank, QuestionFile, QuestionVersion
from nador.assessment.questions import TYPES, parse
from nador.assessment.questions.drafts import content_of, tidied, values_of
from nador.assessment.rules import QuestionState
from nador.assessment.service import banks
from nador.catalogue.models import RunStaff
from nador.kernel import clock
from nador.kernel.access import Role
from tests.assessment.questions.samples import SAMPLES
from tests.assessment.test_banks import Shelf
from tests.assessment.test_gradebook import statements
from tests.factories import sign_in, store

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

PNG = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture
def shelf(session: Session, client: FlaskClient) -> Shelf:
    made = Shelf(session)
    store(
        session,
        RunStaff(run_id=made.run.id, person_id=made.instructor.person_id, granted_at=clock.now()),
    )
    sign_in(client, session, made.instructor)
    return made


def latest(session: Session) -> tuple[Question, dict[str, Any]]:
    session.rollback()
    session.expire_all()
    version = session.scalars(select(QuestionVersion).order_by(QuestionVersion.id.desc())).first()
    assert version is not None
    return session.get_one(Question, version.question_id), version.content


def test_a_bank_is_opened_and_gets_a_category(client: FlaskClient, shelf: Shelf) -> None:
    opened = client.post(
        "/teach/banks",
        data={"name": "Réseaux", "language": "ar", "institute_id": shelf.institute.id},
    )
    shelf.session.rollback()
    bank = shelf.session.scalars(select(QuestionBank).where(QuestionBank.name == "Réseaux")).one()
    added = client.post(f"{opened.location}/categories", data={"name": "OSI", "parent_id": ""})
    shown = client.get(opened.location)
    again = client.post(f"{opened.location}/categories", data={"name": "osi", "parent_id": ""})

    assert (opened.status_code, added.status_code, again.status_code) == (303, 303, 422)
    assert "OSI" in shown.text
    assert bank.language == "ar"
    assert "Réseaux" in client.get("/teach/banks").text


@pytest.mark.parametrize("kind", list(TYPES))
def test_each_type_has_a_form_that_keeps_what_it_shows(
    client: FlaskClient, shelf: Shelf, kind: str
) -> None:
    question = shelf.ask(kind)
    page = client.get(f"/teach/questions/{question.id}/edit?lang=en")
    fields = fields_of(page.text)

    saved = client.post(f"/teach/questions/{question.id}/edit", data=fields)

    assert (page.status_code, saved.status_code) == (200, 303), saved.text[:2000]
    kept, content = latest(shelf.session)
    assert kept.latest == 1, content
    assert client.get(f"/teach/banks/{shelf.bank.id}/questions/new/{kind}").status_code == 200


def fields_of(html: str) -> dict[str, list[str]]:  # noqa: C901 - what browsers send has many rules
    """Read a form as a browser would send it."""
    found: dict[str, list[str]] = {}

    class Reader(HTMLParser):
        area = select = ""

        def handle_starttag(self, tag: str, attrs: Any) -> None:
            given = dict(attrs)
            name = given.get("name", "")
            kind = given.get("type", "text")
            if tag == "input" and kind in {"text", "hidden"} and name:
                found.setdefault(name, []).append(given.get("value") or "")
            if tag == "input" and kind in {"checkbox", "radio"} and "checked" in given:
                found.setdefault(name, []).append(given["value"])
            if tag == "textarea":
                self.area = name
                found[name] = [""]
            if tag == "select":
                self.select = name
                found[name] = []
            if tag == "option" and ("selected" in given or not found[self.select]):
                found[self.select] = [given.get("value", "")]

        def handle_endtag(self, tag: str) -> None:
            if tag == "textarea":
                self.area = ""

        def handle_data(self, data: str) -> None:
            if self.area:
                found[self.area][0] += data.removeprefix("\n") if not found[self.area][0] else data

    Reader().feed(html[html.index('enctype="multipart/form-data"') :])
    return found


@pytest.mark.parametrize("kind", list(TYPES))
def test_fields_say_what_content_says(kind: str) -> None:
    question = parse(SAMPLES[kind])

    values = values_of(question.content())

    assert parse(content_of(tidied(values) | {"kind": kind}, {})) == question


def test_a_question_is_written_and_shown(client: FlaskClient, shelf: Shelf) -> None:
    address = f"/teach/banks/{shelf.bank.id}/questions/new/multiple?lang=en"
    typed = {
        "question_name": "Primes",
        "language": "en",
        "prompt": "Which are **prime**? $x^2$ <script>",
        "options.1.text": "2",
        "options.1.right": ["no", "yes"],
        "options.3.text": "4",
        "options.3.right": "no",
        "partial": "sum",
        "shuffle": ["no"],
        "points": "2,5",
    }

    more = client.post(address, data=typed | {"more": "options"})
    refused = client.post(address, data=typed | {"points": "many"})
    saved = client.post(address, data=typed)
    shown = client.get(saved.location)

    assert more.text.count('name="options.') > client.get(address).text.count('name="options.') - 12
    assert "2,5" in more.text
    assert (refused.status_code, 'href="#points"' in refused.text) == (422, True)
    assert saved.status_code == 303
    _, content = latest(shelf.session)
    assert [each["credit"] for each in content["options"]] == ["1", "-1"]
    assert (content["points"], content["shuffle"]) == ("2.5", False)
    assert "<strong>prime</strong>" in shown.text
    assert "<math" in shown.text
    assert "<script>" not in shown.text.partition("<main")[2].partition("</main>")[0]


def test_an_answer_can_be_tried_and_is_not_kept(client: FlaskClient, shelf: Shelf) -> None:
    question = shelf.ask("numerical")
    address = f"/teach/questions/{question.id}?lang=en"

    right = client.post(address, data={"text": "42,195 km"})
    wrong = client.post(address, data={"text": "x" * 9999})

    assert "100%" in right.text
    assert "not complete" in wrong.text


def test_states_place_and_deletion(client: FlaskClient, shelf: Shelf) -> None:
    question = shelf.ask()
    category = banks.create_category(
        shelf.session, shelf.instructor, bank_id=shelf.bank.id, name="Géo"
    )
    address = f"/teach/questions/{question.id}"

    client.post(f"{address}/state", data={"state": "ready"})
    client.post(f"{address}/place", data={"category_id": category.id, "tags": "a، b, a"})
    listed = client.get(
        f"/teach/banks/{shelf.bank.id}?category={category.id}&tag=a&state=ready&q=maroc"
    )
    odd = client.post(f"{address}/state", data={"state": "lost"})
    asked = client.get(f"{address}/delete")
    deleted = client.post(f"{address}/delete")

    assert f'href="{address}"' in listed.text
    assert (odd.status_code, asked.status_code, deleted.status_code) == (404, 200, 303)
    assert client.get(address).status_code == 404


def test_what_learners_saw_cannot_be_deleted(client: FlaskClient, shelf: Shelf) -> None:
    question = shelf.ask()
    shelf.use(question)

    answer = client.post(f"/teach/questions/{question.id}/delete?lang=en")

    assert answer.status_code == 422
    assert "Retire it instead" in answer.text


def test_images_come_with_the_form(client: FlaskClient, shelf: Shelf) -> None:
    address = f"/teach/banks/{shelf.bank.id}/questions/new/essay?lang=en"
    typed = {"language": "en", "prompt": "![A map](my-map.png)"}

    saved = client.post(address, data=typed | {"image": (io.BytesIO(PNG), "my map.png")})
    odd = client.post(address, data=typed | {"image": (io.BytesIO(b"<svg/>"), "my map.png")})
    part = b'--x\r\nContent-Disposition: form-data; name="image"; filename="x.png"\r\n\r\n'
    large = client.post(
        address,
        data=part + PNG + b"0" * 2**21 + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )

    assert (saved.status_code, odd.status_code, large.status_code) == (303, 422, 422)
    shelf.session.rollback()
    kept = shelf.session.scalars(select(QuestionFile)).one()
    source = re.findall(r'<img src="([^"]+)"', client.get(saved.location).text)[0]
    sent = client.get(source)
    assert (sent.data, sent.mimetype, sent.headers["X-Content-Type-Options"]) == (
        PNG, "image/png", "nosniff",
    )  # fmt: skip
    assert client.get(source.replace(kept.sha256, "0" * 64)).status_code == 404
    sent.close()
    other = client.post(address, data=typed | {"file": f"my-map.png {'0' * 64}"})
    assert other.status_code == 422


def test_a_file_is_looked_at_before_it_comes_in(client: FlaskClient, shelf: Shelf) -> None:
    address = f"/teach/banks/{shelf.bank.id}/import?lang=en"
    gift = b"::One::Is it?\r\n{T}\r\n\r\n::Two::Broken {=a\r\n"

    seen = client.post(address, data={"file": (io.BytesIO(gift), "q.gift")})
    kept = re.findall(r'name="kept" value="([^"]*)"', seen.text)[0]
    before = shelf.session.scalars(select(Question)).all()
    taken = client.post(address, data={"kept": kept, "confirm": "1"})

    assert (seen.status_code, before, taken.status_code) == (200, [], 303)
    assert "One" in seen.text
    assert "Two" in seen.text
    shelf.session.rollback()
    question = shelf.session.scalars(select(Question)).one()
    assert (question.name, question.state) == ("One", QuestionState.DRAFT)


def test_what_is_no_file_of_questions_is_said(client: FlaskClient, shelf: Shelf) -> None:
    address = f"/teach/banks/{shelf.bank.id}/import?lang=en"

    assert client.post(address, data={"text": "Dear reader"}).status_code == 422
    assert client.post(address, data={"kept": "é", "confirm": "1"}).status_code == 200
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("form", "start"), [("gift", "::"), ("moodle", "<?xml"), ("csv", "\ufeff")]
)
def test_a_bank_leaves_as_a_file(client: FlaskClient, shelf: Shelf, form: str, start: str) -> None:
    for kind in SAMPLES:
        shelf.ask(kind)

    page = client.get(f"/teach/banks/{shelf.bank.id}/export?lang=en")
    file = client.get(f"/teach/banks/{shelf.bank.id}/export/{form}")

    assert "The format has no place for this question (ordering)." in page.text
    assert file.data.decode().startswith(start)
    assert client.get(f"/teach/banks/{shelf.bank.id}/export/doc").status_code == 404


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.AUDITOR])
def test_who_only_sees_is_offered_nothing_to_press(
    client: FlaskClient, shelf: Shelf, role: Role
) -> None:
    question = shelf.ask()
    sign_in(client, shelf.session, shelf.staff(role))

    shown = client.get(f"/teach/questions/{question.id}")

    assert shown.status_code == 200
    assert f"/teach/questions/{question.id}/edit" not in shown.text
    assert client.get(f"/teach/questions/{question.id}/edit").status_code == 403


def test_lists_ask_the_same_whatever_their_length(client: FlaskClient, shelf: Shelf) -> None:
    address = f"/teach/banks/{shelf.bank.id}"
    shelf.ask(tags=["a"])
    with statements(shelf.session) as few:
        client.get(address)
    for _ in range(12):
        shelf.ask(tags=["a", "b"])
    with statements(shelf.session) as many:
        client.get(address)

    assert len(many) == len(few)
