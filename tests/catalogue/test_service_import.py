"""A catalogue file in the database: once, again, changed, and refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from nador import cli
from nador.catalogue import service
from nador.catalogue.models import (
    Course,
    CourseVersion,
    PlanItem,
    Prerequisite,
    Programme,
    ProgrammeCourse,
    Run,
    Skill,
)
from nador.catalogue.rules import (
    PLAIN,
    AttendancePoints,
    Catalogue,
    CatalogueRefused,
    CatalogueStatus,
    CodeOfAnother,
    ProgrammeEntry,
)
from nador.kernel.access import NOBODY, Actor, Forbidden, Role
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from tests.catalogue.conftest import CATALOGUE
from tests.factories import make_actor, make_institute, make_run

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.settings import Settings

TABLES = (Course, CourseVersion, PlanItem, Prerequisite, Skill)


def counts(session: Session) -> list[int]:
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def bring(
    session: Session, actor: Actor, institute: Institute, catalogue: Catalogue
) -> service.Imported:
    return service.import_catalogue(session, actor, institute_id=institute.id, catalogue=catalogue)


def changed(catalogue: Catalogue, code: str, **changes: object) -> Catalogue:
    courses = tuple(
        replace(course, **changes) if course.code == code else course  # type: ignore[arg-type] # a table of changes
        for course in catalogue.courses
    )
    return replace(catalogue, courses=courses)


def test_again_changes_nothing(
    session: Session, registrar: Actor, institute: Institute, catalogue: Catalogue
) -> None:
    first = bring(session, registrar, institute, catalogue)
    before = counts(session)
    again = bring(session, registrar, institute, catalogue)

    assert (len(first.new), first.skills) == (14, 23)
    assert (again.new, again.changed, again.skills, len(again.unchanged)) == ((), (), 0, 14)
    assert counts(session) == before == [14, 14, 31, 12, 23]


def test_a_changed_course_gets_a_version_and_runs_keep_theirs(
    session: Session, registrar: Actor, institute: Institute, catalogue: Catalogue
) -> None:
    bring(session, registrar, institute, catalogue)
    old = session.scalars(select(CourseVersion).join(Course).where(Course.code == "IA-101")).one()
    run = make_run(session, old, institute_id=institute.id)
    done = bring(session, registrar, institute, changed(catalogue, "IA-101", hours=21))

    versions = session.scalars(
        select(CourseVersion)
        .join(Course)
        .where(Course.code == "IA-101")
        .order_by(CourseVersion.number)
    ).all()
    assert done.changed == ("IA-101",)
    assert [(version.number, version.hours) for version in versions] == [(1, 20), (2, 21)]
    assert session.get_one(Run, run.id).version_id == versions[0].id


def test_points_for_attendance_make_a_version(
    session: Session, registrar: Actor, institute: Institute, catalogue: Catalogue
) -> None:
    points = AttendancePoints(present=Decimal(3), late=Decimal("1.5"), absent=Decimal(1))
    bring(session, registrar, institute, catalogue)
    bring(session, registrar, institute, changed(catalogue, "IA-101", attendance_points=points))

    versions = session.scalars(
        select(CourseVersion)
        .join(Course)
        .where(Course.code == "IA-101")
        .order_by(CourseVersion.number)
    ).all()

    assert [version.attendance_points for version in versions] == [PLAIN, points]


@command
def _sneak(session: Session, _actor: Actor, *, sets: dict[str, str]) -> None:
    session.execute(update(CourseVersion).values({k: Decimal(v) for k, v in sets.items()}))


@pytest.mark.parametrize(
    "sets",
    [
        {"present_points": "0", "late_points": "0"},
        {"late_points": "1.01"},
        {"late_points": "-0.01"},
        {"absent_points": "1.01"},
        {"absent_points": "-0.01"},
        {"excused_points": "1.01"},
        {"excused_points": "-0.01"},
    ],
    ids=str,
)
def test_the_database_refuses_points_beyond_those_of_presence(
    session: Session,
    registrar: Actor,
    institute: Institute,
    catalogue: Catalogue,
    sets: dict[str, str],
) -> None:
    bring(session, registrar, institute, catalogue)

    with pytest.raises(IntegrityError, match="attendance_points"):
        _sneak(session, NOBODY, sets=sets)


def test_a_retired_course_stays_retired(
    session: Session, registrar: Actor, institute: Institute, catalogue: Catalogue
) -> None:
    bring(session, registrar, institute, catalogue)
    service.retire_course(session, registrar, code="IA-101")
    bring(session, registrar, institute, changed(catalogue, "IA-101", hours=21))

    course = session.scalars(select(Course).where(Course.code == "IA-101")).one()
    assert course.status is CatalogueStatus.RETIRED
    again = service.publish_course(session, registrar, code="IA-101")
    assert again.status is CatalogueStatus.PUBLISHED


def test_programmes_keep_their_order(
    session: Session, registrar: Actor, institute: Institute, catalogue: Catalogue
) -> None:
    programme = ProgrammeEntry(
        code="P-1",
        title={"fr": "Parcours"},
        summary={},
        courses=("IA-102", "IA-101"),
        status=CatalogueStatus.PUBLISHED,
    )
    whole = replace(catalogue, programmes=(programme,))

    assert bring(session, registrar, institute, whole).programmes == 1
    assert bring(session, registrar, institute, whole).programmes == 0
    turned = replace(whole, programmes=(replace(programme, courses=("IA-101", "IA-102")),))
    assert bring(session, registrar, institute, turned).programmes == 1
    codes = session.scalars(
        select(Course.code)
        .join(ProgrammeCourse, ProgrammeCourse.course_id == Course.id)
        .join(Programme, Programme.id == ProgrammeCourse.programme_id)
        .order_by(ProgrammeCourse.position)
    ).all()
    assert codes == ["IA-101", "IA-102"]


def test_a_code_of_another_institute_is_refused_with_everything(
    session: Session, registrar: Actor, institute: Institute, catalogue: Catalogue
) -> None:
    other = make_institute(session, prefix="OUJ")
    stranger = make_actor(session, Role.REGISTRAR, institute_id=other.id)
    bring(
        session,
        registrar,
        institute,
        replace(catalogue, courses=catalogue.courses[:1], programmes=()),
    )
    before = counts(session)

    with pytest.raises(CodeOfAnother):
        bring(session, stranger, other, catalogue)
    assert counts(session) == before


def test_a_course_that_is_not_there_is_refused(
    session: Session, registrar: Actor, institute: Institute, catalogue: Catalogue
) -> None:
    with pytest.raises(CatalogueRefused):
        bring(
            session, registrar, institute, changed(catalogue, "IA-101", prerequisites=("NONE-1",))
        )
    assert counts(session) == [0, 0, 0, 0, 0]


def test_only_those_who_manage_the_catalogue_import(
    session: Session, institute: Institute, catalogue: Catalogue
) -> None:
    with pytest.raises(Forbidden):
        bring(
            session,
            make_actor(session, Role.AUDITOR, institute_id=institute.id),
            institute,
            catalogue,
        )
    with pytest.raises(NotFound):
        bring(session, NOBODY, institute, catalogue)


@pytest.fixture
def _instance(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NADOR_INSTANCE", str(settings.instance))
    monkeypatch.setenv("NADOR_DATABASE_URL", settings.database_url)


@pytest.mark.usefixtures("_instance", "institute")
def test_the_command_imports_and_counts(session: Session) -> None:
    run = CliRunner().invoke(cli.nador, ["import", "catalogue", str(CATALOGUE)])

    assert run.exit_code == 0, run.output
    assert run.output.startswith("Courses: 14 new, 0 changed, 0 unchanged.")
    session.rollback()
    assert counts(session)[0] == 14


@pytest.mark.usefixtures("_instance", "institute")
def test_the_command_tells_every_line_and_writes_nothing(
    session: Session, tmp_path: Path, catalogue_text: str
) -> None:
    file = tmp_path / "broken.toml"
    text = catalogue_text.replace("level = 3", "level = 4").replace('"IA-220"]', '"IA-999"]')
    file.write_text(text, encoding="utf-8")
    lines = text.splitlines()
    run = CliRunner().invoke(cli.nador, ["import", "catalogue", str(file)])

    assert isinstance(run.exception, CatalogueRefused)
    assert run.stderr.splitlines() == [
        f"{file}:{lines.index('level = 4') + 1}: level is 4: it must be from 1 to 3.",
        (
            f"{file}:{next(at for at, line in enumerate(lines, 1) if 'IA-999' in line)}: "
            "The course IA-999 is neither here nor in the catalogue."
        ),
    ]
    session.rollback()
    assert counts(session) == [0, 0, 0, 0, 0]


@pytest.mark.usefixtures("_instance", "institute")
def test_the_command_knows_its_institutes() -> None:
    run = CliRunner().invoke(
        cli.nador, ["import", "catalogue", str(CATALOGUE), "--institute", "XXX"]
    )

    assert isinstance(run.exception, NotFound)
