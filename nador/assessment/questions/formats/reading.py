"""Any file of questions: which format it has is told by what it holds, not by its name."""

from __future__ import annotations

from typing import Final

from nador.assessment.questions.formats import columns, gift, moodle, qti
from nador.assessment.questions.formats.report import Reading, TooLarge, UnknownFormat
from nador.kernel.errors import Invalid

FILE_LIMIT: Final = 50 * 1024 * 1024
_MEGABYTE: Final = 1024 * 1024
_SHEET: Final = b"xl/workbook.xml"


def read(content: bytes, *, language: str) -> Reading:
    """Read a file in GIFT, Moodle XML, QTI 2.1 or 3.0 (an item, or a package), CSV or XLSX.

    What could not be read is named in the answer; a file of no such format is refused whole, there too.
    """
    try:
        if len(content) > FILE_LIMIT:
            raise TooLarge(limit=FILE_LIMIT // _MEGABYTE)
        return _read(content, language)
    except Invalid as reason:
        reading = Reading()
        reading.refuse(reason, line=1)
        return reading


def _read(content: bytes, language: str) -> Reading:
    start = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"PK"):
        if _SHEET in content:
            return columns.read(content, language=language)
        return qti.read_package(content, language=language)
    if start.startswith(b"<"):
        if b"<quiz" in start:
            return moodle.read(content, language=language)
        return qti.read_item(content, language=language)
    first = start.partition(b"\n")[0].lower()
    if b"kind" in first and b"question" in first and b"{" not in first:
        return columns.read(content, language=language)
    if b"{" in content or b"$CATEGORY" in content:
        return gift.read(content, language=language)
    raise UnknownFormat
