"""Seals with a time that somebody else vouches for: B-T and B-LT, by a responder on loopback."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import keys, tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from nador.certification.keys.signer import AuthorityAway, FileSigner
from nador.certification.pdf.render import render
from nador.certification.pdf.seal import Timestamps, _for_pyhanko, seal
from nador.settings import Settings, WrongSetting
from tests.certification.test_seal import LARGEST
from tests.factories.facts import make_facts
from tests.factories.keys import CITY, NAME, new_key, sealer

ISSUED = datetime.now(UTC) - timedelta(days=1)
LARGEST_WITH_REVOCATION = 64_000
UNTIL = ISSUED + timedelta(days=3650)


@dataclass
class Authority:
    """An authority for timestamps and for one bought certificate, which answers over HTTP."""

    url: str
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    stamping: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(65537, 2048)
    )

    def __post_init__(self) -> None:
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autorité du temps")])
        self.root = (
            self._certificate(self.name, self.key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self.key, SHA256())
        )
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Horodatage")])
        self.stamp = (
            self._certificate(subject, self.stamping.public_key())
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
            )
            .add_extension(self._list_of_revoked(), critical=False)
            .sign(self.key, SHA256())
        )
        der = self.stamping.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self.stamper = DummyTimeStamper(
            _for_pyhanko(self.stamp),
            keys.PrivateKeyInfo.load(der),
            certs_to_embed=SimpleCertificateStore.from_certs([_for_pyhanko(self.root)]),  # type: ignore[no-untyped-call] # pyHanko's own omission
        )

    def sealer(self) -> FileSigner:
        """Sell somebody a key that seals, whose revocation can be asked for."""
        key = new_key()
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=True,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=False,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME["fr"] + CITY["fr"])])
        leaf = (
            self._certificate(subject, key.public_key())
            .add_extension(usage, critical=True)
            .add_extension(self._list_of_revoked(), critical=False)
            .sign(self.key, SHA256())
        )
        return FileSigner(key, certificate_chain=(leaf, self.root))

    def revoked(self) -> bytes:
        """Sign the list of what was revoked: nothing."""
        return (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.name)
            .last_update(datetime.now(UTC) - timedelta(hours=1))
            .next_update(datetime.now(UTC) + timedelta(days=7))
            .sign(self.key, SHA256())
            .public_bytes(Encoding.DER)
        )

    def stamped(self, request: bytes) -> bytes:
        """Answer one request for a timestamp."""
        answer: bytes = self.stamper.request_tsa_response(tsp.TimeStampReq.load(request)).dump()
        return answer

    def _list_of_revoked(self) -> x509.CRLDistributionPoints:
        place = [x509.UniformResourceIdentifier(f"{self.url}/revoked.crl")]
        return x509.CRLDistributionPoints([x509.DistributionPoint(place, None, None, None)])

    def _certificate(self, subject: x509.Name, public: object) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public)  # type: ignore[arg-type] # of either kind
            .serial_number(x509.random_serial_number())
            .not_valid_before(ISSUED)
            .not_valid_after(UNTIL)
        )


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            self._say("application/timestamp-reply", found.stamped(asked))

        def do_GET(self) -> None:
            self._say("application/pkix-crl", found.revoked())

        def _say(self, kind: str, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    found = Authority(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


def offline(pdf: bytes, roots: list[x509.Certificate], *, revocation: str) -> PdfSignatureStatus:
    """Judge a file by nothing but itself and the roots."""
    reader = PdfFileReader(BytesIO(pdf))
    [found] = reader.embedded_signatures
    told: dict[str, Any] = {
        "trust_roots": [_for_pyhanko(root) for root in roots],
        "allow_fetching": False,
        "revocation_mode": revocation,
    }
    context = (
        DocumentSecurityStore.read_dss(reader).as_validation_context(told)
        if "/DSS" in reader.root
        else ValidationContext(**told)
    )
    return validate_pdf_signature(found, context)


def test_the_time_is_vouched_for(authority: Authority) -> None:
    pdf = sealed(sealer(), Timestamps(authority.url))

    status = offline(pdf, [sealer().certificate_chain[-1], authority.root], revocation="soft-fail")

    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    assert abs(status.timestamp_validity.timestamp - datetime.now(UTC)) < timedelta(minutes=2)
    assert len(pdf) <= LARGEST


def sealed(signer: FileSigner, timestamps: Timestamps) -> bytes:
    return seal(lambda finish: render(make_facts(), finish=finish), signer, timestamps=timestamps)


@pytest.mark.parametrize("whose", ["bought", "our own"])
def test_a_later_check_needs_nobody(authority: Authority, whose: str) -> None:
    signer = authority.sealer() if whose == "bought" else sealer()
    pdf = sealed(signer, Timestamps(authority.url, roots=(authority.root,)))

    # Nobody publishes what a root of ours revokes: a compromised key is the registry's to tell.
    mode = "hard-fail" if whose == "bought" else "soft-fail"
    status = offline(pdf, [signer.certificate_chain[-1], authority.root], revocation=mode)

    kept = PdfFileReader(BytesIO(pdf)).root["/DSS"]
    assert status.bottom_line
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert "/VRI" not in kept
    assert len(kept["/CRLs"]) >= 1
    assert len(pdf) <= LARGEST_WITH_REVOCATION


def test_without_the_roots_only_the_time_is_added(authority: Authority) -> None:
    pdf = sealed(authority.sealer(), Timestamps(authority.url))

    assert "/DSS" not in PdfFileReader(BytesIO(pdf)).root


def test_an_authority_that_does_not_answer_is_tried_again_later(authority: Authority) -> None:
    with pytest.raises(AuthorityAway, match="timestamp"):
        sealed(sealer(), Timestamps("http://127.0.0.1:9/"))


def test_the_authority_is_a_setting(authority: Authority, tmp_path: Path) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(authority.root.public_bytes(Encoding.PEM))

    def told(**given: str) -> Timestamps | None:
        return Timestamps.of(
            Settings.from_environment({f"NADOR_{name}": value for name, value in given.items()})
        )

    assert told() is None
    assert told(TSA_URL=authority.url) == Timestamps(authority.url)
    both = {"TSA_URL": authority.url, "TSA_ROOTS_FILE": str(roots)}
    assert told(**both) == Timestamps(authority.url, (authority.root,))
    roots.write_text("nothing")
    with pytest.raises(WrongSetting, match="NADOR_TSA_ROOTS_FILE"):
        told(**both)
    with pytest.raises(WrongSetting, match="NADOR_TSA_URL"):
        told(TSA_URL="ftp://time.example")


def test_a_device_is_named_whole_or_not_at_all() -> None:
    with pytest.raises(WrongSetting, match="all three"):
        Settings.from_environment({"NADOR_PKCS11_TOKEN": "nador"})
