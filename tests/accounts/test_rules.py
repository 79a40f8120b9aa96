"""What accounts decide without a database."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from nador.accounts import rules
from nador.accounts.rules import Names, NotErasable, Obstacle, Scope
from nador.kernel.access import Grant, Role
from nador.kernel.codes import ALPHABET
from nador.kernel.text import NameTooLong

if TYPE_CHECKING:
    from collections.abc import Callable

    from nador.kernel.errors import Invalid

GOOD = "a quiet heron by the lagoon"


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
    ("password", "refusal", "params"),
    [
        pytest.param("x7#Kq2!vB", rules.PasswordTooShort, {"shortest": 10}, id="nine characters"),
        pytest.param("x7#Kq2!v" * 33, rules.PasswordTooLong, {"longest": 256}, id="264 of them"),
        pytest.param("nador12345", rules.PasswordGuessable, {}, id="the place"),
        pytest.param("salmaboutaher", rules.PasswordGuessable, {}, id="their mail"),
    ],
)
def test_a_refused_password_is_told_why(
    password: str, refusal: type[Invalid], params: dict[str, int]
) -> None:
    with pytest.raises(refusal) as refused:
        rules.require_strong(password, known=[None, "", "salmaboutaher@nador.example"])

    assert (refused.value.field, refused.value.params) == ("password", params)


@pytest.mark.parametrize("length", [10, 256])
def test_the_bounds_of_a_password_are_in(length: int) -> None:
    rules.require_strong(("x7#Kq2!vBn" * 26)[:length])


def test_what_is_known_of_others_guesses_nothing() -> None:
    rules.require_strong("bouziane tetouan", known=["Karim Alami"])
    with pytest.raises(rules.PasswordGuessable):
        rules.require_strong("bouziane tetouan", known=["bouziane tetouan"])


@pytest.mark.parametrize(
    "password",
    [GOOD, "كلمات قليلة لا رابط بينها", "x7#Kq" * 40, "nador20262026"],
    ids=["words", "Arabic", "longer than the judge reads", "just strong enough"],
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
    with pytest.raises(rules.NameMissing) as refused:
        rules.names(nothing, nothing)

    assert refused.value.field == "name_latin"


@pytest.mark.parametrize(
    ("latin", "arabic", "field"),
    [("a" * 201, "سلمى", "name_latin"), ("Salma", "س" * 201, "name_arabic")],
    ids=["Latin", "Arabic"],
)
def test_an_endless_name_is_refused(latin: str, arabic: str, field: str) -> None:
    with pytest.raises(NameTooLong) as refused:
        rules.names(latin, arabic)

    assert refused.value.field == field


def test_a_reader_sees_the_name_in_their_script() -> None:
    both = Names("Salma", "سلمى")

    assert (both.in_language("ar"), both.in_language("fr")) == ("سلمى", "Salma")
    assert Names("Salma", None).in_language("ar") == "Salma"
    assert Names(None, "سلمى").in_language("fr") == "سلمى"
    assert Names(None, None).in_language("en") == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param(" p 0a1b 2c3d ", ("p 0a1b 2c3d", "P-0A1B-2C3D"), id="blanks, small letters"),
        pytest.param("P-OAIB-2C3D", ("P-OAIB-2C3D", "P-0A1B-2C3D"), id="letters like digits"),
        pytest.param("P-0A1B-2C3D", ("P-0A1B-2C3D",), id="as we write it"),
        pytest.param("11391", ("11391",), id="another register's"),
        pytest.param("oulad-11391", ("oulad-11391", "0U1AD11391"), id="longer than ours"),
    ],
)
def test_a_reference_is_understood_as_people_type_it(typed: str, meant: tuple[str, ...]) -> None:
    assert rules.references_meant(typed) == meant


@pytest.mark.parametrize(
    "draw",
    [rules.new_secret, rules.new_token, rules.new_printed_code],
    ids=lambda draw: draw.__name__,
)
def test_no_secret_is_drawn_twice(draw: Callable[[], str]) -> None:
    assert len({draw() for _ in range(100)}) == 100


def test_a_secret_says_what_it_is() -> None:
    assert len(rules.new_secret()) == 43, "32 bytes in base 64"
    assert rules.new_token().startswith("nador_")
    groups = rules.new_printed_code().split("-")
    assert [len(group) for group in groups] == [4, 4, 4]
    assert set("".join(groups)) <= set(ALPHABET)


def test_a_digest_is_the_same_for_ever() -> None:
    assert rules.digest("سر") == hashlib.sha256("سر".encode()).hexdigest()


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
    nothing: dict[str, str] = {}
    full = {"name": words, "city": words, "signatory": words, "signatory_title": words}

    assert rules.missing_for_issue(**full, cndp_number="D-1") == []
    assert rules.missing_for_issue(**full, cndp_number=None) == ["cndp_number"]
    assert rules.missing_for_issue(**(full | {"city": {"ar": "x"}}), cndp_number="D-1") == [
        "city_fr",
        "city_en",
    ]
    assert rules.missing_for_issue(
        name=nothing, city=nothing, signatory=nothing, signatory_title=nothing, cndp_number=""
    ) == [
        *("name_ar", "name_fr", "name_en", "name_zgh"),
        *("city_ar", "city_fr", "city_en"),
        *("signatory_ar", "signatory_fr"),
        *("signatory_title_ar", "signatory_title_fr", "signatory_title_en"),
        "cndp_number",
    ]


def test_what_stands_against_erasing_is_a_refusal() -> None:
    rules.require_erasable([])
    with pytest.raises(NotErasable):
        rules.require_erasable([Obstacle.TEACHES])
