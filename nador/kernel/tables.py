"""Tables in and out: CSV and XLSX files as people's offices write and read them.

What comes in is cleaned and known by its line; what goes out can run nothing in a spreadsheet.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from nador.kernel import clock, text
from nador.kernel.errors import Invalid

MAX_ROWS: Final = 50_000
UNPACKED_LIMIT: Final = 200_000_000  # bytes that an XLSX may unfold to
_BOM: Final = b"\xef\xbb\xbf"
_ZIP: Final = b"PK\x03\x04"
_DELIMITERS: Final = (",", ";", "\t")
_CHUNK: Final = 500  # rows
# What zipfile, the XML parser and openpyxl raise at a damaged, locked or hostile workbook.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
    EOFError,
    RuntimeError,
)

Cell = str | int | float | bool | Decimal | date | datetime | None


class TableUnreadable(Invalid):
    """The file is no table in an encoding that we know: `line` is where it fails."""

    code = "table_unreadable"


class TableEmpty(Invalid):
    """The file has not even a line of column names."""

    code = "table_empty"


class TableTooLong(Invalid):
    """The file has more than `limit` rows."""

    code = "table_too_long"


class TableHasMacros(Invalid):
    """The workbook carries programs: it is not even opened."""

    code = "table_has_macros"


class ColumnsMissing(Invalid):
    """The required `columns` are not in the file."""

    code = "columns_missing"


class ColumnsTwice(Invalid):
    """The `columns` stand in the file more than once."""

    code = "columns_twice"


class ColumnsUnknown(Invalid):
    """The file has `columns` that nothing here reads."""

    code = "columns_unknown"


class RowBroken(Invalid):
    """The cells of `line` do not fit the columns, or a quotation mark is not closed."""

    code = "row_broken"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: `values` has every column that was asked for, "" where it has nothing."""

    line: int
    values: Mapping[str, str]


def read(
    content: bytes,
    *,
    required: Sequence[str],
    optional: Sequence[str] = (),
    max_rows: int = MAX_ROWS,
) -> Iterator[Row]:
    """Read the rows of an XLSX or CSV file; which of the two, its first bytes tell."""
    reader = read_xlsx if content.startswith(_ZIP) else read_csv
    return reader(content, required=required, optional=optional, max_rows=max_rows)


def read_lines(
    content: bytes, *, max_rows: int, unpacked_limit: int = UNPACKED_LIMIT
) -> Iterator[tuple[int, list[str]]]:
    """Read the cells of an XLSX or CSV file whose columns nobody knows, each line with its number.

    Empty lines are left out. A wrong file raises when it is reached: subclasses of Invalid.
    """
    if content.startswith(_ZIP):
        lines = _xlsx_lines(_sheet(content, max_rows=max_rows, unpacked_limit=unpacked_limit))
    else:
        decoded = decode(content)
        lines = _csv_lines(decoded, _likely_delimiter(decoded))
    for count, (line, cells) in enumerate(_filled(lines), start=1):
        if count > max_rows:
            raise TableTooLong(limit=max_rows)
        yield line, [text.clean(text.restore(cell)) for cell in cells]


def read_csv(
    content: bytes,
    *,
    required: Sequence[str],
    optional: Sequence[str] = (),
    max_rows: int = MAX_ROWS,
) -> Iterator[Row]:
    """Read the rows of a CSV file in any usual encoding, with commas, semicolons or tabs.

    Column names match without case, blanks, hyphens and underscores. A wrong file or header raises
    at once, a wrong row when it is reached: subclasses of Invalid.
    """
    decoded = decode(content)
    delimiter = _delimiter(decoded, (*required, *optional))
    lines = _csv_lines(decoded, delimiter)
    return _rows(lines, required=required, optional=optional, max_rows=max_rows)


def read_xlsx(
    content: bytes,
    *,
    required: Sequence[str],
    optional: Sequence[str] = (),
    max_rows: int = MAX_ROWS,
) -> Iterator[Row]:
    """Read the rows of an XLSX file's first sheet, under the same rules as `read_csv`."""
    sheet = _sheet(content, max_rows=max_rows, unpacked_limit=UNPACKED_LIMIT)
    return _rows(_xlsx_lines(sheet), required=required, optional=optional, max_rows=max_rows)


