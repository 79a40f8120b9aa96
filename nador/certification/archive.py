"""All documents of a run as one ZIP: each as it was issued, its credential, and a list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Protocol
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from nador.kernel import clock, tables, text
from nador.kernel.i18n import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from nador.kernel.i18n import Translator

_READABLE = 0o644 << 16
_UNIX = 3


class Packed(Protocol):
    """What the list says of a certificate."""

    @property
    def code(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def holder_latin(self) -> str | None: ...
    @property
    def holder_arabic(self) -> str | None: ...
    @property
    def title(self) -> Mapping[str, str]: ...
    @property
    def hours(self) -> int: ...
    @property
    def issued_on(self) -> date: ...
    @property
    def expires_on(self) -> date | None: ...


def file_name(one: Packed) -> str:
    """Name a certificate's files without an ending: its number, which no other has, and the holder.

    Any file system takes the name, and no holder's name leads out of the folder.
    """
    holder = text.file_name(one.holder_latin or "") or text.file_name(one.holder_arabic or "")
    return f"{one.number}_{holder}" if holder else one.number


def listing(rows: Iterable[Packed], words: Translator, *, origin: str) -> bytes:
    """List certificates as CSV, each cell inert."""
    headers = (
        words.gettext("File"),
        words.gettext("Number"),
        words.gettext("Code"),
        words.gettext("Latin name"),
        words.gettext("Arabic name"),
        words.gettext("Title"),
        words.gettext("Hours"),
        words.gettext("Issued on"),
        words.gettext("Valid until"),
        words.gettext("Address of the public page"),
    )
    lines = (
        (
            f"{file_name(one)}.pdf",
            one.number,
            one.code,
            one.holder_latin,
            one.holder_arabic,
            pick(one.title, words.code),
            one.hours,
            one.issued_on,
            one.expires_on,
            f"{origin}/v/{one.code}",
        )
        for one in rows
    )
    return b"".join(tables.write_csv(headers, lines))


def pack(output: BinaryIO, files: Iterable[tuple[str, bytes]], *, dated: datetime) -> None:
    """Write files into a ZIP one by one, however many; the same files and date give the same bytes.

    A PDF is compressed already.
    """
    stamp = clock.local(dated)
    moment = (stamp.year, stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second)
    with ZipFile(output, "w") as packed:
        for name, content in files:
            entry = ZipInfo(name, moment)
            entry.compress_type = ZIP_STORED if name.endswith(".pdf") else ZIP_DEFLATED
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            packed.writestr(entry, content)
