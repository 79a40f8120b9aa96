"""Reads one file that a stranger sent, in a process of its own that can do nothing else.

    python -m nador.verification.apart

On standard input: one line of JSON with `roots` and `authorities` (PEM) and `controllers` (DID
documents), then the file. On standard output: what stands in the file, as JSON. Who starts it ends
it after `kinds.PATIENCE`; it may take `kinds.SECONDS` of CPU, 512 MB of addresses, and open nothing
any more: neither a file nor a connection.
"""

from __future__ import annotations

import asyncio
import codecs
import json
import logging
import re
import resource
import sys
from base64 import urlsafe_b64decode
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import pem as pem_codec
from asn1crypto import x509
from cryptography import x509 as load
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.backends import openssl
from pyhanko.pdf_utils import filters, generic
from pyhanko.pdf_utils.metadata import xmp_xml
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from nador.certification.credential import contexts, jwt, proof
from nador.certification.credential.proof import Flaw, NotProven
from nador.kernel import codes
from nador.verification.kinds import SECONDS, FileKind, Trouble, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import PdfSignatureStatus

MEMORY: Final = 512 * 1024 * 1024
# What is otherwise first loaded at a file's bidding: afterwards nothing can be.
LOADED: Final = (openssl, filters, xmp_xml)
CODECS: Final = (
    "ascii",
    "cp1252",
    "idna",
    "latin-1",
    "utf-8-sig",
    "utf-16",
    "utf-16-be",
    "utf-16-le",
)
LONGEST_HEADER: Final = 1_000_000
LONGEST_NAME: Final = 200
LONGEST_CHAIN: Final = 5
# More than one seal is one too many; more pages, attachments and codes than a certificate has.
MOST_SEALS, MOST_PAGES, MOST_ATTACHMENTS, MOST_CODES = 2, 3, 20, 5
CREDENTIALS: Final = {"credential.json": FileKind.CREDENTIAL, "credential.jwt": FileKind.TOKEN}
_CODE: Final = re.compile(r"(?<!\w)[A-Z0-9]{2,5}(?:-[0-9A-Z]{4}){3}-[0-9A-Z](?!\w)")


def main() -> None:
    """Answer for the file on standard input."""
    logging.disable()
    # An event loop opens files: made now, while it may.
    loop = asyncio.new_event_loop()
    _lock_up()
    header = json.loads(sys.stdin.buffer.readline(LONGEST_HEADER))
    content = sys.stdin.buffer.read()
    json.dump(inspect(content, header, loop=loop), sys.stdout)


def _lock_up() -> None:
    """Give up whatever is not needed to read what is already at hand."""
    for context in (contexts.CREDENTIALS, contexts.OPEN_BADGES):
        contexts.load(context)
    for codec in CODECS:
        codecs.lookup(codec)
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_CORE: 0,
        # Only the three that are open: whatever is opened from now on would be the fourth.
        resource.RLIMIT_NOFILE: 3,
    }
    for kind, limit in limits.items():
        resource.setrlimit(kind, (limit, limit))


def inspect(
    content: bytes, trust: Mapping[str, Any], *, loop: asyncio.AbstractEventLoop
) -> dict[str, Any]:
    """Say what stands in a file, and who signed it; raises what `kinds.kind_of` raises."""
    found: dict[str, Any] = {
        "sha256": sha256(content).hexdigest(),
        "trouble": None,
        "seals": [],
        "proofs": [],
        "codes": [],
    }
    kind = kind_of(content)
    if kind is not FileKind.PDF:
        with _noting(found):
            _read_credential(kind, content, trust, found)
        return found
    with _noting(found):
        # Bytes before the beginning are one more change, no reason to read nothing.
        start = content.index(b"%PDF-")
        reader = PdfFileReader(BytesIO(content[start:]), strict=False)
        if reader.encrypted:
            found["trouble"] = Trouble.ENCRYPTED
            return found
        # One part that cannot be read hides none of the others.
        with _noting(found):
            _collect_codes(found, _texts(reader))
        with _noting(found):
            for attached_kind, attached in _attached(reader):
                _read_credential(attached_kind, attached, trust, found)
        with _noting(found):
            for signature in reader.embedded_signatures:
                judged = _judge(signature, len(content), trust)
                found["seals"].append(loop.run_until_complete(judged))
                if len(found["seals"]) == MOST_SEALS:
                    break
    return found


