"""Makes documents for people: tagged PDF/A-3a and PDF/UA-1 out of HTML, with our own fonts.

What is dear is made once for each process: the font configuration, a stylesheet with its
faces, the fetcher. WeasyPrint sees no font of the machine, no file and no network: only
the assets that a Stationery names. The same HTML, date and identifier give the same bytes.
"""

import os
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any

import pydyf

from nador.kernel.resources import PACKAGE

_PAPER = PACKAGE / "static" / "paper"
_FACES = PACKAGE / "static" / "fonts" / "certificate"
_FACES_CSS = """\
@font-face { font-family: Cert; src: url(latin.ttf) }
@font-face { font-family: CertArabic; src: url(arabic.ttf) }
@font-face { font-family: CertTifinagh; src: url(tifinagh.ttf) }
"""
# An address that can never be reached (RFC 2606): assets are looked up, not fetched.
_BUNDLE = "https://bundle.invalid/"


@contextmanager
def without_system_fonts() -> Iterator[None]:
    """Show fontconfig no font at all for a moment.

    A character that no bundled face has would otherwise be drawn with whatever the
    machine has. The variable is put back, because child processes inherit it.
    """
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(_PAPER / "fonts.conf")
    try:
        with warnings.catch_warnings():
            # WeasyPrint warns about exactly what is wanted here.
            warnings.filterwarnings("ignore", message="No fonts configured")
            yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


with without_system_fonts():
    import weasyprint
    from weasyprint.formatting_structure import boxes
    from weasyprint.layout.absolute import AbsolutePlaceholder
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

Finisher = Callable[[weasyprint.Document, pydyf.PDF], None]


class ForeignAsset(RuntimeError):
    """A document asked for something that is not in its Stationery."""


class Mistagged(RuntimeError):
    """The tags that WeasyPrint wrote do not match the text that it laid out."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file carried inside the document, related to it as its source."""

    name: str
    content: bytes
    description: str
    dated: datetime


class _BundleFetcher(URLFetcher):
    """Answers for bundled assets by their exact address, and for nothing else."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(fail_on_errors=True)
        self.named = assets
        self._assets = {_BUNDLE + name: content for name, content in assets.items()}
        self.refused: list[str] = []

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        del headers
        if url not in self._assets:
            self.refused.append(url)
            message = f"not a bundled asset: {url}"
            raise ValueError(message)
        return URLFetcherResponse(url, self._assets[url])


@dataclass(frozen=True, slots=True, eq=False)
class Stationery:
    """A stylesheet read once, and the only assets that its documents may name."""

    css: weasyprint.CSS
    fetcher: _BundleFetcher


def stationery(css: str, assets: Mapping[str, bytes] | None = None) -> Stationery:
    """Read a stylesheet whose ``url(name)`` are keys of ``assets``; keep the result.

    The faces Cert (Latin), CertArabic and CertTifinagh are always there.
    """
    fetcher = _BundleFetcher({**_faces(), **(assets or {})})
    with _no_foreign_assets(fetcher):
        sheet = weasyprint.CSS(
            string=_FACES_CSS + css,
            base_url=_BUNDLE,
            url_fetcher=fetcher,
            font_config=font_configuration(),
        )
    return Stationery(sheet, fetcher)


def with_assets(on: Stationery, assets: Mapping[str, bytes]) -> Stationery:
    """Let documents on this stationery name some more assets; the stylesheet is not read again."""
    return Stationery(on.css, _BundleFetcher({**on.fetcher.named, **assets}))


@cache
def plain_paper() -> Stationery:
    """Return the stationery of lists and minutes: A4, numbered pages, tables that go on.

    A document of it that wants more width has ``<body class="landscape">``.
    """
    return stationery((_PAPER / "plain.css").read_text(encoding="utf-8"))


@cache
def _faces() -> Mapping[str, bytes]:
    return {face.name: face.read_bytes() for face in sorted(_FACES.glob("*.ttf"))}


def render_document(
    html: str,
    on: Stationery,
    *,
    dated: datetime,
    identifier: str,
    attachments: Sequence[Attachment] = (),
    finisher: Finisher | None = None,
    faces: dict[int, Any] | None = None,
    more: Sequence[tuple[str, Stationery]] = (),
) -> bytes:
    """Set HTML on its stationery, and return the PDF.

    ``dated`` and ``identifier`` are all that a PDF says about its making, so the same
    input gives the same bytes. ``finisher`` may change objects before they are compressed.
    ``faces`` is where WeasyPrint notes each face that it draws with, and which of its glyphs
    to embed: a mapping of the caller's may want more of them. ``more`` is set on pages after those,
    each on a stationery of its own.
    Raises ForeignAsset when the HTML names anything that the stationery does not hold.
    """
    with ExitStack() as watched:
        for each in {on, *(other for _html, other in more)}:
            watched.enter_context(_no_foreign_assets(each.fetcher))
        document = _laid_out(html, on)
        if more:
            others = [page for other in more for page in _laid_out(*other).pages]
            document = document.copy([*document.pages, *others])
        if faces is not None:
            document.fonts = faces
        document.metadata.created = document.metadata.modified = _w3c(dated)
        written: bytes = document.write_pdf(
            finisher=_finishing(finisher),
            pdf_variant="pdf/a-3a",
            output_intent="--srgb",
            pdf_identifier=sha256(identifier.encode()).hexdigest()[:32].encode(),
            attachments=[_attached(attachment, on) for attachment in attachments],
        )
    return written


def _laid_out(html: str, on: Stationery) -> weasyprint.Document:
    return weasyprint.HTML(string=html, base_url=_BUNDLE, url_fetcher=on.fetcher).render(
        stylesheets=[on.css],
        font_config=font_configuration(),
        color_profiles={"--srgb": _ColorProfile()},
        output_intent="--srgb",
        pdf_variant="pdf/a-3a",
    )


@cache
def font_configuration() -> FontConfiguration:
    """The process's one font configuration; a second would leak about 0.3 MB."""
    with without_system_fonts():
        return FontConfiguration()


