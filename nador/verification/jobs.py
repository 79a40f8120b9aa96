"""Receipts made and forgotten; and what a thorough examination compares."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from nador.accounts.models import Institute, Person
from nador.accounts.queries import first_institute
from nador.accounts.rules import PersonStatus
from nador.certification.keys import did
from nador.certification.keys import queries as keys
from nador.certification.keys.store import KeyRing
from nador.certification.keys.waiting import with_keys
from nador.certification.models import (
    Certificate,
    CertificateEvent,
    CertificateFile,
    Credential,
    PrintJob,
    StatusList,
    TemplatePicture,
)
from nador.certification.queries import LIVE, revoked_places
from nador.certification.rules import (
    CertificateEventKind,
    CertificateStatus,
    FileStatus,
    KeyPurpose,
)
from nador.kernel import clock, codes
from nador.kernel.checkup import check
from nador.kernel.files import Damaged
from nador.kernel.work import work
from nador.verification import lists, queries, service
from nador.verification.models import Receipt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ScalarSelect
    from sqlalchemy.orm import Session

    from nador.certification.credential.proof import NotProven
    from nador.kernel.work import Desk

_PUT_ROW_BACK: Final = "put the row back from a backup."
_SIGNED_DAILY: Final = "`nador worker` signs the list anew within a day."
EVENTS: Final = (
    CertificateEventKind.ISSUED,
    CertificateEventKind.REVOKED,
    CertificateEventKind.SUPERSEDED,
)


@work(
    service.RECEIPT,
    due=queries.receipts_due,
    record=service.record_receipt,
    dead=service.record_not_made,
    again=service.retry_receipt,
)
def make_receipt(desk: Desk, item_id: int) -> bytes:
    """Ask the register anew, and put its answers on sealed paper."""
    # WeasyPrint is heavy: only a worker that draws loads it.
    from nador.verification.receipts import draw

    # Every receipt bears the seal of the first institute: without its key all of them wait.
    alike = queries.receipts_due(clock.now())
    with desk.reading() as session:
        receipt = session.get_one(Receipt, item_id)
        lines, locale, single = lists.from_text(receipt.asked), receipt.locale, bool(receipt.code)
        checked = lists.check(session, lines)
        institute = first_institute(session)
        name = dict(institute.name) if institute else {}
        with with_keys(alike):
            key = keys.key_in_use(session, KeyPurpose.SEAL, institute.id if institute else None)
    with with_keys(alike):
        return draw(
            lines,
            checked,
            locale=locale,
            single=single,
            institute=name,
            signer=KeyRing.of(desk.settings).open(key.known),
            settings=desk.settings,
        )


@work("old receipts", due=queries.receipts_to_forget, record=service.forget_receipt)
def let_receipt_go(_desk: Desk, _item_id: int) -> None:
    """Do nothing: only the clock had to move; recording it deletes the receipt."""


@check("each code finds its certificate", deep=True)
def _codes(desk: Desk) -> Iterable[str]:
    """However it is typed, a code leads to one certificate: folding is done again and compared."""
    with desk.reading() as session:
        rows = session.execute(
            select(Certificate.number, Certificate.code, Certificate.code_key).order_by(
                Certificate.id
            )
        ).all()
    owners: dict[str, str] = {}
    for number, code, key in rows:
        try:
            folded = str(codes.parse(code))
        except codes.Mistyped:
            yield f"{number}: {code} is not a code."
            continue
        if folded != key:
            yield f"{number}: {code} is looked up as {key}, not as {folded}."
        if (owner := owners.setdefault(folded, number)) != number:
            yield f"{number}: {code} is also the code of {owner}."


@check("each number is given once", deep=True)
def _numbers(desk: Desk) -> Iterable[str]:
    """No running number is there twice, or is higher than the last that the institute gave."""
    with desk.reading() as session:
        rows = session.execute(
            select(Certificate.number, Institute.prefix, Institute.last_number).join(
                Institute, Institute.id == Certificate.institute_id
            )
        ).all()
    owners: dict[tuple[str, int], str] = {}
    for number, prefix, last in rows:
        running = int(number.rpartition("-")[2])
        if running > last:
            yield f"{number}: the last number that {prefix} gave is {last}."
        if (owner := owners.setdefault((prefix, running), number)) != number:
            yield f"{number}: {owner} has the same running number."


@check("one live certificate for a person and a run", deep=True)
def _live(desk: Desk) -> Iterable[str]:
    """Whoever passed a run or a programme has one certificate of it in force, or on its way."""
    last = func.max(Certificate.number)
    rows = (
        select(last, func.count())
        .where(Certificate.status.in_(LIVE))
        .group_by(Certificate.person_id, Certificate.run_id, Certificate.programme_id)
        .having(func.count() > 1)
    )
    with desk.reading() as session:
        for number, count in session.execute(rows):
            yield f"{number}: its holder has {count} live certificates for the same: revoke the others."


@check("certificates' files = their rows", deep=True)
def _files(desk: Desk) -> Iterable[str]:
    """Read each document again and compare its SHA-256 with the registry's; no two share one."""
    columns = (Certificate.number, Person.status, CertificateFile.sha256, CertificateFile.size)
    with desk.reading() as session:
        rows = session.execute(
            select(*columns)
            .join(Certificate, Certificate.id == CertificateFile.certificate_id)
            .join(Person, Person.id == Certificate.person_id)
            .order_by(CertificateFile.id)
        ).all()
    owners: dict[str, str] = {}
    for number, status, digest, size in rows:
        if (owner := owners.setdefault(digest, number)) != number:
            yield f"{number}: its file is that of {owner}: {_PUT_ROW_BACK}"
        try:
            found = len(desk.files.get(digest))
        except FileNotFoundError:
            # Whoever was erased left no document behind, only its hash.
            if status is not PersonStatus.ANONYMISED:
                yield f"{number}: the file {digest} is missing: put it back from a backup."
        except Damaged:
            yield f"{number}: the file {digest} is damaged: put it back from a backup."
        else:
            if found != size:
                yield f"{number}: the file has {found} bytes instead of {size}: {_PUT_ROW_BACK}"


