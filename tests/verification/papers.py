"""One certificate as it is handed over: sealed and unsealed PDF, credential, token; and its register."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding

from nador.certification.credential import jwt, proof
from nador.certification.credential.shape import credential
from nador.certification.keys import did
from nador.certification.keys.chain import Chain, pem_of
from nador.certification.keys.signer import Algorithm, FileSigner
from nador.certification.models import CertificateFile, SigningKey
from nador.certification.pdf.render import render
from nador.certification.pdf.seal import seal
from nador.certification.rules import KeyPurpose, KeyStatus, KeyStorage
from nador.kernel import clock
from nador.kernel.paper import Attachment, Finisher
from nador.verification.files import Trust
from tests.certification.credential.papers import NOW, make_issue
from tests.factories import make_certificate, make_institute
from tests.factories.facts import make_facts
from tests.factories.keys import sealer
from tests.factories.store import store

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy.orm import Session

    from nador.certification.facts import CertificateFacts
    from nador.certification.models import Certificate

CODE = "NDR-7Q4M-2K9X-T3WV-J"
ORIGIN = "http://127.0.0.1:8000"
"""What an instance calls itself when nothing is set."""
ISSUER = did.identifier(ORIGIN)


@cache
def facts() -> CertificateFacts:
    return make_facts(code=CODE, verify_url=f"{ORIGIN}/v/{CODE}")


@cache
def credential_signer() -> FileSigner:
    return FileSigner.generate(Algorithm.EDDSA)


@cache
def _unsigned() -> dict[str, Any]:
    return credential(facts(), make_issue(origin=ORIGIN, issuer=ISSUER))


@cache
def credential_json() -> bytes:
    signed = proof.sign(_unsigned(), signer=credential_signer(), now=NOW)
    return json.dumps(signed, ensure_ascii=False).encode()


@cache
def credential_jwt() -> bytes:
    return jwt.sign(_unsigned(), signer=sealer()).encode()


@cache
def sealed_pdf() -> bytes:
    attached = [
        Attachment(name=name, content=content, description="Open Badges 3.0", dated=NOW)
        for name, content in (
            ("credential.json", credential_json()),
            ("credential.jwt", credential_jwt()),
        )
    ]

    def draw(finish: Finisher | None) -> bytes:
        return render(facts(), attachments=attached, finish=finish)

    return seal(draw, sealer())


@cache
def unsealed_pdf() -> bytes:
    return render(facts())


def root_pem(signer: FileSigner | None = None) -> str:
    chain = (signer or sealer()).certificate_chain
    return chain[-1].public_bytes(Encoding.PEM).decode()


@cache
def trust() -> Trust:
    keys = (sealer(), credential_signer())
    published = [did.PublishedKey(key.kid, key.public) for key in keys]
    return Trust((root_pem(),), (), (did.document(ISSUER, published),))


def register(session: Session, *, pdf: bytes | None = None, **said: Any) -> Certificate:
    """Leave the register as issuing would: the institute's keys, the certificate, its file."""
    institute = make_institute(session)
    for purpose, signer in (
        (KeyPurpose.SEAL, sealer()),
        (KeyPurpose.CREDENTIAL, credential_signer()),
    ):
        chain = Chain(signer.certificate_chain)
        store(
            session,
            SigningKey(
                institute_id=institute.id,
                purpose=purpose,
                kid=signer.kid,
                chain="".join(map(pem_of, chain.certificates)) or None,
                storage=KeyStorage.FILE,
                status=KeyStatus.ACTIVE,
                created_at=clock.now(),
            ),
        )
    made = make_certificate(session, institute=institute, code=CODE, **said)
    if pdf is not None:
        keep(session, made, pdf)
    return made


def keep(session: Session, certificate: Certificate, pdf: bytes, **said: Any) -> None:
    """Register a file of a certificate."""
    store(
        session,
        CertificateFile(
            certificate_id=certificate.id,
            sha256=sha256(pdf).hexdigest(),
            size=len(pdf),
            stored_at=clock.now(),
            **said,
        ),
    )
