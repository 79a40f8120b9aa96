"""A run as a ZIP: names of files that lead nowhere, cells that run nothing, the same bytes again."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_STORED, ZipFile

import pytest
import time_machine
from sqlalchemy import select

from nador.accounts.models import Person
from nador.certification import archive, queries, service
from nador.certification.models import Certificate, PrintJob
from nador.certification.rules import NothingToPrint, PrintForm, PrintStatus
from nador.kernel import clock
from nador.kernel.access import NOBODY, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.db import command
from nador.kernel.errors import NotAllowed
from nador.kernel.i18n import translator
from nador.kernel.work import WorkLease
from tests.certification.office import let_pass, order, work_off
from tests.factories import make_actor, sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run
    from nador.kernel.access import Actor
    from nador.kernel.work import Desk

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@dataclass
class Line:
    """A certificate as the list sees it."""

    holder_latin: str | None = "Salma Bouziane"
    holder_arabic: str | None = "سلمى بوزيان"
    code: str = "NDR-7Q4M-2K9X-T3WV-8"
    number: str = "NDR-2026-000123"
    hours: int = 40
    issued_on: date = date(2026, 11, 27)
    expires_on: date | None = None
    title: dict[str, str] = field(default_factory=lambda: {"en": "Course", "fr": "Cours"})


@pytest.mark.parametrize(
    ("latin", "arabic", "name"),
    [
        pytest.param("Fatima-Zahra El Ouariachi", None, "Fatima-Zahra-El-Ouariachi", id="plain"),
        pytest.param("Nguyễn Thị Ánh", None, "Nguyen-Thi-Anh", id="accents"),
        pytest.param(None, "سلمى بوزيان", "slma-bwzyan", id="Arabic only"),
        pytest.param("ⵙⴰⵍⵎⴰ", "سلمى", "slma", id="Tifinagh, then Arabic"),
        pytest.param("../../etc/passwd", None, "etc-passwd", id="upwards"),
        pytest.param("..\\..\\boot.ini", None, "boot-ini", id="upwards, on Windows"),
        pytest.param("/dev/null\0.pdf", None, "dev-null-pdf", id="NUL"),
        pytest.param("CON", None, "CON", id="a device of Windows, behind a number"),
        pytest.param("a\u202efdp.exe", None, "afdp-exe", id="turned round"),
        pytest.param("=cmd|' /C calc'!A0", None, "cmd-C-calc-A0", id="a formula"),
        pytest.param("x" * 200, None, "x" * 60, id="endless"),
    ],
)
def test_a_file_is_named_after_its_number_and_holder(
    latin: str | None, arabic: str | None, name: str
) -> None:
    named = archive.file_name(Line(latin, arabic))

    assert named == f"NDR-2026-000123_{name}"
    assert re.fullmatch("[A-Za-z0-9_-]+", named)


@pytest.mark.parametrize("nobody", [None, "", "李", "…"])
def test_a_number_is_enough_of_a_name(nobody: str | None) -> None:
    assert archive.file_name(Line(nobody, nobody)) == "NDR-2026-000123"


def test_cells_run_nothing() -> None:
    listed = archive.listing(
        [Line('=HYPERLINK("http://x")', "@SUM(1)")], translator("en"), origin="https://c.example"
    )

    [_head, line] = csv.reader(StringIO(listed.decode("utf-8-sig")))
    assert line == [
        "NDR-2026-000123_HYPERLINK-http-x.pdf",
        "NDR-2026-000123",
        "NDR-7Q4M-2K9X-T3WV-8",
        '\'=HYPERLINK("http://x")',
        "'@SUM(1)",
        "Course",
        "40",
        "2026-11-27",
        "",
        "https://c.example/v/NDR-7Q4M-2K9X-T3WV-8",
    ]


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_list_has_heads_in_the_certifiers_language(language: str) -> None:
    listed = archive.listing([], translator(language), origin="")

    [head] = csv.reader(StringIO(listed.decode("utf-8-sig")))
    assert len(set(head)) == 10
    assert ("Number" in head) is (language == "en")


def packed(files: list[tuple[str, bytes]], *, dated: datetime = NOON) -> bytes:
    output = BytesIO()
    archive.pack(output, iter(files), dated=dated)
    return output.getvalue()


def test_the_same_files_give_the_same_bytes() -> None:
    files = [("a.pdf", b"%PDF" * 100), ("a.json", b"{}" * 100)]

    assert packed(files) == packed(files)
    with ZipFile(BytesIO(packed(files))) as found:
        assert found.testzip() is None
        assert [(one.filename, one.date_time) for one in found.infolist()] == [
            ("a.pdf", (2026, 11, 28, 12, 0, 0)),
            ("a.json", (2026, 11, 28, 12, 0, 0)),
        ]
        assert found.getinfo("a.pdf").compress_type == ZIP_STORED
        assert found.getinfo("a.json").compress_size < 200


def test_more_files_than_an_old_zip_can_count(tmp_path: Path) -> None:
    many = 65_600
    target = tmp_path / "many.zip"
    with target.open("wb") as output:
        archive.pack(output, ((f"{number}.pdf", b"") for number in range(many)), dated=NOON)

    with ZipFile(target) as found:
        assert len(found.infolist()) == many


# --- made by a worker --------------------------------------------------------------------


def issue_two(session: Session, certifier: Actor, run: Run, desk: Desk) -> list[Certificate]:
    let_pass(session, run, name_latin="Bob ../..", name_arabic=None)
    let_pass(session, run, name_latin="Àlice = 1", name_arabic="أليس")
    order(session, certifier, run)
    work_off(desk, session)
    return list(session.scalars(select(Certificate).order_by(Certificate.id)))


def ready(session: Session, certifier: Actor, run: Run, desk: Desk) -> PrintJob:
    job = service.order_print(session, certifier, run_id=run.id, form=PrintForm.ZIP)
    work_off(desk, session)
    session.refresh(job)
    return job


def test_each_document_is_in_it_as_it_was_issued(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    [alice, bob] = issue_two(session, certifier, run, desk)
    job = ready(session, certifier, run, desk)

    assert (job.status, job.pages) == (PrintStatus.READY, 2)
    with ZipFile(BytesIO(desk.files.get(job.sha256 or ""))) as found:
        names = found.namelist()
        assert names == [
            "certificates.csv",
            f"{alice.number}_Alice-1.pdf",
            f"{alice.number}_Alice-1.json",
            f"{bob.number}_Bob.pdf",
            f"{bob.number}_Bob.json",
        ], "in the order of names"
        stored = queries.current_file(session, bob.id).sha256
        assert hashlib.sha256(found.read(names[3])).hexdigest() == stored
        credential: dict[str, Any] = json.loads(found.read(names[4]))
        assert credential["credentialSubject"]["licenseNumber"] == bob.code
        listed = list(csv.reader(StringIO(found.read(names[0]).decode("utf-8-sig"))))
        assert [line[0] for line in listed[1:]] == [names[1], names[3]]


def test_a_revoked_one_is_not_in_it(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    [alice, bob] = issue_two(session, certifier, run, desk)
    service.revoke(session, certifier, code=bob.code, reason="x", public_reason="y")
    job = ready(session, certifier, run, desk)

    with ZipFile(BytesIO(desk.files.get(job.sha256 or ""))) as found:
        assert [name for name in found.namelist() if bob.number in name] == []
        assert len(found.namelist()) == 3
        assert alice.number in found.namelist()[1]


def test_what_is_revoked_before_the_worker_comes_leaves_nothing_to_pack(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    for one in issue_two(session, certifier, run, desk):
        job = service.order_print(session, certifier, run_id=run.id, form=PrintForm.ZIP)
        service.revoke(session, certifier, code=one.code, reason="x", public_reason="y")
    work_off(desk, session)

    session.refresh(job)
    assert (job.status, job.problem) == (PrintStatus.DEAD, "no certificate is issued")
    with pytest.raises(NothingToPrint):
        service.order_print(session, certifier, run_id=run.id, form=PrintForm.ZIP)


def test_only_certifiers_order_it_and_the_trail_tells(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    issue_two(session, certifier, run, desk)
    registrar = make_actor(session, Role.REGISTRAR, institute_id=run.institute_id)

    with pytest.raises(NotAllowed):
        service.order_print(session, registrar, run_id=run.id, form=PrintForm.ZIP)
    service.order_print(session, certifier, run_id=run.id, form=PrintForm.ZIP)

    [entry] = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "certificates.gathered")
    ).all()
    assert entry.actor_id == certifier.person_id


@pytest.mark.parametrize("form", list(PrintForm))
def test_it_is_gone_after_some_days(
    session: Session, certifier: Actor, run: Run, desk: Desk, form: PrintForm
) -> None:
    issue_two(session, certifier, run, desk)
    job = service.order_print(session, certifier, run_id=run.id, form=form)
    work_off(desk, session)
    session.refresh(job)
    path = desk.files.path(job.sha256 or "")
    assert path.exists()

    with time_machine.travel(clock.now() + timedelta(days=7), tick=True):
        work_off(desk, session)

    assert not path.exists()
    assert session.scalars(select(PrintJob)).all() == []
    assert session.scalars(select(WorkLease)).all() == []


def test_a_file_of_two_orders_stays_until_the_last_is_forgotten(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    issue_two(session, certifier, run, desk)
    first = service.order_print(session, certifier, run_id=run.id)
    work_off(desk, session)
    with time_machine.travel(clock.now() + timedelta(days=3), tick=True):
        second = service.order_print(session, certifier, run_id=run.id)
        work_off(desk, session)
    session.refresh(first)
    session.refresh(second)
    assert first.sha256 == second.sha256, "the same certificates are merged to the same bytes"

    with time_machine.travel(clock.now() + timedelta(days=7), tick=True):
        work_off(desk, session)

    assert [one.id for one in session.scalars(select(PrintJob))] == [second.id]
    assert desk.files.path(second.sha256 or "").exists()


# --- its pages ---------------------------------------------------------------------------


@pytest.fixture
def office(client: FlaskClient, session: Session, certifier: Actor) -> FlaskClient:
    """The browser of a certifier."""
    sign_in(client, session, certifier)
    client.set_cookie("nador_lang", "en")
    return client


def test_the_page_hands_it_out_until_it_is_deleted(
    office: FlaskClient, session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    issue_two(session, certifier, run, desk)
    ordered = office.post(f"/manage/runs/{run.id}/certificates/print", data={"form": "zip"})
    waiting = office.get(ordered.location)
    work_off(desk, session)
    page = office.get(ordered.location)

    assert waiting.headers["Refresh"] == "3"
    assert "2 certificates as they were issued" in page.text
    with office.get(f"{ordered.location}/certificates.zip") as file:
        assert file.data.startswith(b"PK")
        assert file.content_type == "application/zip"
        assert f"filename={run.code}.zip" in file.headers["Content-Disposition"]
    assert office.get(f"{ordered.location}/certificates.pdf").status_code == 404

    with time_machine.travel(clock.now() + timedelta(days=7), tick=True):
        sign_in(office, session, certifier)
        assert "has been deleted" in office.get(ordered.location).text
        assert office.get(f"{ordered.location}/certificates.zip").status_code == 404


def test_a_file_that_a_worker_has_just_deleted_is_not_there(
    office: FlaskClient, session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    issue_two(session, certifier, run, desk)
    job = ready(session, certifier, run, desk)
    desk.files.drop(job.sha256 or "")
    desk.files.drop(job.sha256 or "")

    assert office.get(f"/manage/prints/{job.id}/certificates.zip").status_code == 404


def test_an_order_that_failed_can_be_made_again(
    office: FlaskClient, session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    issue_two(session, certifier, run, desk)
    job = service.order_print(session, certifier, run_id=run.id, form=PrintForm.ZIP)
    service.record_not_printed(session, NOBODY, item_id=job.id, error="disk full")

    page = office.get(f"/manage/prints/{job.id}")

    assert 'name="form" value="zip"' in page.text
    assert "disk full" not in page.text


def test_the_list_is_in_the_language_of_who_ordered_it(
    session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    issue_two(session, certifier, run, desk)
    _speak(session, NOBODY, person_id=certifier.person_id or 0, locale="fr")
    job = ready(session, certifier, run, desk)

    with ZipFile(BytesIO(desk.files.get(job.sha256 or ""))) as found:
        assert "Numéro" in found.read("certificates.csv").decode("utf-8-sig")


@command
def _speak(session: Session, _actor: Actor, *, person_id: int, locale: str) -> None:
    session.get_one(Person, person_id).locale = locale