@contextmanager
def _noting(found: dict[str, Any]) -> Iterator[None]:
    """Note the first trouble with a part, and go on behind it."""
    try:
        yield
    except (MemoryError, RecursionError):
        found["trouble"] = found["trouble"] or Trouble.TOO_HEAVY
    except Exception:  # noqa: BLE001 - there is no end to what a hostile file can raise
        found["trouble"] = found["trouble"] or Trouble.UNREADABLE


# --- codes ---------------------------------------------------------------------------------


def _collect_codes(found: dict[str, Any], texts: Iterable[str]) -> None:
    """Add the codes that texts name, as they are looked up; what is mistyped is none."""
    for text in texts:
        for written in _CODE.findall(text):
            with suppress(codes.Mistyped):
                code = str(codes.parse(written))
                if code not in found["codes"] and len(found["codes"]) < MOST_CODES:
                    found["codes"].append(code)


def _texts(reader: PdfFileReader) -> Iterator[str]:
    """Give the texts of a PDF in which ours say their code; the page itself costs too much."""
    information = _at(reader.trailer, "/Info")
    if isinstance(information, generic.DictionaryObject):
        yield from (str(value) for value in information.values())
    metadata = _at(reader.root, "/Metadata")
    if isinstance(metadata, generic.StreamObject):
        yield metadata.data.decode("utf-8", "replace")
    for page in list(_at(reader.root, "/Pages", "/Kids") or ())[:MOST_PAGES]:
        for annotation in _at(page, "/Annots") or ():
            yield str(_at(annotation, "/A", "/URI") or "")


def _at(thing: Any, *path: str) -> Any:
    """Go into dictionaries, by reference or not; None where there is no such entry."""
    for key in path:
        try:
            thing = thing.get_object()[key]
        except (KeyError, AttributeError, TypeError):
            return None
    return thing


# --- credentials ---------------------------------------------------------------------------


def _attached(reader: PdfFileReader) -> Iterator[tuple[FileKind, bytes]]:
    """Give the credentials that are attached to a PDF under the names that ours have."""
    described = list(_at(reader.root, "/Names", "/EmbeddedFiles", "/Names") or ())
    for one in described[1 : 2 * MOST_ATTACHMENTS : 2]:
        kind = CREDENTIALS.get(str(_at(one, "/UF") or _at(one, "/F")))
        content = _at(one, "/EF", "/F")
        if kind is not None and isinstance(content, generic.StreamObject):
            yield kind, content.data


def _read_credential(
    kind: FileKind, content: bytes, trust: Mapping[str, Any], found: dict[str, Any]
) -> None:
    text = content.decode("utf-8-sig").strip()
    proven: dict[str, Any] | None = None
    flaw = Flaw.OTHER_ISSUER
    for controller in trust["controllers"]:
        try:
            proven = _proven(kind, text, controller)
        except NotProven as refusal:
            flaw = refusal.flaw
        if proven is not None or flaw is not Flaw.OTHER_ISSUER:
            break
    if proven is None:
        said = text if kind is FileKind.CREDENTIAL else _payload(text)
        _collect_codes(found, [said])
        found["proofs"].append({"kind": kind, "code": None, "flaw": flaw})
        return
    code = str(codes.parse(proven["credentialSubject"]["licenseNumber"]))
    _collect_codes(found, [code])
    found["proofs"].append({"kind": kind, "code": code, "flaw": None})


