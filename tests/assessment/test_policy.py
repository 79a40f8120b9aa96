"""Who may see, grade, release and conclude: everybody against every question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from nador.assessment import policy
from nador.kernel.access import Action, OwnCase
from tests.permission import (
    EVERYBODY,
    HERE,
    ME,
    OTHER,
    RUN,
    assert_let_in,
    those_told,
    those_who_may,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from nador.assessment.policy import OnRun
    from nador.kernel.access import Actor


@dataclass
class ARun:
    id: int = RUN
    institute_id: int = HERE


STAFF = {"instructor", "registrar", "certifier", "auditor", "administrator"}


def test_staff_see_the_gradebook_and_nobody_else_knows_it() -> None:
    assert_let_in(lambda actor: policy.require_may_see(actor, ARun()), STAFF, forbidden=set())


@pytest.mark.parametrize(
    ("require", "let_in"),
    [
        pytest.param(policy.require_may_grade, {"instructor", "administrator"}, id="grade"),
        pytest.param(
            policy.require_may_release, {"instructor", "registrar", "administrator"}, id="release"
        ),
        pytest.param(policy.require_may_conclude, {"registrar", "administrator"}, id="conclude"),
        pytest.param(
            policy.require_may_override,
            {"instructor", "registrar", "administrator"},
            id="override",
        ),
        pytest.param(
            policy.require_may_arrange,
            {"instructor", "registrar", "administrator"},
            id="arrange",
        ),
    ],
)
def test_staff_does_what_its_role_says(
    require: Callable[[Actor, OnRun], None], let_in: set[str]
) -> None:
    assert_let_in(lambda actor: require(actor, ARun()), let_in, forbidden=STAFF - let_in)


def test_pages_ask_the_same_table() -> None:
    assert those_who_may(lambda actor: policy.may(actor, Action.GRADE, ARun())) == {
        "instructor",
        "administrator",
    }


def test_nobody_grades_themselves() -> None:
    assert those_told(OwnCase, lambda actor: policy.require_not_own(actor, ME)) == (
        EVERYBODY.keys() - {"nobody"}
    )
    assert not those_told(OwnCase, lambda actor: policy.require_not_own(actor, OTHER))


def test_questions_are_kept_by_those_who_grade_anywhere_in_the_institute() -> None:
    writing = {"instructor", "instructor of another run", "administrator"}
    seeing = STAFF | writing

    assert those_who_may(lambda actor: policy.may_manage_banks(actor, HERE)) == writing
    assert_let_in(
        lambda actor: policy.require_may_see_bank(actor, HERE), let_in=seeing, forbidden=set()
    )
    assert_let_in(
        lambda actor: policy.require_may_manage_bank(actor, HERE),
        let_in=writing,
        forbidden=seeing - writing,
    )


def test_whose_banks_somebody_sees_or_manages() -> None:
    auditor, instructor = EVERYBODY["auditor"], EVERYBODY["instructor"]

    assert policy.bank_institutes(auditor) == {HERE}
    assert policy.bank_institutes(auditor, Action.GRADE) == set()
    assert policy.bank_institutes(instructor, Action.GRADE) == {HERE}
