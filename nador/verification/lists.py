"""Lists of codes as people have them: pasted, or in a file of any shape; names beside them or not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from nador.kernel import codes, tables
from nador.kernel.codes import Code, Mistyped, WrongCheck
from nador.kernel.errors import Invalid
from nador.kernel.tables import TableTooLong
from nador.kernel.text import NAME_LIMIT, clean, fold
from nador.verification import queries, rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nador.verification.queries import Reader
    from nador.verification.rules import Checked

LONGEST_LIST: Final = 1000
LARGEST_FILE: Final = 5_000_000  # bytes
UNPACKED_LIMIT: Final = 30_000_000  # bytes of a workbook
LONGEST_TEXT: Final = 200


class ListEmpty(Invalid):
    """There is no line in it."""

    code = "list_empty"


class ListTooLong(Invalid):
    """It has more than `limit` lines."""

    code = "list_too_long"


class FileTooLarge(Invalid):
    """It has more than `megabytes`."""

    code = "file_too_large"


class NoCodes(Invalid):
    """No column of it holds anything like a code."""

    code = "list_without_codes"


class ColumnsUnnamed(Invalid):
    """It has several columns and no first line that names them: which are names, nobody knows."""

    code = "list_columns_unnamed"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: a code as it was typed, and a name or ""."""

    code: str
    name: str

    @property
    def read(self) -> Code | Mistyped:
        """The code, or why it is none."""
        try:
            return codes.parse(self.code)
        except Mistyped as refusal:
            return refusal


def check(reader: Reader, lines: Sequence[Line]) -> list[Checked]:
    """Answer each line of a list, in its order: one question to the register."""
    read = [line.read for line in lines]
    known = queries.find_all(reader, {code for code in read if isinstance(code, Code)})
    return [
        rules.check(line.code, name=line.name, code=code, known=known)
        for line, code in zip(lines, read, strict=True)
    ]


_CODE_WORDS: Final = frozenset(
    map(
        fold,
        [
            "code",
            "codes",
            "certificate code",
            "verification code",
            "code du certificat",
            "code certificat",
            "code de vérification",
            "رمز",
            "الرمز",
            "الرموز",
            "رمز الشهادة",
            "رمز التحقق",
            "كود",
        ],
    )
)
_NAME_WORDS: Final = frozenset(
    map(
        fold,
        [
            "name",
            "names",
            "full name",
            "first name",
            "given name",
            "last name",
            "family name",
            "surname",
            "holder",
            "employee",
            "candidate",
            "nom",
            "noms",
            "prénom",
            "prénoms",
            "nom complet",
            "nom et prénom",
            "nom de famille",
            "titulaire",
            "employé",
            "candidat",
            "الاسم",
            "اسم",
            "الأسماء",
            "الاسم الكامل",
            "الاسم الشخصي",
            "الاسم العائلي",
            "الإسم",
            "النسب",
            "اللقب",
            "صاحب الشهادة",
        ],
    )
)


def from_file(content: bytes) -> list[Line]:
    """Read a CSV or XLSX file; raises Invalid with the line at fault."""
    if len(content) > LARGEST_FILE:
        raise FileTooLarge(megabytes=LARGEST_FILE // 1_000_000)
    # One line more may be the head.
    lines = tables.read_lines(content, max_rows=LONGEST_LIST + 1, unpacked_limit=UNPACKED_LIMIT)
    try:
        return _understood(cells for _, cells in lines)
    except TableTooLong:
        raise ListTooLong(limit=LONGEST_LIST) from None


def from_text(pasted: str) -> list[Line]:
    """Read what was pasted: a code a line, and a name after a blank, a tab, a comma or a semicolon."""
    lines = (line.strip("\r") for line in pasted.split("\n"))
    filled = islice((line for line in lines if line.strip()), LONGEST_LIST + 2)
    return _understood(map(_cells, filled))


def as_text(lines: Iterable[Line]) -> str:
    """Write a list so that `from_text` reads the same: a page hands it on in a form."""
    return "".join(f"{line.code}\t{line.name}\n" for line in (Line("code", "name"), *lines))


_AFTER_CODE: Final = re.compile(r"(\S*\d\S*)\s+([^\d]+)")


def _cells(line: str) -> list[str]:
    """Cut a pasted line: spreadsheets put tabs between cells, people the first comma that comes."""
    cells = line.split("\t") if "\t" in line else re.split("[;,،؛]", line, maxsplit=1)
    if len(cells) == 1 and (parted := _AFTER_CODE.fullmatch(clean(line))):
        cells = [parted[1], parted[2]]
    return cells


def _understood(cells: Iterable[Sequence[str]]) -> list[Line]:
    """Find the columns, and take the line that names them off."""
    # Spreadsheets put some cells into quotes when they are pasted.
    unquoted = ([clean(cell).strip('" ') for cell in row] for row in cells)
    rows = [row for row in unquoted if any(row)]
    if not rows:
        raise ListEmpty
    at = _code_column(rows)
    headed = _is_headed(rows, at)
    beside = _name_columns(rows, at, headed=headed)
    below = rows[1:] if headed else rows
    if not below:
        raise ListEmpty
    if len(below) > LONGEST_LIST:
        raise ListTooLong(limit=LONGEST_LIST)
    return [
        Line(
            code=_cell(row, at)[:LONGEST_TEXT],
            name=clean(" ".join(_cell(row, column) for column in beside))[:NAME_LIMIT],
        )
        for row in below
    ]


def _code_column(rows: Sequence[Sequence[str]]) -> int:
    """Find the column that says that it holds codes, or else the one that holds most of them."""
    if said := [at for at, cell in enumerate(rows[0]) if fold(cell) in _CODE_WORDS]:
        return said[0]
    width = max(map(len, rows))
    found = [sum(_is_code(_cell(row, at)) for row in rows) for at in range(width)]
    if not any(found) and width > 1:
        raise NoCodes
    return found.index(max(found))


def _is_headed(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether the first line names the columns: it says so, or codes stand only below it."""
    first = _cell(rows[0], at)
    if fold(first) in _CODE_WORDS:
        return True
    if not first or _DIGIT.search(first) or _is_code(first):
        return False
    return any(_is_code(_cell(row, at)) for row in rows[1:])


def _name_columns(rows: Sequence[Sequence[str]], at: int, *, headed: bool) -> Sequence[int]:
    """Find the columns that names are made of; one that nobody named is known by its looks."""
    if headed and (said := [i for i, cell in enumerate(rows[0]) if fold(cell) in _NAME_WORDS]):
        return said
    below = rows[1:] if headed else rows
    likely = [
        column
        for column in range(max(map(len, rows)))
        if column != at and _are_names([_cell(row, column) for row in below])
    ]
    if len(likely) > 1 and not headed:
        raise ColumnsUnnamed
    return likely if len(likely) == 1 else ()


_DIGIT: Final = re.compile(r"\d")


def _are_names(cells: Sequence[str]) -> bool:
    """Whether most of what stands in a column is words."""
    filled = [cell for cell in cells if cell]
    worded = [cell for cell in filled if fold(cell) and not _DIGIT.search(cell)]
    return 2 * len(worded) > len(filled)


def _is_code(cell: str) -> bool:
    """Whether it is a code, right or with a slip: nothing else has this shape."""
    try:
        codes.parse(cell)
    except WrongCheck:
        return True
    except Mistyped:
        return False
    return True


def _cell(row: Sequence[str], at: int) -> str:
    return row[at] if at < len(row) else ""