@check("each certificate's file and events", deep=True)
def _events(desk: Desk) -> Iterable[str]:
    """What was issued has one current file and one event; so has what was decided about it later."""
    files = (
        select(func.count())
        .where(
            CertificateFile.certificate_id == Certificate.id,
            CertificateFile.status == FileStatus.CURRENT,
        )
        .scalar_subquery()
    )
    columns = (Certificate.number, Certificate.status, files, *map(_happened, EVENTS))
    with desk.reading() as session:
        rows = session.execute(select(*columns)).all()
    for number, status, file_count, *counts in rows:
        issued = status is not CertificateStatus.PENDING_ISSUE
        if file_count != issued:
            yield (
                f"{number} ({status}): {file_count} current files instead of {issued:d}: "
                f"{_PUT_ROW_BACK}"
            )
        for kind, count in zip(EVENTS, counts, strict=True):
            due = issued if kind is CertificateEventKind.ISSUED else kind.value == status.value
            if count != due:
                yield (
                    f"{number} ({status}): {count} {kind} events instead of {due:d}: "
                    f"{_PUT_ROW_BACK}"
                )


def _happened(kind: CertificateEventKind) -> ScalarSelect[int]:
    """Count a certificate's events of one kind."""
    return (
        select(func.count())
        .where(CertificateEvent.certificate_id == Certificate.id, CertificateEvent.kind == kind)
        .scalar_subquery()
    )


@check("credentials = their rows", deep=True)
def _credentials(desk: Desk) -> Iterable[str]:
    """Read each signed credential again: it is proven in both forms, and says what the registry says."""
    with desk.reading() as session:
        known = {
            institute_id: keys.published(keys.issuer_keys(session, institute_id))
            for institute_id in session.scalars(select(Institute.id)).all()
        }
        rows = session.execute(
            select(Certificate, Credential)
            .join(Credential, Credential.certificate_id == Certificate.id)
            .options(undefer(Credential.document), undefer(Credential.token))
            .where(Credential.signed_at.is_not(None))
            .order_by(Certificate.id)
            .execution_options(yield_per=500)
        )
        for certificate, made in rows:
            if certificate.is_erased and not made.document:
                continue
            for doubt in _doubts(certificate, made, known[certificate.institute_id]):
                yield f"{certificate.number}: {doubt}: {_PUT_ROW_BACK}"


