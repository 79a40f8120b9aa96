from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from nador.certification.keys.chain import (
    Chain,
    ChainDisordered,
    ChainExpired,
    ChainOfAnotherKey,
    ChainUnfit,
    ChainUnreadable,
    ChainWithoutRoot,
    issue_seal,
    make_root,
    read_chain,
    require_usable,
)
from tests.factories.keys import CITY, NAME, make_chain, new_key

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
KEY, ROOT_KEY = new_key(), new_key()
CHAIN = make_chain(KEY, root_key=ROOT_KEY, now=NOW)


def text(name: x509.Name, kind: x509.ObjectIdentifier) -> list[str]:
    return [str(one.value) for one in name.get_attributes_for_oid(kind)]


def test_a_chain_made_here_is_usable_and_survives_writing() -> None:
    again = read_chain(CHAIN.pem)

    assert again == CHAIN
    require_usable(again, public=KEY.public_key(), now=NOW)
    assert again.expires_at == (NOW + timedelta(days=3650)).replace(microsecond=0)


def test_what_readers_of_pdfs_expect_of_the_certificate() -> None:
    usage = CHAIN.leaf.extensions.get_extension_for_class(x509.KeyUsage)
    vouched = CHAIN.leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    own = CHAIN.root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value

    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    assert vouched.key_identifier == own.digest
    assert isinstance(CHAIN.leaf.signature_hash_algorithm, SHA256)


def test_the_institute_is_named_in_its_scripts() -> None:
    subject = CHAIN.leaf.subject

    assert text(subject, NameOID.COMMON_NAME) == [NAME["fr"]]
    assert text(subject, NameOID.ORGANIZATION_NAME) == [NAME["fr"], NAME["ar"]]
    assert text(subject, NameOID.LOCALITY_NAME) == ["Nador"]
    assert subject != CHAIN.root.subject


def test_a_name_longer_than_a_certificate_holds_is_cut() -> None:
    chain = make_chain(KEY, name={"fr": "Institut " * 20, "ar": ""}, now=NOW)

    [name] = text(chain.leaf.subject, NameOID.COMMON_NAME)
    assert len(name) <= 64
    assert name.endswith("…")


def _longer(*, path_length: int = 1, signs: bool = True) -> Chain:
    """Make a chain as it is bought: with a certificate in between."""
    top, middle = new_key(), new_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autorité du commerce")])
    between = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autorité intermédiaire")])

    def authority(
        subject: x509.Name, public: ec.EllipticCurvePublicKey, length: int, *, signs: bool
    ) -> x509.Certificate:
        usage = dict.fromkeys(
            (
                "digital_signature",
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "crl_sign",
                "encipher_only",
                "decipher_only",
            ),
            False,
        )
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=900))
            .add_extension(x509.BasicConstraints(ca=True, path_length=length), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.KeyUsage(key_cert_sign=signs, **usage), critical=True)
            .sign(top, SHA256())
        )

    root = authority(name, top.public_key(), path_length, signs=True)
    below = authority(between, middle.public_key(), 0, signs=signs)
    leaf = issue_seal(
        KEY.public_key(), root=below, root_key=middle, institute=NAME, city=CITY, now=NOW
    ).leaf
    return Chain((leaf, below, root))


def test_a_bought_chain_with_a_certificate_in_between_is_usable() -> None:
    chain = _longer()

    require_usable(chain, public=KEY.public_key(), now=NOW)
    assert chain.expires_at == NOW + timedelta(days=900)


OTHER = make_chain(new_key(), now=NOW)
BOUGHT = _longer()


@pytest.mark.parametrize(
    ("chain", "refusal"),
    [
        pytest.param(OTHER, ChainOfAnotherKey, id="of another key"),
        pytest.param(Chain(CHAIN.certificates[::-1]), ChainDisordered, id="root first"),
        pytest.param(
            Chain((BOUGHT.leaf, BOUGHT.root, BOUGHT.certificates[1])),
            ChainDisordered,
            id="middle last",
        ),
        pytest.param(Chain((CHAIN.leaf,)), ChainWithoutRoot, id="the certificate alone"),
        pytest.param(Chain((CHAIN.leaf, OTHER.root)), ChainWithoutRoot, id="another root"),
        pytest.param(Chain(BOUGHT.certificates[:2]), ChainWithoutRoot, id="root left out"),
        pytest.param(
            Chain((make_root(KEY, institute=NAME, city=CITY, now=NOW),)),
            ChainWithoutRoot,
            id="certified by itself",
        ),
        pytest.param(_longer(path_length=0), ChainUnfit, id="longer than the root allows"),
        pytest.param(_longer(signs=False), ChainUnfit, id="vouched for by who may not"),
    ],
)
def test_a_chain_that_nobody_would_believe_is_refused(
    chain: Chain, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        require_usable(chain, public=KEY.public_key(), now=NOW)


def test_the_names_alike_do_not_make_a_root() -> None:
    """A root of the same name that did not sign is none."""
    with pytest.raises(ChainWithoutRoot):
        require_usable(
            Chain((CHAIN.leaf, make_chain(KEY, now=NOW).root)), public=KEY.public_key(), now=NOW
        )


@pytest.mark.parametrize(
    "now", [NOW - timedelta(days=1), NOW + timedelta(days=3650)], ids=["too early", "too late"]
)
def test_an_expired_chain_is_refused_with_its_dates(now: datetime) -> None:
    with pytest.raises(ChainExpired) as refused:
        require_usable(CHAIN, public=KEY.public_key(), now=now)

    assert refused.value.params["name"] == NAME["fr"]
    assert refused.value.params["expires_at"] == (NOW + timedelta(days=3650)).date()


@pytest.mark.parametrize(
    "key",
    [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())],
    ids=["RSA", "P-384"],
)
def test_only_p256_seals(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    public = key.public_key()
    chain = issue_seal(
        public,  # type: ignore[arg-type] # a bought certificate may be for any key
        root=CHAIN.root,
        root_key=ROOT_KEY,
        institute=NAME,
        city=CITY,
        now=NOW,
    )

    with pytest.raises(ChainUnfit):
        require_usable(chain, public=public, now=NOW)


@pytest.mark.parametrize("pem", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_without_certificates_is_refused(pem: str) -> None:
    with pytest.raises(ChainUnreadable):
        read_chain(pem)
