import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.kernel import codes

BODIES = st.text(codes.ALPHABET, min_size=12, max_size=12)
PLACES = st.integers(0, 12)


def checked(body: str) -> str:
    return body + codes.check_symbol(body)


@pytest.mark.parametrize(
    ("body", "symbol"),
    [
        pytest.param("000000000000", "0", id="zero"),
        pytest.param("100000000000", "2", id="first symbol counts α"),
        pytest.param("010000000000", "4", id="second symbol counts α²"),
        pytest.param("000010000000", "5", id="α⁵ = x² + 1"),
        pytest.param("Z00000000000", "V", id="31·α"),
    ],
)
def test_check_symbol_by_hand(body: str, symbol: str) -> None:
    assert codes.check_symbol(body) == symbol


@given(BODIES, PLACES, st.integers(1, 31))
def test_every_substitution_is_caught(body: str, place: int, shift: int) -> None:
    right = checked(body)
    wrong = codes.ALPHABET[(codes.ALPHABET.index(right[place]) + shift) % 32]

    with pytest.raises(codes.WrongCheck):
        codes.parse("NDR" + right[:place] + wrong + right[place + 1 :])


@given(BODIES, PLACES, PLACES)
def test_every_swap_is_caught(body: str, one: int, other: int) -> None:
    symbols = list(checked(body))
    symbols[one], symbols[other] = symbols[other], symbols[one]
    swapped = "".join(symbols)

    if swapped == checked(body):
        assert codes.parse("NDR" + swapped).body == body
    else:
        with pytest.raises(codes.WrongCheck):
            codes.parse("NDR" + swapped)


def test_every_weight_is_different() -> None:
    # Linear: the code catches all substitutions and swaps because no two places weigh the same.
    weights = {codes.check_symbol("0" * i + "1" + "0" * (11 - i)) for i in range(12)} | {"1"}

    assert len(weights) == 13


@given(st.from_regex("[A-Za-z]{2,5}", fullmatch=True))
def test_what_is_made_is_read(prefix: str) -> None:
    made = codes.make(prefix)
    read = codes.parse(made)

    assert made.startswith(f"{prefix.upper()}-")
    assert [len(group) for group in made.split("-")] == [len(prefix), 4, 4, 4, 1]
    assert read.prefix == codes.fold_prefix(prefix)
    assert codes.parse(str(read)) == read


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("NDR-0123-4567-89AB-Y", id="as printed"),
        pytest.param("ndr-0123-4567-89ab-y", id="small letters"),
        pytest.param("NDR0123456789ABY", id="no dashes"),
        pytest.param(" NDR 0123 4567 89AB Y ", id="blanks"),
        pytest.param("NDR–0123—4567\u20118 9 A B−Y", id="other dashes"),
        pytest.param("NDR-Oi23-4567-89AB-Y", id="O and i"),
        pytest.param("ndr-ol23-4567-89ab-y", id="o and l"),
        pytest.param("NDR-٠١٢٣-٤٥٦٧-٨٩AB-Y", id="Arabic-Indic digits"),
        pytest.param("NDR-۰۱۲۳-۴۵۶۷-۸۹AB-Y", id="Persian digits"),
        pytest.param("\u202aNDR-0123-4567-89AB-Y\u202c\u200b", id="direction marks"),
        pytest.param("ＮＤＲ-0123-4567-89AB-Y", id="full width"),
        pytest.param("https://nador.example/v/NDR-0123-4567-89AB-Y?lang=fr#x", id="address"),
    ],
)
def test_typed_by_people(typed: str) -> None:
    assert str(codes.parse(typed)) == "NDR-0123-4567-89AB-Y"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "salma",
        "NDR",
        "0123-4567-89AB-Y",
        "N-0123-4567-89AB-Y",
        "NADORX-0123-4567-89AB-Y",
        "ND2-0123-4567-89AB-Y",
        "NDR-0123-4567-89AU-G",
        "NDR-0123-4567-89A?-G",
        "نظر-0123-4567-89AB-Y",
    ],
)
def test_not_a_code(typed: str) -> None:
    with pytest.raises(codes.NotACode):
        codes.parse(typed)


@given(st.text())
def test_any_text_is_read_or_refused(typed: str) -> None:
    try:
        assert str(codes.parse(typed))
    except codes.Mistyped as refusal:
        assert refusal.code.startswith("code_")  # noqa: PT017 - either outcome is right


def test_prefixes_that_look_alike_are_one() -> None:
    assert codes.fold_prefix("oil") == codes.fold_prefix("O1I") == "011"


def test_a_reference_is_short_and_foldable() -> None:
    reference = codes.reference("P")

    assert [len(group) for group in reference.split("-")] == [1, 4, 4]
    assert codes.fold_symbols(reference.lower()) == reference.replace("-", "")
    assert len({codes.reference("P") for _ in range(100)}) == 100
