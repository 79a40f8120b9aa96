"""Draws what the certificates of a run have in common once, and each holder's own part over it.

Nine tenths of a sheet are the same for everyone with the same mention. WeasyPrint draws them
once, on a page of their own, and that page's content, tags and faces are kept as bytes. Of
each certificate it then draws the names, the QR code and the lines beside it; the finisher
lays those over the kept part, in one order of reading. A supplement is a second page of the
same kind: its own part is whose it is, and the marks.

This leans on how WeasyPrint writes a page: one content stream, numbered marks, one element
for each child of the body. What is leant on is checked, and Misdrawn says where it failed:
such a certificate is drawn whole, which needs none of this.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby, zip_longest
from typing import Any

import pydyf
import weasyprint

from nador.certification.facts import CertificateFacts
from nador.certification.pdf.drawing import (
    Misdrawn,
    add_frame,
    beneath,
    certificate_stationery,
    draw_code,
    pages_of,
    resources_of,
    stationery_of,
    supplement_stationery,
)
from nador.certification.pdf.sheet import Part, accent_of, compose, frame_of
from nador.certification.pdf.supplement import compose_supplement, without_marks
from nador.certification.template import Design
from nador.kernel.paper import (
    Attachment,
    Finished,
    Finisher,
    Stationery,
    as_bytes,
    compressed,
    object_of,
    render_document,
)

# Five mentions of a few runs at a time; each is about 30 kB.
_KEPT_RUNS = 32
_REFERENCE = re.compile(rb"\d+ 0 R")


def render_over_common(
    facts: CertificateFacts,
    design: Design,
    *,
    dated: datetime,
    attachments: Sequence[Attachment] = (),
    finish: Finisher | None = None,
) -> bytes:
    """Render the holder's own part over what the run has in common; raises Misdrawn."""
    common = _common(_without_holder(facts), design)

    def lay_over(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
        _lay_over(pdf, common, facts, design)
        if finish:
            finish(document, pdf)

    return render_document(
        compose(facts, design, Part.OWN),
        certificate_stationery(),
        dated=dated,
        identifier=facts.to_json() + design.options.to_json(),
        attachments=attachments,
        finisher=lay_over,
        faces=_Faces(common.faces),
        more=_supplement(facts, design, Part.OWN),
    )


def _without_holder(facts: CertificateFacts) -> CertificateFacts:
    """Blank what differs within a run, so that its certificates ask for the same common part."""
    return replace(
        facts,
        holder_latin="-",
        holder_arabic=None,
        code="-",
        number="-",
        verify_url="https://-/-",
        expires_on=None,
        supplement=without_marks(facts.supplement) if facts.supplement else None,
    )


# --- what is kept of the common part ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class _KeptObject:
    """An object's bytes, cut at its references."""

    reference: bytes
    pieces: tuple[bytes, ...]
    compressible: bool


@dataclass(frozen=True, slots=True)
class _KeptFace:
    """A face that the common part is set in: the glyphs it needs, and the face as embedded."""

    glyphs: Mapping[int, str]
    widths: Mapping[int, float]
    reference: bytes
    objects: tuple[_KeptObject, ...]


@dataclass(frozen=True, slots=True)
class _KeptPicture:
    """A picture that the common part shows, as it is stored."""

    reference: bytes
    objects: tuple[_KeptObject, ...]


@dataclass(frozen=True, slots=True)
class _KeptPage:
    """What is common to a page: its content, and its elements in order, cut where own ones go.

    ``tagged`` is the element of each mark.
    """

    content: bytes
    page: bytes
    reading: tuple[list[bytes], ...]
    tagged: list[bytes]


@dataclass(frozen=True, slots=True)
class _Common:
    """The common part; references are those of the document that it was drawn in.

    ``states`` are the graphics states in use.
    """

    root: bytes
    pages: tuple[_KeptPage, ...]
    elements: tuple[_KeptObject, ...]
    states: Mapping[str, Any]
    pictures: Mapping[str, _KeptPicture]
    faces: Mapping[str, _KeptFace]


@lru_cache(maxsize=_KEPT_RUNS)
def _common(facts: CertificateFacts, design: Design) -> _Common:
    kept: list[_Common] = []

    def keep(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
        kept.append(_kept(document, pdf, facts, design))

    render_document(
        compose(facts, design, Part.COMMON),
        stationery_of(design),
        dated=datetime(2000, 1, 1, tzinfo=UTC),
        identifier="",
        finisher=keep,
        more=_supplement(facts, design, Part.COMMON),
    )
    return kept[0]


def _supplement(
    facts: CertificateFacts, design: Design, part: Part
) -> list[tuple[str, Stationery]]:
    if facts.supplement is None:
        return []
    html = compose_supplement(facts, part, accent=accent_of(facts, design.options))
    return [(html, supplement_stationery())]


def _kept(
    document: weasyprint.Document, pdf: pydyf.PDF, facts: CertificateFacts, design: Design
) -> _Common:
    count = 2 if facts.supplement else 1
    root, tagged = _structure(pdf, count=count)
    reading = _by_page(pdf, object_of(pdf, root)["K"])
    pages = tuple(
        _KeptPage(
            content=compressed(pydyf.Stream([drawn, b"q", *contents.stream, b"Q"])),
            page=page,
            reading=_cut_at_gaps(pdf, reading[page]),
            tagged=list(marks),
        )
        for contents, drawn, page, marks in zip(
            pages_of(pdf, count=count),
            beneath(accent_of(facts, design.options), count=count),
            pdf.page_references,
            tagged,
            strict=True,
        )
    )
    read = [element for page in pages for group in page.reading for element in group]
    resources = resources_of(pdf)
    return _Common(
        root=root,
        pages=pages,
        elements=tuple(_reached(pdf, read, {root, *pdf.page_references})),
        states=dict(resources["ExtGState"]),
        pictures={
            name: _KeptPicture(reference, tuple(_reached(pdf, [reference], set())))
            for name, reference in resources["XObject"].items()
        },
        faces=_kept_faces(document, pdf, object_of(pdf, resources["Font"])),
    )


def _structure(pdf: pydyf.PDF, *, count: int) -> tuple[bytes, list[Any]]:
    """Return the reference of the document's element, and the elements of each page's marks."""
    tree = object_of(pdf, pdf.catalog["StructTreeRoot"])
    numbers = object_of(pdf, tree["ParentTree"])["Nums"]
    if len(tree["K"]) != 1 or len(numbers) != 2 * count:  # each page's number and its elements
        message = f"the certificate is not tagged as one document of pages: {count}"
        raise Misdrawn(message)
    return tree["K"][0], numbers[1::2]


def _by_page(pdf: pydyf.PDF, elements: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """Sort the elements of the document by the page that they are on."""
    found: dict[bytes, list[bytes]] = {page: [] for page in pdf.page_references}
    for reference in elements:
        found[object_of(pdf, reference)["Pg"]].append(reference)
    return found


def _cut_at_gaps(pdf: pydyf.PDF, elements: Iterable[bytes]) -> tuple[list[bytes], ...]:
    """Cut the order of reading at the empty paragraphs that stand for what is left out."""
    groups: list[list[bytes]] = [[]]
    for reference in elements:
        if object_of(pdf, reference)["K"]:
            groups[-1].append(reference)
        else:
            groups.append([])
    return tuple(groups)


def _kept_faces(
    document: weasyprint.Document, pdf: pydyf.PDF, embedded: Mapping[str, bytes]
) -> dict[str, _KeptFace]:
    return {
        face.hash: _KeptFace(
            glyphs=dict(face.to_unicode),
            widths=dict(face.widths),
            reference=embedded[face.hash],
            objects=tuple(_reached(pdf, [embedded[face.hash]], set())),
        )
        for face in document.fonts.values()
    }


def _reached(
    pdf: pydyf.PDF, references: Iterable[bytes], outside: set[bytes]
) -> Iterator[_KeptObject]:
    """Keep the objects that are referred to, and those that they refer to in turn."""
    waiting, seen = list(references), set(outside)
    for reference in waiting:
        if reference in seen:
            continue
        seen.add(reference)
        stored = object_of(pdf, reference)
        pieces = _pieces(stored)
        waiting += [piece for piece in pieces if _REFERENCE.fullmatch(piece)]
        yield _KeptObject(reference, pieces, stored.compressible)


def _pieces(stored: pydyf.Object) -> tuple[bytes, ...]:
    if isinstance(stored, pydyf.Stream):  # a face, its map of characters, a picture: no references
        return (compressed(stored) if stored.compress else stored.data,)
    spelled = groupby(_spelled(stored), key=lambda piece: bool(_REFERENCE.fullmatch(piece)))
    return tuple(
        piece for refers, run in spelled for piece in (run if refers else (b"".join(run),))
    )


def _spelled(value: Any) -> Iterator[bytes]:
    """Spell a value of the PDF, each reference on its own."""
    if isinstance(value, pydyf.Dictionary):
        yield b"<<"
        for name, item in value.items():
            yield b"/" + as_bytes(name) + b" "
            yield from _spelled(item)
        yield b">>"
    elif isinstance(value, pydyf.Array):
        yield b"["
        for item in value:
            yield from _spelled(item)
            yield b" "
        yield b"]"
    else:
        yield as_bytes(value)


# --- what is done for each certificate --------------------------------------------------


class _Faces(dict[int, Any]):
    """Notes the faces of the own part, and has the common part's glyphs embedded with them."""

    def __init__(self, common: Mapping[str, _KeptFace]) -> None:
        super().__init__()
        self._common = common

    def __setitem__(self, key: int, face: Any) -> None:
        if kept := self._common.get(face.hash):
            face.to_unicode.update(kept.glyphs)
            face.widths.update(kept.widths)
        super().__setitem__(key, face)


def _lay_over(pdf: pydyf.PDF, common: _Common, facts: CertificateFacts, design: Design) -> None:
    contents = pages_of(pdf, count=len(common.pages))
    resources = resources_of(pdf)
    draw_code(pdf, facts.verify_url)
    add_frame(pdf, frame_of(facts, design.options), accent_of(facts, design.options))
    resources["ExtGState"].update(common.states)
    for name, picture in common.pictures.items():
        resources["XObject"][name] = _add_kept(pdf, picture.objects, {})[picture.reference]
    _merge_faces(pdf, common, object_of(pdf, resources["Font"]))
    _merge_tags(pdf, common)
    for own, kept, reference in zip(contents, common.pages, pdf.page_references, strict=True):
        # The own part's marks are counted on from those of the common part, beneath it.
        for operand in own.stream:
            if isinstance(operand, pydyf.Dictionary) and "MCID" in operand:
                operand["MCID"] += len(kept.tagged)
        beneath_it = _added(pdf, kept.content, compressible=False)
        page = object_of(pdf, reference)
        page["Contents"] = pydyf.Array([beneath_it.reference, own.reference])


def _merge_faces(pdf: pydyf.PDF, common: _Common, embedded: dict[str, bytes]) -> None:
    """Embed the faces that only the common part is set in."""
    for name, face in common.faces.items():
        if name not in embedded:
            embedded[name] = _add_kept(pdf, face.objects, {})[face.reference]


def _merge_tags(pdf: pydyf.PDF, common: _Common) -> None:
    root, tagged = _structure(pdf, count=len(common.pages))
    counted = {
        page: len(kept.tagged) for page, kept in zip(pdf.page_references, common.pages, strict=True)
    }
    for element in pdf.objects:
        if isinstance(element, pydyf.Dictionary) and element.get("Type") == "/StructElem":
            _count_on(element["K"], counted.get(element.get("Pg"), 0))
    reading = object_of(pdf, root)["K"]
    own = list(_by_page(pdf, reading).values())
    # On the sheet, the names and the code with what stands beside it; further on, each by itself.
    groups = [_cut_at_figure(pdf, own[0]), *([[each] for each in page] for page in own[1:])]
    outside = {common.root: root} | {
        kept.page: page for kept, page in zip(common.pages, pdf.page_references, strict=True)
    }
    renamed = _add_kept(pdf, common.elements, outside)
    reading[:] = [
        element
        for kept, between in zip(common.pages, groups, strict=True)
        for element in _woven([[renamed[old] for old in group] for group in kept.reading], between)
    ]
    for marks, kept in zip(tagged, common.pages, strict=True):
        marks[:0] = [renamed[old] for old in kept.tagged]


def _woven(common: list[list[bytes]], own: Sequence[list[bytes]]) -> Iterator[bytes]:
    """Put own elements into the gaps between common ones."""
    if len(common) != len(own) + 1:
        message = f"the common part has {len(common) - 1} gaps"
        raise Misdrawn(message)
    for before, between in zip_longest(common, own, fillvalue=()):
        yield from before
        yield from between


def _count_on(kids: list[Any], by: int) -> None:
    kids[:] = [kid + by if isinstance(kid, int) else kid for kid in kids]


def _cut_at_figure(pdf: pydyf.PDF, elements: list[bytes]) -> list[list[bytes]]:
    """Part the names from the QR code and what stands beside it."""
    figures = [
        place
        for place, reference in enumerate(elements)
        if object_of(pdf, reference)["S"] == "/Figure"
    ]
    if len(figures) != 1:
        message = f"the certificate has {len(figures)} figures"
        raise Misdrawn(message)
    return [elements[: figures[0]], elements[figures[0] :]]


def _add_kept(
    pdf: pydyf.PDF, objects: Sequence[_KeptObject], outside: Mapping[bytes, bytes]
) -> dict[bytes, bytes]:
    """Write kept objects under new numbers; return their new references by the old ones."""
    first = len(pdf.objects)
    renamed = dict(outside)
    for number, kept in enumerate(objects, start=first):
        renamed[kept.reference] = b"%d 0 R" % number
    for kept in objects:
        spelled = b"".join(renamed.get(piece, piece) for piece in kept.pieces)
        _added(pdf, spelled, compressible=kept.compressible)
    return renamed


def _added(pdf: pydyf.PDF, spelled: bytes, *, compressible: bool) -> Finished:
    added = Finished(len(pdf.objects), spelled, compressible=compressible)
    pdf.add_object(added)
    return added
