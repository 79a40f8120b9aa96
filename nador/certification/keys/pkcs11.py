"""Keys in a device, by PKCS#11: they are made there and never leave it."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nador.certification.keys import multikey
from nador.certification.keys.signer import Algorithm, KeyUnusable, algorithm_of

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from nador.certification.keys.multikey import PublicKey
    from nador.settings import Pkcs11


# Bytes of a public point: of an Ed25519 key, and of a P-256 key.
_ED25519, _P256 = 32, 65


class Device:
    """A token of a device, opened when a key is first needed."""

    def __init__(self, settings: Pkcs11) -> None:
        self._settings = settings
        self._session: Any = None  # the library is an extra: without a device nobody needs it

    def signer(self, kid: str, *, certificate_chain: tuple[Certificate, ...] = ()) -> Pkcs11Signer:
        """Find a key by its public half; raises KeyUnusable when it is not there."""
        pkcs11, session = self._opened()
        kept = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY}
        for candidate in list(session.get_objects(kept)):
            public = _public(candidate)
            if public is not None and multikey.encode(public) == kid:
                private = session.get_key(
                    object_class=pkcs11.ObjectClass.PRIVATE_KEY,
                    id=candidate[pkcs11.Attribute.ID],
                )
                return Pkcs11Signer(private, public, certificate_chain)
        raise KeyUnusable(f"the token {self._settings.token} has no key {kid}")

    def generate(self, algorithm: Algorithm) -> Pkcs11Signer:
        """Make a key in the device."""
        pkcs11, session = self._opened()
        from pkcs11.util.ec import encode_named_curve_parameters

        if algorithm is Algorithm.ES256:
            kind, curve = pkcs11.KeyType.EC, encode_named_curve_parameters("secp256r1")
        else:
            # The curve's name as a printable string: what the standard asks, and SoftHSM reads.
            kind, curve = pkcs11.KeyType.EC_EDWARDS, b"\x13\x0cedwards25519"
        parameters = session.create_domain_parameters(
            kind, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
        )
        _, private = parameters.generate_keypair(
            id=secrets.token_bytes(16), label=f"nador {algorithm}", store=True
        )
        found = session.get_key(
            object_class=pkcs11.ObjectClass.PUBLIC_KEY, id=private[pkcs11.Attribute.ID]
        )
        public = _public(found)
        if public is None:
            raise KeyUnusable("the device made a key that cannot be read")
        return Pkcs11Signer(private, public, ())

    def _opened(self) -> tuple[Any, Any]:
        try:
            import pkcs11
        except ImportError as problem:
            raise KeyUnusable("python-pkcs11 is missing: install nador[hsm]") from problem
        if self._session is None:
            try:
                library = pkcs11.lib(str(self._settings.module))
                token = library.get_token(token_label=self._settings.token)
                pin = self._settings.pin_file.read_text(encoding="utf-8").strip()
                try:
                    self._session = token.open(user_pin=pin, rw=True)
                except pkcs11.UserAlreadyLoggedIn:  # one sign-in holds for the whole process
                    self._session = token.open(rw=True)
            except (pkcs11.PKCS11Error, RuntimeError, OSError) as problem:
                said = str(problem) or type(problem).__name__
                raise KeyUnusable(f"the token {self._settings.token}: {said}") from problem
        return pkcs11, self._session


class Pkcs11Signer:
    """A key that signs inside its device."""

    def __init__(
        self, private: Any, public: PublicKey, certificate_chain: tuple[Certificate, ...]
    ) -> None:
        self._private = private
        self.public = public
        self.algorithm = algorithm_of(public)
        self.kid = multikey.encode(public)
        self.certificate_chain = certificate_chain

    def sign(self, data: bytes) -> bytes:
        """Sign the data itself; see `Signer.sign`."""
        import pkcs11

        try:
            if self.algorithm is Algorithm.EDDSA:
                signed = self._private.sign(data, mechanism=pkcs11.Mechanism.EDDSA)
            else:
                digest = sha256(data).digest()
                signed = self._private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)
        except pkcs11.PKCS11Error as problem:
            raise KeyUnusable(f"the device does not sign: {type(problem).__name__}") from problem
        return bytes(signed)


def _public(candidate: Any) -> PublicKey | None:
    """Read the public half of a key in a device; None for another kind."""
    from pkcs11 import Attribute, KeyType

    if candidate[Attribute.KEY_TYPE] not in {KeyType.EC, KeyType.EC_EDWARDS}:
        return None
    point = bytes(candidate[Attribute.EC_POINT])
    # An octet string, as the standard says; some devices leave its two bytes of header out.
    point = point[2:] if len(point) in {_ED25519 + 2, _P256 + 2} else point
    try:
        if candidate[Attribute.KEY_TYPE] == KeyType.EC_EDWARDS:
            return Ed25519PublicKey.from_public_bytes(point)
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return None
