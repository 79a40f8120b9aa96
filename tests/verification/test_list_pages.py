"""A list on the screen and as a file: the worst first, in three languages, for nobody in particular."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

import pytest

from nador.kernel.codes import make
from tests.factories import make_certificate, make_person
from tests.verification.test_pages import LANGUAGES, MISTYPED, UNKNOWN, statements

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from nador.accounts.models import Institute
    from nador.certification.models import Certificate


@pytest.fixture
def pasted(shelf: dict[str, Certificate]) -> str:
    """Every kind of answer, the good ones first."""
    lines = [
        (shelf["valid"].code, "bouziane SALMA"),
        (shelf["valid"].code, "سلمى بوزيان"),
        (shelf["valid"].code, "Karim Alami"),
        (shelf["valid"].code, "Salma Bouzian"),
        (shelf["hidden"].code, ""),
        (shelf["expired"].code, ""),
        (shelf["replaced"].code, ""),
        (MISTYPED, "Somebody"),
        (UNKNOWN, "=1+1"),
        (shelf["revoked"].code, ""),
    ]
    return "".join(f"{code}\t{name}\n" for code, name in lines)


def send(client: FlaskClient, codes: str = "", lang: str = "en", **fields: object) -> TestResponse:
    return client.post(f"/verify/list?lang={lang}", data={"codes": codes, **fields})


def rows(answer: TestResponse) -> list[str]:
    body = answer.text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", row)).strip() for row in body.split("<tr>")[1:]
    ]


def test_the_worst_comes_first(client: FlaskClient, pasted: str) -> None:
    answer = send(client, pasted)

    assert answer.status_code == 200
    assert "<h1>10 lines checked</h1>" in answer.text
    assert [re.match(r"\d+", row)[0] for row in rows(answer)] == [  # type: ignore[index] # no match fails the test
        "10", "3", "9", "8", "7", "6", "4", "1", "2", "5",
    ]  # fmt: skip
    said = " | ".join(rows(answer))
    for words in (
        "Revoked",
        "Issued in error",
        "Not in the register",
        "Another name On your list",
        "Mistyped code There is a typing mistake in this code.",
        "Replaced",
        "Expired",
        "Looks alike: compare",
        "Same name",
        "Hidden at the holder’s request",
    ):
        assert re.search(words.replace(" ", ".*?"), said), words


def test_counts_stand_on_top(client: FlaskClient, pasted: str) -> None:
    top = send(client, pasted).text.partition("<table")[0]

    counts = dict(re.findall(r"</svg>([^<]+) (\d+)</span>", top))
    assert counts == {
        "Valid": "5",
        "Revoked": "1",
        "Not in the register": "1",
        "Mistyped code": "1",
        "Replaced": "1",
        "Expired": "1",
        "Another name": "1",
        "Looks alike: compare": "1",
    }


def test_the_file_has_the_same_rows_in_the_order_of_the_list(
    client: FlaskClient, pasted: str, shelf: dict[str, Certificate]
) -> None:
    answer = send(client, pasted, **{"as": "csv"})

    assert answer.mimetype == "text/csv"
    assert ".csv" in answer.headers["Content-Disposition"]
    head, *lines = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert head[:4] == ["No.", "Code", "Name given", "Answer"]
    assert [line[0] for line in lines] == [str(number) for number in range(1, 11)]
    assert [line[3] for line in lines] == [
        *["Valid"] * 5, "Expired", "Replaced", "Mistyped code", "Not in the register", "Revoked",
    ]  # fmt: skip
    assert lines[8][2] == "'=1+1"
    assert lines[6][5] == shelf["valid"].code
    assert lines[4][7:9] == ["", ""]


def test_the_page_hands_the_list_on(client: FlaskClient, pasted: str) -> None:
    page = send(client, pasted)
    kept = re.search(r"<textarea[^>]*hidden>\n(.*?)</textarea>", page.text, re.DOTALL)

    assert kept is not None
    assert rows(send(client, kept[1])) == rows(page)


def test_a_file_is_read(client: FlaskClient, shelf: dict[str, Certificate]) -> None:
    content = f"رمز;الاسم\n{shelf['valid'].code};سلمى بوزيان\n".encode("utf-8-sig")

    answer = send(client, file=(io.BytesIO(content), "list.csv"), lang="fr")

    assert "<h1>1 ligne vérifiée</h1>" in answer.text
    assert "Même nom" in answer.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_language_has_its_pages(client: FlaskClient, pasted: str, lang: str) -> None:
    assert client.get(f"/verify/list?lang={lang}").status_code == 200
    assert send(client, pasted, lang=lang).status_code == 200
    assert send(client, pasted, lang=lang, **{"as": "csv"}).status_code == 200


@pytest.mark.parametrize(
    ("fields", "said", "at"),
    [
        pytest.param({"codes": " \n"}, "There is nothing to check", "codes", id="empty"),
        pytest.param(
            {"codes": "Salma, Nador\n<b>Karim</b>, Oujda"}, "No column holds", "codes", id="names"
        ),
        pytest.param(
            {"codes": "kept", "file": b"PK\x03\x04kaput"},
            "Line 1 of the file cannot be read.",
            "file",
            id="damaged",
        ),
    ],
)
def test_a_refusal_keeps_what_was_pasted(
    client: FlaskClient, institute: Institute, fields: dict[str, Any], said: str, at: str
) -> None:
    files = {"file": (io.BytesIO(fields["file"]), "list.xlsx")} if "file" in fields else {}

    answer = client.post("/verify/list?lang=en", data=fields | files)

    assert answer.status_code == 422
    assert "<title>Error:" in answer.text
    assert said in answer.text
    assert f'href="#{at}"' in answer.text
    assert "<b>" not in answer.text.partition("<textarea")[2]
    if fields["codes"].strip():
        assert fields["codes"].split(",", maxsplit=1)[0] in answer.text


def test_a_thousand_codes_are_three_questions_at_most(
    client: FlaskClient, app: Flask, session: Session, institute: Institute
) -> None:
    known = [
        make_certificate(session, institute=institute, person=make_person(session)).code
        for _ in range(3)
    ]
    codes = known + [make("NDR") for _ in range(997)]
    client.get("/verify/list")

    with statements(app) as sent:
        answer = send(client, "\n".join(f"{code}\tSalma Bouziane" for code in codes))

    assert "<h1>1,000 lines checked</h1>" in answer.text
    assert len(rows(answer)) == 1000
    assert len(sent) <= 3


def test_the_page_knows_nobody(client: FlaskClient, pasted: str) -> None:
    client.set_cookie("nador_lang", "ar")
    for answer in (client.get("/verify/list?lang=fr"), send(client, pasted, lang="fr")):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "csrf_token" not in answer.text
        assert "<script" not in answer.text


def test_lists_are_limited_by_the_minute(client: FlaskClient, institute: Institute) -> None:
    statuses = {send(client, UNKNOWN).status_code for _ in range(30)}

    assert statuses == {200}
    assert send(client, UNKNOWN).status_code == 429