def _proven(kind: FileKind, text: str, controller: Mapping[str, Any]) -> dict[str, Any]:
    """Give a credential that is its issuer's word for word; raises NotProven, ValueError."""
    if kind is FileKind.TOKEN:
        return jwt.verify(text, controller=controller)
    document: dict[str, Any] = json.loads(text)
    proof.verify(document, controller=controller)
    return document


def _payload(token: str) -> str:
    """Give what a token says, proven or not."""
    packed = token.split(".")[1]
    return urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()


# --- seals ---------------------------------------------------------------------------------


async def _judge(
    signature: EmbeddedPdfSignature, size: int, trust: Mapping[str, Any]
) -> dict[str, Any]:
    """Say all that is to be said of one signature."""
    roots, authorities = (_certificates(trust[who]) for who in ("roots", "authorities"))
    try:
        status = await async_validate_pdf_signature(
            signature,
            ValidationContext(trust_roots=roots, allow_fetching=False),
            ts_validation_context=ValidationContext(
                trust_roots=[*roots, *authorities], allow_fetching=False
            ),
        )
    except (MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001 - the validator did not come far: whose it claims to be is left
        return _unjudged(signature, trusted=_hangs_from(signature, roots))
    vouched = status.timestamp_validity if _is_vouched(status) else None
    return {
        "signer": _name(status.signing_cert),
        "signed_at": _instant(vouched.timestamp if vouched else status.signer_reported_dt),
        "level": _level(signature) if vouched else "B-B",
        "intact": status.intact and status.valid,
        # pyHanko is content when bytes follow the last revision.
        "whole": status.coverage is SignatureCoverageLevel.ENTIRE_FILE
        and sum(list(signature.byte_range)[2:]) == size,
        "unchanged": bool(status.docmdp_ok),
        # Whether the chain holds is not asked of a signature that does not.
        "trusted": status.trusted or (not status.intact and _hangs_from(signature, roots)),
    }


def _is_vouched(status: PdfSignatureStatus) -> bool:
    stamp = status.timestamp_validity
    return stamp is not None and stamp.intact and stamp.valid and stamp.trusted


def _level(signature: EmbeddedPdfSignature) -> str:
    return "B-LT" if "/DSS" in signature.reader.root else "B-T"


def _unjudged(signature: EmbeddedPdfSignature, *, trusted: bool) -> dict[str, Any]:
    """Say whose a signature claims to be that is too broken to be judged."""
    return {
        "signer": _name(signature.signer_cert),
        "signed_at": None,
        "level": "B-B",
        "intact": False,
        "whole": False,
        "unchanged": False,
        "trusted": trusted,
    }


def _hangs_from(signature: EmbeddedPdfSignature, roots: list[x509.Certificate]) -> bool:
    """Whether a signature carries a certificate that a root vouches for, whatever it signed."""
    leaf, *others = map(_for_climbing, (signature.signer_cert, *signature.other_embedded_certs))
    anchors = list(map(_for_climbing, roots))
    for _ in range(LONGEST_CHAIN):
        if any(_vouches(anchor, leaf) for anchor in anchors):
            return True
        above = next((one for one in others if one != leaf and _vouches(one, leaf)), None)
        if above is None:
            return False
        leaf = above
    return False


def _for_climbing(certificate: x509.Certificate) -> load.Certificate:
    return load.load_der_x509_certificate(certificate.dump())


def _vouches(issuer: load.Certificate, certificate: load.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _certificates(pems: Iterable[str]) -> list[x509.Certificate]:
    return [
        x509.Certificate.load(der)
        for text in pems
        for _, _, der in pem_codec.unarmor(text.encode(), multiple=True)
    ]


def _name(certificate: x509.Certificate) -> str:
    said = certificate.subject.native.get("common_name", "")
    return str(said if isinstance(said, str) else said[-1])[:LONGEST_NAME]


def _instant(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
