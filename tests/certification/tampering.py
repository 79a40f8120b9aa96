"""What people and programs do to a sealed PDF afterwards. None of it may pass for genuine.

python -m tests.certification.tampering SEALED.pdf FOLDER    writes every variant
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from nador.certification.pdf.seal import _Hand, seal
from tests.factories.keys import stranger


class Trace(StrEnum):
    """What is left of our seal in a variant."""

    BROKEN = "broken"
    """Our seal is there, and no longer holds, or no longer for the whole file."""
    STRIPPED = "stripped"
    """There is no seal: what the file says proves nothing."""
    FOREIGN = "foreign"
    """Somebody else's seal."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A changed file."""

    name: str
    trace: Trace
    pdf: bytes


def variants(sealed: bytes) -> Iterator[Variant]:
    """Make every variant but the single changed bytes."""
    for trace, makers in _MAKERS.items():
        for make in makers:
            yield Variant(make.__name__.strip("_"), trace, make(sealed))


def flips(sealed: bytes, *, count: int, seed: int = 0) -> Iterator[tuple[int, bytes]]:
    """Change one byte at a time: spread over the whole file, and all around the seal's digits."""
    start, stop = hole(sealed)
    random = Random(seed)
    step = max(1, len(sealed) // count)
    spread = {
        random.randrange(at, min(at + step, len(sealed))) for at in range(0, len(sealed), step)
    }
    near = {*range(start - 90, start + 2), *range(stop - 2, stop + 30)}
    for at in sorted(spread | near):
        changed = bytearray(sealed)
        changed[at] ^= 1 << random.randrange(8)
        yield at, bytes(changed)


def hole(sealed: bytes) -> tuple[int, int]:
    """Where the seal's digits begin and end, brackets included: all that it does not cover."""
    [_, start, stop, _] = byte_range(sealed)
    return start, stop


def byte_range(sealed: bytes) -> list[int]:
    at = sealed.rindex(b"/ByteRange")
    inside = sealed[sealed.index(b"[", at) + 1 : sealed.index(b"]", at)]
    return [int(number) for number in inside.split()]


# --- a second part after ours --------------------------------------------------------------


def _appended(sealed: bytes, change: Callable[[IncrementalPdfFileWriter], object]) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(sealed), strict=False)
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _text_appended(sealed: bytes) -> bytes:
    def write(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        drawn = generic.StreamObject(stream_data=b"0.9 g 300 300 200 40 re f")
        page["/Contents"] = generic.ArrayObject(
            [page.raw_get("/Contents"), writer.add_object(drawn)]
        )
        writer.update_container(page)

    return _appended(sealed, write)


def _annotation_appended(sealed: bytes) -> bytes:
    def write(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        note = generic.DictionaryObject(
            {
                generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
                generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
                generic.pdf_name("/Contents"): generic.pdf_string("Mention: très bien"),
                generic.pdf_name("/Rect"): generic.ArrayObject(
                    map(generic.NumberObject, (300, 300, 500, 340))
                ),
            }
        )
        page["/Annots"] = generic.ArrayObject([*page["/Annots"], writer.add_object(note)])
        writer.update_container(page)

    return _appended(sealed, write)


def _attachment_swapped(sealed: bytes) -> bytes:
    def write(writer: IncrementalPdfFileWriter) -> None:
        files = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
        described = files[1]
        content = generic.StreamObject(stream_data=b'{"type": ["Forged"]}')
        described["/EF"]["/F"] = writer.add_object(content)
        writer.update_container(described["/EF"])

    return _appended(sealed, write)


def _metadata_appended(sealed: bytes) -> bytes:
    def write(writer: IncrementalPdfFileWriter) -> None:
        writer.set_info(
            generic.DictionaryObject(
                {generic.pdf_name("/Title"): generic.pdf_string("Certificat de Personne")}
            )
        )

    return _appended(sealed, write)


def _perms_removed(sealed: bytes) -> bytes:
    def write(writer: IncrementalPdfFileWriter) -> None:
        del writer.root["/Perms"]
        writer.update_root()

    return _appended(sealed, write)


class _Shameless(PdfSigner):
    """Signs although a seal forbids it."""

    def _enforce_certification_constraints(self, reader: Any) -> None:
        pass


def _second_signature(sealed: bytes) -> bytes:
    out = BytesIO()
    asyncio.run(
        _Shameless(
            PdfSignatureMetadata(field_name="Second", md_algorithm="sha256"),
            _Hand(stranger()),
            new_field_spec=SigFieldSpec("Second"),
        ).async_sign_pdf(IncrementalPdfFileWriter(BytesIO(sealed)), output=out)
    )
    return out.getvalue()


def _byte_trailing(sealed: bytes) -> bytes:
    return sealed + b"\n"


def _page_trailing(sealed: bytes) -> bytes:
    return sealed + b"\n<html><h1>Mention: tr\xc3\xa8s bien</h1></html>\n"


def _bytes_leading(sealed: bytes) -> bytes:
    return b"\n\n" + sealed


def _cut_short(sealed: bytes) -> bytes:
    return sealed[:-7]


# --- an edited ByteRange -------------------------------------------------------------------


def _with_range(sealed: bytes, edited: list[int]) -> bytes:
    at = sealed.rindex(b"/ByteRange")
    stop = sealed.index(b"]", at)
    room = stop - sealed.index(b"[", at) - 1
    return sealed[: stop - room] + b" ".join(b"%d" % n for n in edited).ljust(room) + sealed[stop:]


def _range_shortened(sealed: bytes) -> bytes:
    first, start, stop, rest = byte_range(sealed)
    return _with_range(sealed, [first, start, stop, rest - 400])


def _range_widened_over_the_seal(sealed: bytes) -> bytes:
    first, start, stop, rest = byte_range(sealed)
    return _with_range(sealed, [first, start - 200, stop, rest])


def _range_of_the_first_half(sealed: bytes) -> bytes:
    first, start, _, _ = byte_range(sealed)
    return _with_range(sealed, [first, start, start, 0])


def _range_past_the_end(sealed: bytes) -> bytes:
    first, start, stop, rest = byte_range(sealed)
    return _with_range(sealed, [first, start, stop, rest + 1])


def _range_from_elsewhere(sealed: bytes) -> bytes:
    _, start, stop, rest = byte_range(sealed)
    return _with_range(sealed, [1, start - 1, stop, rest])


def _content_put_into_the_hole(sealed: bytes) -> bytes:
    """Shift the second half behind foreign objects that the seal does not cover."""
    first, start, stop, rest = byte_range(sealed)
    smuggled = b"\n999 0 obj\n<</Smuggled true>>\nendobj\n"
    moved = sealed[:stop] + smuggled + sealed[stop:]
    return _with_range(moved, [first, start, stop + len(smuggled), rest])


# --- the seal itself -----------------------------------------------------------------------


def _digits_swapped(sealed: bytes) -> bytes:
    """Put the CMS of a stranger over the same bytes into our room."""
    start, stop = hole(sealed)
    digest = sha256(sealed[:start] + sealed[stop:]).digest()
    room, digits = stop - start - 2, b""
    # The length of a signature differs by chance; one that is too long would move what follows.
    while not 0 < len(digits) <= room:
        made = asyncio.run(_Hand(stranger()).async_sign(digest, "sha256", use_pades=True)).dump()
        digits = made.hex().encode()
    return sealed[: start + 1] + digits.ljust(room, b"0") + sealed[stop - 1 :]


def _digits_emptied(sealed: bytes) -> bytes:
    start, stop = hole(sealed)
    return sealed[: start + 1] + b"0" * (stop - start - 2) + sealed[stop - 1 :]


def _saved_again(sealed: bytes) -> bytes:
    return _saved(sealed)


def _linearised(sealed: bytes) -> bytes:
    return _saved(sealed, linearize=True)


def _saved(sealed: bytes, **how: Any) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(sealed)) as document:
        document.save(out, **how)
    return out.getvalue()


def _seal_taken_off(sealed: bytes) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(sealed)) as document:
        for entry in ("/AcroForm", "/Perms"):
            del document.Root[entry]
        page = document.pages[0]
        page.Annots = pikepdf.Array(
            annotation for annotation in page.Annots if annotation.get("/FT") != "/Sig"
        )
        document.save(out)
    return out.getvalue()


