"""Names across scripts: what sounds alike is close, and never more than that."""

from __future__ import annotations

import csv
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.demo.people import crowd
from nador.kernel.skeleton import is_arabic, skeletons
from nador.verification.rules import NameMatch, compare_name

PEOPLE = crowd(200)
LATIN = st.sampled_from([one.name_latin for one in crowd(1000)]) | st.text(
    "aeiouybcdfghjklmnpqrstwz' -", max_size=30
)
ARABIC = st.sampled_from([one.name_arabic for one in crowd(1000)]) | st.text(
    "اأإآبتةثجحخدذرزسشصضطظعغفقكلمنهويىءئؤ ", max_size=30
)
CASES = {
    row["id"]: (row["name_latin"], row["name_arabic"])
    for row in csv.DictReader(
        (Path(__file__).parents[1] / "data" / "names_edge_cases.csv")
        .read_text(encoding="utf-8")
        .splitlines()
    )
}


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        pytest.param("Ouahid Oulad", "وحيد أولاد", id="ou is a consonant, or a vowel"),
        pytest.param("Wahid Wlad", "وحيد أولاد", id="w is a vowel too"),
        pytest.param("Cherif Sharki", "الشريف شرقي", id="ch and sh"),
        pytest.param("Khalid Lakhdar", "خالد لخضر", id="kh"),
        pytest.param("Ghita Amaghdour", "غيثة أمغدور", id="gh and th"),
        pytest.param("Djamila Jabir", "جميلة جابر", id="dj and j"),
        pytest.param("Qadi Kadi Gadi", "القاضي القاضي القاضي", id="q, k and g"),
        pytest.param("Fatimah Salah", "فاطمة صلاح", id="a final h"),
        pytest.param("Najat Hayat", "نجاة حياة", id="a spoken feminine ending"),
        pytest.param("Mohammed Errachidi", "محمد الرشيدي", id="doubled letters and a sun letter"),
        pytest.param("Es Saidi Mohamed", "محمد السعيدي", id="an article of its own, another order"),
        pytest.param("Alhassan Elyazidi", "الحسن اليزيدي", id="a joined article"),
        pytest.param("Ilyas Allali", "إلياس العلالي", id="no article where none is"),
        pytest.param("Bin Ali Ben Omar", "بن علي ابن عمر", id="sons"),
        pytest.param("Benali Omar", "بن علي عمر", id="a joined son"),
        pytest.param("Abdelhak Ali", "عبد الحق علي", id="d and h are no digraph"),
        pytest.param("Abd El Hak Ali", "عبدالحق علي", id="joined and parted"),
        pytest.param("Abdallah Abderrahman", "عبد الله عبد الرحمان", id="servants"),
        pytest.param("Aya Ali", "آية علي", id="nothing but a glide"),
        pytest.param("Mohamed Alami", "محمد أمين العلمي", id="a word left out"),
        pytest.param("Philippe Xavier", "فيليب كسافير", id="names from elsewhere"),
        pytest.param("Abdel-ilah", "عبد الإله", id="a hyphen"),
        pytest.param("Abdelilah", "عبد الإله", id="one word"),
        pytest.param("Abd El Ilah", "عبد الإله", id="three words"),
        pytest.param("Mhamed", "مُحَمَّدٌ", id="vowel marks"),
        pytest.param("Mohamed", "ﷴ", id="a ligature"),
    ],
)
def test_spellings_of_one_name_look_alike(latin: str, arabic: str) -> None:
    assert compare_name(latin, (arabic,)) is NameMatch.CLOSE
    assert compare_name(arabic, (latin,)) is NameMatch.CLOSE


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        pytest.param("Khalid Alami", "حليد العلمي", id="kh is no h"),
        pytest.param("Ghali Alami", "كالي العلمي", id="gh is no k"),
        pytest.param("Chakib Alami", "سكيب العلمي", id="ch is no s"),
        pytest.param("Mohamed", "محمد العلمي", id="one word is nobody's name"),
        pytest.param("Karim Alami", "سلمى بوطاهر", id="somebody else"),
        pytest.param("Моhamed", "محمد", id="letters that pass for others"),
        pytest.param("李小龙", "محمد", id="another script"),
        pytest.param("...", "محمد", id="no letter"),
        pytest.param("Aeo", "اع", id="vowels are nobody's name"),
    ],
)
def test_other_names_do_not(latin: str, arabic: str) -> None:
    assert compare_name(latin, (arabic,)) is NameMatch.NO
    assert compare_name(arabic, (latin,)) is NameMatch.NO


@pytest.mark.parametrize("case", ["N01", "N02", "N05", "N15", "N27", "N31", "N44", "N47"])
def test_the_two_spellings_of_a_hard_name_look_alike(case: str) -> None:
    latin, arabic = CASES[case]

    assert compare_name(latin, (arabic,)) is NameMatch.CLOSE


def test_nearly_everybodys_two_spellings_look_alike_and_hardly_anybody_elses() -> None:
    own = sum(compare_name(one.name_latin, (one.name_arabic,)) is NameMatch.CLOSE for one in PEOPLE)
    pairs = list(combinations(PEOPLE, 2))
    others = sum(
        compare_name(one.name_latin, (other.name_latin, other.name_arabic)) is not NameMatch.NO
        for one, other in pairs
    )

    assert own >= 0.95 * len(PEOPLE)
    assert others <= 0.01 * len(pairs)


@given(LATIN, ARABIC)
def test_across_scripts_nobody_is_ever_told_yes(latin: str, arabic: str) -> None:
    assert compare_name(latin, (arabic,)) is not NameMatch.YES
    assert compare_name(latin, (arabic,)) is compare_name(arabic, (latin,))


@given(LATIN)
def test_case_and_order_change_no_skeleton(latin: str) -> None:
    assert skeletons(latin.upper()) == skeletons(latin)
    assert not is_arabic(latin)


@given(st.text(max_size=60))
def test_whatever_is_typed_has_a_skeleton_or_none(typed: str) -> None:
    assert all(isinstance(word, str) and word for word in skeletons(typed))
