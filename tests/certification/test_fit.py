import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.certification.pdf.fit import (
    MOST_LINES,
    POINTS_PER_MM,
    Box,
    advance,
    fit,
    has_vowel_marks,
    unprintable,
)

NAME = Box(top=70, height=15.5, width=240, largest=30, leading=1.12, one_line_from=22)
LINEAGE = "Mohamed Ben Ali Ben Haddou Ben Mohand Ouchen El Bouyafari Al Ouriaghli Temsamani"
LETTERS = st.text("abcdefghijklmnop éḥɣ", min_size=1, max_size=200).map(str.strip).filter(bool)


@pytest.mark.parametrize(
    ("text", "lines", "size"),
    [
        pytest.param("Fatima-Zahra El Ouariachi", 1, 30, id="as large as may be"),
        pytest.param(LINEAGE, 1, 19.2, id="a second line would gain too little"),
        pytest.param(f"{LINEAGE} {LINEAGE} {LINEAGE[:37]}", 2, 15.3, id="two lines"),
        pytest.param("a" * 200, 1, 8.0, id="nowhere to break"),
    ],
)
def test_lines_and_size(text: str, lines: int, size: float) -> None:
    fitted = fit(text, NAME)

    assert len(fitted.lines) == lines
    assert fitted.size == pytest.approx(size, abs=0.5)


@given(LETTERS, st.booleans())
def test_a_text_always_fits_and_loses_nothing(text: str, arabic: bool) -> None:
    fitted = fit(text, NAME, arabic=arabic)

    assert " ".join(fitted.lines) == text
    assert len(fitted.lines) <= MOST_LINES
    assert fitted.size <= NAME.largest
    widest = max(advance(line, arabic=arabic) for line in fitted.lines)
    assert widest * fitted.size <= NAME.width * POINTS_PER_MM
    assert len(fitted.lines) * fitted.size * fitted.leading <= NAME.height * POINTS_PER_MM
    assert NAME.top <= fitted.top <= NAME.top + NAME.height


def test_breaks_leave_the_widest_line_as_narrow_as_can_be() -> None:
    box = Box(top=0, height=30, width=40, largest=30, leading=1, one_line_from=30)

    assert fit("aaaa aaaa aaaa aaaa aaaa aaaa", box, least_lines=3).lines == ("aaaa aaaa",) * 3


def test_as_many_lines_as_its_neighbour() -> None:
    assert len(fit("معهد الذكاء الاصطناعي", NAME, arabic=True, least_lines=2).lines) == 2


def test_joined_arabic_is_narrower_than_its_letters() -> None:
    assert advance("محمد", arabic=True) < sum(advance(letter, arabic=True) for letter in "محمد")


@pytest.mark.parametrize(
    ("text", "marked"), [("مُحَمَّدٌ", True), ("محمد", False), ("أحمد", False), ("هٰذا", True)]
)
def test_vowel_marks(text: str, marked: bool) -> None:
    assert has_vowel_marks(text) is marked


def test_unprintable_characters_are_told_once_in_order() -> None:
    assert unprintable("a🎓b李🎓ɣⵣع") == ("🎓", "李")
