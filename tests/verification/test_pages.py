"""What an employer sees, in three languages, and what the page never does."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import time_machine
from sqlalchemy import event, update

from nador.certification.models import Certificate
from nador.certification.rules import CertificateStatus
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command
from nador.verification import queries
from nador.web import rendering
from tests.factories import make_certificate, make_institute, make_person

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute

UNKNOWN = "NDR-7K3Q-9XW2-M4HB-G"
MISTYPED = "NDR-7K3Q-9XW2-M4HB-R"
LANGUAGES = ("ar", "fr", "en")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Page:
    """What a reader meets first: the status, the heading, and all words."""

    status: int
    heading: str
    words: str


def read(client: FlaskClient, path: str, **headers: str) -> Page:
    answer = client.get(path, headers=headers)
    heading = re.search(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)
    body = answer.text.partition("<body>")[2]
    words = re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", body))
    return Page(answer.status_code, heading[1] if heading else "", words)


HEADINGS = {
    "valid": ("هذه الشهادة صحيحة", "Ce certificat est valide", "This certificate is valid"),
    "expired": (
        "انتهت صلاحية شهادة الحضور هذه",
        "Cette attestation a expiré",
        "This attestation has expired",
    ),
    "revoked": ("هذه الشهادة ملغاة", "Ce certificat est révoqué", "This certificate is revoked"),
    "replaced": (
        "هذه الشهادة عُوّضت بأخرى",
        "Ce certificat a été remplacé",
        "This certificate was replaced",
    ),
    "hidden": (
        "هذه الشهادة صحيحة؛ الاسم محجوب",
        "Ce certificat est valide\u00a0; le nom est masqué",
        "This certificate is valid; the name is hidden",
    ),
}


@pytest.mark.parametrize("outcome", HEADINGS)
def test_the_verdict_is_the_heading_in_each_language(
    client: FlaskClient, shelf: dict[str, Certificate], outcome: str
) -> None:
    for language, heading in zip(LANGUAGES, HEADINGS[outcome], strict=True):
        page = read(client, f"/v/{shelf[outcome].code}?lang={language}")

        assert (page.status, page.heading) == (200, heading)
        assert shelf[outcome].code in page.words
        assert shelf[outcome].number in page.words


def test_every_printed_fact_stands_beside_the_verdict(
    client: FlaskClient, shelf: dict[str, Certificate]
) -> None:
    page = read(client, f"/v/{shelf['valid'].code}?lang=fr")

    for words in (
        "Salma Bouziane",
        "سلمى بوزيان",
        "Données et tableur pour décider",
        "البيانات والجداول الحسابية لاتخاذ القرار",
        "Certificat\u00a0: formation évaluée et réussie",
        "30\u00a0heures",
        "Institut de l’intelligence artificielle de Nador",
        "Comparer avec le papier",
        "heure de Nador",
        "Oui\u00a0: Il est en vigueur aujourd’hui.",
    ):
        assert words in page.words, words


def test_a_revocation_says_when_and_why(client: FlaskClient, shelf: dict[str, Certificate]) -> None:
    page = read(client, f"/v/{shelf['revoked'].code}?lang=en")

    assert "Issued in error: the required attendance was not reached." in page.words
    assert "Seen at the audit" not in page.words
    assert "No: Not in force today: it is revoked." in page.words


def test_a_replaced_one_leads_to_the_new_one(
    client: FlaskClient, shelf: dict[str, Certificate]
) -> None:
    answer = client.get(f"/v/{shelf['replaced'].code}?lang=en")

    assert f'href="/v/{shelf["valid"].code}"' in answer.text


def test_a_successor_that_waits_for_its_issue_is_not_told(
    client: FlaskClient, session: Session, institute: Institute
) -> None:
    coming = make_certificate(session, institute=institute, status=CertificateStatus.PENDING_ISSUE)
    old = make_certificate(
        session, institute=institute, status=CertificateStatus.SUPERSEDED, superseded_by=coming
    )

    page = read(client, f"/v/{old.code}?lang=en")

    assert page.heading == "This certificate was replaced"
    assert coming.code not in page.words


def test_what_waits_for_its_issue_does_not_exist_in_public(
    client: FlaskClient, session: Session, institute: Institute
) -> None:
    coming = make_certificate(session, institute=institute, status=CertificateStatus.PENDING_ISSUE)

    page = read(client, f"/v/{coming.code}?lang=en")

    assert (page.status, page.heading) == (404, "No certificate has this code")
    assert "Salma" not in page.words


def test_a_hidden_name_is_compared_and_never_shown(
    client: FlaskClient, shelf: dict[str, Certificate]
) -> None:
    path = f"/v/{shelf['hidden'].code}?lang=en"

    bare = client.get(path).text
    assert "Salma" not in bare
    assert "سلمى" not in bare
    for typed, said in {
        "bouziane SALMA": "Yes: this is the name in the register.",
        "سلمي بوزيان": "Yes: this is the name in the register.",
        "Salma Bouzian": "Close, but not the same",
        "Karim Alami": "No: this is not the name in the register.",
    }.items():
        page = read(client, f"{path}&name={typed}")
        assert said in page.words
        assert "Salma Bouziane" not in page.words


def test_the_name_on_a_page_that_shows_it_is_not_asked(
    client: FlaskClient, shelf: dict[str, Certificate]
) -> None:
    page = read(client, f"/v/{shelf['valid'].code}?lang=en&name=Karim")

    assert "Karim" not in page.words
    assert "Is it this person?" not in page.words


def test_an_erased_person_leaves_the_fact_without_a_name(
    client: FlaskClient, session: Session, institute: Institute
) -> None:
    erased = make_certificate(
        session, institute=institute, holder_hidden=True, holder_latin=None, holder_arabic=None
    )

    page = read(client, f"/v/{erased.code}?lang=en&name=Salma")

    assert page.heading == "This certificate is valid; the name is hidden"
    assert "The name was erased" in page.words
    assert "Is it this person?" not in page.words


def test_pages_made_for_one_certificate_serve_others_of_the_same_shape(
    client: FlaskClient, session: Session, institute: Institute
) -> None:
    markup = '<script>alert("1")</script> & {{ 7 }} %(x)s'
    plain = make_certificate(session, institute=institute)
    hostile = make_certificate(
        session,
        institute=institute,
        person=make_person(session, name_latin=markup),
        title={"en": markup, "fr": "T", "ar": "ت"},
    )

    first = client.get(f"/v/{plain.code}?lang=en").text
    second = client.get(f"/v/{hostile.code}?lang=en").text

    assert "Salma Bouziane" in first
    assert "Salma Bouziane" not in second
    assert "<script>" not in second
    assert second.count("&lt;script&gt;") == 2


def test_a_page_asked_again_says_what_the_register_says_now(
    client: FlaskClient, session: Session, institute: Institute
) -> None:
    asked = make_certificate(session, institute=institute)
    path = f"/v/{asked.code}?lang=en"
    assert read(client, path).heading == "This certificate is valid"

    change(session, NOBODY, asked, holder_hidden=True)
    hidden = read(client, path)
    change(
        session,
        NOBODY,
        asked,
        status=CertificateStatus.REVOKED,
        revoked_at=clock.now(),
        revoked_by_id=asked.person_id,
        revocation_reason="Seen at the audit.",
        public_reason="Issued in error.",
    )
    revoked = read(client, path)

    assert hidden.heading == "This certificate is valid; the name is hidden"
    assert "Salma" not in hidden.words
    assert revoked.heading == "This certificate is revoked"
    assert "Issued in error." in revoked.words
    assert read(client, f"/v/{asked.code}?lang=fr").heading == "Ce certificat est révoqué"
    told = client.get(path, headers={"Accept": "application/json"})
    assert (told.json or {})["status"] == "revoked"


def test_the_last_day_passes_at_midnight_on_the_wall(
    client: FlaskClient, session: Session, institute: Institute
) -> None:
    last = clock.today() + DAY
    asked = make_certificate(session, institute=institute, expires_on=last)
    midnight = datetime.combine(last + DAY, time(), clock.CASABLANCA)
    seen = {}

    for after in (-60, 0, 60):
        with time_machine.travel(midnight + timedelta(seconds=after), tick=False):
            page = read(client, f"/v/{asked.code}?lang=en")
        seen[page.words.partition(" at ")[2][:5]] = page.heading

    assert seen == {
        "23:59": "This certificate is valid",
        "00:00": "This certificate has expired",
        "00:01": "This certificate has expired",
    }


def test_only_so_many_shapes_of_pages_are_kept(
    client: FlaskClient, shelf: dict[str, Certificate], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "_CUTS_KEPT", 4)
    monkeypatch.setattr(rendering, "_cuts", {})

    for language in LANGUAGES:
        for outcome, certificate in shelf.items():
            page = read(client, f"/v/{certificate.code}?lang={language}")
            assert page.heading == HEADINGS[outcome][LANGUAGES.index(language)]
            assert len(rendering._cuts) <= 4


def test_head_says_the_same_without_a_body(
    client: FlaskClient, shelf: dict[str, Certificate]
) -> None:
    path = f"/v/{shelf['valid'].code}"

    told, head = client.get(path), client.head(path)

    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(told.data))
    assert {**head.headers} == {**told.headers}


@command
def change(session: Session, _actor: Actor, /, certificate: Certificate, **columns: Any) -> None:
    """Change what the register holds, as its commands do."""
    session.execute(update(Certificate).where(Certificate.id == certificate.id).values(**columns))


def test_the_form_leads_to_the_address_of_the_result(
    client: FlaskClient, shelf: dict[str, Certificate]
) -> None:
    typed = shelf["valid"].code.lower().replace("-", " ").replace("0", "o")

    answer = client.get("/verify", query_string={"code": typed, "lang": "fr"})

    assert answer.status_code == 303
    assert answer.location == f"/v/{shelf['valid'].code_key}?lang=fr"


def test_the_form_reads_the_whole_address_of_a_code(
    client: FlaskClient, shelf: dict[str, Certificate]
) -> None:
    address = f"https://nador.example/v/{shelf['valid'].code}?lang=ar"

    answer = client.get("/verify", query_string={"code": address})

    assert answer.location == f"/v/{shelf['valid'].code_key}"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param(MISTYPED, "There is a typing mistake in this code.", id="wrong check"),
        pytest.param("hello", "This is not a certificate code.", id="not a code"),
        pytest.param("", "This is not a certificate code.", id="empty"),
        pytest.param('"><script>alert(1)</script>', "This is not a certificate code.", id="markup"),
        pytest.param("9" * 5000, "This is not a certificate code.", id="very long"),
        pytest.param("NDR-７K3Q-９XW2-M4HB-R", "There is a typing mistake", id="full width"),
    ],
)
def test_a_typing_error_stays_on_the_page_without_a_look_up(
    client: FlaskClient, app: Flask, institute: Institute, typed: str, said: str
) -> None:
    with statements(app) as sent:
        answer = client.get("/verify", query_string={"code": typed, "lang": "en"})

    assert answer.status_code == 422
    assert said in answer.text
    assert "<title>Error:" in answer.text
    assert "<script>" not in answer.text
    assert sent == []


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("{lower}", id="lower case"),
        pytest.param("{code}".replace("-", ""), id="as it is"),
        pytest.param(" {code} ", id="blanks"),
        pytest.param("{spaced}", id="spaces for dashes"),
        pytest.param("{arabic}", id="Arabic digits"),
    ],
)
def test_however_a_code_is_written_it_is_answered(
    client: FlaskClient, shelf: dict[str, Certificate], written: str
) -> None:
    code = shelf["valid"].code
    path = written.format(
        code=code,
        lower=code.lower(),
        spaced=code.replace("-", " "),
        arabic=code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    )

    assert read(client, f"/v/{path}?lang=en").heading == "This certificate is valid"


def test_a_prefix_with_lookalikes_is_found_and_shown_as_printed(
    client: FlaskClient, session: Session
) -> None:
    made = make_certificate(session, institute=make_institute(session, prefix="OIL"))

    page = read(client, f"/v/{made.code.replace('OIL', '011')}?lang=en")

    assert page.status == 200
    assert made.code in page.words


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/v/" + "A" * 4000, id="very long"),
        pytest.param("/v/<script>alert(1)</script>", id="markup"),
        pytest.param("/v/..%2f..%2fetc%2fpasswd", id="path tricks"),
        pytest.param("/v/%00", id="a control character"),
        pytest.param("/v/%ff%fe", id="not UTF-8"),
        pytest.param("/v/²³¼-𝟙𝟚𝟛", id="unicode digits"),
        pytest.param(f"/v/{UNKNOWN}/more.pdf", id="a longer path"),
    ],
)
def test_hostile_codes_are_404_pages_that_keep_what_was_typed(
    client: FlaskClient, institute: Institute, path: str
) -> None:
    answer = client.get(path, headers={"Accept-Language": "en"})

    assert answer.status_code == 404
    assert "This is not one of our codes" in answer.text
    assert "<script" not in answer.text
    assert len(answer.data) < 40_000


def test_an_unknown_code_is_kept_and_what_to_check_is_said(
    client: FlaskClient, institute: Institute
) -> None:
    answer = client.get(f"/v/{UNKNOWN}?lang=fr")

    assert answer.status_code == 404
    assert f'value="{UNKNOWN}"' in answer.text
    assert "À contrôler" in answer.text
    assert "<title>Erreur\u00a0:" in answer.text


def test_one_statement_no_cookie_and_the_headers(
    client: FlaskClient, app: Flask, shelf: dict[str, Certificate]
) -> None:
    path = f"/v/{shelf['replaced'].code}"
    client.set_cookie("nador", "anything")
    client.set_cookie("nador_lang", "fr")

    with statements(app) as sent:
        answer = client.get(path, headers={"Accept-Language": "en"})

    assert len([sql for sql in sent if sql.startswith("SELECT")]) == len(sent) == 1
    assert 'lang="en"' in answer.text
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Vary"] == "Accept, Accept-Language"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.text


def test_the_look_up_searches_a_unique_index(session: Session) -> None:
    connection = session.connection()
    asked = queries.BY_CODE.compile(connection)
    values = asked.construct_params({"key": UNKNOWN})
    explain = "EXPLAIN QUERY PLAN "
    if connection.dialect.name == "postgresql":
        explain = "EXPLAIN "
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # the table is empty

    plan = connection.exec_driver_sql(
        f"{explain}{asked}",
        tuple(values[name] for name in asked.positiontup) if asked.positiontup else values,
    )

    steps = [str(row[-1]) for row in plan]
    assert [step for step in steps if "code_key" in step]
    assert [step for step in steps if "Seq Scan" in step or step.startswith("SCAN")] == []


def test_the_page_is_one_small_request(client: FlaskClient, shelf: dict[str, Certificate]) -> None:
    for certificate in shelf.values():
        for language in LANGUAGES:
            answer = client.get(f"/v/{certificate.code}?lang={language}")
            assert len(gzip.compress(answer.data)) <= 14_000
            assert re.findall(r'(?:src|<link[^>]*href)="(?!data:)', answer.text) == []
            assert "url(" not in re.sub(r'url\("data:', "", answer.text)
    for path in ("/verify", f"/v/{UNKNOWN}"):
        assert len(gzip.compress(client.get(path).data)) <= 14_000


def test_the_policy_allows_the_one_style_by_its_hash(
    client: FlaskClient, shelf: dict[str, Certificate]
) -> None:
    answer = client.get(f"/v/{shelf['valid'].code}")
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)

    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


def test_nothing_private_is_told(client: FlaskClient, shelf: dict[str, Certificate]) -> None:
    for certificate in shelf.values():
        answer = client.get(f"/v/{certificate.code}", headers={"Accept": "application/json"})
        assert "@" not in answer.text
        assert answer.headers["Content-Type"] == "application/json"


def test_misses_are_limited_and_hits_never(
    client: FlaskClient, shelf: dict[str, Certificate]
) -> None:
    statuses = [client.get(f"/v/{UNKNOWN}").status_code for _ in range(31)]
    refused = client.get(f"/v/{UNKNOWN}", headers={"Accept-Language": "en"})

    assert statuses == [404] * 30 + [429]
    assert "Too many attempts" in refused.text
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert client.get(f"/v/{shelf['valid'].code}").status_code == 200
    assert client.get(f"/v/{MISTYPED}").status_code == 404


def test_hits_and_typing_errors_are_not_counted(
    client: FlaskClient, shelf: dict[str, Certificate]
) -> None:
    for _ in range(35):
        assert client.get(f"/v/{shelf['valid'].code}").status_code == 200
        assert client.get(f"/v/{MISTYPED}").status_code == 404

    assert client.get(f"/v/{UNKNOWN}").status_code == 404


def test_guessing_a_hidden_name_is_limited(
    client: FlaskClient, shelf: dict[str, Certificate]
) -> None:
    path = f"/v/{shelf['hidden'].code}?name="

    statuses = [client.get(f"{path}Guess Number{'x' * n}").status_code for n in range(31)]

    assert statuses == [200] * 30 + [429]
    assert client.get(f"{path}Salma Bouziane").status_code == 200


class statements:  # noqa: N801 - reads as a word where it is used
    """The SQL that reaches the driver meanwhile, by whatever way."""

    def __init__(self, app: Flask) -> None:
        self.engine = app.extensions["nador"].engine
        self.sent: list[str] = []

    def __enter__(self) -> list[str]:
        # Connections that were opened before would not be listened to.
        self.engine.dispose()
        event.listen(self.engine, "connect", self._listen)
        return self.sent

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "connect", self._listen)
        self.engine.dispose()

    def _listen(self, driver: Any, _record: object) -> None:
        if isinstance(driver, psycopg.Connection):
            driver.cursor_factory = self._cursor()
        else:
            driver.set_trace_callback(self._note)

    def _cursor(self) -> type[psycopg.Cursor[Any]]:
        note = self._note

        class Heard(psycopg.Cursor[Any]):
            def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
                note(str(query))
                return super().execute(query, *arguments, **options)

        return Heard

    def _note(self, sql: str) -> None:
        if not sql.startswith(("PRAGMA", "BEGIN", "ROLLBACK", "COMMIT")):
            self.sent.append(sql)
