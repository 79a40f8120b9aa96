import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.kernel import text

NAMES = Path(__file__).parent.parent / "data" / "names_edge_cases.csv"
HIDDEN = "\u200b\u202e\u202a\u202b\u202c\u2066\u2069\ufeff\u00ad\u200e\u200f\u0000\u0007"
TYPED = st.text(
    st.one_of(st.characters(), st.sampled_from(HIDDEN + " \t\n\u00a0\u200c\u200dİıßأإآةىـ'’-"))
)


def rows() -> dict[str, dict[str, str]]:
    with NAMES.open(encoding="utf-8", newline="") as opened:
        return {row["id"]: row for row in csv.DictReader(opened)}


ROWS = rows()
TYPED_NAMES = [
    pytest.param(row[column], id=f"{key} {column}")
    for key, row in ROWS.items()
    for column in ("name_latin", "name_arabic", "name_other")
    if row[column]
]


def latin(key: str) -> str:
    return ROWS[key]["name_latin"]


def arabic(key: str) -> str:
    return ROWS[key]["name_arabic"]


def test_the_file_has_its_52_rows() -> None:
    assert list(ROWS) == [f"N{number:02}" for number in range(1, 53)]


@pytest.mark.parametrize("typed", [case for case in TYPED_NAMES if "N43" not in str(case.id)])
def test_every_name_of_the_list_is_kept(typed: str) -> None:
    kept = text.name(typed)

    assert kept is not None
    assert not set(kept) & set(HIDDEN + "\n\u00a0")
    assert text.name(kept) == kept
    assert text.fold(kept)


KEPT_AS_TYPED = set(ROWS) - {"N15", "N16", "N18", "N31", "N41", "N42", "N43", "N52"}


@pytest.mark.parametrize("key", sorted(KEPT_AS_TYPED))
def test_is_kept_as_typed(key: str) -> None:
    typed = ROWS[key]["name_latin"] or ROWS[key]["name_arabic"]

    assert text.name(typed) == typed


@pytest.mark.parametrize("key", ["N19", "N20", "N21", "N22", "N23", "N24", "N25", "N26", "N27"])
def test_arabic_is_shown_as_typed(key: str) -> None:
    assert text.name(arabic(key)) == arabic(key)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param(latin("N15"), "Yassine Amrani", id="N15 zero-width space, Latin"),
        pytest.param(arabic("N15"), "ياسين العمراني", id="N15 zero-width space, Arabic"),
        pytest.param(latin("N16"), "nimA", id="N16 direction override"),
        pytest.param(latin("N18"), latin("N17"), id="N18 decomposed is N17"),
        pytest.param(latin("N31"), "Salma Bouziane", id="N31 blanks"),
        pytest.param(arabic("N31"), "سلمى بوزيان", id="N31 blanks, Arabic"),
        pytest.param(latin("N41"), "Anna Maria", id="N41 no-break space"),
        pytest.param(latin("N42"), "Line Break", id="N42 newline"),
        pytest.param(latin("N52"), "عمر Omar", id="N52 embedding"),
        pytest.param("A\u2028B\u2029C\x85D\x0bE", "A B C D E", id="every line end"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="joiner control stays"),
        pytest.param("e\u200b\u0301", "é", id="composed after stripping"),
        pytest.param("A\ud800B\ufffeC\ufdd0D", "ABCD", id="no characters at all"),
        pytest.param("A\u034fli\u115f", "Ali", id="letters without a shape"),
        pytest.param("Ali\u3164\u2800", "Ali", id="letters that look blank"),
    ],
)
def test_clean(typed: str, kept: str) -> None:
    assert text.clean(typed) == kept


@pytest.mark.parametrize("typed", ["", None, "   ", "\u200d\u200c", "\u200b\u202e", "\u00a0\n"])
def test_an_invisible_name_is_none(typed: str | None) -> None:
    assert text.name(typed) is None


