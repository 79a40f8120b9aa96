import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from nador.kernel import tables, text
from nador.kernel.errors import Invalid

NAMES = Path(__file__).parent.parent / "data" / "names_edge_cases.csv"
REQUIRED = ("email", "name_latin")
OPTIONAL = ("name_arabic", "phone")
PEOPLE = "email,name_latin,name_arabic\na@b.ma,Élodie Île,فاطمة الزهراء\n"


def rows(content: bytes, **options: int) -> list[tuple[int, dict[str, str]]]:
    found = tables.read(content, required=REQUIRED, optional=OPTIONAL, **options)
    return [(row.line, dict(row.values)) for row in found]


def person(**values: str) -> dict[str, str]:
    return {"email": "", "name_latin": "", "name_arabic": "", "phone": ""} | values


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings(encoding: str) -> None:
    assert rows(PEOPLE.encode(encoding)) == [
        (2, person(email="a@b.ma", name_latin="Élodie Île", name_arabic="فاطمة الزهراء"))
    ]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "ÉLODIE ÎLE"),
        ("cp1252", "Zoë À Muñoz"),
        ("cp1252", "José Fernández Œuvré"),
        ("cp1256", "فاطمة الزهراء"),
        ("cp1256", "حفيظة Zoé"),
    ],
)
def test_windows_code_pages(encoding: str, name: str) -> None:
    content = f"email;name_latin\r\na@b.ma;{name}\r\n".encode(encoding)

    assert rows(content) == [(2, person(email="a@b.ma", name_latin=name))]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param(b"email,name_latin\na,b\nc,x\x81\n", 3, id="no encoding"),
        pytest.param(
            "email,name_latin\na,ÉTÉ\n".encode("cp1252") + "فاطمة".encode("cp1256"), 2, id="two"
        ),
        pytest.param(b"email,name_latin\n\x00\x01\x02", 2, id="zero bytes"),
        pytest.param(b"\xff\xfea", 1, id="half a UTF-16 character"),
        pytest.param(b"PK\x03\x04 no archive", 1, id="broken XLSX"),
    ],
)
def test_unreadable_files_name_their_line(content: bytes, line: int) -> None:
    with pytest.raises(tables.TableUnreadable) as refusal:
        rows(content)

    assert refusal.value.params == {"line": line}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(delimiter: str) -> None:
    content = f"email{delimiter}name_latin\na@b.ma{delimiter}Salma\n".encode()

    assert rows(content) == [(2, person(email="a@b.ma", name_latin="Salma"))]


def test_excel_may_declare_its_delimiter() -> None:
    content = b"sep=;\r\nemail;name_latin\r\na@b.ma;Bint, \xc3\xa9pouse\r\n"

    assert rows(content) == [(3, person(email="a@b.ma", name_latin="Bint, épouse"))]


@pytest.mark.parametrize(
    "header", ["E-mail, Name Latin ", "EMAIL,NAME_LATIN", "email,name-latin,,"]
)
def test_column_names_match_loosely(header: str) -> None:
    assert rows(f"{header}\na,b\n".encode()) == [(2, person(email="a", name_latin="b"))]


@pytest.mark.parametrize(
    ("header", "kind", "columns"),
    [
        ("email", tables.ColumnsMissing, ["name_latin"]),
        ("x", tables.ColumnsMissing, ["email", "name_latin"]),
        ("email,name_latin,E-Mail", tables.ColumnsTwice, ["email"]),
        ("email,name_latin,CIN,,Age", tables.ColumnsUnknown, ["CIN", "", "Age"]),
    ],
)
def test_wrong_columns_are_named(header: str, kind: type[Invalid], columns: list[str]) -> None:
    with pytest.raises(kind) as refusal:
        tables.read_csv(header.encode(), required=REQUIRED, optional=OPTIONAL)

    assert refusal.value.params == {"columns": columns}


@pytest.mark.parametrize("content", [b"", b"\n\n", b" , ,\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    with pytest.raises(tables.TableEmpty):
        rows(content)


def test_lines_are_counted_as_an_editor_does() -> None:
    content = b'email,name_latin\n\na,"Line\nBreak"\n,\nb,c\r\n'

    assert rows(content) == [
        (3, person(email="a", name_latin="Line Break")),
        (6, person(email="b", name_latin="c")),
    ]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param(b"email,name_latin\na,b\nc,d,e\n", 3, id="too many cells"),
        pytest.param(b'email,name_latin\na,"b\nc,d\n', 2, id="open quotation mark"),
        pytest.param(b"email,name_latin\na," + b"b" * 140_000, 2, id="a cell like a book"),
    ],
)
def test_broken_rows_name_their_line(content: bytes, line: int) -> None:
    with pytest.raises(tables.RowBroken) as refusal:
        rows(content)

    assert refusal.value.params == {"line": line}


def test_short_rows_are_filled() -> None:
    assert rows(b"email,name_latin\na\n") == [(2, person(email="a"))]


def test_too_many_rows_are_refused() -> None:
    content = b"email,name_latin\na,b\nc,d\n"

    assert len(rows(content, max_rows=2)) == 2
    with pytest.raises(tables.TableTooLong) as refusal:
        rows(content, max_rows=1)
    assert refusal.value.params == {"limit": 1}


