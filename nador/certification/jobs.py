"""What workers do for certification: draw certificates, merge them for the printer, write the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.certification import queries, service
from nador.certification.facts import CertificateFacts
from nador.certification.keys import queries as registered
from nador.certification.keys.signer import KeyUnusable
from nador.certification.keys.store import KeyRing, ageing
from nador.certification.log import examination
from nador.certification.log import queries as logged
from nador.certification.log.note import Checkpoint, NoteKey, sign
from nador.certification.log.tree import leaf_hash
from nador.certification.models import Certificate, PrintJob
from nador.certification.rules import KeyPurpose
from nador.certification.service import AT_ONCE, ISSUE, LOG, PRINT, Drawn, Grown, Merged
from nador.kernel import checkup, clock
from nador.kernel.errors import DomainError
from nador.kernel.work import Hopeless, vital, work

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nador.kernel.work import Desk


@work(
    ISSUE,
    due=queries.pending,
    record=service.record_issue,
    dead=service.record_not_drawn,
)
def draw(desk: Desk, item_id: int) -> Drawn:
    """Draw one certificate from its frozen facts and keep its bytes."""
    # WeasyPrint is heavy: only a worker that draws loads it.
    from nador.certification.pdf.render import render

    with desk.reading() as session:
        facts = CertificateFacts.from_dict(session.get_one(Certificate, item_id).facts)
    try:
        content = render(facts)
    except DomainError as refusal:
        raise Hopeless(str(refusal)) from refusal
    return Drawn(sha256=desk.files.put(content), size=len(content))


@work(
    PRINT,
    due=queries.print_jobs_due,
    record=service.record_print,
    dead=service.record_not_printed,
)
def merge(desk: Desk, item_id: int) -> Merged:
    """Merge all certificates of a run into one file, by name."""
    from nador.certification.pdf.merge import merge as join

    with desk.reading() as session:
        hashes = queries.files_to_print(session, session.get_one(PrintJob, item_id).run_id)
    if not hashes:
        raise Hopeless("no certificate is issued")
    content = join(desk.files.get(sha256) for sha256 in hashes)
    return Merged(sha256=desk.files.put(content), pages=len(hashes))


@work(LOG, due=logged.due, record=service.record_checkpoint)
def write_log(desk: Desk, _item_id: int) -> Grown:
    """Give what waits its places in the tree, and sign what the tree is then."""
    with desk.reading() as session:
        known = registered.key_in_use(session, KeyPurpose.LOG, None).known
        start = logged.size(session)
        edge = logged.tree_of(session, start).edge()
        waiting = logged.waiting(session, most=AT_ONCE)
    try:
        signer = KeyRing.of(desk.settings).open(known)
    except KeyUnusable as trouble:
        raise Hopeless(str(trouble)) from trouble
    nodes = [node for _, entry in waiting for node in edge.append(leaf_hash(entry))]
    key = NoteKey.of(desk.settings.public_url, signer.public)
    checkpoint = Checkpoint(key.name, edge.size, edge.root())
    signed = sign(checkpoint.text, key, signer.sign)
    return Grown(start, [entry_id for entry_id, _ in waiting], nodes, checkpoint, signed)


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


@checkup.check("the public log = the registry", deep=True)
def _public_log(desk: Desk) -> Iterable[str]:
    """The tree is computed again, and everything that was decided is in it."""
    with desk.reading() as session:
        yield from examination.troubles(session, now=clock.now())
