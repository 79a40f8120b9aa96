"""A list of codes and names: what each line is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from nador.kernel.codes import Mistyped, WrongCheck, make, parse
from nador.verification.rules import (
    CertificateView,
    Checked,
    NameMatch,
    Standing,
    check,
    compare_name,
    trouble,
    within,
)
from tests.verification.test_rules import PLAIN

CODE = parse(make("NDR"))
KNOWN = {CODE: PLAIN}
NAMELESS = replace(PLAIN, holder_latin=None, holder_arabic=None)


@pytest.mark.parametrize(
    ("view", "names"),
    [
        pytest.param(PLAIN, ("Salma Boutaher", "سلمى بوطاهر"), id="both scripts"),
        pytest.param(replace(PLAIN, holder_latin=None), ("سلمى بوطاهر",), id="Arabic only"),
        pytest.param(replace(PLAIN, holder_arabic=""), ("Salma Boutaher",), id="Latin only"),
        pytest.param(NAMELESS, (), id="erased"),
    ],
)
def test_the_names_that_there_are(view: CertificateView, names: tuple[str, ...]) -> None:
    assert view.names == names


@pytest.mark.parametrize("wrong", [Mistyped(), WrongCheck()], ids=lambda wrong: wrong.code)
def test_a_mistyped_code_is_answered_by_its_refusal(wrong: Mistyped) -> None:
    assert check("NDR-X", name="Salma", code=wrong, known=KNOWN) == Checked(
        "NDR-X", None, refusal=wrong.code
    )


def test_a_code_that_nobody_has() -> None:
    assert check("typed", name="Salma Boutaher", code=CODE, known={}) == Checked(
        "typed", None, refusal="no_such_certificate"
    )


@pytest.mark.parametrize(
    ("view", "name", "compared"),
    [
        pytest.param(PLAIN, "Salma Boutaher", NameMatch.YES, id="the holder"),
        pytest.param(PLAIN, "Karim Alami", NameMatch.NO, id="somebody else"),
        pytest.param(PLAIN, "", None, id="no name given"),
        pytest.param(PLAIN, " - ", None, id="no letter given"),
        pytest.param(NAMELESS, "Salma Boutaher", None, id="nobody's name is known any more"),
    ],
)
def test_a_name_is_compared_where_there_is_one(
    view: CertificateView, name: str, compared: NameMatch | None
) -> None:
    assert check("typed", name=name, code=CODE, known={CODE: view}) == Checked(
        "typed", view, name=compared
    )


def test_the_better_of_two_names_counts() -> None:
    names = ("Karim Alami", "Salma Boutaher")

    assert compare_name("Salma Boutaher", names) is NameMatch.YES
    assert compare_name("Salma Boutahr", names) is NameMatch.CLOSE
    assert compare_name("Salma Boutaher", tuple(reversed(names))) is NameMatch.YES


@pytest.mark.parametrize(
    ("typed", "name", "expected"),
    [
        pytest.param("Alamin", "Alami", NameMatch.CLOSE, id="one slip in five letters"),
        pytest.param("Alamino", "Alami", NameMatch.NO, id="two slips in five letters"),
        pytest.param("Abcdefgxy", "Abcdefghi", NameMatch.NO, id="two slips in nine letters"),
        pytest.param("Abcdefghxy", "Abcdefghij", NameMatch.CLOSE, id="two slips in ten letters"),
        pytest.param("Abcdefgxyz", "Abcdefghij", NameMatch.NO, id="three slips in ten letters"),
        pytest.param("Ali Ali", "Ali Ben", NameMatch.NO, id="one word twice is one word"),
        pytest.param("Ali Ali Ben Omar", "Ali Ben Omar", NameMatch.NO, id="a word said twice"),
        pytest.param("Ali Ben Omar", "Omar Ali", NameMatch.CLOSE, id="a word too many"),
        pytest.param("Ali Omar Sabr", "Ali Ben Omar", NameMatch.NO, id="another word"),
        pytest.param("Ben-Ali Omar", "Omar Ben Ali", NameMatch.YES, id="a dash in other order"),
        pytest.param("Omar -- Ali", "Ali Omar", NameMatch.YES, id="dashes alone are no word"),
    ],
)
def test_how_near_is_near(typed: str, name: str, expected: NameMatch) -> None:
    assert compare_name(typed, (name,)) is expected


@pytest.mark.parametrize(
    ("one", "other", "slips", "expected"),
    [
        pytest.param("", "", 0, True, id="nothing twice"),
        pytest.param("a", "", 1, True, id="left out"),
        pytest.param("", "ab", 2, True, id="two added"),
        pytest.param("", "ab", 1, False, id="two are more than one"),
        pytest.param("abc", "abc", 0, True, id="the same"),
        pytest.param("abc", "abd", 0, False, id="none is allowed"),
        pytest.param("abcd", "bcda", 2, True, id="moved to the end"),
        pytest.param("abcdef", "badcfe", 2, False, id="swapped three times"),
        pytest.param("xabcde", "abcdex", 1, False, id="the band is too narrow"),
    ],
)
def test_slips_are_counted(one: str, other: str, slips: int, *, expected: bool) -> None:
    assert within(one, other, slips) is expected
    assert within(other, one, slips) is expected


@pytest.mark.parametrize(
    ("line", "standing"),
    [
        pytest.param(Checked("typed", PLAIN), Standing.VALID, id="in force"),
        pytest.param(
            Checked("typed", replace(PLAIN, expires_on=date(2026, 1, 1))),
            Standing.EXPIRED,
            id="expired",
        ),
        pytest.param(
            Checked("typed", None, refusal="no_such_certificate"), Standing.UNKNOWN, id="nobody's"
        ),
        pytest.param(
            Checked("typed", None, refusal="wrong_check"), Standing.MISTYPED, id="mistyped"
        ),
    ],
)
def test_a_line_stands_in_one_word(line: Checked, standing: Standing) -> None:
    assert line.standing(date(2026, 1, 2)) is standing


def test_the_worst_comes_first_and_a_strangers_name_is_as_bad_as_no_certificate() -> None:
    lines: list[tuple[Standing, NameMatch | None]] = [
        (Standing.VALID, None),
        (Standing.VALID, NameMatch.YES),
        (Standing.VALID, NameMatch.CLOSE),
        (Standing.EXPIRED, NameMatch.YES),
        (Standing.SUPERSEDED, None),
        (Standing.MISTYPED, None),
        (Standing.UNKNOWN, None),
        (Standing.VALID, NameMatch.NO),
        (Standing.REVOKED, NameMatch.YES),
        (Standing.REVOKED, NameMatch.NO),
    ]

    ranked = sorted(lines, key=lambda line: trouble(*line))

    assert ranked == [
        (Standing.REVOKED, NameMatch.NO),
        (Standing.REVOKED, NameMatch.YES),
        (Standing.VALID, NameMatch.NO),
        (Standing.UNKNOWN, None),
        (Standing.MISTYPED, None),
        (Standing.SUPERSEDED, None),
        (Standing.EXPIRED, NameMatch.YES),
        (Standing.VALID, NameMatch.CLOSE),
        (Standing.VALID, None),
        (Standing.VALID, NameMatch.YES),
    ]
