"""Lists as people have them: what is read of them, and what is refused in which words."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from nador.kernel import tables
from nador.kernel.codes import make
from nador.kernel.errors import Invalid, describe
from nador.kernel.i18n import translator
from nador.verification.lists import LONGEST_LIST, Line, as_text, from_file, from_text

if TYPE_CHECKING:
    from collections.abc import Sequence

A, B = "NDR-7K3Q-9XW2-M4HB-G", make("NDR")
SALMA, KARIM = "Salma Bouziane", "كريم العلمي"
BOTH = [Line(A, SALMA), Line(B, KARIM)]
BARE = [Line(A, ""), Line(B, "")]


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        pytest.param(f"{A}\n{B}", BARE, id="codes alone"),
        pytest.param(f"\n {A} \r\n\n{B}\r\n", BARE, id="blanks and empty lines"),
        pytest.param(f"{A} {SALMA}\n{B}  {KARIM}", BOTH, id="blanks between"),
        pytest.param(f"{A},{SALMA}\n{B}، {KARIM}", BOTH, id="commas of both scripts"),
        pytest.param(f'{A};"{SALMA}"\n{B};{KARIM}', BOTH, id="semicolons"),
        pytest.param(f"{A}\t{SALMA}\n{B}\t{KARIM}", BOTH, id="from a spreadsheet"),
        pytest.param(f"{SALMA}\t{A}\n{KARIM}\t{B}", BOTH, id="names first"),
        pytest.param(f"1\t{A}\t{SALMA}\n2\t{B}\t{KARIM}", BOTH, id="numbered lines"),
        pytest.param(f"Code;Nom\n{A};{SALMA}\n{B};{KARIM}", BOTH, id="a French head"),
        pytest.param(f"الرمز\tالاسم\n{A}\t{SALMA}\n{B}\t{KARIM}", BOTH, id="an Arabic head"),
        pytest.param(f"Réf.;Stagiaire\n{A};{SALMA}\n{B};{KARIM}", BOTH, id="a head of their own"),
        pytest.param(
            f"code\tprénom\tnom\n{A}\tSalma\tBouziane\n{B}\tكريم\tالعلمي",
            BOTH,
            id="two columns a name",
        ),
        pytest.param(
            f"Date\tCode\tNom\tVille\n2026\t{A}\t{SALMA}\tNador\n2026\t{B}\t{KARIM}\tOujda",
            BOTH,
            id="columns more",
        ),
        pytest.param("NDR 7K3Q 9XW2 M4HB G", [Line("NDR 7K3Q 9XW2 M4HB G", "")], id="spaced"),
        pytest.param("hello\nworld", [Line("hello", ""), Line("world", "")], id="no code at all"),
        pytest.param(f"{A}\t{SALMA}\n\t{KARIM}", [Line(A, SALMA), Line("", KARIM)], id="no code"),
        pytest.param(f"{A};El Houcine, épouse A", [Line(A, "El Houcine, épouse A")], id="a comma"),
    ],
)
def test_what_is_pasted_is_understood(pasted: str, expected: list[Line]) -> None:
    assert from_text(pasted) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"code,name\n{A},{SALMA}\n{B},{KARIM}".encode(), id="CSV"),
        pytest.param(f"{A};{SALMA}\n{B};{KARIM}\n".encode(), id="no head"),
        pytest.param(f"الرمز;الاسم\n{A};{SALMA}\n{B};{KARIM}".encode("utf-8-sig"), id="BOM"),
        pytest.param(f"Code;Name\n{A};{SALMA}\n{B};{KARIM}".encode("utf-16"), id="UTF-16"),
        pytest.param(f"رمز;اسم\n{A};{SALMA}\n{B};{KARIM}".encode("cp1256"), id="Windows Arabic"),
        pytest.param(workbook([["Code", "Nom"], [A, SALMA], [B, KARIM]]), id="XLSX"),
        pytest.param(workbook([[], [A, SALMA], [None], [B, KARIM]]), id="XLSX, bare"),
    ],
)
def test_files_are_understood(content: bytes) -> None:
    assert from_file(content) == BOTH


def xlsm() -> bytes:
    target = io.BytesIO(workbook([[A]]))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\0" * 100)
    return target.getvalue()


def bomb() -> bytes:
    target = io.BytesIO(workbook([[A]]))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b" " * 40_000_000)
    return target.getvalue()


MANY = "".join(f"{A}\n" for _ in range(100_000))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "There is nothing to check", id="empty"),
        pytest.param(b"\n , \n", "There is nothing to check", id="blanks"),
        pytest.param(b"code,name\n", "There is nothing to check", id="a head alone"),
        pytest.param(MANY.encode(), "A list may have at most 1,000 lines.", id="100,000 lines"),
        pytest.param(
            workbook([[A]] * 1002), "A list may have at most 1,000 lines.", id="long XLSX"
        ),
        pytest.param(
            b"name,city\nSalma,Nador\n", "No column holds certificate codes.", id="columns"
        ),
        pytest.param(
            f"{A},Salma,Nador\n".encode(), "Several columns could be names.", id="which is the name"
        ),
        pytest.param(f"{A}\n{B}\x00".encode(), "Line 2 of the file cannot be read.", id="NUL"),
        pytest.param(
            f"{A},é\n{B},".encode() + b"\xff\xc7\xe1A\xc7\xe1",
            "Line 2 of the file cannot be read.",
            id="no encoding",
        ),
        pytest.param(
            f'{A},x\n{B},"open'.encode(), "Line 2: the cells", id="an open quotation mark"
        ),
        pytest.param(b"PK\x03\x04broken", "Line 1 of the file cannot be read.", id="no workbook"),
        pytest.param(b"\xd0\xcf\x11\xe0" + b"\0" * 600, "Line 1 of the file", id="an old workbook"),
        pytest.param(xlsm(), "The file holds macros.", id="macros"),
        pytest.param(bomb(), "A list may have at most 1,000 lines.", id="a bomb"),
        pytest.param(b"a" * 5_000_001, "The file may have at most 5\u00a0MB.", id="5 MB"),
    ],
)
def test_what_is_no_list_is_refused_in_clear_words(content: bytes, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        from_file(content)

    assert describe(refused.value, translator("en")).startswith(said.replace("\u00a0", " "))


def test_a_list_may_have_a_thousand_lines_and_a_head() -> None:
    lines = [A] * LONGEST_LIST

    assert len(from_text("\n".join(["code", *lines]))) == LONGEST_LIST
    with pytest.raises(Invalid, match="list_too_long"):
        from_text("\n".join(["code", *lines, A]))


def test_a_formula_is_what_was_typed() -> None:
    [line] = from_file(f'code,name\n{A},"=HYPERLINK(""x"")"\n'.encode())

    assert line.name == '=HYPERLINK("x")'


LINES = st.lists(
    st.tuples(
        st.sampled_from([A, B, "", "x", "7"]) | st.text(max_size=20),
        st.sampled_from([SALMA, KARIM, "", "=1+1", "a, b; c"]) | st.text(max_size=20),
    ),
    min_size=1,
    max_size=6,
)


@given(LINES)
def test_a_page_hands_a_list_on_as_it_is(typed: list[tuple[str, str]]) -> None:
    try:
        lines = from_file(b"".join(tables.write_csv(["code", "name"], typed)))
    except Invalid:
        return

    assert from_text(as_text(lines)) == lines


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_whatever_is_sent_is_a_list_or_refused(content: bytes) -> None:
    try:
        lines = from_file(content)
    except Invalid:
        return
    assert lines


# Made once: the time of its making is in it, and so is its size.
WHOLE = workbook([["code", "name"], [A, SALMA]])


@given(st.data())
def test_a_damaged_workbook_is_a_list_or_refused(data: st.DataObject) -> None:
    book = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        book[data.draw(st.integers(4, len(book) - 1))] = data.draw(st.integers(0, 255))
    try:
        from_file(bytes(book))
    except Invalid:
        return