def test_a_name_over_the_limit_is_refused_with_numbers() -> None:
    with pytest.raises(text.NameTooLong) as refusal:
        text.name(latin("N43"), field="name_latin")

    assert refusal.value.params == {"limit": 200, "length": 300}
    assert refusal.value.field == "name_latin"


def test_a_name_at_the_limit_is_kept() -> None:
    assert text.name("ب" * 200) == "ب" * 200


def test_a_block_keeps_its_lines_and_indents() -> None:
    typed = "\n\nfor\u200b x:\r\n\tpass  \r\n\n\n\nfin\u202e\u2028"

    assert text.clean_block(typed) == "for x:\n    pass\n\nfin"


@pytest.mark.parametrize(
    "alike",
    [
        pytest.param(["M'hamed N'Aït", "M’hamed N’Ait", "Mhamed Nait"], id="N02 apostrophes"),
        pytest.param([latin("N13"), "Mohamed"], id="N13 compatibility letter"),
        pytest.param([latin("N17"), latin("N18"), "zoe angstrom"], id="N17 N18 composition"),
        pytest.param([arabic("N20"), "محمد", arabic("N21"), arabic("N25")], id="N20 N21 N25"),
        pytest.param([arabic("N22"), "احمد", "إحمد", "آحمد", "ٱحمد"], id="N22 alef"),
        pytest.param([arabic("N23"), "فاطمه"], id="N23 teh marbuta"),
        pytest.param([arabic("N24"), "يحيي", "یحیی"], id="N24 alef maksura"),
        pytest.param([arabic("N26"), "لاله عايشه"], id="N26 hamza on a seat"),
        pytest.param([latin("N30"), "Jean-Baptiste D'Arc-en-Ciel"], id="N30 apostrophe"),
        pytest.param([latin("N31"), latin("N32"), latin("N33")], id="N31 N32 N33 case, blanks"),
        pytest.param([latin("N38"), "nguyen thi anh"], id="N38 stacked marks"),
        pytest.param([latin("N39"), "ibrahim isik", latin("N39").lower().upper()], id="N39 i"),
        pytest.param([latin("N40"), latin("N40").upper(), "strasse weiss"], id="N40 sharp s"),
        pytest.param([latin("N41"), "Anna Maria"], id="N41 no-break space"),
        pytest.param(["Abdel-ilah", "Abdelilah", "Abd El Ilah", "Abdel\u2011Ilah"], id="N46"),
        pytest.param(["أݣادير", "أكادير", "اڭادير"], id="Moroccan gaf"),
        pytest.param(["بهاء", "بها"], id="hamza alone"),
        pytest.param(["٢٠٢٦", "۲۰۲۶", "2026"], id="digits"),
    ],
)
def test_found_alike(alike: list[str]) -> None:
    assert len({text.fold(each) for each in alike}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("علي", "عمر"), ("Mohamed", "Моhamed"), ("कि", "कु"), ("か", "が"), ("李", "王")],
)
def test_found_apart(one: str, other: str) -> None:
    assert text.fold(one) != text.fold(other)


def test_search_finds_words_in_any_order() -> None:
    kept = text.fold("Salma Bouziane El Ouariachi")

    assert all(term in kept for term in text.search_terms(" bouziane - SALMÀ\u200b "))
    assert text.search_terms("  -  ") == []


@given(TYPED)
def test_cleaning_twice_changes_nothing(typed: str) -> None:
    assert text.clean(text.clean(typed)) == text.clean(typed)
    assert text.clean_block(text.clean_block(typed)) == text.clean_block(typed)


@given(TYPED)
def test_folding_twice_changes_nothing(typed: str) -> None:
    assert text.fold(text.fold(typed)) == text.fold(typed)


@given(TYPED)
def test_folding_does_not_mind_cleaning(typed: str) -> None:
    assert text.fold(text.clean(typed)) == text.fold(typed)