def test_cells_come_in_clean() -> None:
    content = "email,name_latin,phone\na\u200b,  Salma\u00a0 B ,'+212612345678\n".encode()

    assert rows(content) == [(2, person(email="a", name_latin="Salma B", phone="+212612345678"))]


def as_csv(headers: list[str], values: list[list[tables.Cell]]) -> bytes:
    return b"".join(tables.write_csv(headers, values))


def test_csv_out() -> None:
    instant = datetime(2026, 8, 31, 23, 30, tzinfo=UTC)
    row: list[tables.Cell] = [
        "007",
        '=HYPERLINK("x")',
        None,
        Decimal("14.50"),
        Decimal("-1E+2"),
        3,
        date(2026, 11, 1),
        instant,
    ]

    written = as_csv(["reference", "=x"], [row])

    assert written.startswith(b'\xef\xbb\xbf"reference","\'=x"\r\n')
    assert written.decode("utf-8-sig").splitlines()[1] == (
        '"007","\'=HYPERLINK(""x"")","","14.50","-100","3","2026-11-01","2026-09-01 00:30"'
    )


def test_csv_is_written_in_pieces() -> None:
    pieces = list(tables.write_csv(["n"], ([number] for number in range(1200))))

    assert len(pieces) == 4
    assert b"".join(pieces).count(b"\r\n") == 1201


def test_no_piece_is_empty() -> None:
    assert len(list(tables.write_csv(["n"], ([number] for number in range(500))))) == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@given(st.lists(st.lists(st.text(), min_size=4, max_size=4), max_size=5))
def test_what_goes_out_comes_back(delimiter: str, written: list[list[str]]) -> None:
    columns = [*REQUIRED, *OPTIONAL]
    content = b"".join(tables.write_csv(columns, written, delimiter=delimiter))

    expected = [[text.clean(cell) for cell in row] for row in written]
    read = [
        list(row.values.values())
        for row in tables.read_csv(content, required=REQUIRED, optional=OPTIONAL)
    ]

    assert [row for row in read if any(row)] == [row for row in expected if any(row)]


@pytest.mark.parametrize("write", [as_csv, tables.write_xlsx])
def test_names_of_the_list_come_back(
    write: Callable[[list[str], list[list[tables.Cell]]], bytes],
) -> None:
    with NAMES.open(encoding="utf-8", newline="") as opened:
        names = [(row["id"], row["name_latin"]) for row in csv.DictReader(opened)]

    content = write(["email", "name_latin"], [list(pair) for pair in names])

    assert [(each["email"], each["name_latin"]) for _, each in rows(content)] == [
        (key, text.clean(name)) for key, name in names
    ]


def test_xlsx_out() -> None:
    content = tables.write_xlsx(
        ["a", "b", "c", "d"],
        [["007", "=1+1", Decimal("14.5"), datetime(2026, 8, 31, 23, 30, tzinfo=UTC)]],
        right_to_left=True,
    )
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    cells = list(sheet.iter_rows(min_row=2))[0]  # noqa: RUF015 - mypy knows no next() of it

    assert [(cell.value, cell.data_type) for cell in cells] == [
        ("007", "s"),
        ("'=1+1", "s"),
        (14.5, "n"),
        (datetime(2026, 9, 1, 0, 30), "d"),  # noqa: DTZ001 - sheets know no zones
    ]
    assert sheet.sheet_view.rightToLeft
    assert sheet.freeze_panes == "A2"


def test_xlsx_in() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["Email", "Name Latin", "phone", None],
        [7.0, "Salma", datetime(2026, 11, 1), None],  # noqa: DTZ001 - sheets know no zones
        [None, None, None],
        ["x", 1.5, date(2026, 11, 2)],
        ["y", True, 2.12612345678e20],
        ["z", "Ali", datetime(2026, 11, 1, 9, 30)],  # noqa: DTZ001 - as above
    ):
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)

    assert rows(target.getvalue()) == [
        (2, person(email="7", name_latin="Salma", phone="2026-11-01")),
        (4, person(email="x", name_latin="1.5", phone="2026-11-02")),
        (5, person(email="y", name_latin="True", phone="212612345678000000000")),
        (6, person(email="z", name_latin="Ali", phone="2026-11-01T09:30:00")),
    ]


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("x", "y")

    with pytest.raises(tables.TableUnreadable):
        rows(target.getvalue())


def test_an_archive_that_unfolds_too_far_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("x", "y")
        archive.infolist()[0].file_size = tables.UNPACKED_LIMIT + 1

    with pytest.raises(tables.TableTooLong):
        rows(target.getvalue())


def test_a_damaged_workbook_is_refused() -> None:
    content = tables.write_xlsx(["email", "name_latin"], [["a", "b"]])
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            whole = old.read(member)
            new.writestr(member, whole[:-40] if "sheet1" in member else whole)

    with pytest.raises(tables.TableUnreadable):
        rows(target.getvalue())


@given(st.binary())
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        assert isinstance(rows(content), list)
    except Invalid as refusal:
        assert refusal.code  # noqa: PT017 - either outcome is right
