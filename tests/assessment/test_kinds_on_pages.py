"""Every kind of question on every page that shows it: tried, answered, kept, handed in, looked back at, marked."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from nador.assessment.questions import TYPES
from nador.kernel.i18n import LANGUAGES
from tests.assessment.exam import open_exam
from tests.assessment.questions.samples import SAMPLES
from tests.assessment.test_bank_pages import fields_of
from tests.assessment.test_quiz_pages import answers, as_instructor, as_learner

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session


BY_PERSON = {kind for kind, each in TYPES.items() if each.by_person}
"""Nothing is told of them before somebody has marked them."""


class Answering(HTMLParser):
    """Fills in the fields of a question as somebody would who tries each kind of field."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self.prefix = prefix
        self.filled: dict[str, list[Any]] = {}
        self.selects: dict[str, list[str]] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Choose, tick, type or attach."""
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "option" and self._select and value:
            self.selects[self._select].append(value)
        if not name.startswith(self.prefix):
            return
        match tag, given.get("type", "text"):
            case "select", _:
                self._select = name
                self.selects[name] = []
            case "input", "radio" | "checkbox":
                if value:
                    self.filled.setdefault(name, [value])
            case "input", "file":
                self.filled[name] = [(io.BytesIO(b"%PDF-1.7 plan"), "plan.pdf")]
            case ("input", "text") | ("textarea", _):
                self.filled[name] = ["12"]

    def handle_endtag(self, tag: str) -> None:
        """Know where a select ends."""
        if tag == "select":
            self._select = ""


def answered(html: str, prefix: str) -> dict[str, list[Any]]:
    reader = Answering(prefix)
    reader.feed(html)
    filled = {name: options for name, options in reader.selects.items() if options}
    for number, (name, options) in enumerate(filled.items()):
        reader.filled[name] = [options[number % len(options)]]
    return reader.filled


def test_there_is_a_sample_of_every_kind() -> None:
    assert sorted(SAMPLES) == sorted(TYPES)


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_a_question_is_answered_and_looked_back_at(
    client: FlaskClient, session: Session, kind: str
) -> None:
    exam = open_exam(session, SAMPLES[kind], feedback="after_hand_in")
    url = as_learner(client, exam)
    page = client.get(f"{url}?lang=fr")
    seen = re.compile(r"(?s)<fieldset[^>]*\bquestion\b.*</fieldset>")

    fields = {**fields_of(page.text), **answered(page.text, "q1-")}
    saved = client.post(url, data=fields, content_type="multipart/form-data")

    assert saved.status_code == 303
    [kept] = answers(exam)
    assert kept, "something was answered"
    for lang in LANGUAGES:
        assert seen.search(client.get(f"{url}?lang={lang}").text)
    again = client.get(url)
    assert client.post(url, data=fields_of(again.text) | keeping(again.text)).status_code == 303
    assert answers(exam) == [kept], "who sends the page as it is changes nothing"
    assert client.post(f"{url}/hand-in").status_code == 303
    back = [client.get(f"{url}?lang={lang}") for lang in LANGUAGES]
    assert [bool(seen.search(each.text)) for each in back] == [kind not in BY_PERSON] * 3
    as_instructor(client, exam)
    staff = f"/teach/attempts/{url.rsplit('/', 1)[-1]}"
    question = f"/teach/questions/{exam.questions[0].id}"
    tried = client.post(f"{question}?lang=fr", data=trying(client.get(question).text))
    for shown in (*(client.get(f"{staff}?lang={lang}") for lang in LANGUAGES), tried):
        assert shown.status_code == 200
        assert seen.search(shown.text)
    assert client.get(url).status_code == 404, "an attempt is its learner's alone"


def keeping(html: str) -> dict[str, list[str]]:
    """The ticks by which files stay."""
    return {"q1-keep": re.findall(r'name="q1-keep" value="(\w+)"', html)}


def trying(html: str) -> dict[str, list[Any]]:
    filled = answered(html, "")
    return {name: value for name, value in filled.items() if not isinstance(value[0], tuple)}