def _doubts(
    certificate: Certificate, made: Credential, published: Sequence[did.PublishedKey]
) -> Iterator[str]:
    """Say what is wrong with a credential; several things may be."""
    from nador.certification.credential import jwt, proof

    document = made.document or ""
    if sha256(document.encode()).hexdigest() != made.sha256:
        yield "its credential is not the one that was logged"
    try:
        said = json.loads(document)
        told = (said["credentialSubject"]["licenseNumber"], said["id"].rpartition("/")[2])
        place = said["credentialStatus"]["id"].rpartition("/")[2]
    except (ValueError, TypeError, KeyError):
        yield "its credential can't be read"
        return
    if (*told, place) != (
        certificate.code,
        certificate.uuid,
        f"{made.status_list_id}#{made.status_index}",
    ):
        yield "its credential is that of another certificate"
    issuer = did.document(proof.issuer_of(said), published)
    try:
        proof.verify(said, controller=issuer)
        if jwt.verify(made.token or "", controller=issuer) != made.unsigned:
            yield "its token says something else than its credential"
    except proof.NotProven as doubt:
        yield _unproven("its credential", doubt)


def _unproven(what: str, doubt: NotProven) -> str:
    from nador.certification.credential.proof import Flaw

    if doubt.flaw is Flaw.UNKNOWN_KEY:
        return f"{what} was signed by a key that is not among those published"
    return f"{what} is not proven ({doubt.flaw})"


@check("status lists = the registry", deep=True)
def _lists(desk: Desk) -> Iterable[str]:
    """Compare the bits of each list with what stands; a list that waits to be signed is passed over."""
    with desk.reading() as session:
        for listed in session.scalars(
            select(StatusList)
            .options(undefer(StatusList.document))
            .where(StatusList.signed_version == StatusList.version)
        ).all():
            for trouble in _wrong_with(session, listed):
                yield f"{trouble}: {_SIGNED_DAILY}"


def _wrong_with(session: Session, listed: StatusList) -> Iterator[str]:
    """Say in what a list misleads those who ask it."""
    from nador.certification.credential import proof, status
    from nador.certification.credential.shape import status_list_url

    said = json.loads(listed.document or "")
    published = keys.published(keys.issuer_keys(session, listed.institute_id))
    try:
        proof.verify(said, controller=did.document(proof.issuer_of(said), published))
    except proof.NotProven as doubt:
        yield _unproven(f"The status list {listed.id}", doubt)
    if said["id"] != status_list_url(listed.origin, listed.id):
        yield f"The status list {listed.id} is that of {said['id']}"
    encoded = said["credentialSubject"]["encodedList"]
    due = status.encode(revoked_places(session, listed.id), size=listed.size)
    if encoded == due:
        return
    marked, to_mark = status.places_of(encoded), status.places_of(due)
    holders = _holders(session, listed.id)
    for place in sorted(marked ^ to_mark):
        wrong = "is marked" if place in marked else "is not marked"
        yield f"{holders.get(place, 'Nobody')}: place {place} of the status list {listed.id} {wrong}"


def _holders(session: Session, list_id: int) -> dict[int, str]:
    """Name the certificate, and its state, of each place that is taken."""
    rows = session.execute(
        select(Credential.status_index, Certificate.number, Certificate.status)
        .join(Certificate, Certificate.id == Credential.certificate_id)
        .where(Credential.status_list_id == list_id)
    )
    return {index: f"{number} ({status})" for index, number, status in rows}


@check("no file without a row", deep=True)
def _orphans(desk: Desk) -> Iterable[str]:
    """Count documents that no certificate names: a process died between keeping and recording."""
    with desk.reading() as session:
        known = set(session.scalars(select(CertificateFile.sha256)))
        known |= set(session.scalars(select(PrintJob.sha256).where(PrintJob.sha256.is_not(None))))
        known |= set(session.scalars(select(TemplatePicture.sha256)))
    paths = (path for path in desk.files.folder.glob("??/*") if not path.name.startswith("."))
    orphans = sum(path.name not in known for path in paths)
    if orphans:
        yield f"{orphans} files belong to no row: harmless, left by a process that was killed."