def _sheet(content: bytes, *, max_rows: int, unpacked_limit: int) -> Any:
    """Open the first sheet, unless it would unfold to too much or carries programs."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
        if sum(member.file_size for member in members) > unpacked_limit:
            raise TableTooLong(limit=max_rows)
        if any(member.filename.endswith("vbaProject.bin") for member in members):
            raise TableHasMacros
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return book.worksheets[0]
    except _BROKEN:
        raise TableUnreadable(line=1) from None


def _xlsx_lines(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Read the sheet's rows; a damaged archive or hostile XML shows only here."""
    line = 0
    try:
        for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield line, [_typed(value) for value in values]
    except _BROKEN:
        raise TableUnreadable(line=line + 1) from None


def _typed(value: Any) -> str:
    """Write a spreadsheet's value as someone would have typed it."""
    match value:
        case None:
            return ""
        case float():
            # Excel keeps long numbers such as phones as 2.12E+11.
            return f"{Decimal(repr(value)):f}".removesuffix(".0")
        case datetime() if not (value.hour or value.minute or value.second):
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)


def decode(content: bytes) -> str:
    """Decode what an office program saved as text: UTF-8, UTF-16, or the Windows code pages."""
    encoding = _unicode_encoding(content)
    try:
        decoded = content.decode(encoding)
    except UnicodeDecodeError as error:
        decoded = _from_code_page(content) if encoding == "utf-8-sig" else ""
        if not decoded:
            line = content[: error.start].count(b"\n") + 1
            raise TableUnreadable(line=line) from None
    if "\0" in decoded:
        raise TableUnreadable(line=decoded[: decoded.index("\0")].count("\n") + 1)
    return decoded


def _unicode_encoding(content: bytes) -> str:
    """Guess among the Unicode encodings by the first bytes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    # Column names are ASCII here: in UTF-16 every other byte of the first ones is zero.
    if content[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if content[:1] == b"\0" else "utf-8-sig"


_ARABIC_WORD: Final = re.compile("[\u0621-\u064a\u0679-\u06d5]{2,}")
_MIXED_WORD: Final = re.compile("[A-Za-z][\u0621-\u06d5]|[\u0621-\u06d5][A-Za-z]")


def _from_code_page(content: bytes) -> str:
    """Tell Arabic Windows from Western Windows by its words; "" when both readings are odd.

    The two pages share the French small letters. Read wrongly, a Western capital such as É becomes
    an Arabic letter amid Latin ones.
    """
    arabic = content.decode("cp1256", errors="replace")
    has_arabic, has_mixed = bool(_ARABIC_WORD.search(arabic)), bool(_MIXED_WORD.search(arabic))
    if has_arabic and has_mixed:
        return ""
    try:
        return content.decode("cp1256" if has_arabic else "cp1252")
    except UnicodeDecodeError:
        return ""


_LOOKED_AT: Final = 10_000  # characters
_DECLARED: Final = re.compile("sep=(.)", re.IGNORECASE)


def _delimiter(decoded: str, known: Iterable[str]) -> str:
    """Choose the delimiter that finds most known columns in the first line that has any text."""
    header = next((line for line in decoded.splitlines() if line.strip()), "")
    if declared := _DECLARED.fullmatch(header.strip(" \r\n")):
        return declared[1]
    names = {_column(name) for name in known}
    found = {
        each: len(
            names & {_column(cell) for cell in next(csv.reader([header], delimiter=each), [])}
        )
        for each in _DELIMITERS
    }
    return max(_DELIMITERS, key=lambda each: found[each])


def _likely_delimiter(decoded: str) -> str:
    """Choose the delimiter that most of the first lines have."""
    first = [line for line in decoded[:_LOOKED_AT].splitlines() if line.strip()]
    if first and (declared := _DECLARED.fullmatch(first[0].strip())):
        return declared[1]
    # On a tie the comma is the least likely: people write it in names.
    return max(reversed(_DELIMITERS), key=lambda each: sum(each in line for line in first))


def _csv_lines(decoded: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Split into rows of cells, each with the number of the line on which it begins."""
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise RowBroken(line=begins) from None
        if not (begins == 1 and len(cells) <= 2 and "".join(cells).lower() == "sep="):  # noqa: PLR2004 - "sep" cut in two
            yield begins, cells
        begins = reader.line_num + 1


