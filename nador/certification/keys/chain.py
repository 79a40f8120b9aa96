"""The chain that a seal hangs from: an institute's root, and the certificate that it seals with.

A first chain is made here. A bought one takes its place when `require_usable` has nothing against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from nador.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from nador.kernel.db import Words

Kind = TypeVar("Kind", bound=x509.ExtensionType)
ROOT_LASTS: Final = timedelta(days=30 * 365)
# A key seals for a year or so, but what it sealed has to be believed for long, also without a timestamp.
SEAL_LASTS: Final = timedelta(days=10 * 365)
LONGEST_NAME: Final = 64
"""Letters that X.520 grants to a name."""
# Clocks of readers are wrong by minutes.
_CLOCKS_DIFFER = timedelta(hours=1)


class ChainUnreadable(Invalid):
    """The file holds no certificates in PEM."""

    code = "chain_unreadable"


class ChainOfAnotherKey(Invalid):
    """The first certificate is for another key: `name`."""

    code = "chain_of_another_key"


class ChainDisordered(Invalid):
    """The certificates belong together, but not in this order."""

    code = "chain_disordered"


class ChainWithoutRoot(Invalid):
    """The issuer of `name` is not in the file, or did not sign it."""

    code = "chain_without_root"


class ChainExpired(Invalid):
    """The certificate `name` is not valid now: `starts_at`, `expires_at`."""

    code = "chain_expired"


class ChainUnfit(Invalid):
    """The certificate `name` is not made for its place in a chain of seals."""

    code = "chain_unfit"


@dataclass(frozen=True, slots=True)
class Chain:
    """Certificates from the sealing one up to its root."""

    certificates: tuple[x509.Certificate, ...]

    @property
    def leaf(self) -> x509.Certificate:
        """The certificate of the key that seals."""
        return self.certificates[0]

    @property
    def root(self) -> x509.Certificate:
        """The certificate that vouches for all others and for itself."""
        return self.certificates[-1]

    @property
    def expires_at(self) -> datetime:
        """When the first of them is no longer valid."""
        return min(one.not_valid_after_utc for one in self.certificates)

    @property
    def pem(self) -> str:
        """The certificates as text, the sealing one first."""
        return "".join(map(pem_of, self.certificates))


def pem_of(certificate: x509.Certificate) -> str:
    """Write one certificate as text."""
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


# --- making a chain ----------------------------------------------------------------------


def make_root(
    key: ec.EllipticCurvePrivateKey, *, institute: Words, city: Words, now: datetime
) -> x509.Certificate:
    """Certify an institute's root by itself; its key is needed once for each sealing key."""
    name = _named(institute, city, "Root of the seals")
    return (
        _certificate(name, name, key.public_key(), now, ROOT_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, SHA256())
    )


def issue_seal(
    public: ec.EllipticCurvePublicKey,
    *,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    institute: Words,
    city: Words,
    now: datetime,
) -> Chain:
    """Certify a key that seals documents, by the institute's root."""
    vouching = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    leaf = (
        _certificate(_named(institute, city), root.subject, public, now, SEAL_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(vouching), critical=False
        )
        .sign(root_key, SHA256())
    )
    return Chain((leaf, root))


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    now: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _named(institute: Words, city: Words, place: str = "") -> x509.Name:
    """Write an institute in its scripts: readers of PDFs show the last name, so that is the Latin one."""
    latin, arabic = _said(institute, "fr"), _said(institute, "ar")
    organisations = dict.fromkeys((_cut(latin), _cut(arabic)))
    parts = [
        (NameOID.LOCALITY_NAME, _cut(_said(city, "fr"))),
        *((NameOID.ORGANIZATION_NAME, name) for name in organisations),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, place),
        # The library counts this one's bytes.
        (NameOID.COMMON_NAME, _cut(latin, size=lambda text: len(text.encode()))),
    ]
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts if text])


def _said(words: Words, language: str) -> str:
    return words.get(language) or next(filter(None, words.values()), "")


def _cut(text: str, *, size: Callable[[str], int] = len) -> str:
    while size(text) > LONGEST_NAME:
        text = text.removesuffix("…")[:-1].rstrip() + "…"
    return text


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


# --- reading and judging a chain -----------------------------------------------------------


def read_chain(pem: str | bytes) -> Chain:
    """Read certificates from PEM, in their order; raises ChainUnreadable."""
    try:
        content = pem.encode() if isinstance(pem, str) else pem
        return Chain(tuple(x509.load_pem_x509_certificates(content)))
    except ValueError:
        raise ChainUnreadable from None


def require_usable(chain: Chain, *, public: object, now: datetime) -> None:
    """Refuse a chain that readers of our seals would not believe, and say what is wrong with it."""
    if chain.leaf.public_key() != public:
        others = [one.public_key() for one in chain.certificates]
        raise ChainDisordered if public in others else ChainOfAnotherKey(name=_shown(chain.leaf))
    for certificate, issuer in [*pairwise(chain.certificates), (chain.root, chain.root)]:
        if not _vouches(issuer, certificate):
            found = any(
                _vouches(one, certificate) for one in chain.certificates if one != certificate
            )
            raise ChainDisordered if found else ChainWithoutRoot(name=_shown(certificate))
    if chain.leaf == chain.root:
        raise ChainWithoutRoot(name=_shown(chain.leaf))
    _require_fit(chain)
    for certificate in chain.certificates:
        starts_at, expires_at = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if not starts_at <= now < expires_at:
            raise ChainExpired(
                name=_shown(certificate), starts_at=starts_at.date(), expires_at=expires_at.date()
            )


def _vouches(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _require_fit(chain: Chain) -> None:
    """Ask of every certificate what RFC 5280 asks: who may seal, and who may vouch for how many."""
    key = chain.leaf.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ChainUnfit(name=_shown(chain.leaf))
    usage = _extension(chain.leaf, x509.KeyUsage)
    if usage and not (usage.digital_signature or usage.content_commitment):
        raise ChainUnfit(name=_shown(chain.leaf))
    for below, certificate in enumerate(chain.certificates[1:]):
        constraints = _extension(certificate, x509.BasicConstraints)
        usage = _extension(certificate, x509.KeyUsage)
        if constraints is None or not constraints.ca or (usage and not usage.key_cert_sign):
            raise ChainUnfit(name=_shown(certificate))
        if constraints.path_length is not None and constraints.path_length < below:
            raise ChainUnfit(name=_shown(certificate))


def _extension(certificate: x509.Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _shown(certificate: x509.Certificate) -> str:
    named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(named[-1].value) if named else certificate.subject.rfc4514_string()
