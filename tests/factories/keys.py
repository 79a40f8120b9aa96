"""Keys and chains of institutes, as `nador init` makes them."""

from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec

from nador.certification.keys.chain import Chain, issue_seal, make_root
from nador.certification.keys.signer import FileSigner

NAME = {
    "fr": "Institut de l’intelligence artificielle de Nador",
    "ar": "معهد الذكاء الاصطناعي بالناظور",
    "en": "Nador Institute of Artificial Intelligence",
}
CITY = {"fr": "Nador", "ar": "الناظور"}


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def make_chain(
    key: ec.EllipticCurvePrivateKey,
    *,
    root_key: ec.EllipticCurvePrivateKey | None = None,
    now: datetime | None = None,
    name: dict[str, str] | None = None,
) -> Chain:
    """Make a root and the certificate of a sealing key under it."""
    said, at = name or NAME, now or datetime.now(UTC)
    root_key = root_key or new_key()
    root = make_root(root_key, institute=said, city=CITY, now=at)
    return issue_seal(
        key.public_key(), root=root, root_key=root_key, institute=said, city=CITY, now=at
    )


def make_sealer(name: dict[str, str] | None = None) -> FileSigner:
    """Make a key that seals, with its chain."""
    key = new_key()
    return FileSigner(key, certificate_chain=make_chain(key, name=name).certificates)


@cache
def sealer() -> FileSigner:
    """The one sealing key of a test process."""
    return make_sealer()


@cache
def stranger() -> FileSigner:
    """Somebody who calls themselves by the same name, and has a root of their own."""
    return make_sealer()