@contextmanager
def _no_foreign_assets(fetcher: _BundleFetcher) -> Iterator[None]:
    """Stop at the first refused address, also where WeasyPrint would go on without it."""
    fetcher.refused.clear()
    try:
        yield
    except FatalURLFetchingError as error:  # a BaseException: no other handler would see it
        raise ForeignAsset(str(error)) from error
    if fetcher.refused:  # WeasyPrint's SVG catches even that one
        raise ForeignAsset(fetcher.refused[0])


def _attached(attachment: Attachment, on: Stationery) -> weasyprint.Attachment:
    return weasyprint.Attachment(
        string=attachment.content,
        name=attachment.name,
        description=attachment.description,
        created=attachment.dated.astimezone(UTC),
        modified=attachment.dated.astimezone(UTC),
        relationship="Source",
        url_fetcher=on.fetcher,
    )


def _w3c(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _ColorProfile:
    """A 588-byte sRGB in place of WeasyPrint's 2.6 kB one; WeasyPrint notes its number here."""

    name = "sRGB"
    components = ("r", "g", "b")
    pdf_reference: bytes | None = None

    @property
    def content(self) -> bytes:
        return _srgb()


@cache
def _srgb() -> bytes:
    return (_PAPER / "srgb.icc").read_bytes()


# The end of Latin Extended-A, and what French and English put between words.
_LAST_PLAIN = 0x17F
_PLAIN_SIGNS = frozenset("\u2002\u2010\u2011\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u202f")


# --- what is done to the PDF's objects before they are written --------------------------


def _finishing(finisher: Finisher | None) -> Finisher:
    def finish(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
        _declare_accessible(pdf)
        _list_attachments_once(pdf)
        _say_text(document, pdf)
        _leave_out_empty_resources(pdf)
        if finisher:
            finisher(document, pdf)
        _finish_objects(pdf)

    return finish


def object_of(pdf: pydyf.PDF, reference: bytes) -> Any:  # any PDF object
    """Return the object that a reference such as ``b"12 0 R"`` points to."""
    return pdf.objects[int(reference.split()[0])]


# PDF/A admits a property of another schema only with that schema's description beside it.
_ACCESSIBLE = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""


def _declare_accessible(pdf: pydyf.PDF) -> None:
    metadata = object_of(pdf, pdf.catalog["Metadata"])
    [packet] = metadata.stream
    metadata.stream = [packet.replace(b"</rdf:RDF>", _ACCESSIBLE)]


def _list_attachments_once(pdf: pydyf.PDF) -> None:
    """Undo WeasyPrint 70's habit of listing every attachment twice."""
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def _leave_out_empty_resources(pdf: pydyf.PDF) -> None:
    for stored in pdf.objects:
        if isinstance(stored, pydyf.Dictionary) and "ExtGState" in stored:
            for kind in ("Pattern", "Shading"):
                if not stored.get(kind, True):
                    del stored[kind]


def _say_text(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
    """Give each run of text its language and, where glyphs may mislead, its characters.

    The entry belongs on the structure element: in the marked content, poppler would
    print right-to-left text reversed.
    """
    texts = [text for page in document.pages for text in _texts(page._page_box)]  # noqa: SLF001  # WeasyPrint offers no public way to the laid-out text
    elements = [element for element in pdf.objects if _is_text_element(element)]
    if len(texts) != len(elements):
        message = f"{len(texts)} runs of text, {len(elements)} text elements"
        raise Mistagged(message)
    for text, element in zip(texts, elements, strict=True):
        language = text.style["lang"]
        if language and language != document.metadata.lang:
            element["Lang"] = pydyf.String(language)
        if _may_be_misread(text.text):
            element["ActualText"] = pydyf.String(text.text)


def _may_be_misread(text: str) -> bool:
    """Tell whether a text has more than Latin letters, each of which is one glyph, and their signs."""
    return any(ord(sign) > _LAST_PLAIN and sign not in _PLAIN_SIGNS for sign in text)


def _is_text_element(candidate: object) -> bool:
    return (
        isinstance(candidate, pydyf.Dictionary)
        and candidate.get("S") == "/Span"
        and bool(candidate["K"])  # an empty <span> has no text
        and isinstance(candidate["K"][0], int)
    )


def _texts(box: Any) -> Iterator[Any]:  # WeasyPrint's boxes have no types
    """Walk the runs of text in the order in which WeasyPrint tags them.

    A run directly inside a link has no element of its own: it belongs to the link's.
    """
    if isinstance(box, AbsolutePlaceholder):
        box = box._box  # noqa: SLF001  # WeasyPrint's tagging does the same
    in_link = (box.element_tag or "").split(":")[0] == "a"
    for child in box.children if isinstance(box, boxes.ParentBox) else ():
        for kid in child.children if isinstance(child, boxes.LineBox) else (child,):
            if not isinstance(kid, boxes.TextBox):
                yield from _texts(kid)
            elif not in_link:
                yield kid


class Finished(pydyf.Object):
    """An object whose bytes are made once; pydyf would make them again for the file's ID."""

    def __init__(self, number: int, data: bytes, *, compressible: bool) -> None:
        super().__init__()
        self.number = number
        self._data = data
        self._compressible = compressible

    @property
    def data(self) -> bytes:
        return self._data

    @property
    def compressible(self) -> bool:
        return self._compressible


def compressed(stream: pydyf.Stream) -> bytes:
    """Write a stream with its content compressed once, at level 6: 9 is slower for nothing."""
    content = zlib.compress(b"\n".join(map(as_bytes, stream.stream)), 6)
    extra = pydyf.Dictionary({**stream.extra, "Filter": "/FlateDecode", "Length": len(content)})
    return b"\n".join((extra.data, b"stream", content, b"endstream"))


def as_bytes(item: object) -> bytes:
    """Spell a name, a number or a string as the writer does."""
    written: bytes = pydyf._to_bytes(item)  # noqa: SLF001  # the writer's own spelling of numbers
    return written


def _finish_objects(pdf: pydyf.PDF) -> None:
    pdf.objects[:] = map(_finished, pdf.objects)


def _finished(stored: pydyf.Object) -> pydyf.Object:
    if stored.free == "f" or isinstance(stored, Finished):
        return stored
    to_compress = isinstance(stored, pydyf.Stream) and stored.compress
    data = compressed(stored) if to_compress else stored.data
    return Finished(stored.number, data, compressible=stored.compressible)
