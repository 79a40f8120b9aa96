"""What comes first: for a person, for a run, after signing in."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from nador.kernel.access import Role
from nador.kernel.clock import CASABLANCA
from nador.reporting.rules import (
    Due,
    FirstPage,
    Task,
    first_due,
    first_page,
    names_sought,
    says_name,
    task_of_run,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=CASABLANCA)
TODAY = date(2026, 11, 23)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("dues", "expected"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([Due(0)], None, id="a place that asks nothing"),
        pytest.param([Due(0, None, NOON + HOUR), Due(1, None, NOON)], 1, id="the next meeting"),
        pytest.param([Due(0, NOON + HOUR), Due(1, NOON)], 1, id="the offer that expires first"),
        pytest.param(
            [Due(0, None, NOON), Due(1, NOON + HOUR)], 1, id="an offer before any meeting"
        ),
        pytest.param([Due(1, NOON), Due(0, NOON)], 0, id="the first of two at once"),
        pytest.param([Due(1, None, NOON), Due(0, None, NOON)], 0, id="the first of two meetings"),
    ],
)
def test_first_due(dues: list[Due], expected: int | None) -> None:
    found = first_due(dues)

    assert (found.index if found else None) == expected


@pytest.mark.parametrize(
    ("ended", "open_meetings", "to_grade", "provisional", "expected"),
    [
        pytest.param(0, 0, 5, 5, None, id="its last day is today"),
        pytest.param(0, 1, 0, 0, Task.ATTENDANCE, id="a meeting is over before the run is"),
        pytest.param(1, 1, 5, 5, Task.ATTENDANCE, id="attendance before grades"),
        pytest.param(1, 0, 5, 5, Task.GRADE, id="grades before their release"),
        pytest.param(1, 0, 0, 5, Task.RELEASE, id="all graded"),
        pytest.param(1, 0, 0, 0, Task.CONCLUDE, id="all released"),
    ],
)
def test_task_of_a_run(
    ended: int, open_meetings: int, to_grade: int, provisional: int, expected: Task | None
) -> None:
    found = task_of_run(
        ends_on=TODAY - timedelta(days=ended),
        today=TODAY,
        open_meetings=open_meetings,
        to_grade=to_grade,
        provisional=provisional,
    )

    assert found is expected


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        pytest.param({Role.LEARNER}, FirstPage.LEARNING, id="learner"),
        pytest.param(set(), FirstPage.LEARNING, id="nobody yet"),
        pytest.param({Role.LEARNER, Role.INSTRUCTOR}, FirstPage.TEACHING, id="instructor"),
        *(
            pytest.param({Role.LEARNER, role}, FirstPage.CENTRE, id=role.value)
            for role in (Role.REGISTRAR, Role.CERTIFIER, Role.AUDITOR, Role.ADMINISTRATOR)
        ),
        pytest.param({Role.INSTRUCTOR, Role.REGISTRAR}, FirstPage.CENTRE, id="both"),
    ],
)
def test_first_page(roles: set[Role], expected: FirstPage) -> None:
    assert first_page(roles) is expected


@pytest.mark.parametrize(
    ("names", "said", "expected"),
    [
        pytest.param(("Salma Bouziane", None), "Salma was ill", True, id="one word"),
        pytest.param(("Salma Bouziane", None), "BOUZIANE, absent", True, id="capitals"),
        pytest.param(("Éric Ünal", None), "vu avec eric", True, id="accents"),
        pytest.param(("Ali El Amrani", None), "El was here", False, id="an article is no name"),
        pytest.param(("Ali Amrani", None), "He is an alien", False, id="part of a word"),
        pytest.param((None, "أحمد العربي"), "مرض احمد", True, id="hamza"),
        pytest.param((None, "أحمد العربي"), "رسالة لأحمد", True, id="with a preposition"),
        pytest.param((None, "أحمد العربي"), "محمد", False, id="another name"),
        pytest.param((None, None), "anything", False, id="nobody named"),
    ],
)
def test_a_text_says_a_name(
    names: tuple[str | None, str | None], said: str, *, expected: bool
) -> None:
    assert says_name(said, names_sought(*names)) is expected
