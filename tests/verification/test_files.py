"""A file at its three doors: the page, the interface for programs, and the command."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import event
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from nador.certification.rules import CertificateStatus, FileStatus
from nador.kernel import clock
from nador.verification import cli, labels
from nador.verification.kinds import LARGEST_FILE, FileKind, Trouble
from nador.verification.rules import CheckedFile, Outcome, Reading
from nador.web.security import limiter
from tests.certification.tampering import _byte_trailing, _seal_taken_off
from tests.factories.keys import stranger
from tests.verification.papers import (
    CODE,
    credential_json,
    credential_jwt,
    keep,
    register,
    root_pem,
    sealed_pdf,
    unsealed_pdf,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, sessionmaker
    from werkzeug.test import TestResponse

    from nador.certification.models import Certificate
    from nador.settings import Settings


@pytest.fixture(autouse=True)
def _fresh_limits(app: Flask) -> Iterator[None]:
    limiter.reset()
    yield
    limiter.reset()


@pytest.fixture
def certificate(session: Session) -> Certificate:
    return register(session, pdf=sealed_pdf())


def hand_in(client: FlaskClient, content: bytes | None, **query: str) -> TestResponse:
    given = {} if content is None else {"file": FileStorage(BytesIO(content), "certificate.pdf")}
    # The client would leave a large body in a temporary file, and leave that open.
    boundary, body = encode_multipart(given)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return client.post("/verify/file", query_string=query, data=body, content_type=kind)


def ask(client: FlaskClient, content: bytes) -> dict[str, Any]:
    answer = client.post("/api/v1/verifications", data={"file": (BytesIO(content), "file")})
    assert answer.status_code == 200, answer.text
    [item] = answer.get_json()["items"]
    assert isinstance(item, dict)
    return item


def heading(answer: TestResponse) -> str:
    found = re.search(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)
    return found[1] if found else ""


# --- what it is ----------------------------------------------------------------------------


@pytest.mark.usefixtures("certificate")
def test_the_file_that_was_issued_is_valid(client: FlaskClient) -> None:
    said = ask(client, sealed_pdf())

    assert (said["outcome"], said["status"], said["valid"]) == ("genuine", "valid", True)
    assert (said["code"], said["certificate"]["code"]) == (CODE, CODE)
    assert said["file"]["signature"] == "whole"
    assert [proof["flaw"] for proof in said["file"]["proofs"]] == [None, None]


@pytest.mark.parametrize("content", [credential_json, credential_jwt], ids=["json", "jwt"])
@pytest.mark.usefixtures("certificate")
def test_so_is_its_credential(client: FlaskClient, content: Callable[[], bytes]) -> None:
    said = ask(client, content())

    assert (said["outcome"], said["valid"], said["code"]) == ("genuine", True, CODE)


def test_what_was_issued_before_there_were_seals_is_known_by_its_hash(
    client: FlaskClient, session: Session
) -> None:
    register(session, pdf=unsealed_pdf())

    said = ask(client, unsealed_pdf())

    assert (said["outcome"], said["valid"]) == ("genuine", True)
    assert said["file"]["signature"] == "none"
    page = hand_in(client, unsealed_pdf(), lang="en")
    assert heading(page) == "This certificate is valid"
    assert "It carries no seal: its fingerprint in the register proves it." in page.text


def test_a_historic_file_is_still_genuine(
    client: FlaskClient, session: Session, certificate: Certificate
) -> None:
    keep(session, certificate, unsealed_pdf(), status=FileStatus.HISTORIC)

    assert ask(client, unsealed_pdf())["outcome"] == "genuine"


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        pytest.param({"status": CertificateStatus.REVOKED}, "revoked", id="revoked"),
        pytest.param({"expires_on": clock.today() - timedelta(days=1)}, "expired", id="expired"),
    ],
)
def test_genuine_is_not_yet_in_force(
    client: FlaskClient, session: Session, facts: dict[str, Any], status: str
) -> None:
    register(session, pdf=sealed_pdf(), **facts)

    said = ask(client, sealed_pdf())

    assert (said["outcome"], said["status"], said["valid"]) == ("genuine", status, False)


def test_a_seal_alone_is_not_the_register(client: FlaskClient, session: Session) -> None:
    """Whoever stole the key can seal; what the register never issued is not genuine for it."""
    register(session)

    said = ask(client, sealed_pdf())

    assert (said["outcome"], said["valid"], said["code"]) == ("sealed", False, CODE)


def test_what_waits_for_its_issue_is_not_known(client: FlaskClient, session: Session) -> None:
    register(session, pdf=sealed_pdf(), status=CertificateStatus.PENDING_ISSUE, issued_at=None)

    said = ask(client, sealed_pdf())

    assert (said["outcome"], said["status"]) == ("sealed", "unknown")


@pytest.mark.usefixtures("certificate")
def test_three_statements_and_no_trace(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    """Keys of the roots, of the issuers, and one question to the register; the file is kept nowhere."""
    asked: list[str] = []
    engine = app.extensions["nador"].engine
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))

    ask(client, sealed_pdf())

    selects = [said for said in asked if said.startswith("SELECT")]
    assert sum("certificate.code" in said for said in selects) == 1
    assert len(selects) == 5
    assert [said for said in asked if said.startswith(("INSERT", "UPDATE", "DELETE"))] == []
    after = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in after - before} <= {"nador.db-wal", "nador.db-shm"}


# --- the page ------------------------------------------------------------------------------

HEADINGS = {
    "genuine": ("هذه الشهادة صحيحة", "Ce certificat est valide", "This certificate is valid"),
    "altered": (
        "غُيّر هذا الملف بعد ختمه",
        "Ce fichier a été modifié après avoir été scellé",
        "This file was changed after it was sealed",
    ),
    "copy": (
        "هذا الملف نسخة، ولا يثبت شيئا",
        "Ce fichier est une copie, et ne prouve rien",
        "This file is a copy, and proves nothing",
    ),
    "not_ours": (
        "هذا الملف لم يصدر عنا",
        "Ce fichier n’est pas un des nôtres",
        "This file is not one of ours",
    ),
}
FILES: dict[str, Callable[[], bytes]] = {
    "genuine": sealed_pdf,
    "altered": lambda: _byte_trailing(sealed_pdf()),
    "copy": lambda: _seal_taken_off(sealed_pdf()),
    "not_ours": lambda: b"%PDF-1.7 and nothing",
}


@pytest.mark.parametrize("outcome", HEADINGS)
@pytest.mark.usefixtures("certificate")
def test_the_verdict_is_the_heading_in_each_language(client: FlaskClient, outcome: str) -> None:
    content = FILES[outcome]()
    for language, words in zip(("ar", "fr", "en"), HEADINGS[outcome], strict=True):
        page = hand_in(client, content, lang=language)

        assert (page.status_code, heading(page)) == (200, words)
        assert (CODE in page.text) == (outcome != "not_ours")
        assert "Set-Cookie" not in page.headers
        assert page.headers["Cache-Control"] == "no-store"
        assert len(page.data) < 14_000 * 3
        assert "<script" not in page.text


def test_what_was_not_read_is_neither_ours_nor_not_ours() -> None:
    """A busy machine must not call a certificate a stranger's."""
    reading = Reading(sha256="0" * 64, kind=FileKind.PDF, trouble=Trouble.UNREAD)
    unread = CheckedFile(Outcome.UNREAD, reading, None)
    known = CheckedFile(Outcome.GENUINE, reading, None)

    assert labels.file_heading(unread, clock.today()) == "This file could not be checked"
    assert labels.file_look(unread, clock.today()) == ("none", "notfound")
    assert labels.file_meaning(unread).startswith("Try once more.")
    assert labels.register_line(unread)[0] is None
    assert labels.trouble(reading) == "Reading it took too long, and was ended."
    assert {labels.seal_line(one) for one in (unread, known)} == {(None, "Its seal was not read.")}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "Choose a file.", id="none"),
        pytest.param(b"", "Choose a file.", id="empty"),
        pytest.param(b"\x89PNG", "This is neither a PDF nor a credential", id="a picture"),
        pytest.param(b"%PDF" * (LARGEST_FILE // 4 + 1), "larger than 5 MB", id="too large"),
        pytest.param(b"%PDF" * 1_700_000, "larger than 5 MB", id="far too large"),
    ],
)
def test_what_cannot_be_checked_is_said_at_the_field(
    client: FlaskClient, content: bytes | None, words: str
) -> None:
    page = hand_in(client, content, lang="en")

    assert page.status_code == 422
    assert page.text.count(words) == 2
    assert 'aria-invalid="true"' in page.text


