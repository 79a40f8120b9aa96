"""Seals a PDF: PAdES, certified, no change allowed, with an institute's key on P-256.

The document is drawn with room for its seal, so it stays one revision. What fills the room is
pyHanko's own CMS, taken once for each key and cut where digest and signature stand: of two seals
of one key nothing else differs. The first seal of each key is put before pyHanko's validator.
With a timestamp authority, pyHanko writes the whole seal.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Self

import pydyf
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_pem_x509_certificates
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import Signer as CmsSigner
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSignatureMetadata,
    PdfSigner,
    SigDSSPlacementPreference,
)
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from nador.certification.keys.signer import AuthorityAway, to_der
from nador.kernel import clock
from nador.kernel.paper import Finished, Finisher, object_of
from nador.settings import WrongSetting

if TYPE_CHECKING:
    import weasyprint

    from nador.certification.keys.signer import Signer
    from nador.settings import Settings

Draw = Callable[[Finisher | None], bytes]
"""Makes the document; the finisher, where there is one, has to have the last word on its objects."""

FIELD: Final = "Seal"
SPOKEN: Final = "Cachet électronique · Electronic seal · ختم إلكتروني"
LONGEST_SIGNATURE: Final = 72
"""Bytes of an ECDSA signature on P-256, as DER."""
# Nobody writes this by chance outside the file's one signature: other dictionaries are compressed.
_ROOM = b"/M(D:00000000000000Z)/ByteRange[0 0000000000 0000000000 0000000000]/Contents<"


class Missealed(RuntimeError):
    """The document has no room for a seal, or pyHanko refuses the seal that was written."""


@dataclass(frozen=True, slots=True)
class Timestamps:
    """An authority that vouches for the time of a seal (RFC 3161)."""

    url: str
    roots: tuple[Certificate, ...] = ()
    """What it may be believed for; with them, all that a later check needs is put into the file."""

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Return the authority that the settings name, if they name one; raises WrongSetting."""
        if not settings.tsa_url:
            return None
        if settings.tsa_roots_file is None:
            return cls(settings.tsa_url)
        try:
            roots = load_pem_x509_certificates(settings.tsa_roots_file.read_bytes())
        except (OSError, ValueError) as problem:
            raise WrongSetting(
                f"NADOR_TSA_ROOTS_FILE: write the path of a PEM file with certificates ({problem})."
            ) from problem
        return cls(settings.tsa_url, tuple(roots))


def seal(document: bytes | Draw, signer: Signer, *, timestamps: Timestamps | None = None) -> bytes:
    """Seal a document: PAdES B-B; B-T with timestamps, B-LT when their roots are known too.

    One that is given as bytes was not drawn for it: its seal is appended. Raises KeyUnusable when
    the key can't sign, AuthorityAway when the authority does not answer.
    """
    if timestamps or isinstance(document, bytes):
        drawn = document if isinstance(document, bytes) else document(None)
        # Without a timestamp the size is known; else pyHanko signs twice to learn it.
        size = None if timestamps else 2 * _template(signer).size
        return asyncio.run(_append(drawn, signer, timestamps, size=size))
    template = _template(signer)
    sealed = _fill(document(_making_room(template.size)), template, signer)
    if not template.proven:
        _prove(sealed, signer)
        template.proven = True
    return sealed


# --- the room ----------------------------------------------------------------------------


def _making_room(size: int) -> Finisher:
    """Add an invisible signature field whose value has room for so many bytes."""

    def make_room(_document: weasyprint.Document, pdf: pydyf.PDF) -> None:
        page_reference = pdf.page_references[0]
        value = Finished(len(pdf.objects), _value(size), compressible=False)
        pdf.add_object(value)
        field = _field(page_reference, value.reference)
        pdf.add_object(field)
        page = object_of(pdf, page_reference)
        page["Annots"] = pydyf.Array([*page.get("Annots", ()), field.reference])
        pdf.catalog["AcroForm"] = pydyf.Dictionary(
            {"Fields": pydyf.Array([field.reference]), "SigFlags": 3}
        )
        pdf.catalog["Perms"] = pydyf.Dictionary({"DocMDP": value.reference})
        pdf.catalog["Extensions"] = b"<</ESIC<</BaseVersion/1.7/ExtensionLevel 1>>>>"

    return make_room


def _value(size: int) -> bytes:
    certified = (
        b"/Reference[<</Type/SigRef/TransformMethod/DocMDP"
        b"/TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]"
    )
    kind = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached"
    return kind + certified + _ROOM + b"00" * size + b">>>"


def _field(page: bytes, value: bytes) -> pydyf.Dictionary:
    return pydyf.Dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "FT": "/Sig",
            "T": pydyf.String(FIELD),
            "TU": pydyf.String(SPOKEN),
            "V": value,
            "P": page,
            "Rect": pydyf.Array((0, 0, 0, 0)),
            "F": 132,  # printed, because PDF/A wants that of every annotation; locked
        }
    )


def _fill(pdf: bytes, template: _Template, signer: Signer) -> bytes:
    if pdf.count(_ROOM) != 1:
        raise Missealed(f"{pdf.count(_ROOM)} places for a seal")
    start = pdf.index(_ROOM)
    opening = start + len(_ROOM) - 1
    # The hexadecimal digits and the brackets around them are all that the seal does not cover.
    closing = opening + 2 + 2 * template.size
    said = b"/M(D:%s)/ByteRange[0 %10d %10d %10d]/Contents" % (
        clock.now().strftime("%Y%m%d%H%M%SZ").encode(),
        opening,
        closing,
        len(pdf) - closing,
    )
    before, after = pdf[:start] + said, pdf[closing:]
    cms = template.signed(sha256(before + after).digest(), signer)
    return b"".join((before, b"<", cms.hex().ljust(2 * template.size, "0").encode(), b">", after))