@pytest.mark.parametrize(
    ("typed", "mixed"),
    [
        pytest.param(latin("N13"), True, id="N13 Roman numeral"),
        pytest.param(latin("N14"), True, id="N14 Cyrillic"),
        pytest.param(latin("N52"), False, id="N52 two scripts, each its own word"),
        pytest.param(latin("N29"), False, id="N29 Berber Latin"),
        pytest.param("Aγyul", True, id="Greek gamma in Latin"),
        pytest.param("Mª José", False, id="Spanish ordinal"),
        pytest.param(latin("N37"), False, id="N37 Chinese"),
        pytest.param(ROWS["N27"]["name_other"], False, id="N27 Tifinagh"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_mixed_scripts(typed: str, mixed: bool) -> None:
    assert text.mixed_scripts(typed) is mixed


def test_symbols_are_noticed() -> None:
    assert [key for key in ROWS if text.has_symbols(latin(key))] == ["N36"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Salma.Bouziane@Example.MA ", "salma.bouziane@example.ma"),
        ("salma+cours@example.ma", "salma+cours@example.ma"),
        ("o'hara@bücher.example", "o'hara@xn--bcher-kva.example"),
        ("a\u200bb@example.ma", "ab@example.ma"),
    ],
)
def test_email(typed: str, kept: str) -> None:
    assert text.email(typed) == kept
    assert text.email(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "salma",
        "@example.ma",
        "salma@",
        "salma@localhost",
        "a b@example.ma",
        "a@example.ma\nBcc: b@example.ma",
        "a..b@example.ma",
        ".a@example.ma",
        "a@-example.ma",
        "a@example..ma",
        "سلمى@example.ma",
        f"{'a' * 65}@example.ma",
        f"a@{'b' * 64}.ma",
        f"a@{'b.' * 130}ma",
    ],
)
def test_email_unreadable(typed: str) -> None:
    with pytest.raises(text.EmailUnreadable) as refusal:
        text.email(typed, field="e")

    assert refusal.value.field == "e"


@pytest.mark.parametrize(
    "typed",
    [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "+212 612 345 678",
        "00212612345678",
        "212612345678",
        "612345678",
        "+212 (0)6 12 34 56 78",
        "(+212) 612345678",
        "٠٦١٢٣٤٥٦٧٨",
        "۰۶۱۲۳۴۵۶۷۸",
        "\u200e+212612345678",
    ],
)
def test_phone(typed: str) -> None:
    assert text.phone(typed) == "+212612345678"


@pytest.mark.parametrize("typed", ["061234567", "06123456789", "0112345678", "+34600000000", "abc"])
def test_phone_unreadable(typed: str) -> None:
    with pytest.raises(text.PhoneUnreadable):
        text.phone(typed)


@pytest.mark.parametrize("typed", [None, "", "  "])
def test_no_phone(typed: str | None) -> None:
    assert text.phone(typed) is None


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (latin("N10"), f"'{latin('N10')}"),
        ("+212612345678", "'+212612345678"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        (latin("N09"), "007"),
        (latin("N47"), latin("N47")),
        ("l'eau", "l'eau"),
        ("", ""),
    ],
)
def test_neutralise(cell: str, written: str) -> None:
    assert text.neutralise(cell) == written


@given(st.text(st.one_of(st.sampled_from("=+-@'\t\n ab"), st.characters())))
def test_a_neutral_cell_comes_back(cell: str) -> None:
    assert text.restore(text.neutralise(cell)) == cell
    assert text.neutralise(cell).strip()[:1] not in set("=+-@＝＋－＠")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("12", 12, id="a number"),
        pytest.param("0", 0, id="zero"),
        pytest.param("9" * 15, 10**15 - 1, id="the greatest"),
        pytest.param("1" * 16, None, id="more than a page of a list could count to"),
        pytest.param("9" * 5000, None, id="endless"),
        pytest.param("-1", None, id="negative"),
        pytest.param("²", None, id="a raised digit"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_whole_numbers(typed: str, expected: int | None) -> None:
    assert text.number(typed) == expected