def test_programs_are_told_in_their_form(client: FlaskClient) -> None:
    refused = client.post("/api/v1/verifications", data={"file": (BytesIO(b"GIF89a"), "x.gif")})

    assert refused.status_code == 422
    assert refused.get_json()["code"] == "not_a_certificate_file"


def test_the_page_answers_programs_too(client: FlaskClient, certificate: Certificate) -> None:
    answer = client.post(
        "/verify/file",
        data={"file": (BytesIO(credential_json()), "credential.json")},
        headers={"Accept": "application/json"},
    )

    assert answer.get_json()["code"] == certificate.code


def test_a_list_is_still_a_list(client: FlaskClient, certificate: Certificate) -> None:
    answer = client.post("/api/v1/verifications", json={"items": [{"code": certificate.code}]})

    assert answer.get_json()["items"][0]["status"] == "valid"


def test_nobody_has_files_read_without_end(client: FlaskClient) -> None:
    codes = [hand_in(client, None).status_code for _ in range(21)]

    assert codes == [422] * 20 + [429]


# --- the command ---------------------------------------------------------------------------


@pytest.fixture
def verify(
    sessions: sessionmaker[Session], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    monkeypatch.setenv("NADOR_INSTANCE", str(settings.instance))
    return lambda *words: CliRunner().invoke(
        cli.verify, list(map(str, words)), obj=lambda: sessions
    )


@pytest.mark.usefixtures("certificate")
def test_the_command_reads_a_file(verify: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(sealed_pdf())

    said = verify(path)

    assert said.exit_code == 0, said.output
    assert "This certificate is valid" in said.output
    assert "sealed by: Institut de l’intelligence artificielle de Nador" in said.output


@pytest.mark.usefixtures("certificate")
def test_the_command_refuses_a_changed_file(verify: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(_byte_trailing(sealed_pdf()))

    said = verify(path)

    assert said.exit_code == 3
    assert "This file was changed after it was sealed" in said.output
    assert "status: valid" in said.output


def offline(path: Path, root: Path) -> Result:
    """Call the command with nothing that could lead to a database."""
    return CliRunner().invoke(cli.verify, [str(path), "--offline", "--root", str(root)], obj=None)


def test_offline_the_seal_is_enough_but_not_for_everything(tmp_path: Path) -> None:
    path, root = tmp_path / "certificate.pdf", tmp_path / "root.pem"
    path.write_bytes(sealed_pdf())
    root.write_text(root_pem())

    said = offline(path, root)

    assert said.exit_code == 0, said.output
    assert "The seal is whole" in said.output
    assert "whether it is in force today: not revoked, replaced or expired" in said.output
    assert CODE in said.output


@pytest.mark.parametrize(
    ("content", "root"),
    [
        pytest.param(lambda: _byte_trailing(sealed_pdf()), root_pem, id="changed"),
        pytest.param(unsealed_pdf, root_pem, id="unsealed"),
        pytest.param(sealed_pdf, lambda: root_pem(stranger()), id="another root"),
        pytest.param(credential_json, root_pem, id="a credential"),
    ],
)
def test_offline_nothing_else_is_believed(
    tmp_path: Path, content: Callable[[], bytes], root: Callable[[], str]
) -> None:
    path, pem = tmp_path / "file", tmp_path / "root.pem"
    path.write_bytes(content())
    pem.write_text(root())

    said = offline(path, pem)

    assert said.exit_code == 3
    assert "The seal does not prove this file." in said.output


def test_offline_needs_a_root(tmp_path: Path) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(sealed_pdf())

    assert CliRunner().invoke(cli.verify, [str(path), "--offline"]).exit_code == 2
