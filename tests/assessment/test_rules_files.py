"""What a file is, by its content."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.rules import files as rules
from nador.assessment.rules.submissions import FileKind
from tests.factories.work import PDF, PNG, package

if TYPE_CHECKING:
    from nador.kernel.errors import Invalid

ODT = b"application/vnd.oasis.opendocument.text"
CONTENTS = "[Content_Types].xml"


def locked() -> bytes:
    """A package whose entry says that it is encrypted."""
    content = bytearray(package("a.txt"))
    for start in (content.find(b"PK\x03\x04") + 6, content.find(b"PK\x01\x02") + 8):
        content[start] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        pytest.param("a.pdf", PDF, FileKind.PDF, id="pdf"),
        pytest.param("a.doc", b"\xef\xbb\xbf\r\n" + PDF, FileKind.PDF, id="pdf after a mark"),
        pytest.param("a", b"What %PDF- means", FileKind.TEXT, id="a text about pdf"),
        pytest.param("a.pdf", PNG, FileKind.PNG, id="png called pdf"),
        pytest.param("a", b"\xff\xd8\xff\xe0", FileKind.JPEG, id="jpeg"),
        pytest.param("a", b"RIFF\x10\0\0\0WEBPVP8 ", FileKind.WEBP, id="webp"),
        pytest.param("a", package(CONTENTS, "word/document.xml"), FileKind.DOCX, id="docx"),
        pytest.param("a", package(CONTENTS, "xl/workbook.xml"), FileKind.XLSX, id="xlsx"),
        pytest.param("a", package(CONTENTS, "ppt/p.xml"), FileKind.PPTX, id="pptx"),
        pytest.param("a", package(CONTENTS, "other/x"), FileKind.ZIP, id="another package"),
        pytest.param("a", package("x", mimetype=ODT), FileKind.ODT, id="odt"),
        pytest.param("a", package("x", mimetype=b"y" * len(ODT)), FileKind.ZIP, id="not odt"),
        pytest.param("a.docx", package("word/document.xml"), FileKind.ZIP, id="zip called docx"),
        pytest.param("a.py", b"print('x')\n", FileKind.PYTHON, id="python"),
        pytest.param("a.MD", "# عنوان".encode(), FileKind.MARKDOWN, id="markdown"),
        pytest.param("a.csv", b"a;b\n1;2\n", FileKind.CSV, id="csv"),
        pytest.param("a.html", b"<script>", FileKind.TEXT, id="html is a text"),
        pytest.param("a.txt", "نص".encode("cp1256"), FileKind.TEXT, id="an older encoding"),
        pytest.param("a.txt", "نص".encode("utf-16"), FileKind.TEXT, id="wide letters"),
        pytest.param(
            "a.ipynb",
            json.dumps({"cells": [], "nbformat": 4}).encode(),
            FileKind.NOTEBOOK,
            id="notebook",
        ),
        pytest.param("a.ipynb", b"[1]", FileKind.TEXT, id="another list"),
        pytest.param("a.ipynb", b"{", FileKind.TEXT, id="no notebook"),
        pytest.param("a.ipynb", b"[" * 100_000, FileKind.TEXT, id="nested without end"),
    ],
)
def test_the_content_decides(name: str, content: bytes, kind: FileKind) -> None:
    assert rules.kind_of(name, io.BytesIO(content)) is kind


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        pytest.param(b"", rules.FileEmpty, id="empty"),
        pytest.param(b"MZ\x90\0", rules.UnknownKind, id="a program"),
        pytest.param(b"\x7fELF\2", rules.UnknownKind, id="another program"),
        pytest.param(b"PK\x03\x04" + b"\0" * 40, rules.UnknownKind, id="a broken package"),
        pytest.param(b"a" * 2_000_000 + b"\0", rules.UnknownKind, id="late bytes count"),
        pytest.param(package("../a"), rules.PackageRefused, id="up"),
        pytest.param(package("/a"), rules.PackageRefused, id="root"),
        pytest.param(package("C:\\a"), rules.PackageRefused, id="drive"),
        pytest.param(package("a\\..\\..\\b"), rules.PackageRefused, id="up, by backslashes"),
        pytest.param(locked(), rules.PackageRefused, id="locked"),
        pytest.param(package("a", content=bytes(3_000_000)), rules.PackageRefused, id="bomb"),
        pytest.param(
            package(*(f"{n}" for n in range(2001))), rules.PackageRefused, id="entries without end"
        ),
    ],
)
def test_refused(content: bytes, refusal: type[Invalid]) -> None:
    with pytest.raises(refusal) as refused:
        rules.kind_of("a.pdf", io.BytesIO(content))
    assert (refused.value.field, refused.value.params) == ("files", {"name": "a.pdf"})


def test_a_package_may_be_as_large_as_the_limits_say() -> None:
    entry = zipfile.ZipInfo("a")
    entry.file_size = entry.compress_size = rules.LARGEST_UNPACKED
    small = [zipfile.ZipInfo("a")] * rules.MOST_ENTRIES

    assert rules.safe_package([entry])
    assert rules.safe_package(small)
    assert not rules.safe_package([*small, zipfile.ZipInfo("a")])


def test_a_package_larger_than_a_disk_is_refused_by_its_list() -> None:
    entry = zipfile.ZipInfo("a")
    entry.file_size = entry.compress_size = rules.LARGEST_UNPACKED + 1

    assert not rules.safe_package([entry])
    assert not rules.safe_entry("")


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("a.pdf", FileKind.PDF, "a.pdf"),
        ("a.exe", FileKind.PDF, "a.exe.pdf"),
        ("../../etc/passwd", FileKind.TEXT, "passwd.txt"),
        ("C:\\My work\\b.JPG", FileKind.JPEG, "b.jpg"),
        ("\u202egpj.exe", FileKind.PNG, "gpj.exe.png"),
        ('a<b>"c.pdf', FileKind.PDF, "a_b__c.pdf"),
        ("...", FileKind.ZIP, "file.zip"),
        ("واجب 1.pdf", FileKind.PDF, "واجب 1.pdf"),
        ("x" * 300 + ".pdf", FileKind.PDF, "x" * 116 + ".pdf"),
    ],
)
def test_names_are_kept_with_a_true_ending(name: str, kind: FileKind, kept: str) -> None:
    assert rules.kept_name(name, kind) == kept


@given(st.lists(st.sampled_from(["a.pdf", "A.PDF", "b.pdf", "a (2).pdf"]), max_size=12))
def test_no_two_files_have_one_name(names: list[str]) -> None:
    taken: list[str] = []
    for name in names:
        taken.append(rules.free_name(name, taken))

    assert len({each.casefold() for each in taken}) == len(names)


@given(st.text(max_size=200), st.sampled_from(FileKind))
def test_any_name_can_be_kept(name: str, kind: FileKind) -> None:
    kept = rules.kept_name(name, kind)

    assert 0 < len(kept) <= rules.NAME_LIMIT
    assert not set(kept) & set('/\\<>:"|?*\0\n')


def test_a_package_is_listed_by_its_own_word() -> None:
    assert rules.listing(package("a", "b"), most=1) == [("a", 1)]
    assert rules.listing(io.BytesIO(package("a")), most=9) == [("a", 1)]
    assert rules.listing(b"PK", most=1) == []
