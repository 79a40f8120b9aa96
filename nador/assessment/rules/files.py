"""What a file is, by its content: names say nothing, and packages are looked at within limits."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Final

from nador.assessment.rules.submissions import FileKind
from nador.kernel import text
from nador.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

ENDINGS: Final = {
    FileKind.PDF: (".pdf",),
    FileKind.DOCX: (".docx",),
    FileKind.XLSX: (".xlsx",),
    FileKind.PPTX: (".pptx",),
    FileKind.ODT: (".odt",),
    FileKind.PNG: (".png",),
    FileKind.JPEG: (".jpg", ".jpeg"),
    FileKind.WEBP: (".webp",),
    FileKind.TEXT: (".txt", ".log", ".sql"),
    FileKind.MARKDOWN: (".md", ".markdown"),
    FileKind.CSV: (".csv", ".tsv"),
    FileKind.PYTHON: (".py",),
    FileKind.NOTEBOOK: (".ipynb",),
    FileKind.ZIP: (".zip",),
}
"""How names of such files end; the first is the usual one."""
MEDIA_TYPES: Final = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    FileKind.ODT: "application/vnd.oasis.opendocument.text",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
    FileKind.WEBP: "image/webp",
    FileKind.TEXT: "text/plain",
    FileKind.MARKDOWN: "text/plain",
    FileKind.CSV: "text/csv",
    FileKind.PYTHON: "text/plain",
    FileKind.NOTEBOOK: "application/json",
    FileKind.ZIP: "application/zip",
}
NAME_LIMIT: Final = 120
MOST_ENTRIES: Final = 2_000
LARGEST_UNPACKED: Final = 500 * 1024 * 1024
STEEPEST: Final = 200
"""How many times larger than itself a package may unpack to: honest texts reach twenty."""
_BEGINNING: Final = 1024
_PIECE: Final = 1024 * 1024
_LARGEST_NOTEBOOK: Final = 20 * 1024 * 1024
# A package of Office names its parts by folders; a document of ODF says in its first part what it is.
_OFFICE: Final = {"word/": FileKind.DOCX, "xl/": FileKind.XLSX, "ppt/": FileKind.PPTX}
_ODT: Final = b"application/vnd.oasis.opendocument.text"
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_BY_NAME: Final = {
    ending: kind
    for kind in (FileKind.MARKDOWN, FileKind.CSV, FileKind.PYTHON)
    for ending in ENDINGS[kind]
}


class UnknownKind(Invalid):
    """The content of the file `name` is of no kind that is known here."""

    code = "file_kind_unknown"


class FileEmpty(Invalid):
    """The file `name` holds nothing."""

    code = "file_empty"


class PackageRefused(Invalid):
    """The package `name` unpacks to too much, leads outside of itself, or is locked."""

    code = "file_package_refused"


def kind_of(name: str, content: BinaryIO) -> FileKind:
    """Say what an open file is; raises UnknownKind, FileEmpty, PackageRefused.

    The name only tells kinds of plain text from each other: no bytes could.
    """
    content.seek(0)
    head = content.read(_BEGINNING)
    if not head:
        raise FileEmpty(field="files", name=name)
    kind = _by_signature(head)
    if kind is None and head.startswith(b"PK\x03\x04"):
        kind = _package(name, content)
    if kind is None:
        kind = _plain(name, content)
    if kind is None:
        raise UnknownKind(field="files", name=name)
    return kind


def _by_signature(head: bytes) -> FileKind | None:
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"%PDF-"):
        return FileKind.PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FileKind.WEBP
    return None


def _package(name: str, content: BinaryIO) -> FileKind | None:
    """Look at a package's list of contents, which unpacks nothing."""
    try:
        with zipfile.ZipFile(content) as package:
            entries = package.infolist()
            if not safe_package(entries):
                raise PackageRefused(field="files", name=name)
            names = {entry.filename for entry in entries}
            if "mimetype" in names and package.getinfo("mimetype").file_size == len(_ODT):
                return FileKind.ODT if package.read("mimetype") == _ODT else FileKind.ZIP
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError):
        return None
    if "[Content_Types].xml" in names:
        for folder, kind in _OFFICE.items():
            if any(each.startswith(folder) for each in names):
                return kind
    return FileKind.ZIP


def safe_package(entries: Iterable[zipfile.ZipInfo]) -> bool:
    """Whether unpacking stays within limits and within its own folder, by what the list says."""
    listed = list(entries)
    unpacked = sum(entry.file_size for entry in listed)
    packed = sum(entry.compress_size for entry in listed)
    return (
        len(listed) <= MOST_ENTRIES
        and unpacked <= LARGEST_UNPACKED
        and unpacked <= max(packed, 1024) * STEEPEST
        and all(safe_entry(entry.filename) and not entry.flag_bits & 1 for entry in listed)
    )


def safe_entry(name: str) -> bool:
    """Whether a name within a package stays inside: no root, no drive, no way up."""
    path = PurePosixPath(name.replace("\\", "/"))
    return bool(name) and not path.is_absolute() and ".." not in path.parts and ":" not in name


def _plain(name: str, content: BinaryIO) -> FileKind | None:
    """Tell plain text, in any usual encoding, from bytes that only a program reads."""
    content.seek(0)
    is_wide, size = content.read(2) in _UTF16, 2
    content.seek(0)
    while piece := content.read(_PIECE):
        size += len(piece)
        if not is_wide and _NO_TEXT.search(piece):
            return None
    ending = _ending(name)
    if ending in ENDINGS[FileKind.NOTEBOOK] and size <= _LARGEST_NOTEBOOK:
        content.seek(0)
        return FileKind.NOTEBOOK if _is_notebook(content.read()) else FileKind.TEXT
    return _BY_NAME.get(ending, FileKind.TEXT)


def _is_notebook(content: bytes) -> bool:
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(read, dict) and isinstance(read.get("cells"), list) and "nbformat" in read


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def kept_name(name: str, kind: FileKind) -> str:
    """Give the name under which a file is kept: its last part, with an ending that is true."""
    bare = text.clean(name.replace("\\", "/").rsplit("/", 1)[-1])
    bare = "".join(sign for sign in bare if unicodedata.category(sign)[0] != "C")
    bare = re.sub(r'[<>:"|?*]', "_", bare).strip(". ")
    true = _ending(bare) in ENDINGS[kind]
    stem, ending = (
        (bare[: -len(_ending(bare))], _ending(bare)) if true else (bare, ENDINGS[kind][0])
    )
    return (stem or "file")[: NAME_LIMIT - len(ending)] + ending


def free_name(name: str, taken: Iterable[str]) -> str:
    """Give a name that nothing here has yet: report.pdf, report (2).pdf."""
    others = {each.casefold() for each in taken}
    stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix
    numbered = (
        f"{stem[: NAME_LIMIT - 10]} ({number}){ending}" for number in range(2, len(others) + 3)
    )
    return next(each for each in (name, *numbered) if each.casefold() not in others)


def listing(content: bytes | BinaryIO, *, most: int) -> list[tuple[str, int]]:
    """List what a package holds, by its own word: names and unpacked sizes, at most so many."""
    try:
        with zipfile.ZipFile(io.BytesIO(content) if isinstance(content, bytes) else content) as it:
            return [(entry.filename, entry.file_size) for entry in it.infolist()[:most]]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return []
