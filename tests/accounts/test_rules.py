"""What accounts decide without a database."""

from __future__ import annotations

import pytest

from nador.accounts import policy, rules
from nador.accounts.rules import Names, Scope
from nador.kernel.access import NOBODY, Actor, Forbidden, Grant, OwnCase, Role
from nador.kernel.errors import Invalid, NotFound
from nador.kernel.text import NameTooLong

GOOD = "a quiet heron by the lagoon"


def actor(*roles: Role, person_id: int = 1, institute_id: int = 1) -> Actor:
    return Actor(person_id=person_id, grants=frozenset(Grant(role, institute_id) for role in roles))


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        pytest.param("short", rules.PasswordTooShort, id="short"),
        pytest.param("x" * 257, rules.PasswordTooLong, id="endless"),
        pytest.param("password123", rules.PasswordGuessable, id="common"),
        pytest.param("salmabouziane", rules.PasswordGuessable, id="one's own name"),
        pytest.param("aaaaaaaaaaaaaaaaaaaa", rules.PasswordGuessable, id="one key"),
    ],
)
def test_a_weak_password_is_refused(password: str, refusal: type[Invalid]) -> None:
    with pytest.raises(refusal):
        rules.require_strong(password, known=("salma@nador.example", "Salma Bouziane", None))


@pytest.mark.parametrize(
    "password",
    [GOOD, "كلمات قليلة لا رابط بينها", "x7#Kq" * 40],
    ids=["words", "Arabic", "longer than the judge reads"],
)
def test_a_strong_password_passes(password: str) -> None:
    rules.require_strong(password)


@pytest.mark.parametrize(
    ("latin", "arabic", "folded"),
    [
        pytest.param("Salma Bouziane", None, "salmabouziane", id="Latin only"),
        pytest.param(None, "سلمى", "سلمي", id="Arabic only"),
        pytest.param("Salma", "سلمى", "salma سلمي", id="both"),
    ],
)
def test_one_name_is_enough(latin: str | None, arabic: str | None, folded: str) -> None:
    assert rules.names(latin, arabic).folded == folded


@pytest.mark.parametrize("nothing", [None, "", " \u200b "], ids=["none", "empty", "invisible"])
def test_no_name_is_refused(nothing: str | None) -> None:
    with pytest.raises(rules.NameMissing):
        rules.names(nothing, nothing)


def test_an_endless_name_is_refused() -> None:
    with pytest.raises(NameTooLong):
        rules.names("a" * 201, None)


def test_a_reader_sees_the_name_in_their_script() -> None:
    both = Names("Salma", "سلمى")

    assert (both.in_language("ar"), both.in_language("fr")) == ("سلمى", "Salma")
    assert Names("Salma", None).in_language("ar") == "Salma"


def test_a_reference_is_understood_as_people_type_it() -> None:
    assert "P-0A1B-2C3D" in rules.references_meant(" p 0a1b 2c3d ")
    assert "P-0A1B-2C3D" in rules.references_meant("P-OAIB-2C3D")
    assert "11391" in rules.references_meant("11391")


def test_a_printed_code_opens_its_own_door_only() -> None:
    assert rules.digest_of_printed("P-1", "abcd efgh") == rules.digest_of_printed(
        "P-1", "ABCD-EFGH"
    )
    assert rules.digest_of_printed("P-1", "ABCD") != rules.digest_of_printed("P-2", "ABCD")


def test_scopes_narrow_a_token() -> None:
    grants = frozenset({Grant(Role.REGISTRAR, 1), Grant(Role.CERTIFIER, 1)})

    assert rules.scoped(grants, ()) == grants
    assert rules.scoped(grants, [Scope.READ]) == grants
    assert rules.scoped(grants, [Scope.CERTIFIER]) == {Grant(Role.CERTIFIER, 1)}
    assert not rules.scopes_allow([Scope.READ], changes=True)
    assert rules.scopes_allow([Scope.READ], changes=False)
    assert rules.scopes_allow([Scope.CERTIFIER], changes=True)


def test_what_an_institute_must_still_say() -> None:
    words = {"ar": "x", "fr": "x", "en": "x", "zgh": "x"}
    full = {"name": words, "city": words, "signatory": words, "signatory_title": words}

    assert rules.missing_for_issue(**full, cndp_number="D-1") == []
    assert rules.missing_for_issue(**full, cndp_number=None) == ["cndp_number"]
    assert rules.missing_for_issue(**(full | {"city": {"ar": "x"}}), cndp_number="D-1") == [
        "city_fr",
        "city_en",
    ]


def test_nobody_may_know_who_is_in_the_register() -> None:
    for stranger in (NOBODY, actor(), actor(Role.CERTIFIER)):
        with pytest.raises(NotFound):
            policy.require_may_see_people(stranger)
    with pytest.raises(Forbidden):
        policy.require_may_manage_people(actor(Role.AUDITOR))
    policy.require_may_manage_people(actor(Role.REGISTRAR))


def test_nobody_confirms_their_own_names() -> None:
    with pytest.raises(OwnCase):
        policy.require_may_confirm_names(actor(Role.REGISTRAR), 1)
    with pytest.raises(Forbidden):
        policy.require_may_confirm_names(actor(Role.AUDITOR), 2)
    with pytest.raises(NotFound):
        policy.require_may_confirm_names(actor(), 2)
    policy.require_may_confirm_names(actor(Role.CERTIFIER), 2)


def test_nobody_grants_themselves_a_role() -> None:
    with pytest.raises(OwnCase):
        policy.require_may_grant_roles(actor(Role.ADMINISTRATOR), 1, institute_id=1)
    with pytest.raises(NotFound):
        policy.require_may_grant_roles(actor(Role.ADMINISTRATOR), 2, institute_id=2)
    with pytest.raises(Forbidden):
        policy.require_may_grant_roles(actor(Role.REGISTRAR), 2, institute_id=1)
    policy.require_may_grant_roles(actor(Role.ADMINISTRATOR), 2, institute_id=1)


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
    assert policy.may_open_account(actor(role), has_email=has_email, roles=roles) is may


def test_staff_leave_the_address_of_an_account_alone() -> None:
    assert policy.may_set_email(actor(Role.REGISTRAR), has_account=False)
    assert not policy.may_set_email(actor(Role.REGISTRAR), has_account=True)
    assert policy.may_set_email(actor(Role.ADMINISTRATOR), has_account=True)


def test_the_centre_is_its_administrators() -> None:
    policy.require_administrator(actor(Role.ADMINISTRATOR))
    policy.require_may_administer(actor(Role.ADMINISTRATOR), 1)
    policy.require_may_see_audit(actor(Role.AUDITOR))
    for refuse in (policy.require_administrator, policy.require_may_see_audit):
        with pytest.raises(NotFound):
            refuse(actor(Role.REGISTRAR))
    with pytest.raises(NotFound):
        policy.require_may_administer(actor(Role.ADMINISTRATOR), 2)
