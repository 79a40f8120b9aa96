"""The doctor finds what is wrong, and says what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from nador.accounts.models import Institute
from nador.catalogue.models import Run
from nador.kernel import checkup, work
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command
from nador.kernel.files import FileStore
from nador.kernel.work import Desk
from tests.factories import make_course, make_institute, make_run

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session, sessionmaker

    from nador.settings import Settings


@pytest.fixture
def desk(settings: Settings, sessions: sessionmaker[Session]) -> Desk:
    return Desk(settings, sessions, FileStore(settings.files))


def troubles(desk: Desk, *, deep: bool = False) -> dict[str, tuple[str, ...]]:
    return {one.title: one.troubles for one in checkup.examine(desk, deep=deep) if one.troubles}


def test_a_fresh_instance_only_lacks_a_worker(desk: Desk, session: Session) -> None:
    assert set(troubles(desk, deep=True)) == {"worker"}

    work.beat(session, NOBODY, holder="a")

    assert troubles(desk, deep=True) == {}


def test_a_quick_look_reads_no_whole_tables(desk: Desk) -> None:
    quick = {one.title for one in checkup.examine(desk, deep=False)}
    thorough = {one.title for one in checkup.examine(desk, deep=True)}

    assert "files in the store" in thorough - quick


def test_readable_keys_are_trouble(desk: Desk) -> None:
    desk.settings.secret_key_file.chmod(0o644)

    assert "chmod 600" in troubles(desk)["keys"][0]


def test_a_missing_library_names_its_package(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(checkup.LIBRARIES, "libmissing.so.0", "libmissing0")

    assert troubles(desk)["system libraries"] == (
        "libmissing.so.0 is missing: install the Debian package libmissing0.",
    )


def test_a_damaged_file_is_found(desk: Desk) -> None:
    sha256 = desk.files.put(b"certificate")
    desk.files.path(sha256).write_bytes(b"forged")

    assert sha256 in troubles(desk, deep=True)["files in the store"][0]


def test_a_file_of_nobody_is_counted(desk: Desk) -> None:
    desk.files.put(b"left behind")

    assert troubles(desk, deep=True)["no file without a row"][0].startswith("1 files")


@command
def miscount(session: Session, _actor: Actor, *, run_id: int) -> None:
    session.get_one(Run, run_id).seats_held += 1


def test_a_wrong_counter_is_found(desk: Desk, session: Session) -> None:
    institute = make_institute(session)
    run = make_run(
        session, make_course(session, institute_id=institute.id), institute_id=institute.id
    )
    miscount(session, NOBODY, run_id=run.id)

    assert "1 seats counted, 0 taken" in troubles(desk, deep=True)["seats counted = seats taken"][0]


def test_a_check_that_breaks_stops_no_other(desk: Desk, tmp_path: Path) -> None:
    elsewhere = replace(desk.settings, secret_key_file=tmp_path / "none")

    found = troubles(Desk(elsewhere, desk.sessions, desk.files))

    assert set(found) == {"keys", "worker"}
    assert "nador init" in found["keys"][0]


def test_limits_of_several_processes_are_warned_of(desk: Desk) -> None:
    public = replace(desk.settings, public_url="https://certs.example.org")

    assert "redis" in troubles(Desk(public, desk.sessions, desk.files))["rate limits"][0]


def test_an_institute_that_may_not_issue_yet_is_told_what_it_lacks(
    desk: Desk, session: Session
) -> None:
    institute = make_institute(session)
    assert "institutes ready to issue" not in troubles(desk)

    @command
    def forget(inner: Session, _actor: Actor) -> None:
        inner.get_one(Institute, institute.id).cndp_number = None

    forget(session, NOBODY)

    (told,) = troubles(desk)["institutes ready to issue"]
    assert "/manage/institute: Number of the CNDP declaration." in told