def _rows(
    lines: Iterator[tuple[int, list[str]]],
    *,
    required: Sequence[str],
    optional: Sequence[str],
    max_rows: int,
) -> Iterator[Row]:
    """Read the header now and the rows as they are asked for."""
    filled = _filled(lines)
    _, header = next(filled, (0, []))
    columns = _columns(header, required=required, optional=optional)
    return _rows_below(filled, columns, (*required, *optional), max_rows)


def _filled(lines: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    return ((line, cells) for line, cells in lines if any(cell.strip() for cell in cells))


def _rows_below(
    filled: Iterator[tuple[int, list[str]]],
    columns: Sequence[str],
    asked: Sequence[str],
    max_rows: int,
) -> Iterator[Row]:
    for count, (line, cells) in enumerate(filled, start=1):
        if count > max_rows:
            raise TableTooLong(limit=max_rows)
        if any(cell.strip() for cell in cells[len(columns) :]):
            raise RowBroken(line=line)
        cleaned = (text.clean(text.restore(cell)) for cell in cells)
        values = dict(zip(columns, cleaned, strict=False))
        yield Row(line, {name: values.get(name, "") for name in asked})


def _columns(
    header: Sequence[str], *, required: Sequence[str], optional: Sequence[str]
) -> Sequence[str]:
    """Name the file's columns as they are asked for; refuses what is missing, double or unknown."""
    named = [text.clean(cell) for cell in header]
    while named and not named[-1]:
        named.pop()
    if not named:
        raise TableEmpty
    known = {_column(name): name for name in (*required, *optional)}
    columns = [known.get(_column(name), "") for name in named]
    if missing := [name for name in required if name not in columns]:
        raise ColumnsMissing(columns=missing)
    if twice := [name for name in known.values() if columns.count(name) > 1]:
        raise ColumnsTwice(columns=twice)
    if unknown := [name for name, column in zip(named, columns, strict=True) if not column]:
        raise ColumnsUnknown(columns=unknown)
    return columns


def _column(name: str) -> str:
    return text.fold(name).replace("_", "")


def write_csv(
    headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, delimiter: str = ","
) -> Iterator[bytes]:
    """Write a CSV file in pieces: UTF-8 with a mark that Excel needs, every cell quoted and inert.

    Quoting keeps each cell whole where a spreadsheet expects another delimiter.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    take = _taker(buffer)
    writer.writerow([text.neutralise(name) for name in headers])
    yield _BOM + take()
    for count, row in enumerate(rows, start=1):
        writer.writerow([_written(cell) for cell in row])
        if count % _CHUNK == 0:
            yield take()
    if rest := take():
        yield rest


def _taker(buffer: io.StringIO) -> Callable[[], bytes]:
    def take() -> bytes:
        taken = buffer.getvalue().encode(errors="replace")
        buffer.seek(0)
        buffer.truncate()
        return taken

    return take


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return text.neutralise(cell.replace("\0", ""))
        case Decimal():
            return f"{cell:f}"
        case datetime():
            return f"{clock.local(cell):%Y-%m-%d %H:%M}"
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def write_xlsx(
    headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, right_to_left: bool = False
) -> bytes:
    """Write an XLSX file of one sheet, its header row frozen; text stays text, 007 stays 007."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.sheet_view.rightToLeft = right_to_left
    sheet.append([_inert(name) for name in headers])
    for row in rows:
        sheet.append([_inert(cell) for cell in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _inert(cell: Cell) -> Cell:
    """Give a value that a sheet shows and never runs; instants are on the wall, without zone."""
    match cell:
        case str():
            return text.neutralise(text.clean(cell))
        case datetime():
            return clock.local(cell).replace(tzinfo=None)
        case _:
            return cell
