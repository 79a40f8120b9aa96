"""Joins the certificates of a run into one file for the printer."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import pikepdf

# Files held in memory at once; the parts they make wait on disk.
_IN_MEMORY = 25
# What a printed page has no use for: tags of a tree that stays behind, and a seal's field.
_LEFT_BEHIND = ("/StructParents", "/Tabs", "/Annots")


def merge(pdfs: Iterable[bytes]) -> bytes:
    """Join PDFs, in order, into one for printing.

    It carries neither tags nor seals nor attachments: it proves nothing, and is never
    handed out as a certificate. The same files give the same bytes.
    Raises ValueError when there is nothing to join.
    """
    output = BytesIO()
    merge_to(output, pdfs)
    return output.getvalue()


def merge_to(output: BinaryIO, pdfs: Iterable[bytes]) -> None:
    """Join PDFs into an open file, however many there are; see merge."""
    with TemporaryDirectory(prefix="nador-merge-") as folder:
        parts = list(_parts(Path(folder), iter(pdfs)))
        if not parts:
            message = "there is no file to merge"
            raise ValueError(message)
        _join(parts, output)


def _parts(folder: Path, pdfs: Iterator[bytes]) -> Iterator[Path]:
    while some := list(islice(pdfs, _IN_MEMORY)):
        part = folder / f"{len(list(folder.iterdir()))}.pdf"
        with part.open("wb") as file:
            _join([BytesIO(pdf) for pdf in some], file)
        yield part


def _join(sources: Iterable[Path | BytesIO], output: BinaryIO) -> None:
    with ExitStack() as opened:
        joined = opened.enter_context(pikepdf.new())
        for source in sources:
            pages = opened.enter_context(pikepdf.open(source)).pages
            for page in pages:
                for entry in _LEFT_BEHIND:
                    if entry in page:
                        del page[entry]
            joined.pages.extend(pages)
        joined.save(
            output,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
