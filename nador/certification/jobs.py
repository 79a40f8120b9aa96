"""What workers do for certification: sign, draw and seal, gather a run, write the log."""

from __future__ import annotations

import json
from itertools import chain
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO

from sqlalchemy import select

from nador.accounts.models import Institute, Person
from nador.certification import archive, queries, service
from nador.certification.credential.shape import Issue, credential
from nador.certification.facts import CertificateFacts
from nador.certification.keys import queries as registered
from nador.certification.keys.signer import KeyUnusable
from nador.certification.keys.store import KeyRing, ageing
from nador.certification.keys.waiting import with_keys
from nador.certification.log import examination, note
from nador.certification.log import queries as logged
from nador.certification.log.tree import leaf_hash
from nador.certification.models import (
    Certificate,
    DroppedFile,
    PrintJob,
    StatusList,
    TemplateVersion,
)
from nador.certification.rules import ISSUE, LOG, SIGN, KeyPurpose, PrintForm
from nador.certification.service import (
    AT_ONCE,
    LIST,
    PRINT,
    Drawn,
    Grown,
    Merged,
    Signed,
    SignedList,
)
from nador.certification.template import Design, TemplateOptions
from nador.kernel import checkup, clock
from nador.kernel.errors import DomainError
from nador.kernel.i18n import translator
from nador.kernel.work import Hopeless, vital, work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from nador.certification.models import Credential
    from nador.kernel.paper import Attachment
    from nador.kernel.work import Desk

# What signs and draws is heavy: only a worker that does it loads it, inside each function.

_AT_A_TIME = 50


@work(LIST, due=queries.lists_due, record=service.record_list)
def sign_list(desk: Desk, item_id: int) -> SignedList:
    """Say anew which credentials of a list no longer stand."""
    from nador.certification.credential import status

    now = clock.now()
    with desk.reading() as session:
        listed = session.get_one(StatusList, item_id)
        revoked = queries.revoked_places(session, item_id)
        issuer = _issuer(session, listed.institute_id, origin=listed.origin)
        alike = queries.lists_due(now).where(StatusList.institute_id == listed.institute_id)
        with with_keys(alike):
            key = registered.key_in_use(session, KeyPurpose.CREDENTIAL, listed.institute_id)
    with with_keys(alike):
        signed = status.sign(
            revoked,
            origin=listed.origin,
            issuer=issuer,
            number=listed.id,
            size=listed.size,
            signer=KeyRing.of(desk.settings).open(key.known),
            now=now,
        )
    return SignedList(document=_written(signed), at=now, version=listed.version)


@work(SIGN, due=queries.unsigned, record=service.record_signing, dead=service.record_not_drawn)
def sign(desk: Desk, item_id: int) -> Signed:
    """Sign a certificate's credential, with its own proof and as a token."""
    from nador.certification.credential import canonical, jwt, proof

    now, ring = clock.now(), KeyRing.of(desk.settings)
    with desk.reading() as session:
        certificate = session.get_one(Certificate, item_id)
        made_of = queries.credential_of(session, item_id)
        institute_id = certificate.institute_id
        document = made_of.unsigned or _unsigned(session, certificate, made_of)
        alike = queries.unsigned(now).where(Certificate.institute_id == institute_id)
        with with_keys(alike):
            key = registered.key_in_use(session, KeyPurpose.CREDENTIAL, institute_id)
            token_key = registered.key_in_use(session, KeyPurpose.SEAL, institute_id)
    try:
        with with_keys(alike):
            signed = proof.sign(document, signer=ring.open(key.known), now=now)
            token = jwt.sign(document, signer=ring.open(token_key.known))
    except canonical.Unsignable as refusal:
        raise Hopeless(str(refusal)) from refusal
    return Signed(
        document=_written(signed), token=token, at=now, key_id=key.id, token_key_id=token_key.id
    )


def _unsigned(session: Session, certificate: Certificate, made_of: Credential) -> dict[str, Any]:
    facts = CertificateFacts.from_dict(certificate.facts)
    origin = facts.verify_url.removesuffix(f"/v/{facts.code}")
    return credential(
        facts,
        Issue(
            uuid=certificate.uuid,
            subject=made_of.subject,
            origin=origin,
            issuer=_issuer(session, certificate.institute_id, origin=origin),
            issued_at=certificate.ordered_at,
            status_list=made_of.status_list_id,
            status_index=made_of.status_index,
            email_hash=made_of.email_hash,
            salt=made_of.salt or "",
        ),
    )