def _printed_anew(sealed: bytes) -> bytes:
    """Keep the pages only, as a printer driver does."""
    out = BytesIO()
    with pikepdf.open(BytesIO(sealed)) as document, pikepdf.new() as copy:
        for page in document.pages:
            del page.Annots
            copy.pages.append(page)
        copy.save(out)
    return out.getvalue()


def _sealed_by_a_stranger(sealed: bytes) -> bytes:
    return seal(_seal_taken_off(sealed), stranger())


_MAKERS: dict[Trace, tuple[Callable[[bytes], bytes], ...]] = {
    Trace.BROKEN: (
        _text_appended,
        _annotation_appended,
        _attachment_swapped,
        _metadata_appended,
        _perms_removed,
        _second_signature,
        _byte_trailing,
        _page_trailing,
        _bytes_leading,
        _cut_short,
        _range_shortened,
        _range_widened_over_the_seal,
        _range_of_the_first_half,
        _range_past_the_end,
        _range_from_elsewhere,
        _content_put_into_the_hole,
        _digits_emptied,
        _saved_again,
        _linearised,
    ),
    Trace.STRIPPED: (_seal_taken_off, _printed_anew),
    Trace.FOREIGN: (_digits_swapped, _sealed_by_a_stranger),
}


def main() -> None:
    """Write every variant of a sealed file into a folder, to try other programs on them."""
    sealed, folder = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for variant in variants(sealed):
        (folder / f"{variant.trace}-{variant.name}.pdf").write_bytes(variant.pdf)
    print(f"{len(list(folder.iterdir()))} files in {folder}")


if __name__ == "__main__":
    main()
