"""Who may do what with people, roles and centres: everybody against every question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nador.accounts import policy
from nador.kernel.access import OwnCase, Role
from nador.kernel.errors import NotFound
from tests.permission import (
    EVERYBODY,
    HERE,
    ME,
    OTHER,
    THERE,
    assert_let_in,
    someone,
    those_told,
    those_who_may,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from nador.kernel.access import Actor

ELSEWHERE = "all of them elsewhere"
MANAGERS = {"registrar", "administrator", ELSEWHERE}
ADMINISTRATORS = {"administrator", ELSEWHERE}
READERS = {*MANAGERS, "auditor"}


@pytest.mark.parametrize(
    ("may", "who"),
    [
        pytest.param(policy.may_see_people, READERS, id="see people"),
        pytest.param(policy.may_manage_people, MANAGERS, id="manage people"),
        pytest.param(policy.may_administer, ADMINISTRATORS, id="administer"),
        pytest.param(policy.may_see_audit, {*ADMINISTRATORS, "auditor"}, id="see the audit trail"),
    ],
)
def test_pages_are_offered_to(may: Callable[[Actor], bool], who: set[str]) -> None:
    assert those_who_may(may) == who


@pytest.mark.parametrize(
    ("require", "let_in", "forbidden"),
    [
        pytest.param(policy.require_may_see_people, READERS, set(), id="see people"),
        pytest.param(policy.require_may_manage_people, MANAGERS, {"auditor"}, id="manage people"),
        pytest.param(policy.require_administrator, ADMINISTRATORS, set(), id="administer"),
        pytest.param(
            policy.require_may_see_audit, {*ADMINISTRATORS, "auditor"}, set(), id="the audit trail"
        ),
    ],
)
def test_the_register_is_hidden_from_all_but(
    require: Callable[[Actor], None], let_in: set[str], forbidden: set[str]
) -> None:
    assert_let_in(require, let_in, forbidden)


def test_a_centre_is_its_own_administrators() -> None:
    assert_let_in(
        lambda actor: policy.require_may_administer(actor, HERE),
        let_in={"administrator"},
        forbidden=set(),
    )
    assert_let_in(
        lambda actor: policy.require_may_administer(actor, THERE),
        let_in={ELSEWHERE},
        forbidden=set(),
    )


def test_names_are_confirmed_by_those_who_answer_for_them() -> None:
    confirming = {*MANAGERS, "certifier"}

    assert those_who_may(lambda actor: policy.may_confirm_names(actor, OTHER)) == confirming
    assert_let_in(
        lambda actor: policy.require_may_confirm_names(actor, OTHER), confirming, {"auditor"}
    )


def test_nobody_confirms_their_own_names() -> None:
    assert not those_who_may(lambda actor: policy.may_confirm_names(actor, ME))
    told = those_told(OwnCase, lambda actor: policy.require_may_confirm_names(actor, ME))
    assert told == {*READERS, "certifier"}
    assert those_told(NotFound, lambda actor: policy.require_may_confirm_names(actor, ME)) == (
        EVERYBODY.keys() - told
    )


def test_roles_are_granted_by_administrators_of_the_institute() -> None:
    assert those_who_may(lambda actor: policy.may_grant_roles(actor, OTHER)) == ADMINISTRATORS
    assert_let_in(
        lambda actor: policy.require_may_grant_roles(actor, OTHER, institute_id=HERE),
        let_in={"administrator"},
        forbidden={"registrar", "auditor"},
    )


def test_nobody_grants_themselves_a_role() -> None:
    assert not those_who_may(lambda actor: policy.may_grant_roles(actor, ME))
    assert those_told(
        OwnCase, lambda actor: policy.require_may_grant_roles(actor, ME, institute_id=HERE)
    ) == {"administrator"}


@pytest.mark.parametrize(
    ("role", "has_email", "roles", "may"),
    [
        pytest.param(Role.REGISTRAR, False, (), True, id="a learner without mail"),
        pytest.param(Role.REGISTRAR, True, (), False, id="mail opens it"),
        pytest.param(Role.REGISTRAR, False, ("x",), False, id="a colleague's account"),
        pytest.param(Role.ADMINISTRATOR, False, ("x",), True, id="by an administrator"),
        pytest.param(Role.AUDITOR, False, (), False, id="who only looks"),
    ],
)
def test_whose_account_a_printed_code_opens(
    role: Role, roles: tuple[str, ...], *, has_email: bool, may: bool
) -> None:
    assert policy.may_open_account(someone(role), has_email=has_email, roles=roles) is may


@pytest.mark.parametrize(
    ("has_account", "who"),
    [
        pytest.param(False, MANAGERS, id="nobody's account yet"),
        pytest.param(True, ADMINISTRATORS, id="somebody's account"),
    ],
)
def test_staff_leave_the_address_of_an_account_alone(*, has_account: bool, who: set[str]) -> None:
    assert those_who_may(lambda actor: policy.may_set_email(actor, has_account=has_account)) == who


def test_administrators_erase_others_and_never_themselves() -> None:
    assert those_who_may(lambda actor: policy.may_erase(actor, OTHER)) == ADMINISTRATORS
    assert not those_who_may(lambda actor: policy.may_erase(actor, ME))
    assert_let_in(
        lambda actor: policy.require_may_erase(actor, OTHER), ADMINISTRATORS, forbidden=set()
    )
    assert those_told(OwnCase, lambda actor: policy.require_may_erase(actor, ME)) == ADMINISTRATORS