# --- the CMS -----------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Template:
    """A CMS of one key, cut where the digest and the signature stand."""

    frame: bytes
    """Of the signed data: version, digest algorithm, content type and certificates."""
    signer: bytes
    """Of the signer: version, issuer and serial number, digest algorithm."""
    attributes: tuple[bytes, bytes]
    """What is signed, before and after the document's digest."""
    algorithm: bytes
    size: int = 0
    proven: bool = False

    @classmethod
    def of(cls, signer: Signer) -> Self:
        """Let pyHanko sign any digest, and cut what it made."""
        digest = secrets.token_bytes(32)
        made = asyncio.run(_Hand(signer).async_sign(digest, "sha256", use_pades=True))
        data, info = made["content"], made["content"]["signer_infos"][0]
        before, after = info["signed_attrs"].contents.split(digest)
        template = cls(
            frame=_dumped(
                data, "version", "digest_algorithms", "encap_content_info", "certificates"
            ),
            signer=_dumped(info, "version", "sid", "digest_algorithm"),
            attributes=(before, after),
            algorithm=_dumped(info, "signature_algorithm"),
        )
        if template.joined(digest, info["signature"].native) != made.dump():
            raise Missealed("pyHanko's CMS has parts that are not known here")
        template.size = len(template.joined(digest, bytes(LONGEST_SIGNATURE)))
        return template

    def signed(self, digest: bytes, signer: Signer) -> bytes:
        """Sign a document's digest."""
        before, after = self.attributes
        return self.joined(digest, to_der(signer.sign(_der(0x31, before + digest + after))))

    def joined(self, digest: bytes, signature: bytes) -> bytes:
        """Put digest and signature into their places."""
        before, after = self.attributes
        info = (
            self.signer
            + _der(0xA0, before + digest + after)
            + self.algorithm
            + _der(0x04, signature)
        )
        data = _der(0x30, self.frame + _der(0x31, _der(0x30, info)))
        return _der(0x30, _SIGNED_DATA + _der(0xA0, data))


_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
# From this length on, DER says first how long the length is.
_LONG = 0x80
_templates: dict[tuple[Certificate, ...], _Template] = {}


def _template(signer: Signer) -> _Template:
    """Return the template of a key, made once for each process."""
    chain = signer.certificate_chain
    if chain not in _templates:
        _templates[chain] = _Template.of(signer)
    return _templates[chain]


def _dumped(parent: Any, *names: str) -> bytes:  # asn1crypto has no types
    return b"".join(parent[name].dump() for name in names)


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, _LONG | len(length))) + length + content


class _Hand(CmsSigner):
    """One of our signers, as pyHanko wants it."""

    def __init__(self, signer: Signer) -> None:
        leaf, *others = map(_for_pyhanko, signer.certificate_chain)
        issuers = SimpleCertificateStore.from_certs(others)  # type: ignore[no-untyped-call] # pyHanko's own omission
        super().__init__(signing_cert=leaf, cert_registry=issuers)
        self._signer = signer

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        return bytes(LONGEST_SIGNATURE) if dry_run else to_der(self._signer.sign(data))


def _for_pyhanko(certificate: Certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))


# --- the seal by pyHanko alone -------------------------------------------------------------


async def _append(
    pdf: bytes, signer: Signer, timestamps: Timestamps | None, *, size: int | None
) -> bytes:
    context = _context(signer, timestamps)
    sealed = BytesIO()
    try:
        await PdfSigner(
            PdfSignatureMetadata(
                field_name=FIELD,
                md_algorithm="sha256",
                subfilter=SigSeedSubFilter.PADES,
                certify=True,
                docmdp_permissions=MDPPerm.NO_CHANGES,
                embed_validation_info=context is not None,
                validation_context=context,
                # In the sealed part: afterwards nothing may change.
                dss_settings=DSSContentSettings(
                    include_vri=False,
                    placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE,
                ),
            ),
            _Hand(signer),
            timestamper=_timestamper(timestamps.url) if timestamps else None,
            new_field_spec=SigFieldSpec(FIELD, readable_field_name=SPOKEN),
        ).async_sign_pdf(
            IncrementalPdfFileWriter(BytesIO(pdf)),
            bytes_reserved=size,
            output=sealed,
        )
    except TimestampRequestError as problem:
        raise AuthorityAway(f"no timestamp from {timestamps and timestamps.url}") from problem
    finally:
        if context is not None:
            await context.aclose()  # type: ignore[no-untyped-call] # as below
    return sealed.getvalue()


def _context(signer: Signer, timestamps: Timestamps | None) -> ValidationContext | None:
    """Say where pyHanko may look for what a later check needs, when that is wanted."""
    if timestamps is None or not timestamps.roots:
        return None
    roots = map(_for_pyhanko, (signer.certificate_chain[-1], *timestamps.roots))
    return ValidationContext(trust_roots=list(roots), allow_fetching=True)


@lru_cache(maxsize=4)
def _timestamper(url: str) -> HTTPTimeStamper:
    return HTTPTimeStamper(url, timeout=20)


def _prove(sealed: bytes, signer: Signer) -> None:
    """Ask pyHanko whether it believes a seal, for the root of its chain."""
    root = _for_pyhanko(signer.certificate_chain[-1])
    [found] = PdfFileReader(BytesIO(sealed)).embedded_signatures
    status = validate_pdf_signature(
        found, ValidationContext(trust_roots=[root], allow_fetching=False)
    )
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    if not (status.bottom_line and whole and status.docmdp_ok):
        raise Missealed(status.summary())