def _issuer(session: Session, institute_id: int, *, origin: str) -> str:
    institute = session.get_one(Institute, institute_id)
    return registered.issuer_did(session, institute, origin=origin)


def _written(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


@work(LOG, due=logged.due, record=service.record_checkpoint)
def write_log(desk: Desk, _item_id: int) -> Grown:
    """Give what waits its places in the tree, and sign what the tree is then."""
    with desk.reading() as session, with_keys():
        known = registered.key_in_use(session, KeyPurpose.LOG, None).known
        start = logged.size(session)
        edge = logged.tree_of(session, start).edge()
        waiting = logged.waiting(session, most=AT_ONCE)
    with with_keys():
        signer = KeyRing.of(desk.settings).open(known)
    nodes = [node for _, entry in waiting for node in edge.append(leaf_hash(entry))]
    key = note.NoteKey.of(desk.settings.public_url, signer.public)
    checkpoint = note.Checkpoint(key.name, edge.size, edge.root())
    with with_keys():
        signed = note.sign(checkpoint.text, key, signer.sign)
    return Grown(start, [entry_id for entry_id, _ in waiting], nodes, checkpoint, signed)


@work(ISSUE, due=queries.pending, record=service.record_issue, dead=service.record_not_drawn)
def draw(desk: Desk, item_id: int) -> Drawn:
    """Draw one certificate from its frozen facts, put its credential in, seal it, keep its bytes."""
    from nador.certification.pdf.render import render
    from nador.certification.pdf.seal import Timestamps, seal

    now = clock.now()
    with desk.reading() as session:
        certificate = session.get_one(Certificate, item_id)
        attachments = _attachments(session, queries.credential_of(session, item_id))
        version = session.get_one(TemplateVersion, certificate.template_version_id)
        design = Design(TemplateOptions.from_dict(version.options), desk.files.get)
        institute_id = certificate.institute_id
        alike = queries.pending(now).where(Certificate.institute_id == institute_id)
        with with_keys(alike):
            key = registered.key_in_use(session, KeyPurpose.SEAL, institute_id)
    facts = CertificateFacts.from_dict(certificate.facts)
    try:
        with with_keys(alike):
            content = seal(
                lambda finish: render(facts, design, attachments=attachments, finish=finish),
                KeyRing.of(desk.settings).open(key.known),
                timestamps=Timestamps.of(desk.settings),
            )
    except DomainError as refusal:
        raise Hopeless(str(refusal)) from refusal
    return Drawn(sha256=desk.files.put(content), size=len(content))


def _attachments(session: Session, made: Credential) -> list[Attachment]:
    """Give what the file carries: the credential twice, and the proof that it is in the log."""
    from nador.kernel.paper import Attachment

    logged_as = bytes.fromhex(made.sha256 or "")
    proven = logged.proof_of(session, logged_as)
    if not (made.document and made.token and made.signed_at and proven):
        raise Hopeless("the credential is not signed and logged")
    return [
        Attachment("credential.json", made.document.encode(), "Open Badges 3.0", made.signed_at),
        Attachment("credential.jwt", made.token.encode(), "Open Badges 3.0, JWT", made.signed_at),
        Attachment("log-proof", str(proven).encode(), "C2SP tlog-proof", made.signed_at),
    ]


@work(
    PRINT,
    due=queries.print_jobs_due,
    record=service.record_print,
    dead=service.record_not_printed,
)
def merge(desk: Desk, item_id: int) -> Merged:
    """Put all certificates of a run into one file, by name: merged to print, or packed."""
    with desk.reading() as session:
        job = session.get_one(PrintJob, item_id)
    write = _merge if job.form is PrintForm.PDF else _pack
    with TemporaryFile() as file:
        count = write(desk, job, file)
        return Merged(sha256=desk.files.put_stream(file), pages=count)


def _merge(desk: Desk, job: PrintJob, file: BinaryIO) -> int:
    from nador.certification.pdf.merge import merge_to

    with desk.reading() as session:
        hashes = queries.files_to_print(session, job.run_id)
    if not hashes:
        raise Hopeless("no certificate is issued")
    merge_to(file, (desk.files.get(sha256) for sha256 in hashes))
    return len(hashes)


def _pack(desk: Desk, job: PrintJob, file: BinaryIO) -> int:
    with desk.reading() as session:
        rows = queries.to_pack(session, job.run_id)
        locale = session.get_one(Person, job.ordered_by_id).locale
    if not rows:
        raise Hopeless("no certificate is issued")
    listed = archive.listing(
        [one for one, _sha256 in rows], translator(locale), origin=desk.settings.public_url
    )
    archive.pack(
        file, chain([("certificates.csv", listed)], _documents(desk, rows)), dated=job.ordered_at
    )
    return len(rows)


def _documents(desk: Desk, rows: Sequence[tuple[Certificate, str]]) -> Iterator[tuple[str, bytes]]:
    """Read one document after the other, and their credentials some at a time."""
    for start in range(0, len(rows), _AT_A_TIME):
        some = rows[start : start + _AT_A_TIME]
        with desk.reading() as session:
            credentials = queries.documents_of(session, [one.id for one, _sha256 in some])
        for one, sha256 in some:
            name = archive.file_name(one)
            yield f"{name}.pdf", desk.files.get(sha256)
            if credential := credentials.get(one.id):
                yield f"{name}.json", credential.encode()


@work(service.OLD_PRINTS, due=queries.prints_to_forget, record=service.forget_print)
def let_print_go(desk: Desk, item_id: int) -> None:
    """Delete the bytes of a file of all certificates; recording it deletes the order."""
    with desk.reading() as session:
        sha256 = queries.file_of_print_alone(session, item_id)
    if sha256:
        desk.files.drop(sha256)


@work(service.DROP, due=queries.files_to_drop, record=service.record_dropped)
def drop_file(desk: Desk, item_id: int) -> None:
    """Delete a file that holds an erased name."""
    with desk.reading() as session:
        sha256 = session.get_one(DroppedFile, item_id).sha256
    desk.files.drop(sha256)


@work(service.REMIND, due=queries.reminders_due, record=service.record_reminder)
def remind(_desk: Desk, _item_id: int) -> None:
    """Do nothing: only the clock had to move; recording it puts the mail into the outbox."""


@vital("signing keys")
def keys_at_hand(desk: Desk) -> Iterable[str]:
    """Say which of the keys in use can't sign."""
    ring = KeyRing.of(desk.settings)
    with desk.reading() as session:
        known = [key.known for key in registered.keys(session, active=True)]
    for one in known:
        # A root is away from the machine, where people are careful.
        if one.purpose is not KeyPurpose.ROOT:
            try:
                ring.check(one)
            except KeyUnusable as trouble:
                yield f"{trouble}"


@vital("status lists")
def lists_in_time(desk: Desk) -> Iterable[str]:
    """Say which status lists end soon: then nobody can tell whether a credential still stands."""
    with desk.reading() as session:
        old = queries.ageing_lists(session, now=clock.now())
    for one in old:
        yield f"The status list {one.id} was last signed on {one.signed_at:%Y-%m-%d}: it ends after 7 days."


@checkup.check("status lists")
def _status_lists(desk: Desk) -> Iterable[str]:
    """Every status list was signed within the last days."""
    yield from lists_in_time(desk)


@checkup.check("signing keys")
def _signing_keys(desk: Desk) -> Iterable[str]:
    """Every institute has its keys, this machine can use them, and they are not old."""
    yield from keys_at_hand(desk)
    with desk.reading() as session:
        lacking = registered.lacking_keys(session)
        in_use = [(key.known, key.created_at) for key in registered.keys(session, active=True)]
    for prefix, purpose in lacking:
        yield f"{prefix} has no key for {purpose}: run `nador keys rotate {purpose} --institute {prefix}`."
    for known, created_at in in_use:
        yield from ageing(known, created_at, now=clock.now())


@checkup.check("erased files are gone", deep=True)
def _dropped_files(desk: Desk) -> Iterable[str]:
    """No file came back that was deleted because of an erased name, from a backup for instance."""
    with desk.reading() as session:
        waiting = set(session.scalars(queries.files_to_drop(clock.now())))
        gone = session.execute(select(DroppedFile.id, DroppedFile.sha256)).all()
    for item_id, sha256 in gone:
        if item_id not in waiting and desk.files.path(sha256).exists():
            yield f"The file {sha256} holds an erased name and is there again: delete it."


@checkup.check("the public log = the registry", deep=True)
def _public_log(desk: Desk) -> Iterable[str]:
    """The tree is computed again, and everything that was decided is in it."""
    with desk.reading() as session:
        yield from examination.troubles(session, now=clock.now())
